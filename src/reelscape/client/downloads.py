"""One file from a server: whole under its name, or not there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import httpx

from reelscape.client.answers import ask_patiently, check, connection_errors
from reelscape.client.uploads import Progress
from reelscape.errors import coded

_CHUNK_BYTES = 1 << 18


def save(http: httpx.Client, request: httpx.Request, path: Path, progress: Progress | None = None) -> None:
    """Write what the request brings to `path`, which appears when it is complete.

    Redirects are followed without the request's own headers, so that no key leaves the server it is meant for.
    """
    with connection_errors():
        response = _open(http, request)
        try:
            if response.is_redirect and response.next_request is not None:
                response.close()
                response = _open(http, http.build_request("GET", response.next_request.url), follow_redirects=True)
            _write(check(response), path, progress)
        finally:
            response.close()


def _open(http: httpx.Client, request: httpx.Request, follow_redirects: bool = False) -> httpx.Response:
    """The answer, whose body is still to come unless it tells of an error."""

    def ask() -> httpx.Response:
        response = http.send(request, stream=True, follow_redirects=follow_redirects)
        if not response.is_success and not response.is_redirect:
            response.read()
        return response

    return ask_patiently(ask)


def _write(response: httpx.Response, path: Path, progress: Progress | None) -> None:
    total = int(response.headers.get("Content-Length", 0))
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            for chunk in response.iter_bytes(_CHUNK_BYTES):
                file.write(chunk)
                if progress:
                    progress(file.tell(), total)
        partial.replace(path)
    except OSError as error:
        raise coded(error) from error
    finally:
        with suppress(OSError):
            partial.unlink()

"""Files as answers: piecewise, in ranges, and not again to who has them (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from reelscape.errors import RateLimited
from reelscape.web.addresses import limited_address
from reelscape.web.slots import DOWNLOADS

CHUNK_BYTES = 1 << 18
SANDBOX = "sandbox; default-src 'none'"
"""The policy of a file that a browser may open: it runs nothing, and loads nothing."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class RangeNotSatisfiable(Exception):
    """The range asks for nothing that the file has."""


def etag_of(path: Path) -> str:
    """A strong validator: files of the store are replaced whole, never changed. Raises FileNotFoundError."""
    status = path.stat()
    return f'"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"'


def send_file(request: HttpRequest, path: Path, headers: dict[str, str]) -> HttpResponseBase:
    """The file or the range of it that a GET or HEAD asks for. Raises FileNotFoundError, RateLimited."""
    status, etag = path.stat(), etag_of(path)
    modified_at = int(status.st_mtime)
    headers = {"ETag": etag, "Last-Modified": http_date(modified_at), "Accept-Ranges": "bytes", **headers}
    early = get_conditional_response(request, etag, modified_at)
    if early is not None:
        return _with_headers(early, headers)
    try:
        wanted = _wanted_range(request, etag, status.st_size)
    except RangeNotSatisfiable:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{status.st_size}"})
    span = wanted or range(status.st_size)
    headers["Content-Length"] = str(len(span))
    if wanted is not None:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{status.st_size}"
    code = 200 if wanted is None else 206
    if request.method == "HEAD":
        return HttpResponse(status=code, headers=headers)
    return StreamingHttpResponse(Pieces(path, span, limited_address(request)), status=code, headers=headers)


def send_changing(request: HttpRequest, path: Path, content_type: str) -> HttpResponseBase:
    """A file that may be gone or private in a moment: it is asked for again each time, which costs who has it nothing.

    Raises FileNotFoundError, RateLimited.
    """
    headers = {
        "Content-Type": content_type,
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }
    return send_file(request, path, headers)


def _with_headers(response: HttpResponseBase, headers: dict[str, str]) -> HttpResponseBase:
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _wanted_range(request: HttpRequest, etag: str, size_bytes: int) -> range | None:
    """The one range that is asked for; None for the whole file, also when several ranges are asked for."""
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if match is None or request.headers.get("If-Range", etag) != etag or not any(match.groups()):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, size_bytes - int(last))
    stop = min(int(last) + 1, size_bytes) if first and last else size_bytes
    if first and last and int(last) < int(first):
        return None  # not a range at all
    if start >= stop:
        raise RangeNotSatisfiable()
    return range(start, stop)


class Pieces:
    """The bytes of a file in a span, a piece at a time; holds a slot of the downloads until it is closed."""

    def __init__(self, path: Path, span: range, client: str) -> None:
        """Raises FileNotFoundError, RateLimited."""
        self._file = path.open("rb")
        self._left = span
        try:
            self._slot = DOWNLOADS.take(client)
        except RateLimited:
            self._file.close()
            raise
        self._file.seek(span.start)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = b"" if self._file.closed else self._file.read(min(CHUNK_BYTES, len(self._left)))
        if not piece:
            self.close()
            raise StopIteration
        self._left = self._left[len(piece) :]
        return piece

    def close(self) -> None:
        """Called at the end and when the client is gone."""
        if not self._file.closed:
            self._file.close()
            DOWNLOADS.give_back(self._slot)

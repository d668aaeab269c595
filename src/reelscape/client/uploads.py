"""One file to one signed address, over connections that may break."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from reelscape.client.answers import TRANSIENT, ask_patiently, check, connection_errors, error_of
from reelscape.errors import BadAnswer, InputNotFound, InputUnreadable, ServerUnreachable, UploadSpent, UploadTruncated

Progress = Callable[[int, int], None]
"""Called with the bytes that are done and their total."""

PAUSES_S = (1.0, 2.0, 5.0, 10.0, 20.0)  # between tries that bring nothing forward
_CHUNK_BYTES = 1 << 16
_TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True)
class Source:
    """The file to send. Raises InputNotFound, InputUnreadable."""

    path: Path
    size_bytes: int
    progress: Progress

    @classmethod
    def of(cls, path: Path, progress: Progress | None) -> Source:
        try:
            with path.open("rb") as file:
                size_bytes = file.seek(0, 2)
        except FileNotFoundError as error:
            raise InputNotFound(f"There is no file {path}.") from error
        except OSError as error:
            raise InputUnreadable(f"The file {path} cannot be read: {error.strerror}.") from error
        return cls(path, size_bytes, progress or (lambda done, total: None))

    def read_from(self, offset_bytes: int) -> Iterator[bytes]:
        """The file from there on, with progress."""
        with self.path.open("rb") as file:
            file.seek(offset_bytes)
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk
                offset_bytes += len(chunk)
                self.progress(offset_bytes, self.size_bytes)


def send_resumably(http: httpx.Client, url: str, source: Source) -> None:
    """Send with the tus protocol: what has arrived is not sent again; a try that gets further is none of the few."""
    furthest, tries = 0, 0
    while True:
        try:
            with connection_errors():
                offset = _arrived(http, url)
                if offset > furthest:
                    furthest, tries = offset, 0
                if offset >= source.size_bytes > 0 or _append(http, url, source, offset):
                    return
        except ServerUnreachable:
            if tries == len(PAUSES_S):
                raise
            time.sleep(PAUSES_S[tries])
            tries += 1


def _arrived(http: httpx.Client, url: str) -> int:
    """How much the server has."""
    response = ask_patiently(lambda: http.head(url, headers=_TUS))
    if response.status_code in TRANSIENT:
        raise ServerUnreachable()
    text = check(response).headers.get("Upload-Offset", "")
    if not text.isdigit():
        raise BadAnswer("The server does not say how much of the upload has arrived.")
    return int(text)


def _append(http: httpx.Client, url: str, source: Source, offset: int) -> bool:
    """Send the rest; whether all has arrived."""
    headers = _TUS | {
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(source.size_bytes - offset),
        "Upload-Offset": str(offset),
        "Upload-Length": str(source.size_bytes),
    }
    response = ask_patiently(lambda: http.patch(url, headers=headers, content=source.read_from(offset)))
    if response.status_code in (*TRANSIENT, 409):  # 409: what a broken connection held arrived after we had asked
        raise ServerUnreachable()
    return int(check(response).headers.get("Upload-Offset", source.size_bytes)) >= source.size_bytes


def send_whole(http: httpx.Client, url: str, source: Source) -> None:
    """Send with one PUT, which is repeated from the start when it breaks off."""
    for tries, pause_s in enumerate((*PAUSES_S, 0.0)):
        try:
            with connection_errors():
                response = _put(http, url, source)
            return _settle(response, is_repeated=tries > 0)
        except (ServerUnreachable, UploadTruncated):
            if tries == len(PAUSES_S):
                raise
            time.sleep(pause_s)


def _put(http: httpx.Client, url: str, source: Source) -> httpx.Response:
    headers = {
        "x-ms-blob-type": "BlockBlob",
        "Content-Type": "application/octet-stream",
        "Content-Length": str(source.size_bytes),
    }
    return ask_patiently(lambda: http.put(url, headers=headers, content=source.read_from(0)))


def _settle(response: httpx.Response, is_repeated: bool) -> None:
    """Raise what the answer tells of; but an address that a repeated PUT finds spent was spent by the one before."""
    if response.is_success:
        return
    error = error_of(response)
    if not (is_repeated and isinstance(error, UploadSpent)):
        raise error

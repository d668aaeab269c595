"""Uploads that arrive in parts and may pause for hours: a file that grows, and a note of how long it is to become.

The size of the file is the offset, so a killed server or a lost connection costs nothing that was written.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from reelscape.errors import UploadOffset
from reelscape.storage.incoming import CHUNK_BYTES, Read, full_disk_told

SUFFIXES = (".partial", ".note")


@dataclass(frozen=True)
class Note:
    """What is known of an upload in parts; the length is None until the client tells it."""

    length_bytes: int | None
    expires_at: float


@dataclass(frozen=True)
class Partial:
    """The upload in parts called `name` in `folder`."""

    folder: Path
    name: str

    @property
    def path(self) -> Path:
        """Where the bytes are that arrived."""
        return self.folder / f"{self.name}.partial"

    @property
    def note_path(self) -> Path:
        return self.folder / f"{self.name}.note"

    def offset_bytes(self) -> int:
        """How much has arrived; 0 when nothing was ever sent."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def note(self) -> Note | None:
        """What `declare` said last, if anything that can be read."""
        try:
            return Note(**json.loads(self.note_path.read_text(encoding="ascii")))
        except (FileNotFoundError, ValueError, TypeError):  # a crash of the machine may leave an empty file
            return None

    def expires_at(self) -> float:
        """Until when the client may go on, in Unix seconds."""
        note = self.note()
        return note.expires_at if note else 0.0

    def written_at(self) -> float:
        """When the last part arrived, in Unix seconds; 0 when none did."""
        return _written_at(self.path)

    def declared_at(self) -> float:
        """When `declare` said something last, in Unix seconds; 0 when it never did."""
        return _written_at(self.note_path)

    def declare(self, note: Note) -> None:
        """Begin the upload, or tell more about it."""
        temporary = self.note_path.with_suffix(f".{os.getpid()}-{time.monotonic_ns()}")
        with full_disk_told():
            temporary.write_text(json.dumps(asdict(note)), encoding="ascii")
            temporary.replace(self.note_path)

    def append(self, read: Read, offset_bytes: int, length_bytes: int) -> int:
        """Append up to `length_bytes` of a body, as far as they come; returns the new offset.

        The file is locked for each write only, never while waiting for the client: when a client reconnects, its new
        request goes on at once, and the old one finds the file longer than it left it. Raises UploadOffset then, and
        when the upload has not come to `offset_bytes`; StorageFull.
        """
        end = offset_bytes + length_bytes
        self._write(b"", offset_bytes)
        while offset_bytes < end and (chunk := read(min(CHUNK_BYTES, end - offset_bytes))):
            self._write(chunk, offset_bytes)
            offset_bytes += len(chunk)
        return offset_bytes

    def _write(self, chunk: bytes, offset_bytes: int) -> None:
        with full_disk_told(), self.path.open("ab") as file, _locked(file):
            if self.offset_bytes() != offset_bytes or os.fstat(file.fileno()).st_size != offset_bytes:
                raise UploadOffset()
            file.write(chunk)
            file.flush()

    @contextmanager
    def complete(self, length_bytes: int) -> Iterator[Path]:
        """The whole file, to take it away: nobody appends to it meanwhile. Raises UploadOffset when it is not whole."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            raise UploadOffset() from None
        with file, _locked(file):
            if self.offset_bytes() != length_bytes:
                raise UploadOffset()
            yield self.path
        self.discard()

    def discard(self) -> None:
        """Forget the upload."""
        self.path.unlink(missing_ok=True)
        self.note_path.unlink(missing_ok=True)


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


@contextmanager
def _locked(file: IO[bytes]) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def pending_bytes(folder: Path, within_s: float) -> int:
    """What is still to come of the uploads in parts that began or went on within the last `within_s` seconds."""
    since = time.time() - within_s
    pending = 0
    for parts in all_partials(folder):
        note = parts.note()
        if note and note.length_bytes and max(parts.written_at(), parts.declared_at()) > since:
            pending += max(note.length_bytes - parts.offset_bytes(), 0)
    return pending


def all_partials(folder: Path) -> Iterator[Partial]:
    """The uploads in parts of `folder`."""
    names = {path.stem for suffix in SUFFIXES for path in folder.glob(f"*{suffix}")}
    return (Partial(folder, name) for name in sorted(names))

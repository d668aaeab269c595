"""Uploads on their way: files in one folder that nothing else sees until they are complete.

Whoever writes such a file holds a lock on it: so what a killed server left behind is told from what still arrives.
"""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from reelscape.errors import StorageFull, UploadTruncated

Read = Callable[[int], bytes]
"""Gives the next bytes of a body, at most so many; none at its end, or when the client is gone."""

CHUNK_BYTES = 1 << 18
_UNLOCKED_S = 60  # a file younger than this may just not be locked yet
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def spooled(folder: Path, read: Read, length_bytes: int) -> Iterator[Path]:
    """The next `length_bytes` of a body as a file, which is gone when the block ends (a hard link of it stays).

    Its room is taken before the first byte is read. Raises StorageFull; UploadTruncated when the body ends early.
    """
    with new_file(folder) as (file, path):
        with full_disk_told():
            _reserve(file, length_bytes)
            _copy(read, file, length_bytes)
        yield path


@contextmanager
def new_file(folder: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A file of its own below `folder`, locked and empty, which is gone when the block ends (a hard link stays)."""
    handle, name = tempfile.mkstemp(prefix="upload-", dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file, path
    finally:
        path.unlink(missing_ok=True)


def _reserve(file: IO[bytes], length_bytes: int) -> None:
    """Take the room, so that uploads side by side do not count on the same free bytes."""
    try:
        os.posix_fallocate(file.fileno(), 0, length_bytes)
    except OSError as error:
        if error.errno in _NO_SPACE:  # others say that the file system cannot reserve
            raise


def _copy(read: Read, file: IO[bytes], length_bytes: int) -> None:
    left = length_bytes
    while left:
        chunk = read(min(CHUNK_BYTES, left))
        if not chunk:
            raise UploadTruncated()
        file.write(chunk)
        left -= len(chunk)
    file.flush()


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Say StorageFull when the system says that the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise StorageFull("The disk of the server is full.") from error
        raise


def sweep(folder: Path, kept_suffixes: tuple[str, ...] = ()) -> int:
    """Remove the files that nobody writes any more, but none with the suffixes; returns how many."""
    removed = 0
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.suffix not in kept_suffixes and path.is_file() and _is_left_behind(path):
                path.unlink()
                removed += 1
    return removed


def _is_left_behind(path: Path) -> bool:
    if time.time() - path.stat().st_mtime < _UNLOCKED_S:
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True

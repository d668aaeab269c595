"""Locks of files: one `serve` and one worker per data folder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reelscape.errors import DataDirBusy

WORKER_LOCK, SERVE_LOCK = "worker.lock", "serve.lock"
"""Their files in the data folder."""

_LOOK_EVERY_S = 0.1


@contextmanager
def locked(path: Path, patience_s: float) -> Iterator[int]:
    """Hold the lock of a file (given as a descriptor), which ends with this process, however that ends.

    Whoever held it may be just ending, so this waits for `patience_s` before it raises DataDirBusy.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle, path, time.monotonic() + patience_s)
        yield handle
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Whether a process holds the lock of a file. Who asks takes it for a moment, so `locked` has to be patient."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _lock(handle: int, path: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise DataDirBusy(f"Another `reelscape {path.stem}` works on the folder {path.parent}.") from error
            time.sleep(_LOOK_EVERY_S)

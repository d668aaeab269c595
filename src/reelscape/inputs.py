"""The input of a run before anything reads it: is it there, may we read it, and what is its identity."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reelscape.errors import InputNotFound, InputTooLarge, InputUnreadable

MAX_FILES = 20_000  # in a folder of photos; more is somebody's home folder
_CHUNK_BYTES = 8 << 20


def check_input(path: Path) -> None:
    """Raise InputNotFound or InputUnreadable unless `path` is a file or a folder that this process may read."""
    if not path.exists():
        raise InputNotFound(f"There is no file or folder at {path}.")
    if not path.is_file() and not path.is_dir():
        raise InputUnreadable(f"{path} is neither a file nor a folder.")
    if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        raise InputUnreadable(f"This program may not read {path}.")


def hash_input(path: Path, check: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """`sha256` and `size_bytes` of a file, or of all files below a folder with their names.

    `check` is called often and may raise. Raises InputNotFound, InputUnreadable, InputTooLarge.
    """
    check_input(path)
    digest, size_bytes = hashlib.sha256(), 0
    for found in _files(path):
        check()
        digest.update(os.fsencode(found.relative_to(path)) + b"\0")
        try:
            size_bytes += _update(digest, found, check)
        except OSError as error:
            raise InputUnreadable(f"{found} cannot be read: {error.strerror}.") from error
    return {"sha256": digest.hexdigest(), "size_bytes": size_bytes}


def _files(path: Path) -> list[Path]:
    """The file itself, or the regular files below the folder in a fixed order; links are not followed."""
    if path.is_file():
        return [path]
    found: list[Path] = []
    for folder, _, names in os.walk(path):
        found += [Path(folder) / name for name in names if (Path(folder) / name).is_file()]
        if len(found) > MAX_FILES:
            raise InputTooLarge(f"The folder {path} holds more than {MAX_FILES} files.")
    return sorted(found)


def _update(digest: hashlib._Hash, path: Path, check: Callable[[], None]) -> int:
    size_bytes = 0
    with open(path, "rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            check()
            digest.update(chunk)
            size_bytes += len(chunk)
    return size_bytes

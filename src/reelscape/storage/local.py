"""Blobs as files of one folder. A key such as `jobs/<id>/scene.ply` is the path below it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


class LocalStore:
    """The blobs below `root`; a blob appears whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """Where the blob lies. Raises ValueError for a key that is no plain relative path."""
        if not _is_key(key):
            raise ValueError(f"not a blob key: {key!r}")
        return self.root.joinpath(*key.split("/"))

    def put(self, key: str, source: Path) -> int:
        """Take a copy of a file (a hard link where possible); returns its size in bytes. It is on the disk then."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.part")
        temporary.unlink(missing_ok=True)
        try:
            os.link(source, temporary)
        except OSError:  # another file system, or one without links
            shutil.copyfile(source, temporary)
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
        return path.stat().st_size

    def take(self, key: str, source: Path) -> None:
        """Move a complete file in, exactly once, and onto the disk. Raises FileExistsError when the blob is there."""
        path = self.path(key)
        _sync(source)
        while True:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source, path)
            except FileNotFoundError:  # the folder went with its last blob meanwhile; or there is nothing to move
                source.stat()
            else:
                break
        _sync(path.parent)
        source.unlink()

    def exists(self, key: str) -> bool:
        """Whether the blob is there."""
        return self.path(key).is_file()

    def size_of(self, key: str) -> int | None:
        """How long the blob is, in bytes; None when it is not there."""
        try:
            return self.path(key).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Remove a blob, if it is there, and the folders it leaves empty, but for the first one below the root."""
        path = self.path(key)
        path.unlink(missing_ok=True)
        with suppress(OSError):
            for folder in list(path.relative_to(self.root).parents)[:-2]:
                (self.root / folder).rmdir()

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys of all blobs that start with `prefix`; files of other names are none of ours."""
        for path in sorted((self.root / prefix.rpartition("/")[0]).rglob("*")):
            key = path.relative_to(self.root).as_posix()
            if key.startswith(prefix) and _is_key(key) and path.is_file():
                yield key

    def size_bytes(self) -> int:
        """What all blobs take."""
        return sum(self.size_of(key) or 0 for key in self.keys())


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, outlast a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_key(text: str) -> bool:
    return all(_PART.fullmatch(part) for part in text.split("/"))

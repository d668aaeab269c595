"""Photos in a zip that nobody vouches for: entries are read in place, nothing is ever unpacked."""

from __future__ import annotations

import lzma
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from reelscape.errors import BadArchive, UnsafeArchive
from reelscape.media.photos import MAX_FILE_BYTES, MAX_FILES

_MAX_TOTAL_BYTES = 8 << 30
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError, RuntimeError)
"""What zipfile and its decompressors raise on damaged archives."""


class PhotoZip:
    """The files of a zip archive, as a `PhotoSource`.

    Raises `BadArchive` when it cannot be read, `UnsafeArchive` for links, paths that lead elsewhere, encrypted entries,
    and more entries or bytes than allowed; all entries are looked at before the first is read.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise BadArchive() from error
        _check(self._archive.infolist())

    def names(self) -> list[str]:
        """Names of all files in it."""
        return [entry.filename for entry in self._archive.infolist() if not entry.is_dir()]

    def read(self, name: str, limit_bytes: int) -> bytes | None:
        """The first `limit_bytes` of an entry, never more than the archive's own list says; None when it is broken."""
        try:
            with self._archive.open(name) as stream:
                return stream.read(limit_bytes)
        except _BROKEN:
            return None


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_FILES:
        raise UnsafeArchive(f"The zip archive holds {len(entries)} entries; {MAX_FILES} is the limit.")
    for entry in entries:
        reason = _refusal(entry)
        if reason:
            raise UnsafeArchive(f"The zip archive is refused: its entry {_shown(entry.filename)} {reason}.")
    if sum(entry.file_size for entry in entries) > _MAX_TOTAL_BYTES:
        raise UnsafeArchive("The zip archive is refused: it is enormous when unpacked.")


def _refusal(entry: zipfile.ZipInfo) -> str | None:
    """Why an entry is refused, or None."""
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path"
    if ".." in name.split("/"):
        return "leads out of the archive"
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.file_size > MAX_FILE_BYTES:
        return f"is larger than {MAX_FILE_BYTES >> 20} MiB"
    return None


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)[:80]

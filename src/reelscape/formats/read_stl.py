"""Meshes out of STL files, binary and text. The format has no axes of its own; z is up, as in CAD."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from reelscape.errors import NoPicture, UnreadableMesh
from reelscape.formats.shape import FROM_Z_UP, Shape, Vectors, check_counts, make_shape, turned

MAX_TEXT_BYTES = 512 << 20

_HEADER_BYTES = 84
_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_VERTEX = re.compile(rb"vertex([^\r\n]*)", re.IGNORECASE)
_CHUNK_BYTES = 8 << 20


def read_stl(path: Path) -> Shape:
    """The triangles of an STL file, each with three vertices of its own.

    Raises `UnreadableMesh` when the file is something else or breaks off, `NoPicture` when it is too large.
    """
    size_bytes = path.stat().st_size
    with open(path, "rb") as file:
        header = file.read(_HEADER_BYTES)
        count = int.from_bytes(header[-4:], "little")
        if len(header) == _HEADER_BYTES and size_bytes == _HEADER_BYTES + _TRIANGLE.itemsize * count:
            check_counts(3 * count, count)
            corners: Vectors = np.fromfile(file, _TRIANGLE, count)["corners"].reshape(-1, 3)
        else:
            file.seek(0)
            corners = _read_text(file, size_bytes)
    triangles = np.arange(len(corners) // 3 * 3, dtype=np.int32).reshape(-1, 3)
    return make_shape(turned(corners, FROM_Z_UP), triangles)


def _read_text(file: IO[bytes], size_bytes: int) -> Vectors:
    """The corners of a text STL, [3 T, 3]: what stands behind each word `vertex`, three numbers a time."""
    if not file.read(512).lstrip().lower().startswith(b"solid"):
        raise UnreadableMesh("The file is not an STL mesh: its size does not fit its number of triangles.")
    if size_bytes > MAX_TEXT_BYTES:
        raise NoPicture(f"The file is a text of more than {MAX_TEXT_BYTES >> 20} MB; binary files may be larger.")
    file.seek(0)
    parts, num_corners = [], 0
    for chunk in _lines(file):
        part = _corners(chunk)
        num_corners += len(part)
        check_counts(num_corners)
        parts.append(part)
    if num_corners == 0 or num_corners % 3:
        raise UnreadableMesh("The STL text holds no whole triangles.")
    return np.concatenate(parts)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The file in chunks of whole lines."""
    pending = b""
    while chunk := file.read(_CHUNK_BYTES):
        whole, newline, rest = (pending + chunk).rpartition(b"\n")
        if not newline and len(rest) > _CHUNK_BYTES:
            raise UnreadableMesh("The STL text has a line without end.")
        yield whole
        pending = rest
    yield pending


def _corners(text: bytes) -> Vectors:
    found = _VERTEX.findall(text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numpy's word for text that is no number
        try:
            numbers = np.fromstring(b" ".join(found), np.float64, sep=" ") if found else np.empty(0)
        except (DeprecationWarning, ValueError) as error:
            raise UnreadableMesh("The STL text has a vertex that is no three numbers.") from error
    if numbers.size != 3 * len(found):
        raise UnreadableMesh("The STL text has a vertex that is no three numbers.")
    with np.errstate(over="ignore"):
        return numbers.reshape(-1, 3).astype(np.float32)

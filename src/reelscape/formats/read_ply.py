"""Meshes and point clouds out of PLY files, text and binary, as the many programs that write them do.

Splats are read by `formats.ply`. The format has no axes of its own; y is up, as viewers show it, unless a line
`comment axes: right-down-forward` says that the file is in our world frame.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from reelscape.errors import NoPicture, UnreadableMesh
from reelscape.formats.ply_faces import triangles_of_bytes, triangles_of_text
from reelscape.formats.ply_header import Element, read_header
from reelscape.formats.shape import (
    FROM_WORLD,
    FROM_Y_UP,
    Bytes,
    Shape,
    Triangles,
    check_counts,
    make_shape,
    turned,
)

MAX_TEXT_BYTES = 256 << 20

_COLOUR_NAMES = (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"), ("r", "g", "b"))

Rows = dict[str, NDArray[Any]]


def read_ply_shape(path: Path) -> Shape:
    """The mesh in a PLY file, or its points when it has no faces.

    Raises `UnreadableMesh` when the file is something else, breaks off or lies about itself, `NoPicture` when it is too
    large to be drawn.
    """
    with open(path, "rb") as file:
        header = read_header(file)
        body = _Body(file, path.stat().st_size, header.is_text)
        vertices: Rows | None = None
        triangles = np.empty((0, 3), np.int32)
        for element in header.elements:
            if element.name == "vertex" and vertices is None:
                vertices = body.rows(element)
            elif element.name == "face":
                triangles = body.faces(element)
                break
            else:
                body.skip(element)
    if vertices is None or not {"x", "y", "z"} <= vertices.keys():
        raise UnreadableMesh("The PLY file has no vertices with x, y and z before its faces.")
    with np.errstate(over="ignore"):
        places = np.stack([vertices[axis].astype(np.float32) for axis in "xyz"], axis=1)
    return make_shape(turned(places, FROM_WORLD if header.is_world else FROM_Y_UP), triangles, _colours(vertices))


@dataclass
class _Body:
    """What follows the header, read in order; every claim is held against what is left of the file first."""

    file: IO[bytes]
    size_bytes: int
    is_text: bool

    def __post_init__(self) -> None:
        if self.is_text and self.size_bytes > MAX_TEXT_BYTES:
            raise NoPicture(f"The file is a text of more than {MAX_TEXT_BYTES >> 20} MB; binary files may be larger.")

    def rows(self, element: Element) -> Rows:
        """The properties of an element without lists, by name."""
        row_bytes = self._check(element)
        check_counts(element.count)
        if self.is_text:
            numbers = self._numbers(row_bytes * element.count).reshape(element.count, -1)
            return {p.name: numbers[:, i] for i, p in enumerate(element.properties)}
        stored = np.fromfile(self.file, element.row_type(), element.count)
        return {p.name: stored[p.name] for p in element.properties}

    def skip(self, element: Element) -> None:
        """Pass over an element without lists."""
        row_bytes = self._check(element)
        if self.is_text:
            self._numbers(row_bytes * element.count)
        else:
            self.file.seek(row_bytes * element.count, 1)

    def faces(self, element: Element) -> Triangles:
        """The faces as triangles."""
        smallest = sum(1 if self.is_text else (p.count_type or p.type).itemsize for p in element.properties)
        self._check_left(element.count * smallest)
        check_counts(0, element.count)
        if self.is_text:
            return triangles_of_text(element, self._numbers(-1))
        left = self.size_bytes - self.file.tell()
        if left == 0:
            return np.empty((0, 3), np.int32)
        return triangles_of_bytes(element, np.memmap(self.file, np.uint8, "r", self.file.tell(), (left,)))

    def _check(self, element: Element) -> int:
        """Bytes of a row, or numbers in a line of text; raises unless the file is long enough for all of them."""
        if element.has_lists:
            raise UnreadableMesh("The PLY file has lists before or among its vertices.")
        row_bytes = len(element.properties) if self.is_text else element.row_type().itemsize
        self._check_left(element.count * row_bytes)
        return row_bytes

    def _check_left(self, needed_bytes: int) -> None:
        if needed_bytes > self.size_bytes - self.file.tell():
            raise UnreadableMesh("The PLY file breaks off: it is shorter than its header claims.")

    def _numbers(self, count: int) -> NDArray[np.float64]:
        """The next numbers of a text; all that are left for -1."""
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy's word for text that is no number
            try:
                numbers: NDArray[np.float64] = np.fromfile(self.file, np.float64, count, sep=" ")
            except (DeprecationWarning, ValueError) as error:
                raise UnreadableMesh("The PLY text has something that is no number, or breaks off.") from error
        if numbers.size < count:
            raise UnreadableMesh("The PLY file breaks off: it is shorter than its header claims.")
        return numbers


def _colours(vertices: Rows) -> Bytes | None:
    """Colours of the vertices [V, 3]: bytes as they are, 16 bits and shares of 1 brought down to bytes."""
    names = next((names for names in _COLOUR_NAMES if vertices.keys() >= set(names)), None)
    if names is None:
        return None
    stored = np.stack([vertices[name] for name in names], axis=1)
    if stored.dtype == np.uint8:
        return stored
    with np.errstate(invalid="ignore", over="ignore"):
        top = float(np.nanmax(stored, initial=0.0))
        scale = 255.0 if top <= 1.0 else 1.0 if top <= 255.0 else 255.0 / 65535.0
        return np.asarray(np.nan_to_num(stored.astype(np.float32) * scale).clip(0, 255), np.uint8)

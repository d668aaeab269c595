"""The faces of a PLY mesh as triangles: lists of any length, one after another."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reelscape.errors import NoPicture, UnreadableMesh
from reelscape.formats.ply_header import Element
from reelscape.formats.shape import Triangles, check_counts

MAX_UNEVEN_FACES = 4_000_000  # faces of different lengths are walked one at a time
MAX_CORNERS = 255  # of a face that is drawn; longer ones are passed over

_CORNER_LISTS = ("vertex_indices", "vertex_index")

Numbers = NDArray[Any]


def triangles_of_bytes(element: Element, content: NDArray[np.uint8]) -> Triangles:
    """Triangles out of binary faces that begin `content`. Raises `UnreadableMesh` when they break off."""
    corner_list = _corner_list(element)
    if element.count == 0:
        return np.empty((0, 3), np.int32)
    walk = _Walk(element, content, lambda p: p.itemsize, _byte_reader(content))
    length = walk.step()[1]
    even = element.row_type(length if length <= MAX_CORNERS else 0)
    lists = [p for p in element.properties if p.count_type is not None]
    if len(lists) == 1 and element.count * even.itemsize <= content.size:
        rows = content[: element.count * even.itemsize].view(even)
        if (rows[f"#{corner_list}"] == length).all():
            return _fanned([rows[corner_list]])
    kind = next(p.type for p in lists if p.name == corner_list)
    return _fanned([
        content[starts[:, None] + np.arange(n * kind.itemsize)].view(kind) for n, starts in walk.rest()
    ])  # fmt: skip


def triangles_of_text(element: Element, numbers: NDArray[np.float64]) -> Triangles:
    """Triangles out of faces as text, whose `numbers` were read. Raises `UnreadableMesh` when they break off."""
    corner_list = _corner_list(element)
    if element.count == 0:
        return np.empty((0, 3), np.int32)
    walk = _Walk(element, numbers, lambda p: 1, lambda at, _: _length(float(numbers[at])))
    length = walk.step()[1]
    if [p.name for p in element.properties] == [corner_list] and element.count * (length + 1) <= numbers.size:
        rows = numbers[: element.count * (length + 1)].reshape(-1, length + 1)
        if (rows[:, 0] == length).all():
            return _fanned([rows[:, 1:]])
    return _fanned([numbers[starts[:, None] + np.arange(n)] for n, starts in walk.rest()])


def _corner_list(element: Element) -> str:
    names = [p.name for p in element.properties if p.count_type is not None and p.name in _CORNER_LISTS]
    if not names:
        raise UnreadableMesh("The PLY file has faces without a list of their vertices.")
    return names[0]


def _byte_reader(content: NDArray[np.uint8]) -> Callable[[int, np.dtype[Any]], int]:
    """Reads the length of a list of that type at that place."""
    readers: dict[np.dtype[Any], struct.Struct] = {}

    def read(at: int, kind: np.dtype[Any]) -> int:
        if kind not in readers:
            order = ">" if kind.byteorder == ">" else "<"
            readers[kind] = struct.Struct(order + {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I",
                                                   "f4": "f", "f8": "d"}[kind.str[1:]])  # fmt: skip
        return _length(readers[kind].unpack_from(content.data, at)[0])

    return read


def _length(stored: float) -> int:
    if not 0 <= stored < 2**31:  # NaN too
        raise UnreadableMesh("A face of the PLY mesh claims an impossible number of vertices.")
    return int(stored)


class _Walk:
    """Steps from face to face in `stored`, bytes or numbers, and never beyond its end."""

    def __init__(
        self,
        element: Element,
        stored: Numbers,
        size_of: Callable[[np.dtype[Any]], int],
        read: Callable[[int, np.dtype[Any]], int],
    ) -> None:
        self._count, self._size, self._read = element.count, stored.size, read
        self._fields = [
            (p.name in _CORNER_LISTS, size_of(p.type), p.count_type, p.count_type is not None and size_of(p.count_type))
            for p in element.properties
        ]
        self._at = 0

    def step(self) -> tuple[int, int]:
        """Where the corners of the next face start, and how many there are."""
        start = length = 0
        for is_corners, size, count_type, count_size in self._fields:
            if count_type is None:
                self._at += size
                continue
            if self._at + count_size > self._size:
                raise UnreadableMesh("The PLY file breaks off among its faces.")
            count = self._read(self._at, count_type)
            self._at += count_size
            if is_corners:
                start, length = self._at, count
            self._at += count * size
        if self._at > self._size:
            raise UnreadableMesh("The PLY file breaks off among its faces.")
        return start, length

    def rest(self) -> list[tuple[int, NDArray[np.int64]]]:
        """From the beginning: the starts of all faces of each length of 3 to `MAX_CORNERS`."""
        if self._count > MAX_UNEVEN_FACES:
            raise NoPicture(f"The mesh has {self._count} faces of different lengths; {MAX_UNEVEN_FACES} can be drawn.")
        self._at = 0
        faces = np.fromiter((self.step() for _ in range(self._count)), dtype=(np.int64, 2), count=self._count)
        starts, lengths = faces[:, 0], faces[:, 1]
        check_counts(0, int(np.clip(lengths - 2, 0, MAX_CORNERS - 2).sum()))
        wanted = [int(n) for n in np.unique(lengths) if 3 <= n <= MAX_CORNERS]
        return [(n, starts[lengths == n]) for n in wanted]


def _fanned(polygons: list[Numbers]) -> Triangles:
    """Polygons [F, C] of each length C as triangles around their first corner."""
    drawn = [faces for faces in polygons if faces.shape[1] >= 3]
    check_counts(0, sum(len(faces) * (faces.shape[1] - 2) for faces in drawn))
    fans = [
        np.stack([_indices(faces[:, columns]) for columns in ([0, i, i + 1] for i in range(1, faces.shape[1] - 1))], 1)
        for faces in drawn
    ]
    return np.concatenate([np.empty((0, 3), np.int32), *(fan.reshape(-1, 3) for fan in fans)])


def _indices(corners: Numbers) -> Triangles:
    """As int32; what does not fit becomes -1, which no vertex has."""
    with np.errstate(invalid="ignore"):
        fits = (corners >= 0) & (corners < 2**31)
    return np.where(fits, corners, -1).astype(np.int32)

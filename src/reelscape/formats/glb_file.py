"""The parts of a GLB file and its accessors, every claim of theirs checked before anything is read or allocated.

Source of all rules: the glTF 2.0 specification of the Khronos Group (ISO/IEC 12113).
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reelscape.errors import NoPicture, UnreadableMesh
from reelscape.formats.shape import MAX_VERTICES, check_counts

MAX_JSON_BYTES = 16 << 20

_HEADER = struct.Struct("<4sII")  # magic, version, length
_CHUNK = struct.Struct("<I4s")  # length, type
_COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_TOPS = {"i1": 127.0, "u1": 255.0, "i2": 32767.0, "u2": 65535.0}

Object = dict[str, Any]


class GlbFile:
    """The JSON of a GLB file as `root`, and its accessors as arrays over the file itself."""

    def __init__(self, path: Path) -> None:
        """Raises `UnreadableMesh` when the file is something else, breaks off or has wrong lengths."""
        chunks = _chunks(path)
        if not chunks or chunks[0][0] != b"JSON":
            raise UnreadableMesh("The GLB file does not begin with its description.")
        self.root = _parsed(path, *chunks[0][1:])
        start, length = next(((at, size) for kind, at, size in chunks[1:] if kind == b"BIN\0"), (0, 0))
        self._binary: NDArray[np.uint8] = (
            np.memmap(path, np.uint8, "r", start, (length,)) if length else np.empty(0, np.uint8)
        )

    def objects(self, name: str) -> list[Any]:
        """One of the arrays at the top of the JSON; empty when it is not there."""
        found = self.root.get(name, [])
        return found if isinstance(found, list) else []

    def item(self, name: str, index: Any) -> Object:
        """The object that an index in the file means."""
        items = self.objects(name)
        if not is_index(index, len(items)) or not isinstance(items[index], dict):
            raise UnreadableMesh(f"The GLB file names something that it does not hold, in {name}.")
        return dict(items[index])

    def count(self, index: Any) -> int:
        """How many elements an accessor has."""
        return whole(self.item("accessors", index).get("count"), MAX_VERTICES * 3)

    def values(self, index: Any) -> NDArray[Any]:
        """An accessor as stored, [count, width], a view where nothing needs to be copied."""
        accessor = self.item("accessors", index)
        kind, width = (
            _COMPONENTS.get(_hashable(accessor.get("componentType"))),
            _WIDTHS.get(_hashable(accessor.get("type"))),
        )
        if kind is None or width is None:
            raise UnreadableMesh("The GLB file has numbers of an unknown type.")
        count = self.count(index)
        if "bufferView" in accessor:
            stored = self._view(
                accessor["bufferView"], whole(accessor.get("byteOffset", 0)), np.dtype(kind), count, width
            )
        else:
            check_counts(count)
            stored = np.zeros((count, width), kind)
        return self._with_sparse(accessor, stored) if "sparse" in accessor else stored

    def shares(self, index: Any) -> NDArray[np.float32]:
        """An accessor as float32; normalised integers become 0..1 or -1..1, others keep their value."""
        stored = self.values(index)
        is_normalised = self.item("accessors", index).get("normalized") is True
        top = _TOPS.get(stored.dtype.str[1:], 1.0) if is_normalised else 1.0
        return (
            np.maximum(stored.astype(np.float32) / np.float32(top), -1.0) if top != 1.0 else stored.astype(np.float32)
        )

    def bytes_of(self, index: Any) -> bytes:
        """The content of a buffer view."""
        view = self.item("bufferViews", index)
        return self._span(view).tobytes()

    def _span(self, view: Object) -> NDArray[np.uint8]:
        _refuse_compressed(view)
        if view.get("buffer") != 0 or "uri" in self.item("buffers", 0):
            raise NoPicture("The GLB file keeps its content in other files; those are not read.")
        start, length = whole(view.get("byteOffset", 0)), whole(view.get("byteLength"))
        if start + length > self._binary.size:
            raise UnreadableMesh("The GLB file breaks off: it is shorter than it claims.")
        return self._binary[start : start + length]

    def _view(self, index: Any, offset: int, kind: np.dtype[Any], count: int, width: int) -> NDArray[Any]:
        view = self.item("bufferViews", index)
        span, row_bytes = self._span(view), kind.itemsize * width
        stride = whole(view.get("byteStride", row_bytes)) or row_bytes
        if stride < row_bytes or (count and offset + stride * (count - 1) + row_bytes > span.size):
            raise UnreadableMesh("The GLB file has numbers that reach beyond their place.")
        if count == 0:
            return np.zeros((0, width), kind)
        return np.ndarray((count, width), kind, span, offset, (stride, kind.itemsize))

    def _with_sparse(self, accessor: Object, stored: NDArray[Any]) -> NDArray[Any]:
        """Single elements replaced, as `sparse` says."""
        try:
            sparse = accessor["sparse"]
            count = whole(sparse["count"], len(stored))
            where, what = sparse["indices"], sparse["values"]
            kind = np.dtype(_COMPONENTS[where["componentType"]])
            rows = self._view(where["bufferView"], whole(where.get("byteOffset", 0)), kind, count, 1)[:, 0]
            new = self._view(what["bufferView"], whole(what.get("byteOffset", 0)), stored.dtype, count, stored.shape[1])
        except (KeyError, TypeError, AttributeError) as error:
            raise UnreadableMesh("The GLB file has a sparse accessor that means nothing.") from error
        if count and not 0 <= int(rows.min()) <= int(rows.max()) < len(stored):
            raise UnreadableMesh("The GLB file has numbers that reach beyond their place.")
        changed = np.array(stored)
        changed[rows.astype(np.int64)] = new
        return changed


def is_index(value: Any, count: int) -> bool:
    """Whether a value out of JSON is an index into `count` things."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count


def whole(value: Any, most: int = 1 << 40) -> int:
    """A count or an offset out of JSON. Raises `UnreadableMesh` for anything but a whole number of 0 to `most`."""
    if not is_index(value, most + 1):
        raise UnreadableMesh("The GLB file has a count or an offset that cannot be.")
    return int(value)


def _hashable(value: Any) -> Any:
    return value if isinstance(value, int | str) else None


def _refuse_compressed(view: Object) -> None:
    extensions = view.get("extensions")
    if isinstance(extensions, dict) and any("meshopt" in name for name in extensions):
        raise NoPicture("The mesh is compressed with meshopt, which is not read here.")


def _chunks(path: Path) -> list[tuple[bytes, int, int]]:
    """Type, offset and length of each chunk."""
    size_bytes = path.stat().st_size
    chunks: list[tuple[bytes, int, int]] = []
    with open(path, "rb") as file:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size or _HEADER.unpack(header)[:2] != (b"glTF", 2):
            raise UnreadableMesh("The file is not a GLB file of version 2.")
        while len(chunks) < 2 and len(head := file.read(_CHUNK.size)) == _CHUNK.size:
            length, kind = _CHUNK.unpack(head)
            if file.tell() + length > size_bytes:
                raise UnreadableMesh("The GLB file breaks off: it is shorter than it claims.")
            chunks.append((kind, file.tell(), length))
            file.seek(length, 1)
    return chunks


def _parsed(path: Path, start: int, length: int) -> Object:
    if length > MAX_JSON_BYTES:
        raise NoPicture(f"The description in the GLB file is larger than {MAX_JSON_BYTES >> 20} MB.")
    with open(path, "rb") as file:
        file.seek(start)
        text = file.read(length)
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableMesh("The description in the GLB file is not JSON.") from error
    if not isinstance(root, dict):
        raise UnreadableMesh("The description in the GLB file is not that of a scene.")
    return root

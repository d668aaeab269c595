"""The header of a PLY file: its elements and their properties."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np

from reelscape.errors import UnreadableMesh

AXES_COMMENT = "axes: right-down-forward"

_MAX_HEADER_LINES = 1000
_MAX_HEADER_LINE_BYTES = 1000
_MAX_PROPERTIES = 200
_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8",
}  # fmt: skip
_BYTE_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}


@dataclass(frozen=True)
class Property:
    """A number for each row, or a list of them: `count_type` is None, or the type of the list's length."""

    name: str
    type: np.dtype[Any]
    count_type: np.dtype[Any] | None = None


@dataclass
class Element:
    name: str
    count: int
    properties: list[Property] = field(default_factory=list)

    @property
    def has_lists(self) -> bool:
        return any(p.count_type is not None for p in self.properties)

    def row_type(self, list_length: int = 0) -> np.dtype[np.void]:
        """Layout of a row whose lists have `list_length` numbers each; a list's length stands in the field `#name`."""
        fields: list[Any] = []
        for p in self.properties:
            if p.count_type is None:
                fields.append((p.name, p.type))
            else:
                fields += [(f"#{p.name}", p.count_type), (p.name, p.type, (list_length,))]
        return np.dtype(fields)


@dataclass
class Header:
    """`is_known` once the storage is named; `is_world` when a comment says that the axes are our world's."""

    is_text: bool = False
    is_known: bool = False
    is_world: bool = False
    byte_order: str = ""
    elements: list[Element] = field(default_factory=list)


def read_header(file: IO[bytes]) -> Header:
    """The header; `file` then stands behind it. Raises `UnreadableMesh`."""
    header = Header()
    if file.readline(8).rstrip() != b"ply":
        raise UnreadableMesh("The file is not a PLY file.")
    for _ in range(_MAX_HEADER_LINES):
        line = file.readline(_MAX_HEADER_LINE_BYTES).decode("latin-1").split()
        if line == ["end_header"]:
            return _checked(header)
        _take_line(header, line)
    raise UnreadableMesh("The PLY file has no end of header.")


def _take_line(header: Header, line: list[str]) -> None:
    match line:
        case ["format", name, _] if name in _BYTE_ORDERS:
            header.is_text, header.byte_order, header.is_known = name == "ascii", _BYTE_ORDERS[name], True
        case ["comment", *words]:
            header.is_world |= " ".join(words) == AXES_COMMENT
        case ["element", name, count] if count.isascii() and count.isdecimal() and len(count) < 19:
            header.elements.append(Element(name, int(count)))
        case ["property", "list", count_type, kind, name] if header.elements:
            header.elements[-1].properties.append(Property(name, _type(header, kind), _type(header, count_type)))
        case ["property", kind, name] if header.elements:
            header.elements[-1].properties.append(Property(name, _type(header, kind)))
        case ["element" | "property" | "format", *_]:
            raise UnreadableMesh(f"The header of the PLY file has a line that means nothing: {' '.join(line)[:80]!r}.")


def _type(header: Header, name: str) -> np.dtype[Any]:
    if name not in _TYPES:
        raise UnreadableMesh(f"The PLY file has numbers of the unknown type {name[:20]!r}.")
    return np.dtype(header.byte_order + _TYPES[name])


def _checked(header: Header) -> Header:
    if not header.is_known:
        raise UnreadableMesh("The PLY file does not say how its numbers are stored.")
    for element in header.elements:
        names = [p.name for p in element.properties]
        if len(names) > _MAX_PROPERTIES or len(set(names)) != len(names) or (not names and element.count):
            raise UnreadableMesh(f"The PLY file has too many properties, one twice, or none, in {element.name[:20]!r}.")
    return header

"""What kind of thing a file is, told by its first bytes; its name is never asked."""

from __future__ import annotations

import struct
from enum import StrEnum
from pathlib import Path

_HEAD_BYTES = 1 << 16
_STL_HEADER_BYTES, _STL_TRIANGLE_BYTES = 84, 50


class Kind(StrEnum):
    """`OPAQUE` is whatever none of the others fits: it is stored and given back, never opened."""

    GLB = "glb"
    GLTF = "gltf"
    PLY_MESH = "ply-mesh"
    PLY_POINTS = "ply-points"
    PLY_SPLATS = "ply-splats"
    SPZ = "spz"
    STL = "stl"
    VIDEO = "video"
    PICTURE = "picture"
    ZIP = "zip"
    OPAQUE = "opaque"


def kind_of(path: Path) -> Kind:
    """The kind of a file. Raises OSError when it cannot be read."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if _is_binary_stl(head, path.stat().st_size):
        return Kind.STL
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.ZIP
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n")):
        return Kind.PICTURE
    if head[4:8] in (b"ftyp", b"moov", b"mdat") or head.startswith(b"\x1a\x45\xdf\xa3") or head[8:12] == b"AVI ":
        return Kind.VIDEO
    if head.startswith(b"glTF\x02\x00\x00\x00"):
        return Kind.GLB
    if head.startswith(b"NGSP"):
        return Kind.SPZ
    return _ply_kind(head) if head.startswith((b"ply\n", b"ply\r")) else Kind.OPAQUE


def _ply_kind(head: bytes) -> Kind:
    header, end, _ = head.partition(b"end_header")
    if not end or b"element vertex" not in header:
        return Kind.OPAQUE
    if b" f_dc_0" in header:
        return Kind.PLY_SPLATS
    return Kind.PLY_MESH if b"element face" in header else Kind.PLY_POINTS


def _is_binary_stl(head: bytes, size_bytes: int) -> bool:
    if len(head) < _STL_HEADER_BYTES:
        return False
    (count,) = struct.unpack_from("<I", head, _STL_HEADER_BYTES - 4)
    return bool(count > 0 and size_bytes == _STL_HEADER_BYTES + _STL_TRIANGLE_BYTES * count)

"""What kind of thing an uploaded file is, told by its content; its name is never asked.

Reads a few kilobytes whatever the file's size, follows nothing that the file points at, and needs the standard library
alone: the service decides by it what to do with a file, and `reelscape picture` how to draw it. That a file is of a
kind says only how it begins; whether it can be read is found out by whoever reads it, in a process with limits.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zlib
from enum import StrEnum
from pathlib import Path
from typing import IO

from reelscape.sniff import HEAD_BYTES, is_zip, picture_format, video_format

MAX_PLY_HEADER_BYTES = 1 << 16

_GLB = struct.Struct("<4sII")  # magic, version, length
_SPZ_MAGIC = b"NGSP"
_GZIP_MAGIC = b"\x1f\x8b\x08"
_STL_HEADER_BYTES, _STL_TRIANGLE_BYTES = 84, 50
_STL_TEXT = re.compile(rb"\s*solid\b.*?\bfacet\s+normal\b", re.DOTALL | re.IGNORECASE)
_OBJ_VERTEX = re.compile(rb"v(\s+[-+]?\.?\d[-+.\deE]*){3,8}\s*")
_OBJ_BEFORE_VERTICES = (b"mtllib", b"o", b"g", b"s", b"usemtl")
_GLTF_TEXT = re.compile(rb'\{.*?"asset"\s*:\s*\{[^}]*"version"', re.DOTALL)


class Kind(StrEnum):
    """`OPAQUE` is whatever none of the others fits: it is stored and given back, never opened."""

    GLB = "glb"
    GLTF = "gltf"
    OBJ = "obj"
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
    """The kind of a file. What is not a plain file (a folder, a pipe, a device) is `OPAQUE` and is not read.

    Raises OSError when the file is not there or may not be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # without it a pipe would wait for a writer
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        return _kind(file, status.st_size) if stat.S_ISREG(status.st_mode) else Kind.OPAQUE


def _kind(file: IO[bytes], size_bytes: int) -> Kind:
    head = file.read(HEAD_BYTES)
    if _is_binary_stl(head, size_bytes):  # first: its header is free text, which may look like anything
        return Kind.STL
    if is_zip(head):
        return Kind.ZIP
    if picture_format(head) is not None:
        return Kind.PICTURE
    if video_format(head) is not None:
        return Kind.VIDEO
    if len(head) >= _GLB.size and _GLB.unpack_from(head)[:2] == (b"glTF", 2):
        return Kind.GLB
    if head.startswith((b"ply\n", b"ply\r")):
        return _ply_kind(head + file.read(MAX_PLY_HEADER_BYTES - len(head)))
    if head.startswith(_SPZ_MAGIC) or (head.startswith(_GZIP_MAGIC) and _unzipped(head).startswith(_SPZ_MAGIC)):
        return Kind.SPZ
    if _STL_TEXT.match(head):
        return Kind.STL
    if _is_obj(head):
        return Kind.OBJ
    return Kind.GLTF if _GLTF_TEXT.match(head.lstrip()) else Kind.OPAQUE


def _ply_kind(head: bytes) -> Kind:
    """By its header: faces make it a mesh, else `f_dc_0` makes its points splats."""
    header, end, _ = head.partition(b"end_header")
    lines = [line.split() for line in header.splitlines()]
    if not end or not any(line[:2] == [b"element", b"vertex"] for line in lines):
        return Kind.OPAQUE
    if any(line[:1] == [b"property"] and line[-1] == b"f_dc_0" for line in lines):
        return Kind.PLY_SPLATS
    has_faces = any(line[:2] == [b"element", b"face"] and line[2:] not in ([], [b"0"]) for line in lines)
    return Kind.PLY_MESH if has_faces else Kind.PLY_POINTS


def _unzipped(head: bytes) -> bytes:
    """The first bytes of what gzip packed."""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 16)
    except zlib.error:
        return b""


def _is_obj(head: bytes) -> bool:
    """The format has no magic either: the first line that is no remark, name or material must be a vertex."""
    for line in head.splitlines():
        words = line.split(maxsplit=1)
        if words and not words[0].startswith(b"#") and words[0] not in _OBJ_BEFORE_VERTICES:
            return _OBJ_VERTEX.fullmatch(line) is not None
    return False


def _is_binary_stl(head: bytes, size_bytes: int) -> bool:
    """The format has no magic number; the count of triangles must fit the size to the byte."""
    if len(head) < _STL_HEADER_BYTES:
        return False
    (count,) = struct.unpack_from("<I", head, _STL_HEADER_BYTES - 4)
    return bool(count > 0 and size_bytes == _STL_HEADER_BYTES + _STL_TRIANGLE_BYTES * count)

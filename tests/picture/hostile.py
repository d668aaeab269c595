"""Files that lie: about their size, their kind, what is in them. Each function writes one and says what is due."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tests.made_shapes import CORNERS, FACES, SIDES, XYZ, cube_glb, glb_bytes, ply_header, write_ply, write_stl

Write = Callable[[Path], Any]

CARD, DRAWN = "card", "drawn"


def _bytes(content: bytes) -> Write:
    return lambda path: path.write_bytes(content)


def _cut(write: Write, share: float) -> Write:
    def cut(path: Path) -> None:
        write(path)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])

    return cut


def _glb(change: Callable[[dict[str, Any]], None]) -> Write:
    def write(path: Path) -> None:
        root, binary = cube_glb()
        change(root)
        path.write_bytes(glb_bytes(root, binary))

    return write


def _set(*keys_and_value: Any) -> Write:
    """The GLB cube with one value in its description replaced."""
    *keys, last, value = keys_and_value

    def change(root: dict[str, Any]) -> None:
        target: Any = root
        for key in keys:
            target = target[key]
        target[last] = value

    return _glb(change)


def _whole_cube(path: Path) -> None:
    path.write_bytes(glb_bytes(*cube_glb()))


def _zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(4):
            archive.writestr(f"{i}.bin", bytes(50 << 20))


def _gzip_of_zeros(head: bytes, num_bytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(head)]
    parts += [packer.compress(bytes(1 << 24)) for _ in range(num_bytes >> 24)]
    return b"".join([*parts, packer.flush()])


def _spz(count: int, degree: int, num_bytes: int, version: int = 3) -> bytes:
    return _gzip_of_zeros(struct.pack("<IIIBBBB", 0x5053474E, version, count, degree, 12, 0, 0), num_bytes)


def _nan_corners() -> np.ndarray:
    corners = CORNERS[SIDES].copy()
    corners[3, 1] = np.nan
    corners[4, 2, 0] = np.inf
    corners[5, 0] = 3e38
    return corners


def _stl_claiming(count: int) -> bytes:
    return b"\0" * 80 + struct.pack("<I", count) + bytes(50 * 12)


def _long_lists(length: bytes) -> bytes:
    head = ply_header("element vertex 8", *XYZ, "element face 2", "property list uint int vertex_indices")
    return head + CORNERS.tobytes() + length + bytes(64)


def _chain(count: int) -> bytes:
    nodes = b",".join(b'{"children":[%d]}' % (i + 1) for i in range(count - 1))
    return glb_bytes(b'{"asset":{"version":"2.0"},"scenes":[{"nodes":[0]}],"nodes":[' + nodes + b",{}]}")


def _png_bomb() -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    pixels = zlib.compress(bytes(1 << 20))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )  # fmt: skip


HOSTILE: dict[str, tuple[Write, str]] = {
    "empty": (_bytes(b""), CARD),
    "svg.glb": (_bytes(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), CARD),
    "html.glb": (_bytes(b"<!doctype html><script src=//x></script>"), CARD),
    "zip-bomb.glb": (_zip_bomb, CARD),
    "magic-only.glb": (_bytes(b"glTF\2\0\0\0\x0c\0\0\0"), "unreadable_mesh"),
    "ply-vertices": (_bytes(ply_header("element vertex 1000000000", *XYZ) + bytes(600)), "unreadable_mesh"),
    "ply-text-vertices": (
        _bytes(ply_header("element vertex 1000000000", *XYZ, storage="ascii") + b"0 0 0\n" * 50), "unreadable_mesh"),
    "ply-huge-number": (_bytes(ply_header(f"element vertex {'9' * 400}", *XYZ)), "unreadable_mesh"),
    "ply-no-properties": (_bytes(ply_header("element vertex 1000000000")), "unreadable_mesh"),
    "ply-faces": (_bytes(
        ply_header("element vertex 8", *XYZ, "element face 1000000000", FACES) + CORNERS.tobytes()), "unreadable_mesh"),
    "ply-list-2^31": (_bytes(_long_lists(struct.pack("<I", 1 << 31))), "unreadable_mesh"),
    "ply-list-2^31-1": (_bytes(_long_lists(struct.pack("<I", (1 << 31) - 1))), "unreadable_mesh"),
    "ply-list-short": (_bytes(_long_lists(struct.pack("<I", 17))), "unreadable_mesh"),
    "ply-list-in-text": (_bytes(
        ply_header("element vertex 1", *XYZ, "element face 1", FACES, storage="ascii") + b"0 0 0\n1e300 0 0\n"),
        "unreadable_mesh"),
    "ply-words-in-text": (_bytes(
        ply_header("element vertex 2", *XYZ, storage="ascii") + b"0 0 0\nzero one two\n"), "unreadable_mesh"),
    "ply-index-range": (lambda path: write_ply(path, faces=[[0, 1, 2], [0, 1, 8]]), "unreadable_mesh"),
    "ply-index-negative": (lambda path: write_ply(path, faces=[[0, 1, 2], [0, 1, -8]]), "unreadable_mesh"),
    "ply-truncated": (_cut(write_ply, 0.85), "unreadable_mesh"),
    "ply-many-properties": (_bytes(ply_header(
        "element vertex 1", *(f"property float p{i}" for i in range(900))) + bytes(4000)), "unreadable_mesh"),
    "ply-all-nan": (_bytes(
        ply_header("element vertex 3", *XYZ) + np.full(9, np.nan, "<f4").tobytes()), "unreadable_mesh"),
    "splats-claimed": (_bytes(
        ply_header("element vertex 1000000000", *XYZ, "property float f_dc_0") + bytes(600)), "unreadable_scene"),
    "spz-no-splats": (_bytes(_spz(0, 0, 1 << 24)), "unreadable_scene"),
    "ply-no-points": (_bytes(ply_header("element vertex 0", *XYZ)), "unreadable_mesh"),
    "stl-2^32": (_bytes(_stl_claiming((1 << 32) - 1)), CARD),
    "stl-truncated": (_cut(write_stl, 0.7), CARD),
    "stl-nan": (lambda path: write_stl(path, _nan_corners()), DRAWN),
    "stl-text-broken": (_bytes(
        b"solid x\nfacet normal 0 0 1\nouter loop\nvertex 1 2\nvertex a b c\n"), "unreadable_mesh"),
    "glb-truncated": (_cut(_whole_cube, 0.6), "unreadable_mesh"),
    "glb-length": (_set("bufferViews", 0, "byteLength", 1 << 39), "unreadable_mesh"),
    "glb-offset": (_set("bufferViews", 0, "byteOffset", 300), "unreadable_mesh"),
    "glb-negative-offset": (_set("bufferViews", 0, "byteOffset", -4), "unreadable_mesh"),
    "glb-stride": (_set("bufferViews", 0, "byteStride", 1), "unreadable_mesh"),
    "glb-far-stride": (_set("bufferViews", 0, "byteStride", 1 << 38), "unreadable_mesh"),
    "glb-count": (_set("accessors", 0, "count", 1 << 50), "unreadable_mesh"),
    "glb-count-beyond": (_set("accessors", 0, "count", 9), "unreadable_mesh"),
    "glb-count-of-nothing": (
        _set("accessors", 0, {"componentType": 5126, "count": 29_000_000, "type": "VEC3"}), "no_picture"),
    "glb-count-true": (_set("accessors", 0, "count", True), "unreadable_mesh"),
    "glb-index-range": (_set("accessors", 0, "count", 7), "unreadable_mesh"),
    "glb-accessor-range": (_set("meshes", 0, "primitives", 0, "indices", 77), "unreadable_mesh"),
    "glb-uri": (_set("buffers", 0, "uri", "file:///etc/passwd"), "no_picture"),
    "glb-draco": (_set("meshes", 0, "primitives", 0, "extensions", {"KHR_draco_mesh_compression": {}}), "no_picture"),
    "glb-meshopt": (_set("bufferViews", 0, "extensions", {"EXT_meshopt_compression": {}}), "no_picture"),
    "glb-cycle": (_set("nodes", [{"children": [1], "mesh": 0}, {"children": [0, 1], "mesh": 0}]), DRAWN),
    "glb-chain": (_bytes(_chain(200_000)), "unreadable_mesh"),
    "glb-nodes": (_bytes(_chain(600_000)), "no_picture"),
    "glb-many-parts": (_set("nodes", [{"mesh": 0, "children": list(range(1, 30_000))}, *[{"mesh": 0}] * 29_999]),
        "no_picture"),
    "glb-deep-json": (_bytes(glb_bytes(b"[" * 1_000_000)), "unreadable_mesh"),
    "glb-no-object": (_bytes(glb_bytes([1, 2])), "unreadable_mesh"),
    "glb-nan-place": (_set("nodes", 0, "translation", [1e30, float("nan"), 0]), "unreadable_mesh"),
    "glb-far-place": (_set("nodes", 0, "scale", [1e29, 1e29, 1e29]), DRAWN),
    "glb-flat": (_set("nodes", 0, "scale", [0, 0, 0]), DRAWN),
    "spz-bomb": (_bytes(_spz(10, 0, 4 << 30)), DRAWN),
    "spz-claim": (_bytes(_spz(9_999_999, 3, 1 << 30)), "no_picture"),
    "spz-2^32": (_bytes(_spz((1 << 32) - 1, 3, 1 << 24)), "no_picture"),
    "spz-truncated": (_cut(_bytes(_spz(100_000, 3, 8 << 20)), 0.5), "unreadable_scene"),
    "spz-version": (_bytes(_spz(10, 0, 1 << 24, version=77)), "unreadable_scene"),
    "spz-plain": (_bytes(struct.pack("<IIIBBBB", 0x5053474E, 4, 10, 0, 12, 0, 0) + bytes(16)), "unreadable_scene"),
    "png-bomb": (_bytes(_png_bomb()), "picture_too_large"),
    "mp4-junk": (_bytes(b"\0\0\0\x20ftypisom" + bytes(5000)), "unreadable_media"),
    "jpeg-junk": (_bytes(b"\xff\xd8\xff\xe0" + bytes(5000)), "unreadable_media"),
}  # fmt: skip
"""What is due: the code of an error, `DRAWN` or `CARD`."""

LARGE = ("zip-bomb.glb", "ply-vertices", "ply-list-2^31-1", "stl-nan", "glb-nodes", "glb-chain", "glb-many-parts",
    "glb-deep-json", "glb-count-of-nothing", "spz-bomb", "spz-claim", "png-bomb", "mp4-junk")  # fmt: skip
"""Those that could really take time or memory: drawn in a child with limits."""

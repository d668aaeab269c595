"""Made-up meshes and point clouds as files of many kinds, right and wrong."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
SIDES = np.array(
    [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ],
    np.uint32,
)  # fmt: skip
"""A cube two units wide, its triangles counter-clockwise from outside."""


def write_stl(path: Path, corners: np.ndarray | None = None) -> Path:
    """A binary STL of triangles [T, 3, 3]."""
    corners = CORNERS[SIDES] if corners is None else corners
    rows = np.zeros(len(corners), [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    rows["corners"] = corners
    path.write_bytes(b"\0" * 80 + struct.pack("<I", len(rows)) + rows.tobytes())
    return path


def write_stl_text(path: Path) -> Path:
    facets = []
    for corners in CORNERS[SIDES]:
        lines = "\n".join(f"    vertex {x} {y} {z:e}" for x, y, z in corners)
        facets.append(f"  facet normal 0 0 1\n   outer loop\n{lines}\n   endloop\n  endfacet\n")
    path.write_text("solid a cube\n" + "".join(facets) + "endsolid a cube\n")
    return path


def ply_header(*lines: str, storage: str = "binary_little_endian") -> bytes:
    return "\n".join(["ply", f"format {storage} 1.0", *lines, "end_header\n"]).encode()


XYZ = ("property float x", "property float y", "property float z")
RGB = ("property uchar red", "property uchar green", "property uchar blue")
FACES = "property list uchar int vertex_indices"


def write_ply_text(path: Path, quads: bool = False) -> Path:
    faces = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5], [0, 5, 1]] if quads else SIDES.tolist()
    lines = [f"{x} {y} {z} 255 128 0" for x, y, z in CORNERS]
    lines += [" ".join(map(str, [len(face), *face])) for face in faces]
    head = ply_header("element vertex 8", *XYZ, *RGB, f"element face {len(faces)}", FACES, storage="ascii")
    path.write_bytes(head + "\n".join(lines).encode() + b"\n")
    return path


def write_ply(path: Path, order: str = "<", faces: list[list[int]] | None = None) -> Path:
    """A binary PLY in either byte order, with coloured vertices, normals and a number for each face."""
    name = {"<": "binary_little_endian", ">": "binary_big_endian"}[order]
    faces = SIDES.tolist() if faces is None else faces
    rows = np.zeros(8, [("xyz", f"{order}f4", 3), ("normal", f"{order}f4", 3), ("rgb", "u1", 3)])
    rows["xyz"], rows["rgb"] = CORNERS, [255, 128, 0]
    normals = ("property float nx", "property float ny", "property float nz")
    head = ply_header(
        "comment made", "element vertex 8", *XYZ, *normals, *RGB, f"element face {len(faces)}", "property short part",
        FACES, storage=name,
    )  # fmt: skip
    body = b"".join(struct.pack(f"{order}hB{len(face)}i", 7, len(face), *face) for face in faces)
    path.write_bytes(head + rows.tobytes() + body)
    return path


def glb_bytes(root: Any, binary: bytes = b"") -> bytes:
    text = root if isinstance(root, bytes) else json.dumps(root).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    if binary:
        binary += b"\0" * (-len(binary) % 4)
        chunks += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def cube_glb() -> tuple[dict[str, Any], bytes]:
    """The description and the content of a GLB cube with linear colours; tests change one thing each."""
    colours = np.tile(np.array([65535, 0, 13933, 65535], "<u2"), (8, 1))  # 13933 is 0.2126 of the whole: 127 in sRGB
    parts = [CORNERS.astype("<f4").tobytes(), colours.tobytes(), SIDES.astype("<u2").tobytes()]
    starts = np.cumsum([0, *map(len, parts)]).tolist()
    root = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "COLOR_0": 1}, "indices": 2}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 8, "type": "VEC4", "normalized": True},
            {"bufferView": 2, "componentType": 5123, "count": 36, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": start, "byteLength": len(part)}
            for start, part in zip(starts, parts, strict=False)
        ],
        "buffers": [{"byteLength": starts[-1]}],
    }
    return root, b"".join(parts)


def write_glb(path: Path, **changes: Any) -> Path:
    """The cube with top-level entries of its description replaced."""
    root, binary = cube_glb()
    path.write_bytes(glb_bytes(root | changes, binary))
    return path

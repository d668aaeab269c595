"""Triangle meshes as GLB, the binary form of glTF 2.0 (Khronos registry), with vertex colours and unlit material.

glTF has y up and z towards the viewer; our frame is right-down-forward: y and z change sign. Colours are linear in
glTF, and stored with 16 bits so that dark ones keep their steps. Without light nothing needs normals.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from reelscape.triangle_mesh import Colors, Float32, TriangleMesh

_MAGIC, _VERSION = 0x46546C67, 2
_JSON, _BIN = 0x4E4F534A, 0x004E4942
_FLOAT, _UNSIGNED_SHORT, _UNSIGNED_INT = 5126, 5123, 5125
_VERTICES, _INDICES = 34962, 34963  # targets of buffer views


def write_glb(path: Path, mesh: TriangleMesh) -> None:
    """Write `mesh` as one GLB file. Raises ValueError when it has no triangles: glTF knows no empty mesh."""
    if not len(mesh):
        raise ValueError("a GLB file needs a triangle at least")
    places = y_up(mesh.vertices).astype("<f4")
    parts = [places, linear_rgba(mesh.colors).astype("<u2"), mesh.triangles.astype("<u4")]
    document = json.dumps(_document(places, parts), separators=(",", ":")).encode()
    document += b" " * (-len(document) % 4)
    body = b"".join(part.tobytes() for part in parts)  # each a multiple of four bytes
    total = 12 + 8 + len(document) + 8 + len(body)
    with open(path, "wb") as file:
        file.write(struct.pack("<III", _MAGIC, _VERSION, total))
        file.write(struct.pack("<II", len(document), _JSON) + document)
        file.write(struct.pack("<II", len(body), _BIN) + body)


def y_up(vertices: Float32) -> Float32:
    """Points [V, 3] of our frame in the right-up-back frame of mesh files."""
    return vertices * np.array([1, -1, -1], np.float32)


def linear_rgba(colors: Colors) -> npt.NDArray[np.uint16]:
    """sRGB [V, 3] uint8 as linear light with opaque alpha, [V, 4] of 0..65535 (IEC 61966-2-1)."""
    level = np.arange(256) / 255
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    table = np.rint(linear * 65535).astype(np.uint16)
    return np.concatenate([table[colors], np.full((len(colors), 1), 65535, np.uint16)], axis=1)


def _document(places: npt.NDArray[np.float32], parts: list[npt.NDArray[Any]]) -> dict[str, Any]:
    sizes = [part.nbytes for part in parts]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).tolist()
    targets = (_VERTICES, _VERTICES, _INDICES)
    strides: tuple[dict[str, int], ...] = ({"byteStride": 12}, {"byteStride": 8}, {})
    positions, colors, indices = parts
    return {
        "asset": {"version": "2.0", "generator": "Reelscape"},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "scene"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "COLOR_0": 1}, "indices": 2, "material": 0}]}],
        "materials": [
            {
                "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 1.0},
                "extensions": {"KHR_materials_unlit": {}},
            }
        ],
        "accessors": [
            {
                "bufferView": 0, "componentType": _FLOAT, "count": len(positions), "type": "VEC3",
                "min": places.min(axis=0).tolist(), "max": places.max(axis=0).tolist(),
            },
            {
                "bufferView": 1, "componentType": _UNSIGNED_SHORT, "normalized": True, "count": len(colors),
                "type": "VEC4",
            },
            {"bufferView": 2, "componentType": _UNSIGNED_INT, "count": indices.size, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": offset, "byteLength": size, "target": target, **stride}
            for offset, size, target, stride in zip(offsets, sizes, targets, strides, strict=False)
        ],
        "buffers": [{"byteLength": offsets[-1]}],
    }  # fmt: skip

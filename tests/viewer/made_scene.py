"""One scene in every format: blobs of plain colours at known places, so that a picture tells which way is up."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from reelscape.formats.mesh_ply import write_mesh_ply
from reelscape.formats.ply import write_ply
from reelscape.formats.spz import write_spz
from reelscape.gaussians import Gaussians
from reelscape.triangle_mesh import TriangleMesh

# Name: middle (right-up-back axes) and colour. White stands before black, as seen from CAMERA.
BLOBS: dict[str, tuple[tuple[float, float, float], tuple[int, int, int]]] = {
    "left": ((-1.0, 0.0, 0.0), (230, 40, 40)),
    "right": ((1.0, 0.0, 0.0), (40, 210, 40)),
    "up": ((0.0, 1.0, 0.0), (60, 80, 240)),
    "down": ((0.0, -1.0, 0.0), (230, 210, 40)),
    "front": ((0.0, 0.0, 1.0), (250, 250, 250)),
    "back": ((0.0, 0.0, -1.0), (5, 5, 5)),
}
HALF_SIDE = 0.25
COLOR_OF_PIXEL = (200, 120, 40)


def _png_of_one_pixel() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (1, 1), COLOR_OF_PIXEL).save(file, "PNG")
    return file.getvalue()


PNG_OF_ONE_PIXEL = _png_of_one_pixel()

CAMERA: dict[str, Any] = {
    "position": {"x": 0, "y": 0, "z": 6},
    "lookAt": {"x": 0, "y": 0, "z": 0},
    "up": {"x": 0, "y": 1, "z": 0},
    "cameraType": "orbital",
}
TURN = np.diag([1.0, -1.0, -1.0])  # between right-up-back and right-down-forward


def make_splats(tint: tuple[int, int, int] | None = None) -> Gaussians:
    """The blobs in right-down-forward axes, 27 round splats each; with `tint` all in one colour."""
    steps = np.array([-1, 0, 1]) * HALF_SIDE * 0.6
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    means = np.concatenate([np.array(middle) @ TURN + grid for middle, _ in BLOBS.values()])
    colors = np.repeat([tint or color for _, color in BLOBS.values()], len(grid), axis=0) / 255
    count = len(means)
    return Gaussians(
        means=means.astype(np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], np.float32), (count, 1)),
        scales=np.full((count, 3), np.log(HALF_SIDE * 0.4), np.float32),
        opacities=np.full(count, 6.0, np.float32),
        sh0=((colors - 0.5) / 0.28209479).astype(np.float32)[:, None],
        shN=np.zeros((count, 0, 3), np.float32),
    )


def write_splats(folder: Path) -> None:
    """scene.spz and scene.ply."""
    write_spz(folder / "scene.spz", make_splats())
    write_ply(folder / "scene.ply", make_splats())


def write_meshes(folder: Path) -> None:
    """Cubes for the blobs.

    mesh.glb and mesh.ply are right-up-back, mesh-world.ply right-down-forward as its header says, mesh.stl
    right-forward-up.
    """
    vertices, colors, faces = cubes()
    _write_glb(folder / "mesh.glb", vertices, colors, faces)
    world = vertices @ TURN
    write_mesh_ply(folder / "mesh.ply", TriangleMesh(world.astype(np.float32), faces.astype(np.int32), colors))
    _write_world_ply(folder / "mesh-world.ply", world, colors, faces)
    z_up = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])  # right-up-back to right-forward-up, for rows
    _write_stl(folder / "mesh.stl", vertices @ z_up, faces)


def write_mesh_with_scraps(path: Path) -> None:
    """A PLY: the cubes, each twenty times over, and a few small triangles far out to the right of them."""
    vertices, colors, faces = cubes()
    shifts = len(vertices) * np.arange(20)[:, None, None]
    num_scraps = 5
    scraps = np.array([40.0, 0, 0]) + np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0]])
    mesh = TriangleMesh(
        np.concatenate([np.tile(vertices @ TURN, (20, 1)), np.tile(scraps, (num_scraps, 1))]).astype(np.float32),
        np.concatenate(
            [(faces + shifts).reshape(-1, 3), np.arange(3 * num_scraps).reshape(-1, 3) + 20 * len(vertices)]
        ).astype(np.int32),
        np.concatenate([np.tile(colors, (20, 1)), np.zeros((3 * num_scraps, 3), np.uint8)]),
    )
    write_mesh_ply(path, mesh)


def cubes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices [V, 3], colours [V, 3] in bytes, triangles [F, 3]."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * HALF_SIDE
    sides = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    triangles = np.array([[a, b, c] for a, b, c, d in sides] + [[a, c, d] for a, b, c, d in sides])
    vertices = np.concatenate([np.array(middle) + corners for middle, _ in BLOBS.values()])
    colors = np.repeat([color for _, color in BLOBS.values()], 8, axis=0)
    faces = np.concatenate([triangles + 8 * index for index in range(len(BLOBS))])
    return vertices.astype(np.float32), colors.astype(np.uint8), faces


def write_textured_glb(path: Path, image: dict[str, Any]) -> None:
    """A square before the camera with a picture on it; `image` says where the picture is, buffer view 3 holds one."""
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], "<f4")
    texture_uv = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], "<f4")
    indices = np.array([0, 1, 2, 0, 2, 3], "<u4")
    picture = np.frombuffer(PNG_OF_ONE_PIXEL + bytes(-len(PNG_OF_ONE_PIXEL) % 4), np.uint8)
    look = {"baseColorTexture": {"index": 0}, "metallicFactor": 0}
    extra = {"images": [image], "textures": [{"source": 0}]}
    _write_glb_parts(path, [corners, texture_uv, indices, picture], ["POSITION", "TEXCOORD_0"], look, extra)


def _write_glb(path: Path, vertices: np.ndarray, colors: np.ndarray, faces: np.ndarray) -> None:
    linear = np.where(colors / 255 <= 0.04045, colors / 255 / 12.92, ((colors / 255 + 0.055) / 1.055) ** 2.4)
    parts = [vertices.astype("<f4"), linear.astype("<f4"), faces.astype("<u4").reshape(-1)]
    _write_glb_parts(path, parts, ["POSITION", "COLOR_0"], {"metallicFactor": 0}, {})


def _write_glb_parts(
    path: Path, parts: list[np.ndarray], attributes: list[str], look: dict[str, Any], extra: dict[str, Any]
) -> None:
    """`parts` are the attributes in order (first the positions), then the triangles, then what `extra` refers to."""
    views, offset = [], 0
    for part in parts:
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": part.nbytes})
        offset += part.nbytes
    accessors: list[dict[str, Any]] = [
        {"bufferView": index, "componentType": 5126, "count": len(part), "type": f"VEC{part.shape[1]}"}
        for index, part in enumerate(parts[: len(attributes)])
    ]
    accessors[0] |= {"min": parts[0].min(axis=0).tolist(), "max": parts[0].max(axis=0).tolist()}
    triangles = {"bufferView": len(accessors), "componentType": 5125, "type": "SCALAR"}
    accessors.append(triangles | {"count": parts[len(attributes)].size})
    primitive = {"attributes": {name: index for index, name in enumerate(attributes)}, "material": 0}
    document = {
        "asset": {"version": "2.0"},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive | {"indices": len(attributes)}]}],
        "materials": [{"extensions": {"KHR_materials_unlit": {}}, "pbrMetallicRoughness": look}],
        "buffers": [{"byteLength": offset}],
        "bufferViews": views,
        "accessors": accessors,
    }
    text = json.dumps(document | extra).encode()
    text += b" " * (-len(text) % 4)
    data = b"".join(part.tobytes() for part in parts)
    head = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(data))
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
    path.write_bytes(head + chunks)


def _write_world_ply(path: Path, vertices: np.ndarray, colors: np.ndarray, faces: np.ndarray) -> None:
    names = [f"property float {axis}" for axis in "xyz"] + [
        f"property uchar {name}" for name in ("red", "green", "blue")
    ]
    head = ["ply", "format ascii 1.0", "comment axes: right-down-forward", f"element vertex {len(vertices)}", *names]
    head += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header"]
    places, shades = vertices.tolist(), colors.tolist()
    rows = [f"{x:g} {y:g} {z:g} {r} {g} {b}" for (x, y, z), (r, g, b) in zip(places, shades, strict=True)]
    path.write_text("\n".join([*head, *rows, *(f"3 {a} {b} {c}" for a, b, c in faces.tolist())]) + "\n")


def _write_stl(path: Path, vertices: np.ndarray, faces: np.ndarray) -> None:
    triangles = vertices[faces]
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    rows = np.zeros(len(faces), dtype=[("floats", "<f4", 12), ("spare", "<u2")])
    rows["floats"] = np.concatenate([normals[:, None], triangles], axis=1).reshape(-1, 12)
    path.write_bytes(bytes(80) + struct.pack("<I", len(faces)) + rows.tobytes())

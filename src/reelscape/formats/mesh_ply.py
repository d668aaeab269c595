"""Triangle meshes as PLY (Turk 1994) with vertex colours, y up as in GLB."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from reelscape.formats.glb import y_up
from reelscape.triangle_mesh import TriangleMesh


def write_mesh_ply(path: Path, mesh: TriangleMesh) -> None:
    """Write `mesh` as binary little-endian PLY, right-up-back axes, sRGB colours."""
    vertices = np.empty(len(mesh.vertices), [("place", "<f4", 3), ("color", "u1", 3)])
    vertices["place"], vertices["color"] = y_up(mesh.vertices), mesh.colors
    faces = np.empty(len(mesh), [("count", "u1"), ("corners", "<i4", 3)])
    faces["count"], faces["corners"] = 3, mesh.triangles
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(vertices)}"]
    header += [f"property float {axis}" for axis in "xyz"]
    header += [f"property uchar {channel}" for channel in ("red", "green", "blue")]
    header += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header", ""]
    with open(path, "wb") as file:
        file.write("\n".join(header).encode("ascii"))
        vertices.tofile(file)
        faces.tofile(file)

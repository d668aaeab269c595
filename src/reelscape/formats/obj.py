"""Triangle meshes as Wavefront OBJ; colours follow the coordinates of a vertex, as MeshLab and Blender read them."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from reelscape.formats.glb import y_up
from reelscape.triangle_mesh import TriangleMesh

_ROWS = 65_536  # lines put together at a time


def write_obj(path: Path, mesh: TriangleMesh) -> None:
    """Write `mesh` as text, right-up-back axes, colours sRGB 0..1; OBJ counts vertices from 1."""
    rows = np.concatenate([y_up(mesh.vertices), mesh.colors / np.float32(255)], axis=1)
    with open(path, "w", encoding="ascii", newline="\n") as file:
        file.write("# Reelscape: x right, y up, z towards the viewer\n")
        _write_lines(file, "v %.6g %.6g %.6g %.4g %.4g %.4g\n", rows)
        _write_lines(file, "f %d %d %d\n", mesh.triangles + 1)


def _write_lines(file: IO[str], line: str, rows: npt.NDArray[np.generic]) -> None:
    for start in range(0, len(rows), _ROWS):
        part = rows[start : start + _ROWS]
        file.write(line * len(part) % tuple(part.reshape(-1).tolist()))

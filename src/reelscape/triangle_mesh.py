"""A triangle mesh with coloured vertices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Triangles = npt.NDArray[np.int32]
Colors = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class TriangleMesh:
    """vertices [V, 3] float32, world frame; triangles [T, 3] int32, counter-clockwise seen from outside; colors [V, 3]
    uint8, sRGB."""

    vertices: Float32
    triangles: Triangles
    colors: Colors

    def __len__(self) -> int:
        return len(self.triangles)


def without_loose_vertices(vertices: Float32, triangles: Triangles) -> tuple[Float32, Triangles]:
    """The same triangles, over only those vertices that they use."""
    is_used = np.zeros(len(vertices), bool)
    is_used[triangles] = True
    number = np.cumsum(is_used, dtype=np.int32) - 1
    return vertices[is_used], number[triangles].astype(np.int32, copy=False).reshape(-1, 3)

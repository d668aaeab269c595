"""What the readers of meshes and point clouds hand out, and the limits that hold before they take memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelscape.errors import NoPicture, UnreadableMesh

MAX_VERTICES = 10_000_000
MAX_TRIANGLES = 10_000_000

Vectors = NDArray[np.float32]
Triangles = NDArray[np.int32]
Bytes = NDArray[np.uint8]

FROM_WORLD = np.eye(3, dtype=np.float32)
FROM_Y_UP = np.diag([1.0, -1.0, -1.0]).astype(np.float32)
FROM_Z_UP = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], np.float32)
"""World from file, [3, 3], for right-down-forward, right-up-back (as in glTF) and right-forward-up axes (as in CAD)."""


@dataclass(frozen=True)
class Skin:
    """A picture on a mesh: `uvs` [V, 2], v downwards, repeating; `textures` RGB uint8 [h, w, 3];
    `texture_of` [T] the texture of each triangle, -1 for none."""

    uvs: Vectors
    textures: tuple[Bytes, ...]
    texture_of: NDArray[np.int16]


@dataclass(frozen=True)
class Shape:
    """A mesh, or a point cloud when there are no triangles; right-down-forward axes.

    vertices [V, 3] finite; triangles [T, 3] rows of `vertices`; colours [V, 3] sRGB or None.
    """

    vertices: Vectors
    triangles: Triangles
    colours: Bytes | None = None
    skin: Skin | None = None

    @property
    def is_mesh(self) -> bool:
        return len(self.triangles) > 0


def check_counts(num_vertices: int, num_triangles: int = 0) -> None:
    """Raise `NoPicture` for more than can be drawn."""
    if num_vertices > MAX_VERTICES or num_triangles > MAX_TRIANGLES:
        raise NoPicture(
            f"The file has {num_vertices} vertices and {num_triangles} triangles; "
            f"{MAX_VERTICES} and {MAX_TRIANGLES} can be drawn."
        )


def make_shape(
    vertices: Vectors, triangles: Triangles, colours: Bytes | None = None, skin: Skin | None = None
) -> Shape:
    """A checked shape: what is not finite is dropped, with the triangles on it.

    Raises `UnreadableMesh` when a triangle names a vertex that is not there, or when nothing is left.
    """
    if triangles.size and (triangles.min() < 0 or triangles.max() >= len(vertices)):
        raise UnreadableMesh("A face of the mesh names a vertex that is not there.")
    finite = np.asarray(np.isfinite(vertices).all(axis=1))
    if not finite.all():
        vertices, triangles, colours, skin = _without(~finite, vertices, triangles, colours, skin)
    if not len(vertices):
        raise UnreadableMesh("The file holds no vertices with usable coordinates.")
    return Shape(vertices, triangles, colours, skin)


def _without(
    bad: NDArray[np.bool_], vertices: Vectors, triangles: Triangles, colours: Bytes | None, skin: Skin | None
) -> tuple[Vectors, Triangles, Bytes | None, Skin | None]:
    """A mesh keeps its vertices' numbers: those that are not finite move to a good one's place, unused."""
    if not triangles.size:
        return vertices[~bad], triangles, None if colours is None else colours[~bad], None
    kept = ~bad[triangles].any(axis=1)
    if not kept.any():
        raise UnreadableMesh("No face of the mesh has usable coordinates.")
    vertices = np.where(bad[:, None], vertices[np.argmin(bad)], vertices)
    if skin is not None:
        skin = Skin(skin.uvs, skin.textures, skin.texture_of[kept])
    return vertices, triangles[kept], colours, skin


def turned(vertices: NDArray[np.floating], world_from_file: Vectors) -> Vectors:
    """Vertices [V, 3] in world axes, float32; infinite where that overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        result: Vectors = vertices.astype(np.float32) @ world_from_file.T
    return np.ascontiguousarray(result)

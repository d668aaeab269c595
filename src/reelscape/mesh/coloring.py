"""Colours of vertices: what the views see there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from reelscape.mesh.depth_view import DepthView, project
from reelscape.triangle_mesh import Colors, Float32, Triangles

_LEAST_FACING = 0.1
_GREY = 128


def normals_of(vertices: Float32, triangles: Triangles) -> Float32:
    """Unit normals of the vertices [V, 3]: the mean of their triangles', weighted by area; zero for loose vertices."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    across = np.cross(b - a, c - a)
    columns = [
        sum(np.bincount(triangles[:, i], across[:, axis], minlength=len(vertices)) for i in range(3))
        for axis in range(3)
    ]
    normals = np.stack(columns, axis=1)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(normals / np.maximum(lengths, 1e-30), np.float32)


def vertex_colors(vertices: Float32, triangles: Triangles, views: Sequence[DepthView], tolerance: float) -> Colors:
    """sRGB of each vertex [V, 3]: the mean of the views that see it, those that face it from nearby counting most.

    A view sees a vertex when its depth there agrees within `tolerance`, in scene units. What none sees takes the colour
    of the views that look at its place, whatever they see there; grey is left for what lies in no picture.
    """
    normals = normals_of(vertices, triangles)
    sums = {is_seen: np.zeros((len(vertices), 4), np.float32) for is_seen in (True, False)}
    for view in views:
        pixels, z = project(view, vertices)
        rows = np.flatnonzero(pixels >= 0)
        pixels, z = pixels[rows], z[rows]
        towards = view.center.astype(np.float32) - vertices[rows]
        facing = (towards * normals[rows]).sum(1) / np.maximum(np.linalg.norm(towards, axis=1), 1e-12)
        weights = np.maximum(facing, _LEAST_FACING) ** 2 / np.maximum(z, 1e-6) ** 2
        is_seen = np.abs(view.depth.reshape(-1)[pixels] - z) <= tolerance
        colors = np.concatenate([view.image.reshape(-1, 3)[pixels], np.ones((len(rows), 1))], axis=1)
        weighted = (weights[:, None] * colors).astype(np.float32)
        sums[True][rows[is_seen]] += weighted[is_seen]
        sums[False][rows] += weighted
    return _means(np.where(sums[True][:, 3:] > 0, sums[True], sums[False]))


def _means(sums: npt.NDArray[np.float32]) -> Colors:
    weights = sums[:, 3:]
    means = np.where(weights > 0, sums[:, :3] / np.where(weights > 0, weights, 1), _GREY)
    colors: Colors = np.rint(means).clip(0, 255).astype(np.uint8)
    return colors

"""The distance field and its zero level once more, slowly and readably: plain numpy over a dense box of samples.

Sources: Curless and Levoy 1996 for the field, Lorensen and Cline 1987 for marching cubes. Arrays over samples are
[X, Y, Z]. The table of cases is derived: on each face of a cube, runs of inside corners are cut off by segments.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from reelscape.cameras import Float
from reelscape.mesh.depth_view import DepthView, Float32

Edge = tuple[int, int]
"""An edge of a cube: its lower corner (bits x, y, z) and its axis."""


def integrate(
    views: Sequence[DepthView], weights: Sequence[Float32], low: Float, voxel: float, shape: tuple[int, int, int],
    truncation: float,
) -> tuple[Float, Float]:  # fmt: skip
    """Weighted sums of distance / truncation (-1..1) and weights of the samples at low + voxel * (i, j, k)."""
    places = low + voxel * np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    sums, totals = np.zeros(shape), np.zeros(shape)
    for view, weight in zip(views, weights, strict=True):
        x, y, z = np.moveaxis(places @ view.viewmat[:3, :3].T + view.viewmat[:3, 3], -1, 0)
        height, width = view.depth.shape
        ahead = z > 1e-6
        u = view.K[0, 0] * x / np.where(ahead, z, 1) + view.K[0, 2]
        v = view.K[1, 1] * y / np.where(ahead, z, 1) + view.K[1, 2]
        inside = ahead & (u >= 0) & (u < width) & (v >= 0) & (v < height)
        row, column = np.where(inside, v, 0).astype(int), np.where(inside, u, 0).astype(int)
        depth, w = view.depth[row, column].astype(float), weight[row, column].astype(float)
        distance = (depth - z) / truncation
        known = inside & (depth > 0) & (w > 0) & (distance > -1)
        w = np.where(known, w * np.minimum(1 + distance, 1), 0)
        totals += w
        sums += w * np.minimum(distance, 1)
    return sums, totals


def zero_level(values: Float) -> tuple[Float, npt.NDArray[np.int32]]:
    """Vertices [V, 3], in samples, and triangles [T, 3] where values [X, Y, Z] change sign; NaN is unknown.

    Seen from the positive side the triangles are counter-clockwise.
    """
    vertices: list[Float] = []
    vertex_of: dict[tuple[int, int, int, int], int] = {}
    triangles = []
    for x, y, z in np.ndindex(*(side - 1 for side in values.shape)):
        cube = values[x : x + 2, y : y + 2, z : z + 2]
        if np.isnan(cube).any():
            continue
        inside = sum(int(cube[c & 1, c >> 1 & 1, c >> 2] < 0) << c for c in range(8))
        for corner, axis in cases()[inside]:
            start = (x + (corner & 1), y + (corner >> 1 & 1), z + (corner >> 2))
            key = (*start, axis)
            if key not in vertex_of:
                vertex_of[key] = len(vertices)
                vertices.append(_crossing(values, start, axis))
            triangles.append(vertex_of[key])
    return np.array(vertices).reshape(-1, 3), np.array(triangles, np.int32).reshape(-1, 3)


def _crossing(values: Float, start: tuple[int, int, int], axis: int) -> Float:
    step = np.eye(3, dtype=int)[axis]
    a, b = values[start], values[tuple(np.array(start) + step)]
    crossing: Float = np.array(start) + step * (a / (a - b))
    return crossing


@cache
def cases() -> list[list[Edge]]:
    """For each set of inside corners (bits) the triangles' edges, three each."""
    return [_case(inside) for inside in range(256)]


def _case(inside: int) -> list[Edge]:
    following = _segments(inside)
    corners: list[Edge] = []
    for start in sorted(following):
        if start not in following:
            continue  # part of an earlier loop
        loop = [start]
        while (edge := following.pop(loop[-1])) != start:
            loop.append(edge)
        for second, third in pairwise(loop[1:]):
            corners += [start, second, third]
    return corners


def _segments(inside: int) -> dict[Edge, Edge]:
    """From each cut edge of the cube to the next on the surface."""
    following = {}
    for axis in range(3):
        for side in range(2):
            b, c, base = 1 << (axis + 1) % 3, 1 << (axis + 2) % 3, side << axis
            walk = [base, base | b, base | b | c, base | c]  # counter-clockwise seen from outside
            if not side:
                walk.reverse()
            states = [inside >> corner & 1 for corner in walk]
            for i in range(4):
                if states[i] and not states[i - 1]:
                    last = next(k for k in range(i, i + 4) if not states[(k + 1) % 4]) % 4
                    following[_edge(walk[i - 1], walk[i])] = _edge(walk[last], walk[(last + 1) % 4])
    return following


def _edge(a: int, b: int) -> Edge:
    return a & b, (a ^ b).bit_length() - 1

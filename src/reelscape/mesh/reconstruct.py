"""Depth maps to a mesh: what to trust, where to look, how finely, and the clean-up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from reelscape.cameras import Float
from reelscape.mesh.cleaning import decimated, smoothed, without_small_pieces
from reelscape.mesh.coloring import vertex_colors
from reelscape.mesh.consistency import confidence, depth_noise, neighbours_of, typical_depth
from reelscape.mesh.depth_view import DepthView, Float32, points_of
from reelscape.mesh.volume import Box, Volume
from reelscape.triangle_mesh import TriangleMesh, Triangles

TOLERANCE_SIGMAS = 8.0  # what differs by more is another surface
TOLERANCES = (0.02, 0.06)  # of the depth
TRUNCATION_SIGMAS = 4.0
TRUNCATION_VOXELS = (5.0, 8.0)

_OUTSIDE_PERCENT = 0.2  # of the points, at each end of an axis, that may lie outside the box
_MARGIN = 0.04  # of the box, at each end
_POINT_STRIDE = 127  # pixels
_MIN_PIECE_VOXELS = 150.0  # area of the smallest piece kept, in squared voxels
_NUM_SMOOTHING = 3
_MIN_WEIGHT = 0.2  # of one view at the usual depth, fully confirmed

Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class MeshSettings:
    """Samples along the longest side, the most triangles, and threads (0: all cores)."""

    num_voxels: int
    max_triangles: int
    num_threads: int = 0


@dataclass(frozen=True)
class Measure:
    """What the depth maps themselves say: relative noise, and lengths in scene units."""

    depth_noise: float
    voxel: float
    truncation: float
    confirmed_share: float  # of the pixels with a depth
    num_views: int


def reconstruct(
    views: Sequence[DepthView], settings: MeshSettings, tell: Tell = lambda fraction, message: None
) -> tuple[TriangleMesh, Measure]:
    """The surface that the views agree on, coloured; it has no triangles when they agree on none.

    `tell(fraction, message)` is called now and then, and may raise.
    """
    neighbours = neighbours_of(views)
    noise = depth_noise(views, neighbours)
    tolerance = float(np.clip(TOLERANCE_SIGMAS * noise, *TOLERANCES))
    weights = confidence(views, neighbours, tolerance, lambda i: tell(0.5 * i / len(views), "comparing depth maps"))
    low, high = _extent(views, weights)
    voxel = float((high - low).max()) / settings.num_voxels
    depth = typical_depth(views)
    truncation = voxel * float(np.clip(TRUNCATION_SIGMAS * noise * depth / voxel, *TRUNCATION_VOXELS))
    measure = Measure(noise, voxel, truncation, _confirmed_share(views, weights), len(views))
    if measure.confirmed_share == 0.0:
        return _nothing(), measure
    weights = [_with_distance(view, weight, depth) for view, weight in zip(views, weights, strict=True)]
    volume = Volume(Box.around(low, high, voxel), truncation, settings.num_threads)
    vertices, triangles = _fuse(volume, views, weights, tell)
    tell(0.75, "cleaning the surface")
    vertices, triangles = _clean(vertices, triangles, voxel, settings.max_triangles)
    tell(0.9, "colouring the surface")
    colors = vertex_colors(vertices, triangles, views, truncation)
    return TriangleMesh(vertices, triangles, colors), measure


def _nothing() -> TriangleMesh:
    return TriangleMesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros((0, 3), np.uint8))


def _extent(views: Sequence[DepthView], weights: Sequence[Float32]) -> tuple[Float, Float]:
    """Two corners [3] of the box that holds nearly all confirmed points."""
    parts = [
        points_of(view, np.flatnonzero(weight.reshape(-1) > 0)[::_POINT_STRIDE])
        for view, weight in zip(views, weights, strict=True)
    ]
    points = np.concatenate(parts).astype(np.float64)
    if not len(points):
        return np.zeros(3), np.ones(3)
    low, high = np.percentile(points, (_OUTSIDE_PERCENT, 100 - _OUTSIDE_PERCENT), axis=0)
    margin = _MARGIN * float((high - low).max())
    return low - margin, high + margin


def _confirmed_share(views: Sequence[DepthView], weights: Sequence[Float32]) -> float:
    known = sum(int((view.depth > 0).sum()) for view in views)
    return sum(int((weight > 0).sum()) for weight in weights) / max(known, 1)


def _with_distance(view: DepthView, weight: Float32, depth: float) -> Float32:
    """Weights less for what is far: the error of a depth grows with it."""
    far = np.maximum(view.depth / np.float32(depth), np.float32(0.5))
    return np.asarray(weight / far**2, np.float32)


def _fuse(
    volume: Volume, views: Sequence[DepthView], weights: Sequence[Float32], tell: Tell
) -> tuple[Float32, Triangles]:
    for view, weight in zip(views, weights, strict=True):
        volume.touch(view, weight)
    for i, (view, weight) in enumerate(zip(views, weights, strict=True)):
        tell(0.5 + 0.2 * i / len(views), "fusing depth maps")
        volume.integrate(view, weight)
    return volume.surface(_MIN_WEIGHT)


def _clean(vertices: Float32, triangles: Triangles, voxel: float, max_triangles: int) -> tuple[Float32, Triangles]:
    vertices, triangles = without_small_pieces(vertices, triangles, _MIN_PIECE_VOXELS * voxel**2)
    vertices = smoothed(vertices, triangles, _NUM_SMOOTHING)
    return decimated(vertices, triangles, max_triangles)

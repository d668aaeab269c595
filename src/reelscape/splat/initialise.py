"""First gaussians from the sparse points, as in 3DGS: round, as wide as the distance to the neighbours."""

from __future__ import annotations

import numpy as np

from reelscape.cameras import Cameras, Float, Scene
from reelscape.gaussians import Gaussians
from reelscape.splat.growth import morton_order

SH_C0 = 0.28209479177387814  # Y_0^0
INIT_OPACITY = 0.3
_WINDOW = 6


def initial_gaussians(scene: Scene, sh_degree: int, max_gaussians: int, seed: int) -> Gaussians:
    """One gaussian per sparse point of a scene that was checked; a random part when they exceed `max_gaussians`."""
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(scene.points))[:max_gaussians])
    rows = rows[morton_order(scene.points[rows])]
    points, rgbs = scene.points[rows], scene.rgbs[rows]
    num = len(points)
    spacing = neighbour_distances(points)
    return Gaussians(
        means=points.astype(np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], np.float32), (num, 1)),
        scales=np.repeat(np.log(spacing)[:, None], 3, axis=1).astype(np.float32),
        opacities=np.full(num, np.log(INIT_OPACITY / (1 - INIT_OPACITY)), np.float32),
        sh0=((rgbs[:, None, :] / 255 - 0.5) / SH_C0).astype(np.float32),
        shN=np.zeros((num, (sh_degree + 1) ** 2 - 1, 3), np.float32),
    )


def neighbour_distances(points: Float, num_neighbours: int = 3, num_curves: int = 4) -> Float:
    """Root mean square distance of each of `points` [P, 3] to its nearest neighbours, [P].

    Neighbours are looked for along a few rotated Z curves: exact for nearly all points, and quick without a tree.
    """
    rng = np.random.default_rng(0)
    candidates = []
    for _ in range(num_curves):
        rotation, _r = np.linalg.qr(rng.normal(size=(3, 3)))
        order = morton_order(points @ rotation)
        candidates.append(_window_neighbours(order))
    indices = np.concatenate(candidates, axis=1)
    squared = ((points[indices] - points[:, None]) ** 2).sum(axis=2)
    squared[indices == np.arange(len(points))[:, None]] = np.inf
    nearest = _nearest_distinct(squared, indices, num_neighbours)
    spacing = np.sqrt(nearest.mean(axis=1))
    typical = float(np.median(spacing)) or 1.0
    clipped: Float = np.clip(spacing, 1e-3 * typical, 30 * typical)
    return clipped


def _window_neighbours(order: np.ndarray) -> np.ndarray:
    """The points just before and after each one along `order`, [P, 2 * window]; itself where the curve ends."""
    num = len(order)
    neighbours = np.empty((num, 2 * _WINDOW), np.int64)
    offsets = [offset for offset in range(-_WINDOW, _WINDOW + 1) if offset]
    for column, offset in enumerate(offsets):
        position = np.arange(num) + offset
        inside = (position >= 0) & (position < num)
        neighbours[order, column] = order[np.where(inside, position, np.arange(num))]
    return neighbours


def _nearest_distinct(squared: Float, indices: np.ndarray, count: int) -> Float:
    """The `count` smallest values of each row, each neighbour counted once."""
    by_index = np.argsort(indices, axis=1, kind="stable")
    sorted_indices = np.take_along_axis(indices, by_index, axis=1)
    sorted_squared = np.take_along_axis(squared, by_index, axis=1)
    repeated = np.zeros(indices.shape, bool)
    repeated[:, 1:] = sorted_indices[:, 1:] == sorted_indices[:, :-1]
    sorted_squared[repeated] = np.inf
    nearest = np.sort(sorted_squared, axis=1)[:, :count]
    return np.where(np.isfinite(nearest), nearest, nearest[:, :1])


def scene_extent(cameras: Cameras) -> float:
    """Radius of the camera path, times 1.1: the unit that 3DGS states the rate of the means in (getNerfppNorm)."""
    centers = cameras.centers
    return 1.1 * float(np.linalg.norm(centers - centers.mean(axis=0), axis=1).max()) or 1.0

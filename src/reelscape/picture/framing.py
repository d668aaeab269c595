"""From where a thing without cameras is looked at: whole in the picture, from a little above, a little to the side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelscape.cameras import Float, unit
from reelscape.splat.viewpoint import WORLD_UP, Viewpoint

VERTICAL_FOV_DEG = 38.0

_MARGIN = 0.86  # share of the picture's half side that the thing may fill
_MAX_SAMPLES = 100_000
_OUTLYING = (0.01, 0.99)
_ROUNDS = 4


@dataclass(frozen=True)
class Direction:
    """Where the camera stands: degrees to the right of the front, and above the horizon."""

    azimuth_deg: float
    elevation_deg: float

    def unit(self) -> Float:
        """From the thing to the camera, world frame; the front of a thing looks along -z."""
        azimuth, elevation = np.radians([self.azimuth_deg, self.elevation_deg])
        level = np.cos(elevation)
        return np.array([np.sin(azimuth) * level, -np.sin(elevation), -np.cos(azimuth) * level])


def intrinsics_of(size: tuple[int, int], vertical_fov_deg: float = VERTICAL_FOV_DEG) -> Float:
    """K [3, 3] for a picture of `size` (width, height); the angle is that of the shorter side."""
    focal = 0.5 * min(size) / np.tan(np.radians(vertical_fov_deg) / 2)
    return np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1.0]])


def typical_points(points: NDArray[np.floating]) -> Float:
    """Some of the points [P, 3] that stand for all: evenly taken, without what lies far out."""
    few = points[:: -(-len(points) // _MAX_SAMPLES)].astype(np.float64)
    low, high = np.quantile(few, _OUTLYING, axis=0)
    reach = 0.5 * (high - low).max()
    inside = np.all((few >= low - reach) & (few <= high + reach), axis=1)
    return few[inside] if inside.any() else few[:1]


def framed(points: Float, direction: Direction, size: tuple[int, int]) -> Viewpoint:
    """The view along `direction` in which `points` [P, 3] just fit the picture, in its middle."""
    K, to_camera = intrinsics_of(size), direction.unit()
    right = unit(np.cross(-to_camera, WORLD_UP))
    down = np.cross(-to_camera, right)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    x, y, z = np.stack([right, down, -to_camera]) @ (points - middle).T
    half = np.array(size) / 2 * _MARGIN / K[0, 0]
    shift = np.zeros(2)
    for _ in range(_ROUNDS):
        distance = max((np.abs(x - shift[0]) / half[0] - z).max(), (np.abs(y - shift[1]) / half[1] - z).max())
        depth = np.maximum(z + distance, 1e-9 * max(distance, 1e-9))
        across, along = (x - shift[0]) / depth, (y - shift[1]) / depth
        nearest = float(depth.min())
        shift += np.array([across.max() + across.min(), along.max() + along.min()]) / 2 * nearest
    distance = max(distance, 1e-6)
    look_at = middle + shift[0] * right + shift[1] * down
    return Viewpoint(look_at + distance * to_camera, look_at, WORLD_UP)

"""Pictures of the room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelscape.cameras import Float
from reelscape.resources import num_usable_cores
from reelscape.sample.mesh import Room

Picture = NDArray[np.uint8]
Depth = NDArray[np.float32]


@dataclass(frozen=True)
class Sensor:
    """Sub-pictures averaged into a frame (against jagged edges), noise in 8-bit levels + seed, threads (0: all)."""

    num_samples: int = 4
    noise: float = 0.0
    seed: int = 0
    num_threads: int = 0


def intrinsics(size: tuple[int, int], vertical_fov_deg: float = 65.0) -> Float:
    """Pinhole matrix [3, 3] of a picture of `size` (width, height) pixels, principal point in its middle."""
    width, height = size
    focal = 0.5 * height / np.tan(np.radians(vertical_fov_deg) / 2)
    return np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])


def render_frame(
    room: Room, viewmat: Float, K: Float, size: tuple[int, int], sensor: Sensor | None = None
) -> tuple[Picture, Depth]:
    """One sharp picture: rgb uint8 [H, W, 3] and depth float32 [H, W], metres along the camera's axis at pixel centres.

    viewmat [4, 4] cam_from_world; K [3, 3] in pixels; size (width, height).
    """
    sensor = sensor or Sensor()
    rgb, _ = render_moving(room, np.repeat(viewmat[None], sensor.num_samples, axis=0), K, size, sensor)
    return rgb, render_depth(room, viewmat, K, size, sensor.num_threads)


def render_moving(
    room: Room, viewmats: Float, K: Float, size: tuple[int, int], sensor: Sensor
) -> tuple[Picture, Depth]:
    """A frame whose shutter was open while the camera went through `viewmats` [S, 4, 4]; the depth is of the first."""
    Ks = np.repeat(K[None], len(viewmats), axis=0)
    Ks[:, :2, 2] += _offsets(len(viewmats))
    threads = sensor.num_threads or num_usable_cores()
    rgb, depth = room.rasterizer.render(viewmats, Ks, size[0], size[1], sensor.noise, sensor.seed, threads)
    return rgb, depth


def render_depth(room: Room, viewmat: Float, K: Float, size: tuple[int, int], num_threads: int = 0) -> Depth:
    """Depth [H, W] float32, metres along the camera's axis; 0 where nothing is seen."""
    depth: Depth = room.rasterizer.render(
        viewmat[None], K[None], size[0], size[1], 0.0, 0, num_threads or num_usable_cores()
    )[1]
    return depth


def _offsets(count: int) -> Float:
    """Where in the pixel each sub-picture looks, [S, 2], spread evenly (the R2 sequence of Roberts 2018), mean zero."""
    points = (np.arange(count)[:, None] * (0.7548776662, 0.5698402910)) % 1.0
    return np.asarray(points - points.mean(axis=0))

"""Small pictures of the room for the tests of the sample."""

from __future__ import annotations

import numpy as np

from reelscape.cameras import Cameras, Float
from reelscape.sample import SampleConfig, sample_cameras

TEXEL_M = 0.012
CONFIG = SampleConfig(seconds=6.0, fps=10.0, size=(160, 284), texel_m=TEXEL_M)
CAMERAS: Cameras = sample_cameras(CONFIG)


def rays(viewmat: Float, K: Float, pixels: Float) -> tuple[Float, Float]:
    """The camera's centre [3] and the ways [P, 3] through pixels [P, 2], in lengths of depth."""
    local = np.linalg.solve(K, np.concatenate([pixels.T, np.ones((1, len(pixels)))])).T
    return -viewmat[:3, :3].T @ viewmat[:3, 3], local @ viewmat[:3, :3]


def pixel_centers(size: tuple[int, int]) -> Float:
    """Centres [H * W, 2] of all pixels, row by row."""
    x, y = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def project(viewmat: Float, K: Float, points: Float) -> tuple[Float, Float]:
    """Pixels [P, 2] and depths [P] of world points [P, 3]."""
    local = points @ viewmat[:3, :3].T + viewmat[:3, 3]
    pixels = local @ K.T
    return pixels[:, :2] / pixels[:, 2:], local[:, 2]

"""Depth maps of shapes that are known: a ball before a wall, seen from an arc."""

from __future__ import annotations

import numpy as np

from reelscape.mesh.depth_view import DepthView
from reelscape.splat.viewpoint import WORLD_UP, Viewpoint

K = np.array([[90.0, 0, 40], [0, 90, 32], [0, 0, 1]])
SIZE = (80, 64)
RADIUS, WALL_Z = 0.5, 1.0


def ball_views(count: int = 12, noise: float = 0.0, is_walled: bool = True) -> list[DepthView]:
    """A ball of radius 0.5 at the origin, green, before the plane z = 1, blue; cameras on an arc at distance 3."""
    rng = np.random.default_rng(0)
    views = []
    for angle in np.radians(np.linspace(-50, 50, count)):
        eye = np.array([3 * np.sin(angle), -0.6371, -3 * np.cos(angle)])
        viewmat = Viewpoint(eye, np.zeros(3), WORLD_UP).viewmat()
        ball, wall = _ball_depth(viewmat), _wall_depth(viewmat) if is_walled else np.full(SIZE[::-1], np.inf)
        depth = np.minimum(ball, wall)
        image = np.where((ball < wall)[..., None], [0, 200, 0], [0, 0, 200]).astype(np.uint8)
        noisy = np.where(np.isfinite(depth), depth * (1 + noise * rng.standard_normal(depth.shape)), 0)
        views.append(DepthView(viewmat, K, noisy.astype(np.float32), image))
    return views


def _rays(viewmat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The camera's centre [3] and its rays [H, W, 3] in the world, of depth one."""
    x, y = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)
    rays = np.stack([x, y, np.ones_like(x)], axis=2) @ np.linalg.inv(K).T @ viewmat[:3, :3]
    return -viewmat[:3, :3].T @ viewmat[:3, 3], rays


def _ball_depth(viewmat: np.ndarray) -> np.ndarray:
    center, rays = _rays(viewmat)
    a, b, c = (rays**2).sum(2), rays @ center, center @ center - RADIUS**2
    root = b**2 - a * c
    return np.where(root > 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.inf)


def _wall_depth(viewmat: np.ndarray) -> np.ndarray:
    center, rays = _rays(viewmat)
    depth = (WALL_Z - center[2]) / rays[..., 2]
    return np.where(depth > 0, depth, np.inf)

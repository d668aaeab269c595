"""A view of the scene with its depth, and how pixels and points of the world go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from reelscape.cameras import Float

Float32: TypeAlias = npt.NDArray[np.float32]
Picture: TypeAlias = npt.NDArray[np.uint8]
Pixels: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DepthView:
    """viewmat [4, 4] cam_from_world, K [3, 3]; depth [H, W] float32 along the camera's axis, 0 where it is not known;
    image [H, W, 3] uint8, sRGB."""

    viewmat: Float
    K: Float
    depth: Float32
    image: Picture

    @property
    def center(self) -> Float:
        """Where the camera stands, [3]."""
        center: Float = -self.viewmat[:3, :3].T @ self.viewmat[:3, 3]
        return center

    @property
    def forward(self) -> Float:
        """Where it looks, [3]."""
        forward: Float = self.viewmat[2, :3]
        return forward


def points_of(view: DepthView, pixels: Pixels) -> Float32:
    """The world points [N, 3] seen at `pixels` [N], counted row by row."""
    width = view.depth.shape[1]
    depth = view.depth.reshape(-1)[pixels].astype(np.float64)
    rays = np.stack([pixels % width + 0.5, pixels // width + 0.5, np.ones(len(pixels))]).astype(np.float64)
    in_camera = np.linalg.inv(view.K) @ rays * depth
    return np.asarray((view.viewmat[:3, :3].T @ (in_camera - view.viewmat[:3, 3:])).T, np.float32)


def project(view: DepthView, points: Float32) -> tuple[Pixels, Float32]:
    """The pixel of each point [N, 3], counted row by row, and its depth; -1 where the point is not in the picture."""
    height, width = view.depth.shape
    x, y, z = view.viewmat[:3, :3].astype(np.float32) @ points.T + view.viewmat[:3, 3:].astype(np.float32)
    ahead = z > 1e-6
    scale = np.float32(1) / np.where(ahead, z, np.float32(1))
    u = np.float32(view.K[0, 0]) * x * scale + np.float32(view.K[0, 2])
    v = np.float32(view.K[1, 1]) * y * scale + np.float32(view.K[1, 2])
    inside = ahead & (u >= 0) & (u < width) & (v >= 0) & (v < height)
    pixels = np.where(inside, v, 0).astype(np.int64) * width + np.where(inside, u, 0).astype(np.int64)
    pixels[~inside] = -1
    return pixels, z

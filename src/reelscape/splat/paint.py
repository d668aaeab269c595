"""8-bit pictures of a scene from chosen viewpoints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelscape.cameras import Cameras, Float
from reelscape.splat.kernel import SplatModel
from reelscape.splat.viewpoint import Viewpoint

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Intrinsics:
    """Intrinsics K [3, 3] of a picture of `size` (width, height), in pixels."""

    K: Float
    size: tuple[int, int]

    @classmethod
    def of_camera(cls, cameras: Cameras, index: int, side_px: int, zoom: float = 1.0) -> Intrinsics:
        """The intrinsics of a camera for a picture with longer side `side_px`, even sides, the axis in its middle."""
        fx, fy = cameras.Ks[index, 0, 0], cameras.Ks[index, 1, 1]
        width, height = (int(side) for side in cameras.sizes[index])
        scale = side_px / max(width, height)
        size = (max(round(width * scale / 2) * 2, 2), max(round(height * scale / 2) * 2, 2))
        K = np.array([[fx * scale * zoom, 0, size[0] / 2], [0, fy * scale * zoom, size[1] / 2], [0, 0, 1]])
        return cls(K, size)

    def enlarged(self, factor: int) -> Intrinsics:
        """The same view with `factor` times as many pixels along each side."""
        return Intrinsics(np.diag([factor, factor, 1.0]) @ self.K, (self.size[0] * factor, self.size[1] * factor))


def paint(model: SplatModel, viewpoint: Viewpoint, intrinsics: Intrinsics, supersample: int = 1) -> Picture:
    """The scene as uint8 RGB [H, W, 3]; each pixel is the mean of `supersample`^2 rays."""
    fine = intrinsics.enlarged(supersample)
    image = model.render(viewpoint.viewmat(), fine.K, fine.size).image.clip(0, 1)
    width, height = intrinsics.size
    blocks = image.reshape(height, supersample, width, supersample, 3).mean(axis=(1, 3))
    picture: Picture = np.rint(blocks * 255).astype(np.uint8)
    return picture


def measure_cover(model: SplatModel, viewpoint: Viewpoint, intrinsics: Intrinsics) -> float:
    """Share of the picture that the scene fills: mean opacity, 0..1."""
    return float(model.render(viewpoint.viewmat(), intrinsics.K, intrinsics.size).alpha.mean())

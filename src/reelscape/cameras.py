"""Pinhole cameras and the sparse scene they saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cameras:
    """C undistorted pinhole cameras.

    image_names [C]; viewmats [C, 4, 4] cam_from_world, OpenCV axes (x right, y down, z forward);
    Ks [C, 3, 3] in pixels, pixel centres at +0.5; sizes [C, 2] width and height in pixels.
    """

    image_names: tuple[str, ...]
    viewmats: Float
    Ks: Float
    sizes: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.image_names)

    @property
    def centers(self) -> Float:
        """Camera centres in the world frame, [C, 3]."""
        return centers_of(self.viewmats)

    def select(self, rows: Sequence[int] | npt.NDArray[np.generic]) -> Cameras:
        """The cameras at `rows` (indices or a mask)."""
        chosen = np.arange(len(self))[np.asarray(rows)]
        names = tuple(self.image_names[i] for i in chosen)
        return Cameras(names, self.viewmats[chosen], self.Ks[chosen], self.sizes[chosen])


@dataclass(frozen=True)
class Scene:
    """Cameras, their images' folder, and the sparse points: points [P, 3] world, rgbs [P, 3] uint8."""

    cameras: Cameras
    points: Float
    rgbs: npt.NDArray[np.uint8]
    image_dir: Path


def centers_of(viewmats: Float) -> Float:
    """Where the cameras of `viewmats` [C, 4, 4] stand in the world frame, [C, 3]."""
    centers: Float = -np.einsum("cji,cj->ci", viewmats[:, :3, :3], viewmats[:, :3, 3])
    return centers


def unit(vectors: Float) -> Float:
    """The vectors [..., 3] at length one; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    directions: Float = vectors / np.maximum(lengths, 1e-12)
    return directions

"""Pinhole cameras and the sparse scene they saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


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
class Observations:
    """M sightings of points in pictures: rows into the cameras and the points, and where, in pixels.

    image_rows [M], point_rows [M], xys [M, 2] with pixel centres at +0.5.
    """

    image_rows: Rows
    point_rows: Rows
    xys: Float

    @classmethod
    def none(cls) -> Observations:
        """No sightings."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 2)))

    def __len__(self) -> int:
        return len(self.image_rows)

    def select(self, mask: npt.NDArray[np.bool_]) -> Observations:
        """The sightings where `mask` [M] holds."""
        return Observations(self.image_rows[mask], self.point_rows[mask], self.xys[mask])

    def of_points(self, mask: npt.NDArray[np.bool_]) -> Observations:
        """The sightings of the points [P] where `mask` holds, which count from 0 in their order."""
        chosen = self.select(mask[self.point_rows])
        return replace(chosen, point_rows=(np.cumsum(mask) - 1)[chosen.point_rows])

    def in_cameras(self, rows: Sequence[int] | Rows) -> Observations:
        """The sightings in the cameras at `rows` (indices), which count from 0 in that order."""
        chosen_rows = np.asarray(rows, np.int64)
        places = np.full(max(self.image_rows.max(initial=-1), chosen_rows.max(initial=-1)) + 1, -1)
        places[chosen_rows] = np.arange(len(chosen_rows))
        chosen = self.select(places[self.image_rows] >= 0)
        return replace(chosen, image_rows=places[chosen.image_rows])


@dataclass(frozen=True)
class Scene:
    """Cameras, their images' folder, the sparse points, and where the cameras saw them (as far as that is known).

    points [P, 3] world, rgbs [P, 3] uint8.
    """

    cameras: Cameras
    points: Float
    rgbs: npt.NDArray[np.uint8]
    image_dir: Path
    observations: Observations = field(default_factory=Observations.none)

    def select(self, rows: Sequence[int] | Rows) -> Scene:
        """The scene with the cameras at `rows` (indices) alone; all points stay."""
        return replace(self, cameras=self.cameras.select(rows), observations=self.observations.in_cameras(rows))


def centers_of(viewmats: Float) -> Float:
    """Where the cameras of `viewmats` [C, 4, 4] stand in the world frame, [C, 3]."""
    centers: Float = -np.einsum("cji,cj->ci", viewmats[:, :3, :3], viewmats[:, :3, 3])
    return centers


def unit(vectors: Float) -> Float:
    """The vectors [..., 3] at length one; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    directions: Float = vectors / np.maximum(lengths, 1e-12)
    return directions

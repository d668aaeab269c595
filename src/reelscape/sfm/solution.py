"""A camera path as the mapper found it: distorted cameras, any scale and direction."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from reelscape.cameras import Float, Observations, centers_of
from reelscape.sfm.lens import Lens

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Solution:
    """C registered pictures, sorted by name, and P points.

    lenses [C], equal objects where a camera is shared; viewmats [C, 4, 4] cam_from_world; points [P, 3]; rgbs [P, 3];
    errors_px [P] mean reprojection error; observations in distorted pixels.
    """

    image_names: tuple[str, ...]
    lenses: tuple[Lens, ...]
    viewmats: Float
    points: Float
    rgbs: npt.NDArray[np.uint8]
    errors_px: Float
    observations: Observations

    def __len__(self) -> int:
        return len(self.image_names)

    @property
    def centers(self) -> Float:
        """Camera centres [C, 3]."""
        return centers_of(self.viewmats)

    @property
    def points_per_image(self) -> npt.NDArray[np.int64]:
        """How many points each picture sees, [C]."""
        return np.bincount(self.observations.image_rows, minlength=len(self)).astype(np.int64)

    @property
    def mean_error_px(self) -> float:
        """Mean reprojection error over all observations."""
        weights = np.bincount(self.observations.point_rows, minlength=len(self.points))
        return float(np.average(self.errors_px, weights=weights)) if weights.sum() else float("inf")

    def keep_images(self, mask: Mask) -> Solution:
        """Without the other pictures, and without points that fewer than two of the kept pictures see."""
        seen = self.observations.select(mask[self.observations.image_rows])
        new_rows = np.cumsum(mask) - 1
        rows = np.flatnonzero(mask)
        kept = replace(
            self,
            image_names=tuple(self.image_names[row] for row in rows),
            lenses=tuple(self.lenses[row] for row in rows),
            viewmats=self.viewmats[rows],
            observations=replace(seen, image_rows=new_rows[seen.image_rows]),
        )
        return kept.keep_points(np.bincount(seen.point_rows, minlength=len(self.points)) >= 2)

    def keep_points(self, mask: Mask) -> Solution:
        """Without the other points."""
        return replace(
            self,
            points=self.points[mask],
            rgbs=self.rgbs[mask],
            errors_px=self.errors_px[mask],
            observations=self.observations.of_points(mask),
        )

    def transformed(self, rotation: Float, origin: Float, scale: float) -> Solution:
        """In the frame x' = scale * rotation (x - origin)."""
        viewmats = self.viewmats.copy()
        viewmats[:, :3, :3] = self.viewmats[:, :3, :3] @ rotation.T
        centers = scale * (self.centers - origin) @ rotation.T
        viewmats[:, :3, 3] = -np.einsum("cij,cj->ci", viewmats[:, :3, :3], centers)
        return replace(self, viewmats=viewmats, points=scale * (self.points - origin) @ rotation.T)

"""The mean of a training's last scenes: the steps jitter about it, so it is better than any of them.

Source: Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reelscape.gaussians import Gaussians


@dataclass(frozen=True)
class Average:
    """The mean of `count` scenes of the same gaussians."""

    gaussians: Gaussians
    count: int

    def plus(self, gaussians: Gaussians) -> Average:
        """The mean with one more scene in it. Raises ValueError when that has other gaussians."""
        if len(gaussians) != len(self.gaussians):
            raise ValueError(f"an average of {len(self.gaussians)} gaussians cannot take in {len(gaussians)}")
        count = self.count + 1
        parts = zip(self.gaussians.parts(), gaussians.parts(), strict=True)
        return Average(Gaussians(*(old + (new - old) / np.float32(count) for old, new in parts)), count)

"""The splats of a scene, stored raw as PLY files and gsplat store them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
_Real = TypeVar("_Real", np.float32, np.float64)


@dataclass(frozen=True)
class Gaussians:
    """N gaussians in the world frame, float32, before any activation.

    means [N, 3]; quats [N, 4] wxyz, any length; scales [N, 3] log of the standard deviation;
    opacities [N] logit; sh0 [N, 1, 3] and shN [N, K-1, 3] spherical harmonics, K = (degree + 1)^2.
    """

    means: Array
    quats: Array
    scales: Array
    opacities: Array
    sh0: Array
    shN: Array

    def __len__(self) -> int:
        return len(self.means)

    @property
    def sh_degree(self) -> int:
        """Degree of the spherical harmonics: 0..3."""
        return round(float((1 + self.shN.shape[1]) ** 0.5)) - 1

    def parts(self) -> tuple[Array, ...]:
        """The arrays, in the order of the fields."""
        return self.means, self.quats, self.scales, self.opacities, self.sh0, self.shN

    @property
    def is_finite(self) -> npt.NDArray[np.bool_]:
        """Which gaussians have no parameter that is infinite or not a number, [N]."""
        finite: npt.NDArray[np.bool_] = np.all(
            [np.isfinite(part.reshape(len(self), -1)).all(axis=1) for part in self.parts()], 0
        )
        return finite

    def select(self, rows: npt.NDArray[np.generic]) -> Gaussians:
        """The gaussians at `rows` (indices or a mask)."""
        return Gaussians(
            self.means[rows], self.quats[rows], self.scales[rows], self.opacities[rows], self.sh0[rows], self.shN[rows]
        )


def sigmoid(logits: npt.NDArray[_Real]) -> npt.NDArray[_Real]:
    """1 / (1 + e^-x), the activation of opacities, in the precision of its argument; never overflows."""
    result: npt.NDArray[_Real] = 0.5 * (1 + np.tanh(0.5 * logits))
    return result

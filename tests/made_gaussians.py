"""Made-up splats, for tests of files and of pictures."""

from __future__ import annotations

import numpy as np

from reelscape.gaussians import Gaussians


def make_gaussians(count: int, sh_degree: int, seed: int = 7) -> Gaussians:
    """Splats with values as trained scenes have them, within the range that SPZ can hold."""
    rng = np.random.default_rng(seed)

    def uniform(low: float, high: float, *shape: int) -> np.ndarray:
        return rng.uniform(low, high, shape).astype(np.float32)

    return Gaussians(
        means=uniform(-30, 30, count, 3),
        quats=rng.standard_normal((count, 4)).astype(np.float32) * uniform(0.2, 4, count, 1),
        scales=uniform(-9, 1, count, 3),
        opacities=uniform(-4, 4, count),
        sh0=uniform(-2.5, 2.5, count, 1, 3),
        shN=uniform(-0.8, 0.8, count, (sh_degree + 1) ** 2 - 1, 3),
    )


def scatter_gaussians(count: int, seed: int = 0) -> Gaussians:
    """Splats of degree 1 scattered about the origin, some hundredths wide: a small scene to look at from a distance."""
    rng = np.random.default_rng(seed)

    def normal(mean: float, spread: float, *shape: int) -> np.ndarray:
        return rng.normal(mean, spread, shape).astype(np.float32)

    return Gaussians(
        means=normal(0, 1, count, 3),
        quats=normal(0, 1, count, 4),
        scales=normal(-3.2, 0.3, count, 3),
        opacities=normal(0, 2, count),
        sh0=normal(0, 1, count, 1, 3),
        shN=normal(0, 1, count, 3, 3),
    )

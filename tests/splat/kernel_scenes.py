"""Random gaussians before a turned camera with an off-centre principal point."""

from __future__ import annotations

import numpy as np

from reelscape.gaussians import Gaussians
from reelscape.splat.kernel import StepSettings

SIZE = (75, 53)  # odd: partial tiles on both sides
K = np.array([[62.0, 0, 40.3], [0, 60, 24.1], [0, 0, 1]])
VIEWMAT = np.array([[0.98, 0, 0.2, 0.1], [0, 1, 0, -0.2], [-0.2, 0, 0.98, 0.3], [0, 0, 0, 1.0]])
VIEWMAT[[0, 2], :3] /= np.hypot(0.98, 0.2)


def gaussians(count: int = 83, sh_degree: int = 3, seed: int = 0) -> Gaussians:
    """Small and huge, faint and opaque ones, some beside the image and some behind the camera."""
    rng = np.random.default_rng(seed)
    scales, opacities = rng.uniform(-3.5, -1.6, (count, 3)), 2 * rng.normal(size=count)
    scales[:4] += 2
    opacities[:6] = 9
    means = rng.uniform(-1, 1, (count, 3)) * [2.2, 1.4, 1] + [0, 0, 3]
    means[6:9, 2] = -3
    sh = rng.normal(size=(count, (sh_degree + 1) ** 2, 3)) * 0.3
    arrays = (means, rng.normal(size=(count, 4)), scales, opacities, 3 * sh[:, :1], sh[:, 1:])
    return Gaussians(*(array.astype(np.float32) for array in arrays))


def target(size: tuple[int, int] = SIZE, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)


def settings(sh_degree: int = 3, step: int = 1) -> StepSettings:
    rates = {
        "lr_means": 1e-3,
        "lr_quats": 1e-3,
        "lr_scales": 5e-3,
        "lr_opacities": 5e-2,
        "lr_sh0": 5e-3,
        "lr_shN": 2e-4,
    }
    return StepSettings(step=step, sh_degree=sh_degree, **rates)

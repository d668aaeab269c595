"""CPU milliseconds of one training step, by phase, on gaussians that overlap as those of trained scenes do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from reelscape.cameras import Float
from reelscape.gaussians import Gaussians, sigmoid
from reelscape.splat import twin
from reelscape.splat.kernel import SplatModel, StepSettings

SIZES = ((269, 478), (538, 957))
PAIRS_PER_PIXEL = {10_000: 27, 50_000: 106, 150_000: 199, 300_000: 237}  # of trained scenes, at half size
_NUM_PIXELS = 48  # that the pairs per pixel are counted at


@dataclass(frozen=True)
class StepTimes:
    """CPU ms of all threads by phase: median and least of the repeats; pairs with tiles and with pixels."""

    num_gaussians: int
    size: tuple[int, int]
    median_ms: dict[str, float]
    min_ms: dict[str, float]
    num_tile_pairs: int
    pairs_per_pixel: float

    def as_json(self) -> dict[str, Any]:
        """Flat figures, `total` among the phases."""
        return {
            "num_gaussians": self.num_gaussians,
            "size": list(self.size),
            "median_ms": {name: round(value, 2) for name, value in self.median_ms.items()},
            "min_ms": {name: round(value, 2) for name, value in self.min_ms.items()},
            "num_tile_pairs": self.num_tile_pairs,
            "pairs_per_pixel": round(self.pairs_per_pixel, 1),
        }


def measure_steps(num_gaussians: int, size: tuple[int, int], repeats: int, num_threads: int = 0) -> StepTimes:
    """Train on a picture of `size` (width, height) with rates of 0: every repeat does the same work."""
    viewmat, K = camera(size)
    gaussians = trained_like(num_gaussians)
    model = SplatModel(gaussians, num_threads)
    target = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    still = StepSettings(1, 1, 0, 0, 0, 0, 0, 0)
    num_tile_pairs = model.train_step(viewmat, K, target, still).num_pairs
    times_ms = []
    for _ in range(repeats):
        before = model.phase_seconds()
        model.train_step(viewmat, K, target, still)
        phases = {name: 1e3 * (after - before[name]) for name, after in model.phase_seconds().items()}
        times_ms.append(phases | {"total": sum(phases.values())})
    median_ms = {name: float(np.median([each[name] for each in times_ms])) for name in times_ms[0]}
    min_ms = {name: min(each[name] for each in times_ms) for name in times_ms[0]}
    pairs = pairs_per_pixel(gaussians, viewmat, K, size)
    return StepTimes(num_gaussians, size, median_ms, min_ms, num_tile_pairs, pairs)


def camera(size: tuple[int, int]) -> tuple[Float, Float]:
    """viewmat [4, 4] and K [3, 3] of a phone held upright, at the origin."""
    width, height = size
    focal = 1.2 * height
    return np.eye(4), np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])


def trained_like(count: int, seed: int = 0) -> Gaussians:
    """Gaussians all over the view at depths 2..6, elongated, sizes log-normal, with as many pairs as trained scenes."""
    rng = np.random.default_rng(seed)
    width, height = SIZES[0]
    _, K = camera(SIZES[0])
    depth = rng.uniform(2, 6, count)
    pixels = rng.uniform(-0.02, 1.02, (count, 2)) * (width, height)
    means = np.c_[(pixels - K[:2, 2]) / K[0, 0] * depth[:, None], depth]
    logits = rng.normal(-0.5, 1.7, count)
    reach = 2 * np.log(np.maximum(sigmoid(logits) / twin.MIN_ALPHA, 1.01))  # squared standard deviations
    sizes_px = np.exp(rng.normal(0, 0.6, (count, 1)) + rng.normal(0, 0.6, (count, 3)))
    area = np.pi * (reach * sizes_px[:, 0] * sizes_px[:, 1]).sum() / (width * height)
    sizes_px *= np.sqrt(_typical_pairs(count) / area)
    scales = np.log(sizes_px * depth[:, None] / K[0, 0])
    sh0, shN = rng.normal(0, 0.8, (count, 1, 3)), rng.normal(0, 0.1, (count, 3, 3))
    order = np.lexsort((pixels[:, 0] // 16, pixels[:, 1] // 16))
    arrays = (means, rng.normal(size=(count, 4)), scales, logits, sh0, shN)
    return Gaussians(*(array[order].astype(np.float32) for array in arrays))


def _typical_pairs(count: int) -> float:
    """Pairs per pixel of a trained scene of `count` gaussians."""
    return float(np.interp(count, list(PAIRS_PER_PIXEL), list(PAIRS_PER_PIXEL.values())))


def pairs_per_pixel(gaussians: Gaussians, viewmat: Float, K: Float, size: tuple[int, int]) -> float:
    """How many gaussians have an alpha of 1/255 or more at a pixel: the mean over some pixels spread at random."""
    projected = twin.project(twin.parameters_of(gaussians), twin.View(viewmat, K, size), 0)
    drawn = (projected.camera_means[:, 2] > twin.NEAR) & (projected.peaks > twin.MIN_ALPHA)
    centers, conics = projected.means2d[drawn], np.linalg.inv(projected.covs2d[drawn])
    reach = 2 * np.log(projected.peaks[drawn] / twin.MIN_ALPHA)
    counts = []
    for pixel in np.random.default_rng(2).uniform(0, size, (_NUM_PIXELS, 2)):
        dx, dy = (pixel - centers).T
        squared = conics[:, 0, 0] * dx * dx + 2 * conics[:, 0, 1] * dx * dy + conics[:, 1, 1] * dy * dy
        counts.append(int((squared <= reach).sum()))
    return float(np.mean(counts))

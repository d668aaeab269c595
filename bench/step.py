"""CPU milliseconds of a training step, all threads summed, by phase: `python bench/step.py [repeats]`."""

from __future__ import annotations

import sys

import numpy as np

from reelscape.gaussians import Gaussians
from reelscape.splat.kernel import SplatModel, StepSettings

COUNTS = (10_000, 50_000, 150_000)
SIZES = ((269, 478), (538, 957))
PAIRS_PER_PIXEL = {10_000: 27, 50_000: 106, 150_000: 199}  # of trained scenes, at half size
PHASES = ("project", "sort", "forward", "loss", "backward", "update")


def camera(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
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
    budget = 2 * np.log(np.maximum(255 / (1 + np.exp(-logits)), 1.01))
    log_size = rng.normal(0, 0.6, (count, 1)) + rng.normal(0, 0.6, (count, 3))
    sizes_px = np.exp(log_size)
    area = np.pi * (budget * sizes_px[:, 0] * sizes_px[:, 1]).sum() / (width * height)
    sizes_px *= np.sqrt(PAIRS_PER_PIXEL[count] / area)
    scales = np.log(sizes_px * depth[:, None] / K[0, 0])
    sh0, shN = rng.normal(0, 0.8, (count, 1, 3)), rng.normal(0, 0.1, (count, 3, 3))
    order = np.lexsort((pixels[:, 0] // 16, pixels[:, 1] // 16))
    arrays = (means, rng.normal(size=(count, 4)), scales, logits, sh0, shN)
    return Gaussians(*(array[order].astype(np.float32) for array in arrays))


def measure(count: int, size: tuple[int, int], repeats: int) -> tuple[np.ndarray, float]:
    """CPU ms per step by phase, and the tile pairs of the last step."""
    viewmat, K = camera(size)
    model = SplatModel(trained_like(count))
    target = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    still = StepSettings(1, 1, 0, 0, 0, 0, 0, 0)  # rates 0: every repeat does the same work
    pairs = model.train_step(viewmat, K, target, still).num_pairs
    before = np.array(list(model.phase_seconds().values()))
    for _ in range(repeats):
        model.train_step(viewmat, K, target, still)
    return (np.array(list(model.phase_seconds().values())) - before) / repeats * 1e3, pairs


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(
        f"{'gaussians':>9} {'size':>9} " + " ".join(f"{p:>9}" for p in PHASES) + f" {'total ms':>9} {'tile pairs':>10}"
    )
    for count in COUNTS:
        for size in SIZES:
            ms, pairs = measure(count, size, repeats)
            cells = " ".join(f"{value:9.2f}" for value in ms)
            print(f"{count:9d} {size[0]:>4}x{size[1]:<4} {cells} {ms.sum():9.2f} {pairs:10d}")


if __name__ == "__main__":
    main()

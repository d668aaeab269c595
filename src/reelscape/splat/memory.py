"""How much memory a training takes, and how much of what is there its pictures may keep."""

from __future__ import annotations

import math

from reelscape.cameras import Scene
from reelscape.config import TrainConfig
from reelscape.errors import OutOfMemory
from reelscape.resources import available_bytes
from reelscape.splat.schedule import GROWTH_FACTOR, NUM_GROWTH_ROUNDS
from reelscape.splat.views import KEPT_BYTES

COPIES = 10  # of a gaussian's values at the end: model and moments, average, the model of the cleaning, their copies
WORK_BYTES = 350  # of a gaussian in a step: its record and its pairs with tiles
PIXEL_BYTES = 120  # of the largest picture: decoded, its planes, their gradient and the loss' maps


def model_bytes(num_points: int, config: TrainConfig) -> int:
    """What the gaussians take at most, in a training that starts from `num_points`."""
    num_values = 11 + 3 * (config.sh_degree + 1) ** 2
    return _most_gaussians(num_points, config) * (4 * num_values * COPIES + WORK_BYTES)


def _most_gaussians(num_points: int, config: TrainConfig) -> int:
    """How many the run can reach: it may be that all its rounds of growth do not come to the limit."""
    return min(config.max_gaussians, math.ceil(num_points * GROWTH_FACTOR**NUM_GROWTH_ROUNDS))


def picture_budget_bytes(scene: Scene, config: TrainConfig) -> int:
    """What may be kept of the pictures (see `Views`). Raises OutOfMemory when there is not even room to decode them."""
    pixels = int(scene.cameras.sizes.prod(axis=1).max())
    needed, available = model_bytes(len(scene.points), config) + pixels * PIXEL_BYTES, available_bytes()
    if available is None:
        return KEPT_BYTES
    if needed > available:
        raise OutOfMemory(f"Training would need about {needed / 1e9:.1f} GB; {available / 1e9:.1f} GB are free.")
    return min(KEPT_BYTES, available - needed)

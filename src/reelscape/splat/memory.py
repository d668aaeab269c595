"""How much memory a training takes, and how much of what is there its pictures may keep."""

from __future__ import annotations

from reelscape.cameras import Cameras
from reelscape.config import TrainConfig
from reelscape.errors import OutOfMemory
from reelscape.resources import available_bytes
from reelscape.splat.views import KEPT_BYTES

GAUSSIAN_BYTES = 59 * 4 * 13 + 200  # parameters, two moments, their copies while the model grows; tile pairs
PIXEL_BYTES = 120  # of the largest picture: decoded, its planes, their gradient and the loss' maps


def picture_budget_bytes(cameras: Cameras, config: TrainConfig) -> int:
    """What may be kept of the pictures (see `Views`). Raises OutOfMemory when there is not even room to decode them."""
    pixels = int(cameras.sizes.prod(axis=1).max())
    needed, available = config.max_gaussians * GAUSSIAN_BYTES + pixels * PIXEL_BYTES, available_bytes()
    if available is None:
        return KEPT_BYTES
    if needed > available:
        raise OutOfMemory(f"Training would need about {needed / 1e9:.1f} GB; {available / 1e9:.1f} GB are free.")
    return min(KEPT_BYTES, available - needed)

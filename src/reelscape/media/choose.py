"""Which frames to keep: equal motion between them, the sharpest nearby."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIN_FRAMES = 8
STILL_FRAMES = 12
_FRAMES_PER_S = 2.5
_FEWEST_WANTED, _MOST_WANTED = 80, 200

_MIN_SLOT_FLOW = 0.005
_MAX_STEP_FLOW = 0.05
_FINEST_CUT = 16


def most_wanted(setting: int) -> int:
    """Upper limit of `num_wanted` before the length of the video is known."""
    return setting or _MOST_WANTED


def num_wanted(setting: int, duration_s: float) -> int:
    """How many frames to choose: the setting, or 2.5 per second within 80..200 when it is 0."""
    return setting or int(np.clip(round(_FRAMES_PER_S * duration_s), _FEWEST_WANTED, _MOST_WANTED))


def accumulated_flow(orders: list[int], flows: list[float]) -> NDArray[np.float64]:
    """Running sum of the shifts `flows` (shares of the longer side) measured at frames `orders`, `[M]`.

    A shift that could not be measured counts as the median of the others. One step counts at most 5 % of the
    picture: a swing of the camera gives blurred frames and must not take all the slots.
    """
    steps = np.array(flows)
    known = steps[np.isfinite(steps)]
    steps = np.where(np.isfinite(steps), steps, np.median(known) if len(known) else 0.0)
    return np.cumsum(np.minimum(steps, _MAX_STEP_FLOW))


def choose(positions: NDArray[np.float64], sharpness: NDArray[np.float64], wanted: int) -> list[int]:
    """Indices of at most `wanted` frames, ascending.

    `positions` `[N]` is the accumulated flow at each frame, not decreasing; `sharpness` `[N]` is compared among
    neighbours only. The flow is cut into equal slots and the sharpest frame of each slot is taken; slots shorter than
    0.5 % of the picture would show the same view again, so a slow camera gets fewer, a still one `STILL_FRAMES`.
    All frames are taken when there are no more than wanted.
    """
    if len(positions) <= wanted:
        return list(range(len(positions)))
    travelled = positions - positions[0]
    total = float(travelled[-1])
    num_slots = int(np.clip(total / _MIN_SLOT_FLOW, min(STILL_FRAMES, wanted), wanted))
    if total <= 0.0:
        travelled, total = np.arange(len(positions), dtype=np.float64), float(len(positions))
    return _sharpest(sharpness, _slot_starts(travelled / total, num_slots))


def _slot_starts(shares: NDArray[np.float64], num_slots: int) -> NDArray[np.intp]:
    """First frame of each of at most `num_slots` slots that hold a frame; `shares` `[N]` rise from 0 to 1.

    Where the camera was fast, a frame may span several slots; what they leave over is spread by cutting finer.
    """
    coarse, fine = num_slots, num_slots * _FINEST_CUT
    while fine - coarse > 1:
        middle = (coarse + fine) // 2
        coarse, fine = (middle, fine) if len(_cut(shares, middle)) <= num_slots else (coarse, middle)
    return _cut(shares, coarse)


def _cut(shares: NDArray[np.float64], num_cuts: int) -> NDArray[np.intp]:
    slots = np.minimum((shares * num_cuts).astype(int), num_cuts - 1)
    return np.flatnonzero(np.diff(slots, prepend=-1))


def _sharpest(sharpness: NDArray[np.float64], starts: NDArray[np.intp]) -> list[int]:
    ends = [*starts[1:], len(sharpness)]
    return [int(start + np.argmax(sharpness[start:end])) for start, end in zip(starts, ends, strict=True)]

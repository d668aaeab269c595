"""Which pixels of the depth maps other views confirm, and how noisy the depth is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from reelscape.mesh.depth_view import DepthView, Float32, Pixels, points_of, project

BASELINES = (0.02, 0.05, 0.1, 0.2, 0.35)
"""Of the depth: how far beside a view its neighbours stand, two of each."""
NUM_FAR = 4
MIN_AGREEING = 2
GROSS_ERROR = 0.1
"""Of the depth: what differs by more is another surface, and says nothing about the noise."""

_LEAST_BASELINE = 0.002  # of the depth
_FACING = np.cos(np.radians(50))
_NOISE_STRIDE = 61  # pixels, a prime so that rows are met at different places
_WITHIN_SIGMA_PERCENT = 68.3


def neighbours_of(views: Sequence[DepthView]) -> list[list[int]]:
    """For each view some others that look the same way: from far beside it, which tell depths well, to close by.

    What lies at a picture's edge is seen by the closest alone.
    """
    centers, forwards = np.array([view.center for view in views]), np.array([view.forward for view in views])
    chosen = []
    for i, view in enumerate(views):
        baselines = np.linalg.norm(centers - centers[i], axis=1) / typical_depth([view])
        is_fit = (forwards @ forwards[i] > _FACING) & (baselines > _LEAST_BASELINE)
        found: list[int] = []
        for wanted in np.repeat(BASELINES, 2):
            misfit = np.where(is_fit, np.abs(np.log(np.maximum(baselines, _LEAST_BASELINE) / wanted)), np.inf)
            misfit[[i, *found]] = np.inf
            if np.isfinite(misfit.min()):
                found.append(int(misfit.argmin()))
        chosen.append(found)
    return chosen


def typical_depth(views: Sequence[DepthView]) -> float:
    """Median depth of what is seen; 1 when nothing is."""
    depths = np.concatenate([view.depth[view.depth > 0][::31] for view in views])
    return float(np.median(depths)) if depths.size else 1.0


def depth_noise(views: Sequence[DepthView], neighbours: Sequence[Sequence[int]]) -> float:
    """Standard deviation of one view's depth, as a share of it: from the differences to the farthest neighbours.

    Views close by err alike, so their differences would say too little.
    """
    found = []
    for view, others in zip(views, neighbours, strict=True):
        pixels = np.flatnonzero(view.depth > 0)[::_NOISE_STRIDE]
        points = points_of(view, pixels)
        for j in others[-NUM_FAR:]:
            differences = relative_differences(views[j], points)
            found.append(differences[np.abs(differences) < GROSS_ERROR])
    if not sum(len(part) for part in found):
        return GROSS_ERROR
    return float(np.percentile(np.abs(np.concatenate(found)), _WITHIN_SIGMA_PERCENT) / np.sqrt(2))


def relative_differences(view: DepthView, points: Float32) -> Float32:
    """How much farther `view` sees than each point [N, 3] lies, as a share of its depth; NaN where it sees nothing."""
    pixels, z = project(view, points)
    seen = view.depth.reshape(-1)[pixels]
    known = (pixels >= 0) & (seen > 0)
    return np.where(known, seen / np.where(known, z, 1) - 1, np.nan).astype(np.float32)


def confidence(
    views: Sequence[DepthView], neighbours: Sequence[Sequence[int]], tolerance: float, tell: Callable[[int], None]
) -> list[Float32]:
    """A weight 0..1 for each pixel [H, W]: the share of agreeing views among those that could have contradicted.

    A neighbour agrees within `tolerance` (of the depth), contradicts when it sees farther, and says nothing when
    something nearer hides the point. Pixels with too few agreeing views weigh nothing.
    """
    weights = []
    for i, view in enumerate(views):
        tell(i)
        pixels = np.flatnonzero(view.depth > 0)
        agreeing, contradicting = _votes(views, neighbours[i], points_of(view, pixels), tolerance)
        needed = min(MIN_AGREEING, max(len(neighbours[i]), 1))
        share = agreeing / np.maximum(agreeing + contradicting, 1)
        weights.append(_scattered(np.where(agreeing >= needed, share, 0), pixels, view.depth.shape))
    return weights


def _votes(
    views: Sequence[DepthView], others: Sequence[int], points: Float32, tolerance: float
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    agreeing, contradicting = np.zeros(len(points), np.float32), np.zeros(len(points), np.float32)
    for j in others:
        differences = relative_differences(views[j], points)
        agreeing += np.abs(differences) <= tolerance
        contradicting += differences > tolerance
    return agreeing, contradicting


def _scattered(values: npt.NDArray[np.generic], pixels: Pixels, shape: tuple[int, ...]) -> Float32:
    out = np.zeros(shape, np.float32)
    out.reshape(-1)[pixels] = values
    return out

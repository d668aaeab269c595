"""Relocation and growth of gaussians: "3D Gaussian Splatting as Markov Chain Monte Carlo" (Kheradmand et al. 2024).

Gaussians that fade are moved onto ones that matter, and new ones are added the same way: k gaussians at one place get
opacities and scales that together draw what the one drew. (Formulas: section 4.2 and eq. 9 of the paper.)
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from reelscape.gaussians import Array, sigmoid
from reelscape.splat.kernel import SplatModel

DEAD_OPACITY = 0.005
MAX_COPIES = 51
_EPSILON = 1e-6


def grow(model: SplatModel, target: int, rng: np.random.Generator) -> SplatModel:
    """Move faded gaussians onto strong ones, add new ones up to `target`, and store all in Morton order."""
    shapes, means = model.shapes(), model.means()
    opacities = sigmoid(shapes[:, 3])
    sound = np.isfinite(shapes).all(axis=1) & np.isfinite(means).all(axis=1)
    dead = ~(opacities > DEAD_OPACITY) | ~sound
    num_new = max(0, target - len(model)) + int(dead.sum())
    alive = np.flatnonzero(~dead)
    if len(alive) == 0 or num_new == 0:
        return model
    weights = opacities[alive].astype(np.float64)
    drawn = rng.choice(alive, size=num_new, p=weights / weights.sum())
    copies = 1 + np.bincount(drawn, minlength=len(model))
    split = np.flatnonzero(copies > 1)
    shapes[split, 3], shrink = split_opacity(opacities[split], copies[split])
    shapes[split, :3] += np.log(shrink)[:, None]
    sources = np.concatenate([alive, drawn])
    sources = sources[morton_order(means[sources])]
    return model.rearranged(sources, copies[sources] > 1, shapes[sources])


def split_opacity(opacity: Array, copies: npt.NDArray[np.int64]) -> tuple[Array, Array]:
    """Logit opacity [M] and scale factor [M] of each of `copies` [M] gaussians that replace one of `opacity` [M]."""
    num = np.minimum(copies, MAX_COPIES)
    each = 1.0 - (1.0 - opacity.astype(np.float64)) ** (1.0 / num)
    denominator = np.zeros_like(each)
    for k in range(int(num.max(initial=1))):
        # sum over i > k of C(i - 1, k) is C(n, k + 1)
        binomial = np.array([math.comb(int(n), k + 1) for n in range(MAX_COPIES + 1)], np.float64)[num]
        denominator += binomial * (-1.0) ** k / math.sqrt(k + 1) * each ** (k + 1)
    shrink = opacity / np.maximum(denominator, _EPSILON)
    each = np.clip(each, DEAD_OPACITY, 1.0 - _EPSILON)
    return np.log(each / (1.0 - each)).astype(np.float32), np.maximum(shrink, _EPSILON).astype(np.float32)


def morton_order(points: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """Order of `points` [N, 3] along a Z curve, so that neighbours in space are neighbours in memory."""
    low, high = np.percentile(points, [1, 99], axis=0)
    cells = np.clip((points - low) / np.maximum(high - low, 1e-9), 0.0, 1.0) * 1023
    code = np.zeros(len(points), np.uint64)
    for axis in range(3):
        code |= _spread_bits(cells[:, axis].astype(np.uint64)) << np.uint64(axis)
    return np.argsort(code, kind="stable")


def _spread_bits(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Two zero bits between the ten bits of x."""
    for shift, mask in ((16, 0x030000FF), (8, 0x0300F00F), (4, 0x030C30C3), (2, 0x09249249)):
        x = (x | (x << np.uint64(shift))) & np.uint64(mask)
    return x

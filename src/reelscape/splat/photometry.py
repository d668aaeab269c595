"""The pictures' exposures from the sparse points: a point should have one colour in all pictures that saw it.

A sighting's colour is, per channel, the picture's gain times the point's colour. In logarithms that is linear: the
points' colours are eliminated (Schur complement) and the views' log gains solved for, robustly (iteratively re-weighted
least squares for the L1 norm), because highlights and sightings beside an edge do not obey.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reelscape.cameras import Float, Observations
from reelscape.splat.views import Picture, Views

MAX_POINTS = 5000  # more tell hardly more
LEVEL = 1  # size of the pictures looked at: half, which averages noise
DARKEST, BRIGHTEST = 0.04, 0.97  # beyond, colours are clipped
NUM_ROUNDS = 8
L1_BELOW = 0.03  # log units within which a residual counts by its square
PRIOR = 1.0  # sightings that speak for log gain 0 in each view
_CHUNK = 2000


def gains_of(views: Views, observations: Observations) -> Float:
    """Gain per view and channel [V, 3], of geometric mean 1 over the views; ones where no sightings tell."""
    colors = _sighted_colors(views, observations)
    clear = ((colors > DARKEST) & (colors < BRIGHTEST)).all(axis=1)
    clear &= observations.point_rows % _stride(observations) == 0
    chosen = observations.select(clear)
    points, point_rows = np.unique(chosen.point_rows, return_inverse=True)
    sightings = _Sightings(chosen.image_rows, point_rows, np.log(colors[clear]), len(views), len(points))
    return np.asarray(np.exp(sightings.solve()))


def _stride(observations: Observations) -> int:
    return 1 + int(observations.point_rows.max(initial=0)) // MAX_POINTS


def _sighted_colors(views: Views, observations: Observations) -> Float:
    """The colour [M, 3] in 0..1 at each sighting."""
    colors = np.zeros((len(observations), 3))
    for index in range(len(views)):
        here = observations.image_rows == index
        colors[here] = _colors_at(views.at(index, LEVEL).picture, observations.xys[here] * 0.5**LEVEL)
    return colors


def _colors_at(picture: Picture, xys: Float) -> Float:
    columns, rows = np.clip(xys.astype(np.int64), 0, np.array(picture.shape[1::-1]) - 1).T
    colors: Float = picture[rows, columns] / 255.0
    return colors


class _Sightings:
    """M log colours [M, 3] of `num_points` points in `num_views` views."""

    def __init__(
        self,
        view_rows: npt.NDArray[np.int64],
        point_rows: npt.NDArray[np.int64],
        log_colors: Float,
        num_views: int,
        num_points: int,
    ) -> None:
        order = np.argsort(point_rows, kind="stable")
        self.view_rows, self.point_rows, self.log_colors = view_rows[order], point_rows[order], log_colors[order]
        self.num_views, self.num_points = num_views, num_points

    def solve(self) -> Float:
        """Log gains [V, 3] of mean 0."""
        weights = np.ones(len(self.view_rows))
        gains = np.zeros((self.num_views, 3))
        for _ in range(NUM_ROUNDS):
            gains = self._weighted(weights)
            residuals = np.abs(self._residuals(gains, weights)).max(axis=1, initial=0)
            weights = L1_BELOW / np.maximum(residuals, L1_BELOW)
        return gains

    def _weighted(self, weights: Float) -> Float:
        totals = np.bincount(self.point_rows, weights, self.num_points)
        means = _sums(self.point_rows, weights[:, None] * self.log_colors, self.num_points) / totals[:, None]
        normal = np.diag(np.bincount(self.view_rows, weights, self.num_views) + PRIOR)
        for start in range(0, self.num_points, _CHUNK):
            low, high = np.searchsorted(self.point_rows, [start, start + _CHUNK])
            table = np.zeros((self.num_views, _CHUNK))
            np.add.at(table, (self.view_rows[low:high], self.point_rows[low:high] - start), weights[low:high])
            known = table[:, : len(totals[start : start + _CHUNK])]
            shares = coarse(known / np.sqrt(totals[start : start + _CHUNK]))
            normal -= shares @ shares.T
        offsets = weights[:, None] * (self.log_colors - means[self.point_rows])
        gains = solved(normal, _sums(self.view_rows, offsets, self.num_views))
        return np.asarray(gains - gains.mean(axis=0))

    def _residuals(self, gains: Float, weights: Float) -> Float:
        """What the gains and the points' best colours leave over, [M, 3]."""
        left = self.log_colors - gains[self.view_rows]
        totals = np.bincount(self.point_rows, weights, self.num_points)
        means = _sums(self.point_rows, weights[:, None] * left, self.num_points) / totals[:, None]
        return np.asarray(left - means[self.point_rows])


def coarse(values: Float) -> Float:
    """The values in multiples of 2^-18: products of those below 1, and sums of 2^17 of them, are exact in float64.

    So a matrix product is the same in whatever order the threads of numpy's BLAS sum it.
    """
    return np.asarray(np.rint(values * 2.0**18) / 2.0**18)


def solved(matrix: Float, right: Float) -> Float:
    """The solution [V, 3] of a positive definite system, by elimination without BLAS, whose threads change its sums."""
    rows = np.concatenate([matrix, right], axis=1)
    for k in range(len(rows)):
        rows[k] /= rows[k, k]
        factors = rows[:, k].copy()
        factors[k] = 0.0
        rows -= factors[:, None] * rows[k]
    return rows[:, len(rows) :]


def _sums(rows: npt.NDArray[np.int64], values: Float, count: int) -> Float:
    """Sums [count, 3] of `values` [M, 3] by row."""
    return np.stack([np.bincount(rows, values[:, c], count) for c in range(3)], axis=1)

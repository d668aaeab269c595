"""Exposure and white balance of each picture: phones change both within a shot.

A picture's colours are, per channel, gain * scene + bias. Training compares renders with (picture - bias) / gain, so
the gaussians hold the colours of the scene at the shot's mean exposure. Gain and bias are those of a least-squares fit
of the picture to its render, held near 1 and 0 by a weak prior, and taken over in part at each visit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reelscape.cameras import Observations
from reelscape.splat.kernel import NEUTRAL, Float32
from reelscape.splat.photometry import gains_of
from reelscape.splat.views import Views

Float = npt.NDArray[np.float64]

START = 0.05  # share of the run after which exposures are fitted: renders are too dark before
RATE = 0.5  # of the way to the fit, at each visit
GAIN_PRIOR, BIAS_PRIOR = 1e-3, 0.03  # as if so many more squared grey levels, per pixel, spoke for gain 1 and bias 0
MAX_GAIN, MAX_BIAS = 4.0, 0.5
_MIN_PIXELS = 64


class Exposures:
    """Gain and bias of each training picture: `values` [views, 2, 3]. Their means over the views stay 1 and 0."""

    def __init__(self, values: Float) -> None:
        self.values = values.astype(np.float64)

    @classmethod
    def neutral(cls, num_views: int) -> Exposures:
        """Gain 1 and bias 0 for every picture."""
        return cls(np.tile(NEUTRAL, (num_views, 1, 1)))

    @classmethod
    def of(cls, views: Views, observations: Observations) -> Exposures:
        """From the colours that the pictures give to the sparse points; neutral without sightings."""
        start = cls.neutral(len(views))
        start.values[:, 0] = np.clip(gains_of(views, observations), 1 / MAX_GAIN, MAX_GAIN)
        return start

    def at(self, index: int) -> Float32:
        """Gain and bias of a view, [2, 3]."""
        exposure: Float32 = self.values[index].astype(np.float32)
        return exposure

    def fit(self, index: int, color_sums: Float) -> None:
        """Move a view's exposure towards what the sums of its last training step tell (`StepResult.color_sums`)."""
        gains, biases = self.values[index]
        fitted = fit_exposure(picture_sums(color_sums, self.at(index)))
        self.values[index, 0] = gains * (fitted[0] / gains) ** RATE
        self.values[index, 1] = biases + RATE * (fitted[1] - biases)
        self.values[:, 0] /= np.exp(np.log(self.values[:, 0]).mean(axis=0))
        self.values[:, 1] -= self.values[:, 1].mean(axis=0)


def exposed(image: npt.NDArray[np.floating], exposure: npt.ArrayLike) -> Float:
    """A render [H, W, 3] as a camera at `exposure` [2, 3] would picture it, clipped to 0..1."""
    gain, bias = np.asarray(exposure)
    colors: Float = np.clip(gain * image + bias, 0, 1)
    return colors


def interpolated(values: Float, rows: npt.NDArray[np.int64], wanted: npt.NDArray[np.int64]) -> Float:
    """Exposures [W, 2, 3] of the pictures at `wanted` from `values` [V, 2, 3] of those at `rows`, nearest in time.

    Rows count the pictures in time; before the first and after the last the exposure stays.
    """
    flat = values.reshape(len(values), 6)
    columns = [np.interp(wanted, rows, column) for column in flat.T]
    return np.stack(columns, axis=1).reshape(len(wanted), 2, 3)


def picture_sums(color_sums: Float, exposure: npt.ArrayLike) -> Float:
    """The sums [3, 5] with the picture itself for the target that was made of it at `exposure` [2, 3]."""
    gain, bias = np.asarray(exposure, np.float64)
    count, render, target, squares, products = np.asarray(color_sums, np.float64).T
    return np.stack([count, render, gain * target + bias * count, squares, gain * products + bias * render], axis=1)


def fit_exposure(sums: Float) -> Float:
    """Gain and bias [2, 3] that best turn the render into the picture; neutral where hardly any pixel tells.

    Least squares over the pixels, plus GAIN_PRIOR (gain - 1)^2 + BIAS_PRIOR bias^2 per pixel. `sums` [3, 5] are, per
    channel: count, render, picture, render^2, render times picture.
    """
    count, render, picture, squares, products = np.asarray(sums, np.float64).T
    by_gain, by_bias = squares + GAIN_PRIOR * count, (1 + BIAS_PRIOR) * count
    determinant = by_gain * by_bias - render * render
    is_told = (count >= _MIN_PIXELS) & (determinant > 0)
    safe = np.where(is_told, determinant, 1.0)
    products = products + GAIN_PRIOR * count
    gain = np.clip((by_bias * products - render * picture) / safe, 1 / MAX_GAIN, MAX_GAIN)
    bias = np.clip((by_gain * picture - render * products) / safe, -MAX_BIAS, MAX_BIAS)
    return np.where(is_told, np.stack([gain, bias]), NEUTRAL.astype(np.float64))


def sums_of(render: npt.NDArray[np.floating], picture: npt.NDArray[np.floating]) -> Float:
    """The sums that `fit_exposure` takes, of a render and a picture [H, W, 3] in 0..1; clipped pixels are left out."""
    used = (picture > 4.5 / 255) & (picture < 250.5 / 255)
    x, y = np.where(used, render, 0).astype(np.float64), np.where(used, picture, 0).astype(np.float64)
    return np.stack([part.sum(axis=(0, 1)) for part in (used.astype(np.float64), x, y, x * x, x * y)], axis=1)

"""How close a render is to a photo: PSNR and SSIM."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.floating]


def psnr_db(render: Image, photo: Image) -> float:
    """Peak signal-to-noise ratio of two pictures [H, W, 3] in 0..1."""
    error = float(np.mean((render.astype(np.float64) - photo) ** 2))
    return -10.0 * float(np.log10(max(error, 1e-10)))


def ssim(render: Image, photo: Image) -> float:
    """Structural similarity (Wang et al. 2004) of pictures [H, W, 3] in 0..1: 11x11 window, sigma 1.5, zero padded."""
    x, y = render.astype(np.float64), photo.astype(np.float64)
    mean_x, mean_y = _blur(x), _blur(y)
    var_x, var_y = _blur(x * x) - mean_x**2, _blur(y * y) - mean_y**2
    covariance = _blur(x * y) - mean_x * mean_y
    c1, c2 = 0.01**2, 0.03**2
    top = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return float((top / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))).mean())


def _blur(image: Image) -> Image:
    taps = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        padding = [(5, 5) if i == axis else (0, 0) for i in range(3)]
        padded = np.pad(image, padding)
        length = image.shape[axis]
        image = sum(tap * np.take(padded, range(i, i + length), axis=axis) for i, tap in enumerate(taps))
    return image

"""The loss of a training step by its pictures alone, plainly in numpy: a part of the kernel's twin.

Source of SSIM: Wang et al. 2004.
"""

from __future__ import annotations

import numpy as np

from reelscape.cameras import Float


def blur(image: Float) -> Float:
    """[H, W, C] under SSIM's window, a Gaussian of 11 pixels with sigma 1.5; zeros outside the image."""
    weights = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    for axis in (0, 1):
        padded = np.pad(image, [(5, 5) if a == axis else (0, 0) for a in range(3)])
        shifted = [np.take(padded, np.arange(image.shape[axis]) + i, axis) for i in range(11)]
        image = sum((w * s for w, s in zip(weights, shifted, strict=True)), np.zeros_like(image))
    return image


def image_loss(image: Float, target: Float, ssim_weight: float) -> tuple[float, Float]:
    """(1 - w) L1 + w (1 - SSIM) of [H, W, 3] in 0..1, and its gradient by `image`."""
    c1, c2 = 0.01**2, 0.03**2
    mx, my = blur(image), blur(target)
    variances = blur(image**2 + target**2) - mx**2 - my**2
    covariance = blur(image * target) - mx * my
    n1, n2, d1, d2 = 2 * mx * my + c1, 2 * covariance + c2, mx**2 + my**2 + c1, variances + c2
    ssim = n1 * n2 / (d1 * d2)
    by_covariance, by_variance = 2 * n1 / (d1 * d2), -ssim / d2
    by_mean = 2 * my * n2 / (d1 * d2) - 2 * mx * ssim / d1 - my * by_covariance - 2 * mx * by_variance
    ssim_gradient = blur(by_mean) + 2 * image * blur(by_variance) + target * blur(by_covariance)
    difference = image - target
    loss = (1 - ssim_weight) * np.abs(difference).mean() + ssim_weight * (1 - ssim.mean())
    gradient = ((1 - ssim_weight) * np.sign(difference) - ssim_weight * ssim_gradient) / image.size
    return float(loss), gradient

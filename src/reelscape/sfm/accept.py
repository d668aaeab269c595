"""Which camera paths are good enough to train on."""

from __future__ import annotations

import numpy as np

from reelscape.sfm.solution import Solution

MIN_REGISTERED = 8
"""Fewer pictures make no scene."""
MIN_SHARE = 0.3
"""A smaller share of the pictures means that the mapper held on to an accident."""
GOOD_SHARE = 0.75
"""Below this, more pairs are tried."""
FAIR_SHARE = 0.5
"""Below this, slower ways are tried."""
MAX_ERROR_PX = 1.5
"""Mean reprojection error on pictures of at most 960 pixels."""
FOCAL_RANGE = (0.4, 2.5)
"""Focal length over the picture's longer side: from action camera to telephoto."""
MIN_POINTS_PER_IMAGE = 30
"""A picture that sees fewer points is placed too loosely."""
MAX_CENTER_RATIO = 10.0
"""A camera this many times farther out than the median camera has flown off."""


def without_outliers(solution: Solution) -> Solution:
    """Drop pictures that see few points or whose camera flew off, again until nothing changes."""
    while len(solution):
        centers = solution.centers
        distances = np.linalg.norm(centers - np.median(centers, axis=0), axis=1)
        near = distances <= MAX_CENTER_RATIO * max(float(np.median(distances)), 1e-12)
        good = near & (solution.points_per_image >= MIN_POINTS_PER_IMAGE)
        if good.all():
            break
        solution = solution.keep_images(good)
    return solution


def fault(solution: Solution, num_images: int) -> str | None:
    """Why the path of `num_images` pictures cannot be used, as the rest of a sentence; None when it can."""
    if len(solution) < MIN_REGISTERED:
        return f"only {len(solution)} of {num_images} pictures could be joined"
    if len(solution) < MIN_SHARE * num_images:
        return f"only {len(solution)} of {num_images} pictures could be joined, too small a part"
    if solution.mean_error_px > MAX_ERROR_PX:
        return f"the camera path does not fit the pictures ({solution.mean_error_px:.1f} pixels off)"
    for lens in set(solution.lenses):
        ratio = lens.focal_px / max(lens.width, lens.height)
        if not FOCAL_RANGE[0] <= ratio <= FOCAL_RANGE[1] or not lens.is_invertible():
            return "no believable lens explains the pictures"
    return None

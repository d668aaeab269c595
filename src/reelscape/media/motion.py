"""How sharp a frame is, and how far the picture moved since the last one looked at."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FLOW_SIDE_PX = 480
_NUM_POINTS = 200
_MIN_POINTS = 10


def fitted_size(width: int, height: int, max_side_px: int) -> tuple[int, int]:
    """(width, height) scaled down, never up, so that the longer side is at most `max_side_px`."""
    scale = min(1.0, max_side_px / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def sharpness(luma: NDArray[np.uint8]) -> float:
    """Root mean square gradient of an 8-bit picture in grey levels per pixel (Tenengrad, by Sobel kernels)."""
    energy = sum(cv2.norm(cv2.Sobel(luma, cv2.CV_16S, dx, 1 - dx), cv2.NORM_L2SQR) for dx in (0, 1))
    return float((energy / luma.size) ** 0.5) / 8.0  # a Sobel kernel answers 8 to a slope of 1


class FlowMeter:
    """Median shift of corner points between successive pictures (pyramidal Lucas-Kanade)."""

    def __init__(self) -> None:
        self._last: NDArray[np.uint8] | None = None

    def measure(self, luma: NDArray[np.uint8]) -> float:
        """Shift since the last call as a share of the longer side; nan when too few points could be followed."""
        size = fitted_size(luma.shape[1], luma.shape[0], FLOW_SIDE_PX)
        small = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
        last, self._last = self._last, small
        if last is None:
            return 0.0
        return _median_shift(last, small) / max(size)


def _median_shift(last: NDArray[np.uint8], now: NDArray[np.uint8]) -> float:
    points = cv2.goodFeaturesToTrack(last, _NUM_POINTS, qualityLevel=0.01, minDistance=12)
    if points is None or len(points) < _MIN_POINTS:
        return float("nan")
    moved, found, _ = cv2.calcOpticalFlowPyrLK(last, now, points, None, winSize=(15, 15), maxLevel=3)  # type: ignore[call-overload]
    shifts = np.linalg.norm((moved - points).reshape(-1, 2)[found.ravel() == 1], axis=1)
    return float(np.median(shifts)) if len(shifts) >= _MIN_POINTS else float("nan")

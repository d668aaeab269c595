"""A camera with lens distortion: the Brown model, which covers COLMAP's OPENCV, SIMPLE_RADIAL and pinhole cameras."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reelscape.cameras import Float

_MAX_ITERATIONS = 100
_ROUND_TRIP_PX = 0.1
_BORDER_SAMPLES = 64


@dataclass(frozen=True)
class Lens:
    """Size and focal length in pixels, pixel centres at +0.5, and distortion.

    The distorted image point of a normalised point (x, y), r2 = x*x + y*y, is (source: COLMAP, sensor/models.h, OPENCV)

        x (1 + k1 r2 + k2 r2^2) + 2 p1 x y + p2 (r2 + 2 x x)
        y (1 + k1 r2 + k2 r2^2) + 2 p2 x y + p1 (r2 + 2 y y)
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    k1: float = 0.0
    k2: float = 0.0
    p1: float = 0.0
    p2: float = 0.0

    @property
    def focal_px(self) -> float:
        """Mean focal length in pixels."""
        return (self.fx + self.fy) / 2

    def calibration(self) -> Float:
        """K, [3, 3]."""
        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1]], np.float64)

    def distort(self, points: Float) -> Float:
        """Normalised points [N, 2] of a pinhole camera to where this lens sends them, also normalised."""
        return points + self._shift(points)

    def undistort(self, points: Float) -> Float:
        """The inverse of `distort`, by Newton's method with a numeric derivative; [N, 2] to [N, 2]."""
        found = points.copy()
        step_x, step_y = np.array([1e-6, 0]), np.array([0, 1e-6])
        for _ in range(_MAX_ITERATIONS):
            error = self.distort(found) - points
            if not len(error) or np.abs(error).max() < 1e-12:
                break
            d_dx = (self.distort(found + step_x) - self.distort(found - step_x)) / 2e-6
            d_dy = (self.distort(found + step_y) - self.distort(found - step_y)) / 2e-6
            jacobian = np.stack([d_dx, d_dy], axis=2) + 1e-12 * np.eye(2)
            found = found - np.clip(np.linalg.solve(jacobian, error[..., None])[..., 0], -0.2, 0.2)
        return found

    def normalise(self, xys: Float) -> Float:
        """Pixels [N, 2] to normalised points, still distorted."""
        return (xys - [self.cx, self.cy]) / [self.fx, self.fy]

    def pixels(self, points: Float) -> Float:
        """Normalised points [N, 2], distorted already, to pixels."""
        return points * [self.fx, self.fy] + [self.cx, self.cy]

    def border(self) -> Float:
        """Normalised distorted points around the picture's edge: [4, S, 2], left, right, top, bottom."""
        x, y = np.linspace(0, self.width, _BORDER_SAMPLES), np.linspace(0, self.height, _BORDER_SAMPLES)
        none = np.zeros(_BORDER_SAMPLES)
        sides = [(none, y), (none + self.width, y), (x, none), (x, none + self.height)]
        return self.normalise(np.stack([np.stack(side, axis=1) for side in sides]).reshape(-1, 2)).reshape(4, -1, 2)

    def is_invertible(self) -> bool:
        """Whether the distortion can be undone over the whole picture and does not fold it."""
        edge = self.border().reshape(-1, 2)
        straight = self.undistort(edge)
        off_px = np.abs(self.pixels(self.distort(straight)) - self.pixels(edge)).max()
        radii = np.linspace(0.02, 1, 50)[:, None] * np.linalg.norm(straight, axis=1).max()
        grows = np.diff((radii * (1 + self.k1 * radii**2 + self.k2 * radii**4))[:, 0]) > 0
        return bool(off_px < _ROUND_TRIP_PX and grows.all())

    def _shift(self, points: Float) -> Float:
        x, y = points[..., 0], points[..., 1]
        r2 = x * x + y * y
        radial = self.k1 * r2 + self.k2 * r2 * r2
        dx = x * radial + 2 * self.p1 * x * y + self.p2 * (r2 + 2 * x * x)
        dy = y * radial + 2 * self.p2 * x * y + self.p1 * (r2 + 2 * y * y)
        return np.stack([dx, dy], axis=-1)

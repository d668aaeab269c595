"""The walk: a person carries a phone around the table, looking at it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelscape.cameras import Float

SEED = 3
HALF_AXES_M = (1.52, 1.36)  # of the ellipse walked, across and along the room
EYE_HEIGHT_M = 1.5
_FULL_LAPS, _UNHURRIED_S = 1.5, 17.0
_STRIDE_M = 0.65


@dataclass(frozen=True)
class Walk:
    """A walk of `seconds`: 0.45 laps in 6 s (0.7 m/s), and never more than 1.5 laps however long it takes."""

    seconds: float

    @property
    def laps(self) -> float:
        """How often it goes around the table."""
        return float(_FULL_LAPS * (1 - np.exp(-self.seconds / _UNHURRIED_S)))

    def viewmats(self, times_s: NDArray[np.float64]) -> Float:
        """cam_from_world [T, 4, 4] at the given times [T]."""
        return look_at(self._eyes(times_s), self._targets(times_s), self._roll(times_s))

    def _angles(self, times_s: Float) -> Float:
        """Where on the ellipse, radians; 0 is south of the table, and short walks are centred there."""
        turn = 2 * np.pi * self.laps
        return np.asarray(turn * times_s / self.seconds - min(turn / 2, np.radians(82)))

    def _eyes(self, times_s: Float) -> Float:
        angle = self._angles(times_s)
        wander = 1 + 0.05 * np.sin(2.3 * angle + 0.5) - 0.04 * np.cos(0.7 * angle)
        speed = np.pi * sum(HALF_AXES_M) * self.laps / self.seconds
        steps = 2 * np.pi * times_s * float(np.clip(speed / _STRIDE_M, 0.6, 1.9))
        height = EYE_HEIGHT_M + 0.09 * np.sin(0.8 * angle + 0.4) + 0.012 * np.sin(steps)
        sway = 0.010 * np.sin(steps / 2)
        x = (HALF_AXES_M[0] * wander + sway) * np.sin(angle)
        z = -(HALF_AXES_M[1] * wander + sway) * np.cos(angle)
        return np.stack([x, -height, z], axis=1) + 0.004 * tremor(times_s, 0)

    def _targets(self, times_s: Float) -> Float:
        angle = self._angles(times_s)
        height = 0.86 + 0.10 * np.sin(1.1 * angle + 1.0)
        aim = np.stack([0.12 * np.sin(1.7 * angle), -height, 0.12 * np.cos(1.3 * angle)], axis=1)
        return np.asarray(aim + 0.012 * tremor(times_s, 1))

    def _roll(self, times_s: Float) -> Float:
        return np.asarray(np.radians(0.7) * tremor(times_s, 2)[:, 0])


def tremor(times_s: Float, channel: int) -> Float:
    """A hand's shake, [T, 3], about -1..1: sines between 0.4 and 4 Hz that never come together again."""
    rng = np.random.default_rng((SEED, channel))
    frequency = np.array([0.41, 0.83, 1.37, 2.29, 3.73])
    phase = rng.uniform(0, 2 * np.pi, (3, 5))
    waves = np.sin(2 * np.pi * times_s[:, None, None] * frequency + phase)
    return np.asarray((waves * (0.5, 0.4, 0.25, 0.15, 0.08)).sum(axis=2))


def look_at(eyes: Float, targets: Float, roll_rad: Float) -> Float:
    """cam_from_world [T, 4, 4] of cameras at eyes [T, 3] that look at targets [T, 3], then rolled by `roll_rad` [T]."""
    forward = targets - eyes
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    right = np.cross(np.broadcast_to((0.0, 1.0, 0.0), forward.shape), forward)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    down = np.cross(forward, right)
    cos, sin = np.cos(roll_rad)[:, None], np.sin(roll_rad)[:, None]
    viewmats = np.tile(np.eye(4), (len(eyes), 1, 1))
    viewmats[:, :3, :3] = np.stack([cos * right + sin * down, cos * down - sin * right, forward], axis=1)
    viewmats[:, :3, 3] = -np.einsum("tij,tj->ti", viewmats[:, :3, :3], eyes)
    return viewmats

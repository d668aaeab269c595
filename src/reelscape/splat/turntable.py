"""A smooth closed camera path through a scene, for its turntable video.

The path stays close to where the cameras were, for splats are only as good as their nearest photos.
World frame: right-down-forward, gravity along +y.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from reelscape.cameras import Cameras, Float
from reelscape.splat.viewpoint import Focus, Viewpoint, best_camera, find_focus, find_subject, forwards_of, upwards

_MAX_ORBIT_GAP_DEG = 60.0
_MIN_RADIUS_DEPTHS = 0.25  # cameras' distance from the focus' vertical, in focus depths
_MIN_SWING_DEG = 20.0
_MAX_SWING_DEG = 120.0
_MAX_WALK_DEPTHS = 2.0  # length of a walk in the film, in focus depths
_MAX_WALK_TURN_DEG = 150.0


def turntable_views(cameras: Cameras, points: Float, num_frames: int) -> list[Viewpoint]:
    """A closed camera path of `num_frames` views: the last leads smoothly into the first.

    Around the focus when the cameras went around it; to and fro on their arc when they went part of the way; else to
    and fro along the path they took.
    """
    focus = find_focus(cameras, points)
    phases = np.arange(num_frames) / num_frames
    best = best_camera(cameras, points)
    arc = _Arc.fit(cameras, focus, best) if focus.converging else None
    if arc is None:
        return _walk(cameras, focus, best, phases)
    subject = find_subject(cameras, points, focus)
    return _level(cameras, arc.positions(phases), np.tile(subject, (num_frames, 1)))


@dataclass(frozen=True)
class _Arc:
    """Cameras around a focus: distance from its vertical and height as smooth functions of the azimuth (rad)."""

    focus: Float
    start: float
    span: float
    closed: bool
    coefficients: Float  # [terms, 2]: distance and height

    @classmethod
    def fit(cls, cameras: Cameras, focus: Focus, best: int) -> _Arc | None:
        """The arc of the cameras, a full one from camera `best` on; None when they did not go around the focus."""
        offsets = cameras.centers - focus.point
        radii = np.linalg.norm(offsets[:, [0, 2]], axis=1)
        azimuths = np.arctan2(offsets[:, 2], offsets[:, 0])
        gap, after_gap = _largest_gap(azimuths)
        closed = gap < np.radians(_MAX_ORBIT_GAP_DEG)
        begin = float(azimuths[best]) if closed else after_gap
        turned = (azimuths - begin) % (2 * np.pi)
        low, high = (0.0, 2 * np.pi) if closed else np.quantile(turned, [0.03, 0.97])
        above = np.median(radii) < _MIN_RADIUS_DEPTHS * focus.depth  # from above or below there is no azimuth
        if above or high - low < np.radians(_MIN_SWING_DEG):
            return None
        span = high - low if closed else min(high - low, np.radians(_MAX_SWING_DEG))
        arc = cls(focus.point, float(begin + (low + high - span) / 2), float(span), closed, np.zeros((1, 2)))
        terms = arc._terms(begin + turned)
        ridge = 1e-2 * len(cameras) * np.diag([0.0] + [1.0] * (terms.shape[1] - 1))
        targets = np.stack([radii, offsets[:, 1]], axis=1)
        return replace(arc, coefficients=np.linalg.solve(terms.T @ terms + ridge, terms.T @ targets))

    def positions(self, phases: Float) -> Float:
        """Camera places [F, 3] at `phases` (0..1) of the loop."""
        sweep = phases if self.closed else 0.5 + 0.5 * np.sin(2 * np.pi * phases)
        azimuths = self.start + self.span * sweep
        radii, heights = (self._terms(azimuths) @ self.coefficients).T
        offsets: Float = np.stack([radii * np.cos(azimuths), heights, radii * np.sin(azimuths)], axis=1)
        return self.focus + offsets

    def _terms(self, azimuths: Float) -> Float:
        """Fourier terms on a full round, a cubic on an arc."""
        if self.closed:
            waves = [wave(k * azimuths) for k in (1, 2) for wave in (np.cos, np.sin)]
            return np.stack([np.ones_like(azimuths), *waves], axis=1)
        along = np.clip(2 * (azimuths - self.start) / self.span - 1, -1.2, 1.2)
        return np.stack([along**power for power in range(4)], axis=1)


def _level(cameras: Cameras, positions: Float, look_ats: Float) -> list[Viewpoint]:
    """Views of one common up: a change of it on the way would throw the picture round."""
    up = upwards(cameras, look_ats - positions)
    return [Viewpoint(position, look_at, up) for position, look_at in zip(positions, look_ats, strict=True)]


def _largest_gap(azimuths: Float) -> tuple[float, float]:
    """The widest angle without a camera, and the azimuth of the camera behind it, rad."""
    ordered = np.sort(azimuths)
    gaps = np.diff(ordered, append=ordered[0] + 2 * np.pi)
    widest = int(gaps.argmax())
    return float(gaps[widest]), float(ordered[(widest + 1) % len(ordered)])


def _walk(cameras: Cameras, focus: Focus, best: int, phases: Float) -> list[Viewpoint]:
    """To and fro along the captured path around camera `best`, low-passed, looking as they looked."""
    forwards = forwards_of(cameras)
    first, last = _stretch(cameras.centers, forwards, focus.depth, best)
    centers, forwards = cameras.centers[first : last + 1], forwards[first : last + 1]
    path = np.concatenate([centers, centers + focus.depth * forwards], axis=1)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)]) / max(float(steps.sum()), 1e-9)
    num_terms = int(np.clip(len(centers) // 4, 1, 6))
    terms = np.cos(np.pi * along[:, None] * np.arange(num_terms))
    coefficients = np.linalg.lstsq(terms, path, rcond=None)[0]
    sweep = 0.5 + 0.5 * np.sin(2 * np.pi * phases)
    smooth = np.cos(np.pi * sweep[:, None] * np.arange(num_terms)) @ coefficients
    return _level(cameras, smooth[:, :3], smooth[:, 3:])


def _stretch(centers: Float, forwards: Float, depth: float, best: int) -> tuple[int, int]:
    """First and last camera of the stretch around `best` that a short film can show without haste."""
    lengths = np.linalg.norm(np.diff(centers, axis=0), axis=1) / (_MAX_WALK_DEPTHS * depth)
    cosines = np.clip(np.einsum("ci,ci->c", forwards[1:], forwards[:-1]), -1, 1)
    turns = np.degrees(np.arccos(cosines)) / _MAX_WALK_TURN_DEG
    effort = np.concatenate([[0.0], np.cumsum(np.maximum(lengths, turns))])
    within = np.flatnonzero(np.abs(effort - effort[best]) <= 0.5)
    return int(within[0]), int(within[-1])

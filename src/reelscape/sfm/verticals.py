"""Gravity from upright edges in the pictures: door frames, shelves, corners of walls, trunks.

Each straight segment in a picture spans a plane with the camera centre; where the edge stands upright in the world,
gravity lies in that plane. The direction that lies in most such planes wins, near the direction that the camera path
suggests (the idea of vertical vanishing points, e.g. Lee et al., "Automatic upright adjustment of photographs", 2014,
over many pictures at once).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from reelscape.cameras import Cameras, Float

_MAX_IMAGES = 20
_MAX_SEGMENTS = 1500
_MIN_LENGTH = 0.04
_TOLERANCE = 0.026
_REACH_DEG = 50.0
_STEP_DEG = 1.5
_MIN_SUPPORT = 0.08
_MIN_PEAK = 4.0


@dataclass(frozen=True)
class Segments:
    """S straight segments: unit normals [S, 3] of their planes in the world, lengths [S] in longer sides."""

    normals: Float
    lengths: Float


def find_segments(cameras: Cameras, images_dir: Path) -> Segments:
    """The longest straight segments of up to 20 of the undistorted pictures (LSD, von Gioi et al., 2010)."""
    detector = cv2.createLineSegmentDetector()
    normals, lengths = [np.empty((0, 3))], [np.empty(0)]
    for row in range(0, len(cameras), max(1, len(cameras) // _MAX_IMAGES)):
        picture = cv2.imread(str(images_dir / cameras.image_names[row]), cv2.IMREAD_REDUCED_GRAYSCALE_2)
        found = None if picture is None else detector.detect(picture)[0]
        if found is None:
            continue
        ends = (2.0 * found.reshape(-1, 2, 2).astype(np.float64)) + 1.0
        length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) / cameras.sizes[row].max()
        long = length > _MIN_LENGTH
        rays = np.concatenate([ends[long], np.ones((int(long.sum()), 2, 1))], axis=2) @ np.linalg.inv(cameras.Ks[row]).T
        planes = np.cross(rays[:, 0], rays[:, 1]) @ cameras.viewmats[row, :3, :3]
        normals.append(planes / np.linalg.norm(planes, axis=1, keepdims=True))
        lengths.append(length[long])
    all_lengths = np.concatenate(lengths)
    longest = np.argsort(-all_lengths)[:_MAX_SEGMENTS]
    return Segments(np.concatenate(normals)[longest], all_lengths[longest])


def refine_down(down: Float, spread_deg: float, segments: Segments) -> Float:
    """The direction near `down` [3] in which most upright edges agree, or `down` itself where they do not.

    `spread_deg` says how far off `down` may well be (a standard deviation).
    """
    candidates, angles_deg = _directions_around(down)
    support = np.array([_support(candidate, segments).sum() for candidate in candidates])
    likely = support * np.exp(-0.5 * (angles_deg / spread_deg) ** 2)
    best = int(likely.argmax()) if len(likely) else 0
    if support[best] < _MIN_SUPPORT * segments.lengths.sum() or support[best] < _MIN_PEAK * np.median(support):
        return down
    refined: Float = candidates[best]
    for _ in range(5):
        weights = _support(refined, segments)
        scatter = (segments.normals * weights[:, None]).T @ segments.normals
        refined = np.linalg.eigh(scatter)[1][:, 0]
        refined = refined if refined @ down >= 0 else -refined
    return refined


def _support(direction: Float, segments: Segments) -> Float:
    """How much of each segment's length agrees that `direction` is upright, [S]."""
    off = segments.normals @ direction
    support: Float = segments.lengths * np.maximum(0.0, 1 - (off / _TOLERANCE) ** 2)
    return support


def _directions_around(axis: Float) -> tuple[Float, Float]:
    """Unit vectors [D, 3] within 50 degrees of `axis`, on a grid of 1.5 degrees, and their angles to it [D]."""
    across = np.cross(axis, np.eye(3)[np.abs(axis).argmin()])
    across /= np.linalg.norm(across)
    along = np.cross(axis, across)
    steps = np.radians(np.arange(-_REACH_DEG, _REACH_DEG + 1e-9, _STEP_DEG))
    a, b = (grid.ravel() for grid in np.meshgrid(steps, steps))
    angle = np.hypot(a, b)
    near = angle <= np.radians(_REACH_DEG)
    a, b, angle = a[near], b[near], angle[near]
    sideways = np.sinc(angle / np.pi)[:, None] * (a[:, None] * across + b[:, None] * along)
    directions: Float = np.cos(angle)[:, None] * axis + sideways
    return directions, np.degrees(angle)

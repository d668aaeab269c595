"""Which way is down: from how the camera was held, from upright edges in the pictures, and from level surfaces.

The camera path alone tells it when the camera looked around. When it did not, its tilt cannot be told from the slope of
the scene, and what is built tells more: edges that stand upright (door frames, shelves, corners of walls), and points
that lie at one height (a floor, a table).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from reelscape.cameras import Cameras, Float, unit

_ROLL_SPREAD = 0.11
"""Mean square of the right axes (19 degrees) that unsteady hands alone can reach."""
_SURE_DEG, _UNSURE_TILT_DEG = 5.0, 25.0
"""Standard deviations: where the cameras looked around or for their roll, and for their tilt where they did not."""
_USUAL_TILT_DEG = 15.0
"""People who film one thing from one side look down on it a little."""

_TILT_REACH_DEG, _ROLL_REACH_DEG, _STEP_DEG = 60.0, 15.0, 1.5
_MAX_IMAGES, _MAX_SEGMENTS, _MAX_POINTS = 20, 1500, 1500
_MIN_LENGTH = 0.04
_UPRIGHT_TOLERANCE = 0.026
_LAYER = 0.04
_MIN_EVIDENCE = 0.05
_MIN_UPRIGHT_SHARE = 0.08


@dataclass(frozen=True)
class Held:
    """What the camera path tells: down [3], the level view direction [3], and 0..1 how little it looked around."""

    down: Float
    forward: Float
    unsure: float


@dataclass(frozen=True)
class Segments:
    """S straight segments: unit normals [S, 3] in the world of the planes through camera centre and segment, and
    lengths [S] in longer sides of the picture."""

    normals: Float
    lengths: Float


def down_of_path(viewmats: Float) -> Held:
    """Gravity from cameras [C, 4, 4] that people hold level more than not.

    A held phone tilts up and down but rolls little, so all cameras' right axes lie near the level plane: gravity is the
    direction most orthogonal to them, the smallest eigenvector of the mean of r r^T. The middle eigenvalue tells how
    far the right axes spread within their plane. Where they hardly do, rolling spreads them as much, so a pull towards
    the mean of the cameras' own down axes is added; it fades as they spread.
    """
    rights = viewmats[:, 0, :3]
    mean_down = unit(viewmats[:, 1, :3].mean(axis=0))
    scatter = rights.T @ rights / len(rights)
    unsure = 1 / (1 + (float(np.linalg.eigvalsh(scatter)[1]) / _ROLL_SPREAD) ** 6)
    down = np.linalg.eigh(scatter + unsure * (np.eye(3) - np.outer(mean_down, mean_down)))[1][:, 0]
    down = down if down @ mean_down >= 0 else -down
    view = viewmats[:, 2, :3].mean(axis=0)
    level = view - (view @ down) * down
    if np.linalg.norm(level) < 1e-3:
        level = np.cross(viewmats[0, 0, :3], down)
    return Held(down, unit(level), unsure)


def find_segments(cameras: Cameras, images_dir: Path) -> Segments:
    """The longest straight segments of up to 20 of the undistorted pictures (LSD, von Gioi et al., 2010)."""
    detector = cv2.createLineSegmentDetector()
    normals, lengths = [np.empty((0, 3))], [np.empty(0)]
    for row in range(0, len(cameras), max(1, len(cameras) // _MAX_IMAGES)):
        content = np.fromfile(images_dir / cameras.image_names[row], np.uint8)  # imread takes no path that is not UTF-8
        picture = cv2.imdecode(content, cv2.IMREAD_REDUCED_GRAYSCALE_2)
        found = None if picture is None else detector.detect(picture)[0]
        if found is None:
            continue
        ends = 2.0 * found.reshape(-1, 2, 2).astype(np.float64) + 1.0
        length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) / cameras.sizes[row].max()
        long = length > _MIN_LENGTH
        rays = np.concatenate([ends[long], np.ones((int(long.sum()), 2, 1))], axis=2) @ np.linalg.inv(cameras.Ks[row]).T
        planes = np.cross(rays[:, 0], rays[:, 1]) @ cameras.viewmats[row, :3, :3]
        normals.append(planes / np.linalg.norm(planes, axis=1, keepdims=True))
        lengths.append(length[long])
    all_lengths = np.concatenate(lengths)
    longest = np.argsort(-all_lengths)[:_MAX_SEGMENTS]
    return Segments(np.concatenate(normals)[longest], all_lengths[longest])


def refine_down(held: Held, segments: Segments, points: Float) -> Float:
    """The direction [3] that upright edges and level layers of `points` [P, 3] agree on, among those that the way the
    camera was held makes likely; `held.down` where nothing stands out."""
    candidates, likelihood = _candidates(held)
    upright, level = upright_share(candidates, segments), level_share(candidates, points)
    # Twice the median: what any direction collects by chance.
    evidence = np.maximum(upright - 2 * np.median(upright), 0) + np.maximum(level - 2 * np.median(level), 0)
    best = int((evidence * likelihood).argmax())
    if evidence[best] < _MIN_EVIDENCE:
        return held.down
    return _polish(candidates[best], segments) if upright[best] > _MIN_UPRIGHT_SHARE else candidates[best]


def upright_share(directions: Float, segments: Segments) -> Float:
    """Share of the segments' length that is upright if down is each of the directions [D, 3]; [D].

    An upright edge spans with the camera centre a plane that holds the vertical: many pictures' vertical vanishing
    points at once (cf. Lee et al., "Automatic upright adjustment of photographs", 2014).
    """
    if not len(segments.lengths):
        return np.zeros(len(directions))
    agreeing = np.array([_agreement(direction, segments).sum() for direction in directions], np.float64)
    return agreeing / float(segments.lengths.sum())


def level_share(directions: Float, points: Float) -> Float:
    """Largest share of the points [P, 3] that lie in one thin layer across each of the directions [D, 3]; [D]."""
    distances = np.linalg.norm(points - np.median(points, axis=0), axis=1)
    near = points[distances <= np.percentile(distances, 90)]
    near = near[:: max(1, len(near) // _MAX_POINTS)]
    heights = near @ directions.T / max(_LAYER * float(np.median(distances)), 1e-12)
    shares = np.empty(len(directions))
    for column, height in enumerate(heights.T):
        counts = np.bincount((height - height.min()).astype(np.int64), minlength=2)
        shares[column] = (counts[1:] + counts[:-1]).max() / len(near)
    return shares


def _candidates(held: Held) -> tuple[Float, Float]:
    """Directions [D, 3] tilted and rolled from `held.down`, and how likely each is [D]."""
    tilt_deg, roll_deg = (
        grid.ravel()
        for grid in np.meshgrid(
            np.arange(-_TILT_REACH_DEG, _TILT_REACH_DEG + 1e-9, _STEP_DEG),
            np.arange(-_ROLL_REACH_DEG, _ROLL_REACH_DEG + 1e-9, _STEP_DEG),
        )
    )
    tilt, roll = np.radians(tilt_deg)[:, None], np.radians(roll_deg)[:, None]
    right = np.cross(held.down, held.forward)
    directions = np.cos(roll) * (np.cos(tilt) * held.down + np.sin(tilt) * held.forward) + np.sin(roll) * right
    tilt_spread_deg = _SURE_DEG + held.unsure * (_UNSURE_TILT_DEG - _SURE_DEG)
    off_tilt = (tilt_deg - held.unsure * _USUAL_TILT_DEG) / tilt_spread_deg
    return directions, np.exp(-0.5 * (off_tilt**2 + (roll_deg / _SURE_DEG) ** 2))


def _polish(down: Float, segments: Segments) -> Float:
    """The direction most orthogonal to the planes of the segments that agree with `down`."""
    refined = down
    for _ in range(5):
        weighted = segments.normals * _agreement(refined, segments)[:, None]
        refined = np.linalg.eigh(weighted.T @ segments.normals)[1][:, 0]
        refined = refined if refined @ down >= 0 else -refined
    return refined


def _agreement(direction: Float, segments: Segments) -> Float:
    """How much of each segment's length agrees that `direction` is upright, [S]."""
    off = segments.normals @ direction
    agreement: Float = segments.lengths * np.maximum(0.0, 1 - (off / _UPRIGHT_TOLERANCE) ** 2)
    return agreement

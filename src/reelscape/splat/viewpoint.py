"""From where a scene looks good: what its cameras look at, and one well-framed view.

World frame: right-down-forward, gravity along +y.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelscape.cameras import Cameras, Float, unit

WORLD_UP = np.array([0.0, -1.0, 0.0])

_STEEP = 0.97  # cosine: beyond it a camera looks so far up or down that the world's up cannot level it
_MAX_POINTS = 2000
_CONVERGING_DEG = 20.0
_CENTRAL = 0.2  # of a picture's longer side: points this far from its middle count e times less
_SUBJECT_DEPTHS = 0.3


@dataclass(frozen=True)
class Viewpoint:
    """A camera at `position` [3] that looks at `look_at` [3], with `up` [3] upwards in the picture; world frame."""

    position: Float
    look_at: Float
    up: Float

    def viewmat(self) -> Float:
        """cam_from_world [4, 4], OpenCV axes."""
        forward = unit(self.look_at - self.position)
        right = unit(np.cross(forward, self.up))
        rotation = np.stack([right, np.cross(forward, right), forward])
        viewmat = np.eye(4)
        viewmat[:3, :3], viewmat[:3, 3] = rotation, -rotation @ self.position
        return viewmat


@dataclass(frozen=True)
class Focus:
    """What the cameras look at: a `point` [3] about `depth` in front of them; `converging` when most really face it."""

    point: Float
    depth: float
    converging: bool


def find_focus(cameras: Cameras, points: Float) -> Focus:
    """The point that the viewing rays pass closest to, in the least sum of distances (reweighted least squares).

    `points` [P, 3] are the sparse points; their median depth steadies the solution where all cameras look one way.
    """
    centers, forwards = cameras.centers, forwards_of(cameras)
    depth = _median_depth(cameras, points)
    across = np.eye(3) - forwards[:, :, None] * forwards[:, None, :]
    # Along its ray each camera weakly wishes for the median depth: one hundredth of the pull across.
    pull = across + 0.01 * (np.eye(3) - across)
    wished = centers + depth * forwards
    point, weights = np.median(wished, axis=0), np.ones(len(cameras))
    for _ in range(20):
        weighted = weights[:, None, None] * pull
        point = np.linalg.solve(weighted.sum(axis=0), np.einsum("cij,cj->i", weighted, wished))
        distances = np.linalg.norm(np.einsum("cij,cj->ci", across, point - centers), axis=1)
        weights = 1 / np.maximum(distances, 0.01 * depth)
    along = np.einsum("ci,ci->c", forwards, point - centers)
    off_axis_deg = np.degrees(np.arctan2(distances, along))
    if np.median(off_axis_deg) > _CONVERGING_DEG:
        return Focus(np.median(wished, axis=0), depth, converging=False)
    return Focus(point, float(np.median(along)), converging=True)


def find_subject(cameras: Cameras, points: Float, focus: Focus) -> Float:
    """The middle [3] of what the cameras show: the mean of the points, weighted by how central they are in how many.

    The focus is where the viewing rays meet, often on a wall behind the subject; the points lie on the subject itself.
    The subject is taken to lie within a part of the focus depth around the focus.
    """
    few = _subsample(points)
    pixels = _project(cameras, _in_cameras(cameras, few))
    off_center = np.linalg.norm(pixels - cameras.sizes[:, None] / 2, axis=-1) / cameras.sizes.max(axis=1)[:, None]
    central = np.exp(-((off_center / _CENTRAL) ** 2))
    weights = central.sum(axis=0) ** 2
    if weights.sum() < 1e-9:
        return focus.point
    offset = (weights[:, None] * few).sum(axis=0) / weights.sum() - focus.point
    reach = _SUBJECT_DEPTHS * focus.depth
    subject: Float = focus.point + offset * min(1.0, reach / max(float(np.linalg.norm(offset)), 1e-12))
    return subject


def best_camera(cameras: Cameras, points: Float) -> int:
    """Index of the camera that shows the scene best: much of it, its focus near the middle, from a usual place."""
    focus = find_focus(cameras, points)
    centers, forwards = cameras.centers, forwards_of(cameras)
    seen = _seen_shares(cameras, points)
    to_focus = unit(focus.point - centers)
    facing = np.einsum("ci,ci->c", forwards, to_focus)
    distances = np.linalg.norm(centers - np.median(centers, axis=0), axis=1)
    unusual = distances / max(float(np.median(distances)), 1e-9)
    level = np.abs(cameras.viewmats[:, 1, 1])
    return int(np.argmax(seen / max(seen.max(), 1e-9) + facing + 0.5 * level - 0.25 * unusual))


def default_view(cameras: Cameras, points: Float) -> Viewpoint:
    """The opening view of a scene: from the place of its best camera, levelled, looking the way that camera did."""
    i = best_camera(cameras, points)
    center, forward = cameras.centers[i], forwards_of(cameras)[i]
    focus = find_focus(cameras, points)
    subject = find_subject(cameras, points, focus)
    depth = float(forward @ (subject - center)) if focus.converging else focus.depth
    return Viewpoint(center, center + max(depth, 0.1 * focus.depth) * forward, upwards(cameras, forward))


def forwards_of(cameras: Cameras) -> Float:
    """Viewing directions in the world frame, [C, 3]."""
    forwards: Float = cameras.viewmats[:, 2, :3]
    return forwards


def upwards(cameras: Cameras, forwards: Float) -> Float:
    """Up [3] for views along `forwards` [..., 3]: the world's, or the cameras' own if one is too steep to level."""
    if np.abs(unit(forwards) @ WORLD_UP).max() < _STEEP:
        return WORLD_UP
    return unit(-np.median(cameras.viewmats[:, 1, :3], axis=0))


def _subsample(points: Float) -> Float:
    return points[:: max(-(-len(points) // _MAX_POINTS), 1)]


def _in_cameras(cameras: Cameras, points: Float) -> Float:
    """Points in each camera's frame, [C, P, 3]."""
    return points @ cameras.viewmats[:, :3, :3].transpose(0, 2, 1) + cameras.viewmats[:, None, :3, 3]


def _project(cameras: Cameras, in_cameras: Float) -> Float:
    """Pixels of points in the cameras' frames, [C, P, 2]; those behind a camera land far outside its picture."""
    homogeneous = in_cameras @ cameras.Ks.transpose(0, 2, 1)
    ahead = in_cameras[..., 2:] > 0
    pixels: Float = np.where(ahead, homogeneous[..., :2] / np.where(ahead, in_cameras[..., 2:], 1.0), 1e9)
    return pixels


def _visible(cameras: Cameras, in_cameras: Float) -> NDArray[np.bool_]:
    """Which points fall into which picture, [C, P]."""
    pixels = _project(cameras, in_cameras)
    visible: NDArray[np.bool_] = np.all((pixels >= 0) & (pixels < cameras.sizes[:, None, :]), axis=-1)
    return visible


def _median_depth(cameras: Cameras, points: Float) -> float:
    """Median depth of the points in the pictures; of the cameras' spread when there are none."""
    in_cameras = _in_cameras(cameras, _subsample(points))
    depths = in_cameras[..., 2][_visible(cameras, in_cameras)]
    if depths.size:
        return float(np.median(depths))
    return max(float(np.linalg.norm(np.std(cameras.centers, axis=0))), 1e-3)


def _seen_shares(cameras: Cameras, points: Float) -> Float:
    """Share of the points in each picture, [C]."""
    few = _subsample(points)
    visible = _visible(cameras, _in_cameras(cameras, few))
    shares: Float = visible.sum(axis=1) / max(len(few), 1)
    return shares

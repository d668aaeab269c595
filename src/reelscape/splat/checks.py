"""What a training is given, checked where it comes in: nothing broken reaches the kernel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from reelscape.cameras import Cameras, Float, Scene
from reelscape.errors import TooFewPoints, UnusableCameras

MIN_POINTS = 30
MAX_COORDINATE = 1e6  # scene units; float32 keeps a tenth of a unit there
MAX_SIDE_PX = 32_768
FOCAL_SHARES = (0.01, 1000.0)  # of the longer side: fields of view of 179 and 0.06 degrees
MAX_PRINCIPAL_SHARE = 100.0  # of the longer side
_ROTATION_TOLERANCE = 1e-3


def checked_scene(scene: Scene) -> Scene:
    """The scene with the points that can be used. Raises UnusableCameras, TooFewPoints."""
    check_cameras(scene.cameras)
    near = np.asarray((np.abs(scene.points) <= MAX_COORDINATE).all(axis=1))  # NaN is not
    points, rgbs = scene.points[near], scene.rgbs[near]
    num_places = len(np.unique(points, axis=0))
    if num_places < MIN_POINTS:
        raise TooFewPoints(f"3D points were found at {num_places} places; splats need at least {MIN_POINTS} to start.")
    num_seen = int(_seen(scene.cameras, points).sum())
    if num_seen < MIN_POINTS:
        raise TooFewPoints(f"Only {num_seen} of {len(points)} 3D points lie before a camera.")
    return replace(scene, points=points, rgbs=rgbs, observations=scene.observations.of_points(near))


def check_cameras(cameras: Cameras) -> None:
    """Raise UnusableCameras when there are none, or one is no pinhole camera that can be."""
    if len(cameras) == 0:
        raise UnusableCameras("There are no cameras to train with.")
    for problem, broken in _problems(cameras).items():
        if broken.any():
            name = cameras.image_names[int(np.argmax(broken))]
            raise UnusableCameras(f"The camera of {name} {problem}.")


def _problems(cameras: Cameras) -> dict[str, npt.NDArray[np.bool_]]:
    """For each thing that can be wrong, which cameras have it; the first that applies counts."""
    Ks, sizes, rotations = cameras.Ks, cameras.sizes, cameras.viewmats[:, :3, :3]
    finite = np.isfinite(cameras.viewmats).all(axis=(1, 2)) & np.isfinite(Ks).all(axis=(1, 2))
    longer = sizes.max(axis=1)
    with np.errstate(invalid="ignore", over="ignore"):  # of those that are not finite
        off_square = np.abs(rotations @ rotations.swapaxes(1, 2) - np.eye(3)).max(axis=(1, 2))
        focals = Ks[:, [0, 1], [0, 1]] / np.maximum(longer, 1)[:, None]
        principal = np.abs(Ks[:, :2, 2]).max(axis=1) / np.maximum(longer, 1)
    low, high = FOCAL_SHARES
    return {
        "has a pose or intrinsics that are not finite": ~finite,
        "has no picture size, or one beyond 32,768 pixels": (sizes < 1).any(axis=1) | (longer > MAX_SIDE_PX),
        "has no rotation in its pose": ~(off_square < _ROTATION_TOLERANCE),
        "stands too far out": ~(np.abs(cameras.viewmats[:, :3, 3]).max(axis=1) <= MAX_COORDINATE),
        "has a focal length that cannot be": ~((focals > low) & (focals < high)).all(axis=1),
        "has a principal point far outside of the picture": ~(principal < MAX_PRINCIPAL_SHARE),
    }


def _seen(cameras: Cameras, points: Float) -> npt.NDArray[np.bool_]:
    """Which points lie before some camera, within its frame and as much again around it; not all when many do."""
    seen = np.zeros(len(points), bool)
    for viewmat, K, size in zip(cameras.viewmats, cameras.Ks, cameras.sizes, strict=True):
        x, y, z = (points @ viewmat[:3, :3].T + viewmat[:3, 3]).T
        reach_x, reach_y = 1.5 * size / K[[0, 1], [0, 1]] + np.abs(K[:2, 2] - size / 2) / K[[0, 1], [0, 1]]
        seen |= (z > 0) & (np.abs(x) < reach_x * z) & (np.abs(y) < reach_y * z)
        if seen.sum() >= MIN_POINTS:
            break
    return seen

"""The one world frame: x right, y down along gravity, z forward; origin in the scene's middle; a fixed scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reelscape.cameras import Float
from reelscape.sfm.solution import Solution

MEDIAN_RADIUS = 2.0
"""Half of all sightings lie within this distance of the origin: a few units across, as in a scene in metres."""

_UPRIGHT_PRIOR = 0.01


@dataclass(frozen=True)
class WorldFrame:
    """x_world = scale * rotation (x - origin): rotation [3, 3], origin [3]."""

    rotation: Float
    origin: Float
    scale: float


def world_frame(solution: Solution) -> WorldFrame:
    """The frame of a camera path.

    Down is gravity's direction (see `down_direction`). The origin is the median sighting: each point counts as often as
    it was seen, which favours what was filmed over what lay behind it. Forward is the level direction from the first
    camera to the origin (its own view when it looks straight down), so that the first picture shows the scene as a
    viewer meets it. The scale sets the median distance of the sightings from the origin to `MEDIAN_RADIUS`.
    """
    sightings = solution.points[solution.observations.point_rows]
    origin = np.median(sightings, axis=0)
    radius = float(np.median(np.linalg.norm(sightings - origin, axis=1)))
    down = down_direction(solution.viewmats)
    forward = _level(origin - solution.centers[0], down)
    if np.linalg.norm(forward) < 0.2 * np.linalg.norm(origin - solution.centers[0]) or not forward.any():
        forward = _level(solution.viewmats[0, 2, :3], down)
    if np.linalg.norm(forward) < 1e-6:
        forward = _level(-solution.viewmats[0, 1, :3], down)
    forward = forward / np.linalg.norm(forward)
    rotation = np.stack([np.cross(down, forward), down, forward])
    return WorldFrame(rotation, origin, MEDIAN_RADIUS / max(radius, 1e-12))


def down_direction(viewmats: Float) -> Float:
    """Where gravity pulls, a unit vector [3], from cameras [C, 4, 4] that people hold level more than not.

    A held phone tilts up and down but rolls little, so all cameras' right axes lie near the level plane: gravity is the
    direction most orthogonal to them, the smallest eigenvector of the sum of r r^T. Where all cameras look the same way
    that leaves a whole plane, so a weak pull towards the mean of the cameras' own down axes is added; it decides then.
    """
    rights, downs = viewmats[:, 0, :3], viewmats[:, 1, :3]
    mean_down = downs.mean(axis=0)
    length = np.linalg.norm(mean_down)
    scatter = rights.T @ rights / len(rights)
    if length > 1e-6:
        mean_down = mean_down / length
        scatter = scatter + _UPRIGHT_PRIOR * (np.eye(3) - np.outer(mean_down, mean_down))
    down: Float = np.linalg.eigh(scatter)[1][:, 0]
    return down if down @ mean_down >= 0 else -down


def _level(direction: Float, down: Float) -> Float:
    level: Float = direction - (direction @ down) * down
    return level

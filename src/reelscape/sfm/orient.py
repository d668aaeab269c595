"""The one world frame: x right, y down along gravity, z forward; origin in the scene's middle; a fixed scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reelscape.cameras import Float
from reelscape.sfm.solution import Solution

MEDIAN_RADIUS = 2.0
"""Half of all sightings lie within this distance of the origin: a few units across, as in a scene in metres."""

_ROLL_SPREAD = 0.08
"""Mean square of the right axes (17 degrees) that unsteady hands alone can reach."""
_SPREAD_DEG = (5.0, 22.0)
"""How far off the direction may be when the cameras looked around, and when they did not."""
_LEVEL_ENOUGH = 0.2


@dataclass(frozen=True)
class WorldFrame:
    """x_world = scale * rotation (x - origin): rotation [3, 3], origin [3]."""

    rotation: Float
    origin: Float
    scale: float


def world_frame(solution: Solution, down: Float) -> WorldFrame:
    """The frame of a camera path in which `down` [3] is gravity's direction.

    The origin is the median sighting: each point counts as often as it was seen, which favours what was filmed over
    what lay behind it. Forward is the level direction from the first camera to the origin, so that the first picture
    shows the scene as a viewer meets it; where that is too steep, the first camera's own view or, last, its upper edge.
    The scale sets the median distance of the sightings from the origin to `MEDIAN_RADIUS`.
    """
    sightings = solution.points[solution.observations.point_rows]
    origin = np.median(sightings, axis=0)
    radius = float(np.median(np.linalg.norm(sightings - origin, axis=1)))
    towards = origin - solution.centers[0]
    choices = (towards / max(float(np.linalg.norm(towards)), 1e-12), solution.viewmats[0, 2, :3])
    level = [choice - (choice @ down) * down for choice in (*choices, -solution.viewmats[0, 1, :3])]
    forward = next(choice for choice in level if np.linalg.norm(choice) > _LEVEL_ENOUGH or choice is level[-1])
    forward = forward / np.linalg.norm(forward)
    rotation = np.stack([np.cross(down, forward), down, forward])
    return WorldFrame(rotation, origin, MEDIAN_RADIUS / max(radius, 1e-12))


def down_of_path(viewmats: Float) -> tuple[Float, float]:
    """Where gravity pulls, a unit vector [3], and how far off it may well be in degrees, from cameras [C, 4, 4].

    A held phone tilts up and down but rolls little, so all cameras' right axes lie near the level plane: gravity is the
    direction most orthogonal to them, the smallest eigenvector of the mean of r r^T. That needs cameras that look
    around: the middle eigenvalue tells how far the right axes spread within their plane. Where they hardly do, rolling
    spreads them as much, so a pull towards the mean of the cameras' own down axes is added; it fades as they spread.
    """
    rights = viewmats[:, 0, :3]
    mean_down = viewmats[:, 1, :3].mean(axis=0)
    mean_down = mean_down / max(float(np.linalg.norm(mean_down)), 1e-12)
    scatter = rights.T @ rights / len(rights)
    spread = float(np.linalg.eigvalsh(scatter)[1])
    pull = 1 / (1 + (spread / _ROLL_SPREAD) ** 6)
    down: Float = np.linalg.eigh(scatter + pull * (np.eye(3) - np.outer(mean_down, mean_down)))[1][:, 0]
    return down if down @ mean_down >= 0 else -down, _SPREAD_DEG[0] + (_SPREAD_DEG[1] - _SPREAD_DEG[0]) * pull

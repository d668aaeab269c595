"""The one world frame: x right, y down along gravity, z forward; origin in the scene's middle; a fixed scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reelscape.cameras import Float
from reelscape.sfm.solution import Solution

MEDIAN_RADIUS = 2.0
"""Half of all sightings lie within this distance of the origin: a few units across, as in a scene in metres."""

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

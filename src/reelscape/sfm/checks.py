"""What the matches tell before any mapping: a still camera, a turning camera, pictures that do not belong together.

Mapping would find a false camera path in the first two cases, with small errors. Numpy alone; the thresholds come from
about a dozen clips and stand here together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reelscape.cameras import Float
from reelscape.sfm.matching import Match

Size = tuple[int, int]

STILL_FLOW = 0.01
"""Still camera: hardly any pair of pictures moved by more than this share of the side."""
NEAR_ZERO_FLOW = 0.004
"""A match that moved less than this share of the side counts as not moved."""
MOVED_OBJECT_SHARE = 0.15
"""Still camera before a moving thing: in pairs with clear movement more than this share of the matches stays put."""
ROTATION_ONLY_SHARE = 0.85
"""Turning camera: a rotation alone explains more than this share of the matches."""
ROTATION_MOSTLY_SHARE = 0.70
"""Little parallax, worth a warning."""

_CLEAR_FLOW = 0.05
_ROTATION_ERROR = 0.006
_ROTATION_PAIRS = 40
_FOCALS = np.geomspace(0.5, 2.5, 8)
_FINE_FOCALS = np.geomspace(0.85, 1.18, 9)


@dataclass(frozen=True)
class Findings:
    """What the checks saw; shares are 0..1, flows are shares of the longer side."""

    num_verified_pairs: int
    typical_flow: float
    largest_flow: float
    unmoved_share: float
    rotation_share: float

    @property
    def camera_is_still(self) -> bool:
        """Nothing moves between any two pictures."""
        return self.largest_flow < STILL_FLOW

    @property
    def only_an_object_moves(self) -> bool:
        """Much stays exactly where it was while something else moves."""
        return self.unmoved_share > MOVED_OBJECT_SHARE

    @property
    def rotates_only(self) -> bool:
        """Turning on the spot explains all."""
        return self.rotation_share > ROTATION_ONLY_SHARE

    @property
    def rotates_mostly(self) -> bool:
        """Turning on the spot explains most."""
        return self.rotation_share > ROTATION_MOSTLY_SHARE


def examine(matches: Sequence[Match], sizes_px: Sequence[Size]) -> Findings:
    """Look at all matches; sizes_px [N] are width and height of the pictures."""
    sides_px = [max(size) for size in sizes_px]
    verified = [match for match in matches if match.is_verified]
    flows = np.array([np.median(m.flow_px()[m.inliers]) / sides_px[m.i] for m in verified])
    return Findings(
        num_verified_pairs=len(verified),
        typical_flow=float(np.median(flows)) if len(flows) else 0.0,
        largest_flow=float(np.percentile(flows, 95)) if len(flows) else 0.0,
        unmoved_share=_unmoved_share(matches, sides_px),
        rotation_share=_rotation_share(verified, flows, sizes_px),
    )


def largest_component(num_images: int, matches: Sequence[Match]) -> list[int]:
    """Rows of the largest set of pictures that verified pairs join."""
    parents = list(range(num_images))

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    for match in matches:
        if match.is_verified:
            parents[root(match.i)] = root(match.j)
    roots = [root(row) for row in range(num_images)]
    largest = max(set(roots), key=lambda r: (roots.count(r), -r))
    return [row for row in range(num_images) if roots[row] == largest]


def rotation_share(bearings_i: Float, bearings_j: Float, tolerance: float) -> float:
    """Share of matched unit bearings [M, 3] that the best rotation brings to within `tolerance` radians.

    The rotation is Kabsch's (1976), fitted again to the better half three times.
    """
    error = np.zeros(len(bearings_i))
    for _ in range(4):
        fitted = error <= np.median(error)
        turned = bearings_i @ _kabsch(bearings_i[fitted], bearings_j[fitted]).T
        error = np.linalg.norm(turned - bearings_j, axis=1)
    return float((error < tolerance).mean())


def _rotation_share(verified: Sequence[Match], flows: Float, sizes_px: Sequence[Size]) -> float:
    """The median share over pairs with clear movement, for the focal length that suits a rotation best."""
    moving = [match for match, flow in zip(verified, flows, strict=True) if flow > _CLEAR_FLOW]
    chosen = moving[:: max(1, len(moving) // _ROTATION_PAIRS)]
    if not chosen:
        return 0.0

    def share(focal_factor: float) -> float:
        return float(np.median([_share_of_pair(match, sizes_px, focal_factor) for match in chosen]))

    best = max(_FOCALS, key=share)
    return max(share(best * fine) for fine in _FINE_FOCALS)


def _share_of_pair(match: Match, sizes_px: Sequence[Size], focal_factor: float) -> float:
    bearings_i = _bearings(match.points_i[match.inliers], sizes_px[match.i], focal_factor)
    bearings_j = _bearings(match.points_j[match.inliers], sizes_px[match.j], focal_factor)
    return rotation_share(bearings_i, bearings_j, _ROTATION_ERROR / focal_factor)


def _unmoved_share(matches: Sequence[Match], sides_px: Sequence[int]) -> float:
    """Median share of unmoved matches over the pairs in which a good part moves clearly."""
    shares = []
    for match in matches:
        flow = match.flow_px() / sides_px[match.i]
        if match.is_verified and np.percentile(flow, 80) > _CLEAR_FLOW:
            shares.append(float((flow < NEAR_ZERO_FLOW).mean()))
    return float(np.median(shares)) if shares else 0.0


def _bearings(points: Float, size_px: Size, focal_factor: float) -> Float:
    """Unit viewing rays [M, 3] of pixels [M, 2] for a focal length given in longer sides."""
    rays = (points - np.array(size_px) / 2) / (focal_factor * max(size_px))
    rays = np.concatenate([rays, np.ones((len(points), 1))], axis=1)
    unit: Float = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    return unit


def _kabsch(source: Float, target: Float) -> Float:
    """The rotation [3, 3] that turns `source` [M, 3] best onto `target`."""
    u, _, vt = np.linalg.svd(target.T @ source)
    rotation: Float = u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt
    return rotation

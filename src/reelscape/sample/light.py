"""Light baked into the textures: it depends on the place and not on the viewer, so the room is the same from all sides.

Three parts, each found with rays through the mesh: daylight from the window and the lamp's glow (shadow rays to
points on them), a patch of sun, and a soft ambient part that darkens in corners (obscurance, Zhukov et al. 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelscape._native import kernels

Float32 = NDArray[np.float32]

AMBIENT = np.array([0.70, 0.67, 0.63], np.float32)
SUN = np.array([2.6, 2.1, 1.4], np.float32)
SUN_DIRECTION = np.array([-0.78, 0.55, -0.20]) / np.linalg.norm([0.78, 0.55, 0.20])  # the way its light goes
REACH_M = 0.9  # obscurance: surfaces further away than this do not darken
NUM_AMBIENT_RAYS = 48
_OFFSET_M = 0.004
_CHUNK_RAYS = 1 << 19


@dataclass(frozen=True)
class Lamp:
    """A glowing patch: points [L, 3] on it, the way each faces [L, 3] (zero: all ways), colour times area [3]."""

    points: NDArray[np.float64]
    facing: NDArray[np.float64]
    power: NDArray[np.float64]


@dataclass(frozen=True)
class Surroundings:
    """What rays may meet: the triangles, those that let the sun in, those that cast no shade (glowing), the lamps."""

    caster: kernels.RayCaster  # type: ignore[name-defined]
    sunny: NDArray[np.bool_]
    shadeless: NDArray[np.bool_]
    lamps: list[Lamp]
    num_threads: int

    def light_at(self, points: NDArray[np.float64], outward: NDArray[np.float64]) -> Float32:
        """Light [P, 3] falling on surface points [P, 3] with unit normals `outward` [P, 3]."""
        starts: Float32 = (points + _OFFSET_M * outward).astype(np.float32)
        normals: Float32 = outward.astype(np.float32)
        light: Float32 = AMBIENT * self._openness(starts, normals)[:, None]
        light += SUN * self._sun(starts, normals)[:, None]
        for lamp in self.lamps:
            light += self._from_lamp(lamp, starts, normals)
        return np.asarray(light, dtype=np.float32)

    def _trace(self, starts: Float32, ways: Float32, reach: float) -> tuple[Float32, NDArray[np.int32]]:
        starts, ways = np.ascontiguousarray(starts), np.ascontiguousarray(ways)
        distance, triangle = self.caster.trace(starts, ways, reach, self.num_threads)
        return distance, triangle

    def _openness(self, starts: Float32, normals: Float32) -> Float32:
        """Share of the half space without near surfaces, cosine-weighted, [P]."""
        local = _cosine_directions(NUM_AMBIENT_RAYS)
        openness = np.empty(len(starts), np.float32)
        step = max(1, _CHUNK_RAYS // len(local))
        for i in range(0, len(starts), step):
            rows = slice(i, i + step)
            ways = np.einsum("pij,rj->pri", _frames(normals[rows]), local).reshape(-1, 3)
            distance, _ = self._trace(np.repeat(starts[rows], len(local), axis=0), ways, REACH_M)
            seen = np.minimum(distance / REACH_M, 1) ** 0.6
            openness[rows] = seen.reshape(-1, len(local)).mean(axis=1)
        return np.asarray(0.12 + 0.88 * openness, dtype=np.float32)

    def _sun(self, starts: Float32, normals: Float32) -> Float32:
        """Cosine times the share of the sun's disc that shines in through the window, [P]."""
        cosine = -(normals @ SUN_DIRECTION.astype(np.float32))
        total = np.zeros(len(starts), np.float32)
        lit = np.flatnonzero(cosine > 0)
        for wobble in ((0.006, 0.0), (-0.006, 0.004), (0.0, -0.006), (0.002, 0.006)):
            way = (-SUN_DIRECTION + (0, wobble[0], wobble[1])).astype(np.float32)
            _, triangle = self._trace(starts[lit], np.tile(way, (len(lit), 1)), 20.0)
            total[lit] += self.sunny[triangle] & (triangle >= 0)
        return np.asarray(np.maximum(cosine, 0) * total / 4, dtype=np.float32)

    def _from_lamp(self, lamp: Lamp, starts: Float32, normals: Float32) -> Float32:
        """Light [P, 3] from the points of a lamp that are in sight."""
        total = np.zeros(len(starts), np.float32)
        for point, facing in zip(lamp.points, lamp.facing, strict=True):
            ways = (point - starts).astype(np.float32)
            square = np.einsum("pi,pi->p", ways, ways)
            gain = np.maximum(np.einsum("pi,pi->p", ways, normals), 0) / np.sqrt(square)
            if facing.any():
                gain *= np.maximum(-(ways @ facing.astype(np.float32)), 0) / np.sqrt(square)
            gain /= square + 0.05
            rows = np.flatnonzero(gain > 1e-4)
            distance, triangle = self._trace(starts[rows], ways[rows], 0.995)
            total[rows] += gain[rows] * (np.isinf(distance) | self.shadeless[triangle])
        return np.asarray(total[:, None] * (lamp.power / len(lamp.points)), dtype=np.float32)


def _cosine_directions(count: int) -> Float32:
    """Directions [R, 3] about +z, cosine-weighted, on a golden spiral."""
    i = np.arange(count) + 0.5
    radius, angle = np.sqrt(i / count), i * np.pi * (3 - np.sqrt(5))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.sqrt(1 - radius**2)], 1).astype(np.float32)


def _frames(normals: Float32) -> Float32:
    """Rotations [P, 3, 3] whose third columns are the normals (Duff et al. 2017, building an orthonormal basis)."""
    x, y, z = normals.T
    sign = np.where(z >= 0, 1.0, -1.0).astype(np.float32)
    a = -1 / (sign + z)
    b = x * y * a
    first = np.stack([1 + sign * x * x * a, sign * b, -sign * x], axis=1)
    second = np.stack([b, sign + y * y * a, -y], axis=1)
    return np.stack([first, second, normals], axis=2)

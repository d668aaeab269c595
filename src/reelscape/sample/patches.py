"""The room's only building block: a curved patch, a grid of points with one unwrapped piece of painted surface.

Everything lives in the world frame (x right, y down, z forward, metres); heights above the floor are therefore -y.
Seen from outside, a patch's columns run to the right and its rows run down, as a picture's do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reelscape.sample.sheet import Colours, Numbers, Sheet

Float = NDArray[np.float64]
Paint = Callable[[Sheet], Colours]


@dataclass(frozen=True)
class Patch:
    """`points` [R+1, C+1, 3] in metres, and how its surface is painted.

    `detail` scales the texture's resolution, `light_detail` that of its light map.
    `glow` patches shine by themselves and take no baked light.
    `two_sided` patches are lit by the brighter of their sides.
    """

    points: Float
    paint: Paint
    detail: float = 1.0
    glow: bool = False
    two_sided: bool = False
    light_detail: float = 1.0

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the unrolled surface in metres: the longest row and column of the grid."""
        along = np.linalg.norm(np.diff(self.points, axis=1), axis=2).sum(axis=1).max()
        down = np.linalg.norm(np.diff(self.points, axis=0), axis=2).sum(axis=0).max()
        return float(along), float(down)

    def normals(self) -> Float:
        """Outward unit normals at the grid points, [R+1, C+1, 3]."""
        down, along = np.gradient(self.points, axis=(0, 1))
        normals = np.cross(down, along)
        lengths = np.linalg.norm(normals, axis=2, keepdims=True)
        middle = normals.sum(axis=(0, 1)) + 1e-12  # for poles, where a row shrinks to a point
        units = np.where(lengths > 1e-9, normals / np.maximum(lengths, 1e-9), middle / np.linalg.norm(middle))
        return np.asarray(units, dtype=np.float64)


def rotation(axis: str, degrees: float) -> Float:
    """Rotation matrix [3, 3] about the `x`, `y` or `z` axis."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = cos
    matrix[i, j], matrix[j, i] = -sin, sin
    return matrix


def moved(
    patches: Iterable[Patch], at: Numbers = (0, 0, 0), yaw: float = 0, pitch: float = 0, roll: float = 0
) -> list[Patch]:
    """The patches turned (roll about z, then pitch about x, then yaw about y, degrees) and shifted by `at` [3]."""
    turn = rotation("y", yaw) @ rotation("x", pitch) @ rotation("z", roll)
    return [replace(patch, points=patch.points @ turn.T + np.asarray(at)) for patch in patches]


def rect(
    corner: Numbers,
    along: Numbers,
    down: Numbers,
    paint: Paint,
    detail: float = 1.0,
    glow: bool = False,
) -> Patch:
    """A flat patch from its top left `corner` [3] and its two edges."""
    u, v = np.linspace(0, 1, 2), np.linspace(0, 1, 2)
    points = np.asarray(corner) + u[None, :, None] * np.asarray(along) + v[:, None, None] * np.asarray(down)
    return Patch(points, paint, detail, glow)


FACES = ("front", "back", "left", "right", "top", "bottom")


def box(
    bottom: Numbers, size: Numbers, paint: Paint, faces: Iterable[str] = FACES[:5], detail: float = 1.0
) -> list[Patch]:
    """A box standing with the centre of its underside at `bottom` [3]; `size` is width x, height, depth z.

    `faces`: which sides to make; front looks towards -z.
    """
    w, h, d = size
    x, y, z = np.asarray(bottom, dtype=float) - (w / 2, h, d / 2)
    corners = {
        "front": ((x, y, z), (w, 0, 0), (0, h, 0)),
        "back": ((x + w, y, z + d), (-w, 0, 0), (0, h, 0)),
        "left": ((x, y, z + d), (0, 0, -d), (0, h, 0)),
        "right": ((x + w, y, z), (0, 0, d), (0, h, 0)),
        "top": ((x, y, z + d), (w, 0, 0), (0, 0, -d)),
        "bottom": ((x, y + h, z), (w, 0, 0), (0, 0, d)),
    }
    return [rect(*corners[face], paint, detail) for face in faces]


def lathe(
    bottom: Numbers, profile: Sequence[tuple[float, float]], paint: Paint, sides: int = 28, detail: float = 1.0
) -> Patch:
    """A surface of revolution; `profile` lists (radius, height above `bottom`) from the top down."""
    radius, height = np.array(profile, dtype=float).T
    angle = np.linspace(0, 2 * np.pi, sides + 1)[None, :]
    x, z = radius[:, None] * np.sin(angle), -radius[:, None] * np.cos(angle)
    y = np.broadcast_to(-height[:, None], x.shape)
    return Patch(np.stack([x, y, z], axis=2) + np.asarray(bottom), paint, detail)


def smooth_profile(knots: Sequence[tuple[float, float]], count: int = 20) -> list[tuple[float, float]]:
    """`count` points on a Catmull-Rom curve through the (radius, height) knots."""
    p = np.array([knots[0], *knots, knots[-1]], dtype=float)
    t = np.linspace(0, len(knots) - 1, count)
    i = np.minimum(t.astype(int), len(knots) - 2)
    s = (t - i)[:, None]
    a, b, c, d = p[i], p[i + 1], p[i + 2], p[i + 3]
    curve = b + 0.5 * s * (c - a + s * (2 * a - 5 * b + 4 * c - d + s * (3 * (b - c) + d - a)))
    return [(max(float(r), 0.0), float(h)) for r, h in curve]


def ball(center: Numbers, radius: float, paint: Paint, detail: float = 1.0, rows: int = 16) -> Patch:
    """A sphere, unrolled by longitude and latitude."""
    angle = np.linspace(0, np.pi, rows + 1)
    profile = list(zip(radius * np.sin(angle), radius * np.cos(angle), strict=True))
    return lathe(center, profile, paint, 2 * rows, detail)


def cushion(center: Numbers, size: Numbers, paint: Paint, power: float = 6.0, cells: int = 8) -> list[Patch]:
    """A soft box: a cube blown onto the unit ball of the `power` norm; `size` is width x, height, depth z."""
    patches = []
    for side in box((0, 1, 0), (2, 2, 2), paint, FACES):
        corner, along, down = (
            side.points[0, 0],
            side.points[0, 1] - side.points[0, 0],
            side.points[1, 0] - side.points[0, 0],
        )
        u = np.linspace(0, 1, cells + 1)
        cube = corner + u[None, :, None] * along + u[:, None, None] * down
        soft = cube / np.linalg.norm(cube, ord=power, axis=2, keepdims=True)
        patches.append(replace(side, points=soft * np.asarray(size) / 2 + np.asarray(center)))
    return patches


def ribbon(spine: Float, across: Float, paint: Paint, detail: float = 1.0) -> Patch:
    """A two-sided strip: `spine` [R+1, 3] runs down its middle, `across` [R+1, 3] from there to its right edge."""
    points = spine[:, None, :] + np.array([-1.0, 0.0, 1.0])[None, :, None] * across[:, None, :]
    return Patch(points, paint, detail, two_sided=True)

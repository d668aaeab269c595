"""Pictures of meshes: the native z-buffer finds the triangle in each pixel, numpy shades the pixels.

Work and memory of the shading go with the picture's size, not with the mesh's.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from reelscape._native import kernels
from reelscape.cameras import Float, unit
from reelscape.formats.shape import Shape, Skin
from reelscape.picture.backdrop import Image32, backdrop
from reelscape.picture.framing import Direction, framed, intrinsics_of, typical_points
from reelscape.splat.viewpoint import Viewpoint

_FROM_FRONT = Direction(azimuth_deg=-32, elevation_deg=22)
_FROM_ABOVE = Direction(azimuth_deg=-32, elevation_deg=42)
_SUPERSAMPLE = 2
_INSIDE_OUT = 0.6  # share of pixels that show a triangle's back, from which on a mesh is taken for a room
_STILL_COVERED = 0.4  # without those backs; a sheet seen from behind is no room
_BOXED_IN, _HIDDEN = 0.9, 0.6  # shares: of pixels that show a side of the bounding box, of triangles behind
_WALL_SHARE = 0.03  # of the bounding box: how far a wall may stand from its side
_CLAY = np.array([0.78, 0.79, 0.81], np.float32)
_KEY_LIGHT = unit(np.array([-0.45, -0.75, -0.55]))  # in the camera's frame, towards the light
_MAX_SMOOTHED = 3_000_000  # triangles; those of larger meshes are smaller than pixels
_CREASE_COSINE = 0.75
_ROWS = 128

Numbers = NDArray[np.int32]


@dataclass(frozen=True)
class _Sight:
    """One look at a mesh: numbers [H, W] of the triangles seen (-1: none), inverse_depths [H, W] 1/z."""

    viewpoint: Viewpoint
    K: Float
    numbers: Numbers
    inverse_depths: Image32


def draw_surface(shape: Shape, size: tuple[int, int]) -> Image32:
    """The mesh before the backdrop, sRGB 0..1 [H, W, 3], whole and lit softly.

    A room, whose walls hide what is in it from whoever looks from outside, is drawn without the walls in the way.
    """
    points = typical_points(shape.vertices[np.unique(shape.triangles[:: -(-len(shape.triangles) // 200_000)])])
    fine = (size[0] * _SUPERSAMPLE, size[1] * _SUPERSAMPLE)
    sight = _look(shape, framed(points, _FROM_FRONT, fine), fine)
    if _share_of_backs(shape, sight) > _INSIDE_OUT:
        opened = _look(shape, framed(points, _FROM_ABOVE, fine), fine, fronts_only=True)
        sight = opened if _cover(opened) > _STILL_COVERED * _cover(sight) else sight
    elif (inner := _without_near_walls(shape, sight, points)) is not None:
        shape, sight = inner, _look(inner, framed(points, _FROM_ABOVE, fine), fine)
    picture = _shaded(shape, sight)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _without_near_walls(shape: Shape, sight: _Sight, points: Float) -> Shape | None:
    """A box full of things without its three sides that face the camera; None for any other mesh.

    For rooms whose triangles are wound outwards or anyhow: nearly all that is seen lies on the sides of the bounding
    box, and most of the mesh is not seen at all.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    near = np.where(_FROM_ABOVE.unit() > 0, high, low).astype(np.float32)
    slack = (_WALL_SHARE * (high - low)).astype(np.float32)
    is_wall = np.zeros(len(shape.triangles), bool)
    for axis in range(3):
        on_side = np.abs(shape.vertices[:, axis] - near[axis]) <= slack[axis]
        is_wall |= on_side[shape.triangles].all(axis=1)
    seen = sight.numbers[sight.numbers >= 0]
    if not seen.size or is_wall[seen].mean() < _BOXED_IN or _hidden_share(shape, sight, ~is_wall) < _HIDDEN:
        return None
    skin = shape.skin and Skin(shape.skin.uvs, shape.skin.textures, shape.skin.texture_of[~is_wall])
    return Shape(shape.vertices, np.ascontiguousarray(shape.triangles[~is_wall]), shape.colours, skin)


def _hidden_share(shape: Shape, sight: _Sight, of: NDArray[np.bool_]) -> float:
    """Share of all triangles that are among `of` and not seen."""
    is_hidden = of.copy()
    is_hidden[sight.numbers[sight.numbers >= 0]] = False
    return float(is_hidden.mean())


def _look(shape: Shape, viewpoint: Viewpoint, size: tuple[int, int], fronts_only: bool = False) -> _Sight:
    numbers, inverse_depths = np.empty(size[::-1], np.int32), np.empty(size[::-1], np.float32)
    K = intrinsics_of(size)
    near = 1e-3 * float(np.linalg.norm(viewpoint.look_at - viewpoint.position))
    vertices = np.ascontiguousarray(shape.vertices)
    kernels.draw_visibility(
        vertices, shape.triangles, viewpoint.viewmat(), K, near, fronts_only, numbers, inverse_depths
    )
    return _Sight(viewpoint, K, numbers, inverse_depths)


def _cover(sight: _Sight) -> float:
    """Share of the picture that shows the mesh."""
    return float((sight.numbers >= 0).mean())


def _share_of_backs(shape: Shape, sight: _Sight) -> float:
    """Of the pixels that show the mesh, the share in which it turns its back (clockwise corners)."""
    some = sight.numbers[::4, ::4]
    a, b, c = _corners(shape, some[some >= 0])
    behind = np.einsum("ni,ni->n", np.cross(b - a, c - a), a - sight.viewpoint.position) > 0
    return float(behind.mean()) if behind.size else 0.0


def _corners(shape: Shape, numbers: Numbers) -> tuple[Float, Float, Float]:
    places = shape.vertices[shape.triangles[numbers]].astype(np.float64)
    return places[:, 0], places[:, 1], places[:, 2]


def _shaded(shape: Shape, sight: _Sight) -> Image32:
    height, width = sight.numbers.shape
    picture = backdrop((width, height))
    normals = _vertex_normals(shape) if len(shape.triangles) <= _MAX_SMOOTHED else None
    dents = _dents(sight)
    for top in range(0, height, _ROWS):
        rows = slice(top, top + _ROWS)
        y, x = np.nonzero(sight.numbers[rows] >= 0)
        if y.size:
            light = _pixels(shape, normals, sight, y + top, x)
            picture[rows][y, x] = light * dents[rows][y, x, None]
    return picture.clip(0, 1)


def _pixels(shape: Shape, normals: Image32 | None, sight: _Sight, y: NDArray[np.intp], x: NDArray[np.intp]) -> Image32:
    """Colours of the pixels at `y`, `x` [N, 3]."""
    numbers = sight.numbers[y, x]
    a, b, c = _corners(shape, numbers)
    rotation = sight.viewpoint.viewmat()[:3, :3]
    K = sight.K
    rays = np.stack([(x + 0.5 - K[0, 2]) / K[0, 0], (y + 0.5 - K[1, 2]) / K[1, 1], np.ones(len(x))], axis=1) @ rotation
    shares, flat = _barycentrics(a, b, c, sight.viewpoint.position, rays)
    triangles = shape.triangles[numbers]
    normal = flat if normals is None else _smoothed(flat, normals[triangles], shares)
    normal = normal * np.sign(-np.einsum("ni,ni->n", flat, rays))[:, None]  # towards the eye
    in_camera = normal @ rotation.T
    lit = _light(in_camera, is_coloured=shape.colours is not None or shape.skin is not None)
    return np.asarray(_albedo(shape, numbers, triangles, shares) * lit[:, None], np.float32)


def _smoothed(flat: Float, at_corners: Image32, shares: Float) -> Float:
    """Normals of pixels [N, 3] between those of the corners [N, 3, 3]; beyond a crease the triangle's own counts."""
    agrees = np.einsum("ni,nki->nk", flat, at_corners) > _CREASE_COSINE
    corners = np.where(agrees[..., None], at_corners, flat[:, None])
    return unit(np.einsum("nk,nki->ni", shares, corners))


def _barycentrics(a: Float, b: Float, c: Float, eye: Float, rays: Float) -> tuple[Float, Float]:
    """Where rays [N, 3] from `eye` meet the planes of triangles, as shares of the corners [N, 3]; and unit normals.

    Source: Moeller and Trumbore 1997. Shares are kept in the triangle.
    """
    ab, ac, from_a = b - a, c - a, eye - a
    p, q = np.cross(rays, ac), np.cross(from_a, ab)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1 / np.einsum("ni,ni->n", ab, p)
        v, w = np.einsum("ni,ni->n", from_a, p) * inverse, np.einsum("ni,ni->n", rays, q) * inverse
    shares = np.nan_to_num(np.stack([1 - v - w, v, w], axis=1), nan=1 / 3).clip(0, 1)
    return shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12), unit(np.cross(ab, ac))


def _albedo(shape: Shape, numbers: Numbers, triangles: Numbers, shares: Float) -> Image32:
    if shape.colours is None:
        colours = np.broadcast_to(_CLAY, (len(numbers), 3))
    else:
        colours = np.einsum("nk,nki->ni", shares, shape.colours[triangles] / np.float32(255))
    if shape.skin is None:
        return colours.astype(np.float32)
    textured = colours.astype(np.float32)
    uvs = np.einsum("nk,nki->ni", shares, shape.skin.uvs[triangles])
    texture_of = shape.skin.texture_of[numbers]
    for number, texture in enumerate(shape.skin.textures):
        here = texture_of == number
        textured[here] *= _texels(texture, uvs[here])
    return textured


def _texels(texture: NDArray[np.uint8], uvs: Float) -> Image32:
    """The texture's colours 0..1 at `uvs` [N, 2], repeating, nearest texel."""
    height, width = texture.shape[:2]
    x = ((uvs[:, 0] % 1.0) * width).astype(np.intp).clip(0, width - 1)
    y = ((uvs[:, 1] % 1.0) * height).astype(np.intp).clip(0, height - 1)
    return np.asarray(texture[y, x] / np.float32(255), np.float32)


def _light(normals: Float, is_coloured: bool) -> Float:
    """Brightness [N] by normals in the camera's frame: light wraps around from above left, some comes from the eye.

    Scanned colours hold the light of their room already, so they get less of ours.
    """
    wrapped = 0.5 + 0.5 * normals @ _KEY_LIGHT
    facing = np.abs(normals[:, 2])
    lit: Float = 0.66 + 0.34 * wrapped + 0.08 * facing if is_coloured else 0.22 + 0.62 * wrapped**1.5 + 0.2 * facing
    return lit


def _vertex_normals(shape: Shape) -> Image32:
    """Normals of the vertices [V, 3], means over their triangles by area."""
    a, b, c = (shape.vertices[shape.triangles[:, i]].astype(np.float64) for i in range(3))
    with np.errstate(all="ignore"):
        areas = np.nan_to_num(np.cross(b - a, c - a), posinf=0.0, neginf=0.0)
    sums = np.zeros((len(shape.vertices), 3))
    for axis in range(3):
        for corner in range(3):
            sums[:, axis] += np.bincount(
                shape.triangles[:, corner], weights=areas[:, axis], minlength=len(shape.vertices)
            )
    return unit(sums).astype(np.float32)


def _dents(sight: _Sight) -> Image32:
    """Darkness of what lies behind its surroundings, as a factor [H, W].

    Source: Luft, Colditz and Deussen 2006, unsharp masking of the depth buffer; here of its logarithm.
    """
    seen = sight.inverse_depths > 0
    depth = np.where(seen, -np.log(np.where(seen, sight.inverse_depths, 1)), 0).astype(np.float32)
    spread = 0.012 * max(seen.shape)
    weight = cv2.GaussianBlur(seen.astype(np.float32), (0, 0), spread)
    around = cv2.GaussianBlur(depth, (0, 0), spread) / np.maximum(weight, 1e-3)
    behind = np.where(seen, np.clip(depth - around, 0, 0.06), 0)
    return np.asarray(1 - 6.0 * behind, np.float32)

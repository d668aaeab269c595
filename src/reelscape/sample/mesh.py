"""From patches to one lit, textured mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelscape._native import kernels
from reelscape.resources import num_usable_cores
from reelscape.sample.light import Float32, Lamp, Surroundings
from reelscape.sample.patches import Patch
from reelscape.sample.sheet import Colours, Sheet, resized

LIGHT_CELL_M = 0.05
_LEAST_LENGTH = 1e-9
WINDOW_AREA_M2 = 0.8  # glowing patches larger than this are windows, smaller ones lamp shades


@dataclass(frozen=True)
class Room:
    """vertices [V, 3] world, metres; triangles [T, 3]; colours [V, 3] uint8 (lit, for mesh files); a rasterizer."""

    vertices: Float32
    triangles: NDArray[np.int32]
    colours: NDArray[np.uint8]
    rasterizer: kernels.Rasterizer  # type: ignore[name-defined]


def assemble(patches: Sequence[Patch], texel_m: float, seed: int) -> Room:
    """Tessellate, light and paint the patches. The same arguments give the same room."""
    vertices, uvs, triangles, patch_of = tessellate(patches)
    lights = bake(patches, vertices, triangles, patch_of, max(LIGHT_CELL_M, 5 * texel_m))
    levels: list[NDArray[np.uint8]] = []
    table, colours, offset = [], [], 0
    for index, (patch, light) in enumerate(zip(patches, lights, strict=True)):
        surface = painted(patch, light, texel_m, np.random.default_rng((seed, index)))
        colours.append(_at_grid(surface, patch))
        pyramid = mipmaps(surface)
        table.append((offset, surface.shape[1], surface.shape[0]))
        offset += sum(len(level) for level in pyramid)
        levels += pyramid
    rasterizer = kernels.Rasterizer(
        vertices, uvs, triangles, patch_of, np.array(table, np.int64), np.concatenate(levels)
    )
    return Room(vertices, triangles, np.concatenate(colours), rasterizer)


def tessellate(patches: Sequence[Patch]) -> tuple[Float32, Float32, NDArray[np.int32], NDArray[np.int32]]:
    """vertices [V, 3], uvs [V, 2], triangles [T, 3] and the patch of each [T]; collapsed triangles are left out."""
    vertices, uvs, triangles, patch_of, first = [], [], [], [], 0
    for index, patch in enumerate(patches):
        rows, columns = patch.points.shape[:2]
        grid = first + np.arange(rows * columns).reshape(rows, columns)
        a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]
        corners = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
        flat = patch.points.reshape(-1, 3)
        p, q, r = (flat[corners[:, k] - first] for k in range(3))
        corners = corners[np.linalg.norm(np.cross(q - p, r - p), axis=1) > 1e-10]
        u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
        vertices.append(flat)
        uvs.append(np.stack([u, v], -1).reshape(-1, 2))
        triangles.append(corners)
        patch_of.append(np.full(len(corners), index))
        first += rows * columns
    return (
        np.concatenate(vertices).astype(np.float32),
        np.concatenate(uvs).astype(np.float32),
        np.concatenate(triangles).astype(np.int32),
        np.concatenate(patch_of).astype(np.int32),
    )


def bake(
    patches: Sequence[Patch],
    vertices: Float32,
    triangles: NDArray[np.int32],
    patch_of: NDArray[np.int32],
    cell_m: float,
) -> list[Float32]:
    """A light map [h, w, 3] for each patch, one value per `cell_m` or so."""
    glow = np.array([patch.glow for patch in patches])
    windows = np.array([patch.glow and np.prod(patch.extent) > WINDOW_AREA_M2 for patch in patches])
    lamps = [
        _window_light(patch) if is_window else _shade_light(patch)
        for patch, is_window in zip(patches, windows, strict=True)
        if patch.glow
    ]
    caster = kernels.RayCaster(vertices, triangles)
    surroundings = Surroundings(caster, windows[patch_of], glow[patch_of], lamps, num_usable_cores())
    grids = [_light_grid(patch, cell_m) for patch in patches]
    points = np.concatenate([grid.reshape(-1, 3) for grid, _ in grids])
    normals = np.concatenate([grid.reshape(-1, 3) for _, grid in grids])
    light = surroundings.light_at(points, normals)
    behind = np.repeat([patch.two_sided for patch in patches], [grid.shape[0] * grid.shape[1] for grid, _ in grids])
    light[behind] = np.maximum(light[behind], surroundings.light_at(points[behind], -normals[behind]))
    ends = np.cumsum([grid.shape[0] * grid.shape[1] for grid, _ in grids])[:-1]
    return [part.reshape(grid.shape) for part, (grid, _) in zip(np.split(light, ends), grids, strict=True)]


def _light_grid(patch: Patch, cell_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places and normals [h, w, 3] at the centres of the light map's cells."""
    width_m, height_m = patch.extent
    h, w = (int(np.clip(np.ceil(size * patch.light_detail / cell_m), 2, 240)) for size in (height_m, width_m))
    rows, columns = (np.arange(h) + 0.5) / h, (np.arange(w) + 0.5) / w
    return _sampled(patch.points, rows, columns), _sampled_units(patch.normals(), rows, columns)


def _sampled_units(
    grid: NDArray[np.float64], rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Unit samples of a grid of unit vectors; amid a fold, where neighbours cancel out, the nearest of them."""
    samples = _sampled(grid, rows, columns)
    lengths = np.linalg.norm(samples, axis=2, keepdims=True)
    y, x = (np.rint(at * (size - 1)).astype(int) for at, size in zip((rows, columns), grid.shape[:2], strict=True))
    units = np.where(lengths > _LEAST_LENGTH, samples / np.maximum(lengths, _LEAST_LENGTH), grid[y][:, x])
    return np.asarray(units, dtype=np.float64)


def _sampled(grid: NDArray[np.float64], rows: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bilinear samples [h, w, 3] of a grid [R+1, C+1, 3] at fractions 0..1 down and along it."""
    y, x = rows * (grid.shape[0] - 1), columns * (grid.shape[1] - 1)
    i, j = np.minimum(y.astype(int), grid.shape[0] - 2), np.minimum(x.astype(int), grid.shape[1] - 2)
    fy, fx = (y - i)[:, None, None], (x - j)[None, :, None]
    top = grid[i][:, j] * (1 - fx) + grid[i][:, j + 1] * fx
    bottom = grid[i + 1][:, j] * (1 - fx) + grid[i + 1][:, j + 1] * fx
    return np.asarray(top * (1 - fy) + bottom * fy)


def _window_light(patch: Patch) -> Lamp:
    at = (np.arange(4) + 0.5) / 4
    points, normals = _sampled(patch.points, at, at).reshape(-1, 3), _sampled(patch.normals(), at, at).reshape(-1, 3)
    return Lamp(points + 0.07 * normals, normals, np.array([1.9, 2.0, 2.15]))


def _shade_light(patch: Patch) -> Lamp:
    middle = patch.points.reshape(-1, 3).mean(axis=0)
    points = middle + 0.05 * np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, -1]])
    return Lamp(points, np.zeros_like(points), np.array([0.40, 0.30, 0.17]))


def painted(patch: Patch, light: Float32, texel_m: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The patch's texture with its light, [H, W, 3]."""
    width_m, height_m = patch.extent
    sheet = Sheet(width_m, height_m, texel_m / patch.detail, rng)
    colours = patch.paint(sheet)
    if not patch.glow:
        gain = light ** np.float32(1 / 2.2)  # colours are display colours, light is linear
        colours = colours * np.stack([_stretched(gain[..., c], *sheet.shape) for c in range(3)], axis=2)
    return (_shouldered(colours) * 255 + 0.5).astype(np.uint8)


def _stretched(field: Float32, rows: int, columns: int) -> Float32:
    smooth = resized(field, rows, columns)
    return np.asarray(np.clip(smooth, field.min(), field.max()), dtype=np.float32)


def _shouldered(colours: Colours) -> Colours:
    """Highlights rolled off softly instead of clipped."""
    over = np.maximum(colours - np.float32(0.78), 0)
    rolled = np.minimum(colours, np.float32(0.78)) + over / (1 + over / np.float32(0.22))
    return np.asarray(np.clip(rolled, 0, 1), dtype=np.float32)


def mipmaps(surface: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """All levels as rows of RGBA texels [n, 4], each level half as large (rounded up), box-filtered."""
    level = np.concatenate([surface, np.full((*surface.shape[:2], 1), 255, np.uint8)], axis=2)
    levels = [level.reshape(-1, 4)]
    while level.shape[0] > 1 or level.shape[1] > 1:
        level = np.pad(level, ((0, level.shape[0] % 2), (0, level.shape[1] % 2), (0, 0)), mode="edge")
        sums = level[0::2].astype(np.uint16) + level[1::2]
        level = ((sums[:, 0::2] + sums[:, 1::2] + 2) // 4).astype(np.uint8)
        levels.append(level.reshape(-1, 4))
    return levels


def _at_grid(surface: NDArray[np.uint8], patch: Patch) -> NDArray[np.uint8]:
    """The surface's colours at the patch's grid points, [n, 3]."""
    rows, columns = patch.points.shape[:2]
    y = np.linspace(0, surface.shape[0] - 1, rows).astype(int)
    x = np.linspace(0, surface.shape[1] - 1, columns).astype(int)
    return np.asarray(surface[y][:, x].reshape(-1, 3))

"""A card for what cannot be drawn: the type of the file in large letters, never its name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from reelscape.kinds import Kind
from reelscape.picture.backdrop import Image32, backdrop

_LETTERS = {
    Kind.GLB: "GLB", Kind.GLTF: "GLTF", Kind.PLY_MESH: "PLY", Kind.PLY_POINTS: "PLY", Kind.PLY_SPLATS: "PLY",
    Kind.SPZ: "SPZ", Kind.STL: "STL", Kind.VIDEO: "VIDEO", Kind.PICTURE: "PICTURE", Kind.ZIP: "ZIP",
    Kind.OBJ: "OBJ",
}  # fmt: skip
_WORDS = {
    Kind.GLB: "3D model", Kind.GLTF: "3D model", Kind.PLY_MESH: "3D model", Kind.PLY_POINTS: "point cloud",
    Kind.PLY_SPLATS: "Gaussian splats", Kind.SPZ: "Gaussian splats", Kind.STL: "3D model", Kind.VIDEO: "moving picture",
    Kind.PICTURE: "still picture", Kind.ZIP: "archive", Kind.OBJ: "3D model",
}  # fmt: skip
_OPAQUE_SUFFIXES = (".bin", ".omxl")  # of files whose content tells nothing; any other name may be a lie
_BRIGHT, _DIM, _LINE = (236, 238, 242), (150, 157, 170), (104, 112, 128)


def draw_card(path: Path, kind: Kind, size: tuple[int, int]) -> Image32:
    """The card for a file of that kind, sRGB 0..1 [H, W, 3]; of `path` only a known opaque suffix is shown."""
    suffix = path.suffix.lower()
    opaque = suffix[1:].upper() if suffix in _OPAQUE_SUFFIXES else "FILE"
    letters, words = _LETTERS.get(kind, opaque), _WORDS.get(kind, "data")
    canvas = Image.fromarray(np.asarray(np.rint(backdrop(size) * 255), np.uint8))
    draw, unit = ImageDraw.Draw(canvas), min(size) / 100
    middle = size[0] / 2, size[1] / 2
    _frame(draw, middle, unit)
    large = _fitting(draw, letters, 20 * unit, 50 * unit)
    draw.text((middle[0], middle[1] - 2 * unit), letters, font=large, fill=_BRIGHT, anchor="mm")
    draw.text((middle[0], middle[1] + 15 * unit), words, font=_font(5 * unit), fill=_DIM, anchor="mm")
    return np.asarray(canvas, np.float32) / np.float32(255)


def _frame(draw: ImageDraw.ImageDraw, middle: tuple[float, float], unit: float) -> None:
    """The outline of a sheet with a folded corner."""
    x, y, half_x, half_y, fold = *middle, 31 * unit, 34 * unit, 11 * unit
    corners = [(x - half_x, y - half_y), (x + half_x - fold, y - half_y), (x + half_x, y - half_y + fold),
               (x + half_x, y + half_y), (x - half_x, y + half_y), (x - half_x, y - half_y)]  # fmt: skip
    width = max(round(0.5 * unit), 1)
    draw.line([*corners, corners[1]], fill=_LINE, width=width, joint="curve")
    draw.line([corners[1], (x + half_x - fold, y - half_y + fold), corners[2]], fill=_LINE, width=width, joint="curve")


def _fitting(
    draw: ImageDraw.ImageDraw, text: str, height_px: float, width_px: float
) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, as large as asked or as fits."""
    font = _font(height_px)
    return font if (wide := draw.textlength(text, font=font)) <= width_px else _font(height_px * width_px / wide)


def _font(height_px: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(round(height_px), 6))

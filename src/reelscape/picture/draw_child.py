"""The drawing of one file, in its child process: everything that a stranger's file could break happens here."""

from __future__ import annotations

import gzip
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from reelscape.errors import NoPicture, UnreadableScene
from reelscape.formats.ply import read_ply
from reelscape.formats.read_glb import read_glb
from reelscape.formats.read_ply import read_ply_shape
from reelscape.formats.read_stl import read_stl
from reelscape.formats.shape import Shape
from reelscape.formats.spz import read_spz
from reelscape.kinds import Kind
from reelscape.picture.backdrop import Image32, dithered
from reelscape.picture.flat import draw_photo, draw_video
from reelscape.picture.splats import draw_points, draw_splats
from reelscape.picture.surface import draw_surface
from reelscape.report import Report

MAX_SPLAT_BYTES = 900 << 20
"""For the numbers of all splats, float32."""

_SPZ_HEADER = struct.Struct("<IIIB")  # magic, version, count, SH degree

Size = tuple[int, int]


def draw(path: str, out_path: str, kind: str, size: list[int], report: Report) -> None:
    """Write the picture of the file at `path`, which is of `kind`, as PNG of `size` (width, height).

    Raises `UnreadableMesh`, `UnreadableScene`, `NoPicture`, and the errors of videos and photos.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, of numbers that only a hostile file holds
        picture = _DRAWERS[Kind(kind)](Path(path), (size[0], size[1]))
    Image.fromarray(dithered(picture)).save(out_path, "PNG", optimize=False, compress_level=6)


def _draw_shape(shape: Shape, size: Size) -> Image32:
    return draw_surface(shape, size) if shape.is_mesh else draw_points(shape, size)


def _draw_ply_splats(path: Path, size: Size) -> Image32:
    if path.stat().st_size > MAX_SPLAT_BYTES:
        raise NoPicture("The scene has more splats than can be drawn.")
    return draw_splats(read_ply(path), size)


def _draw_spz(path: Path, size: Size) -> Image32:
    """Checked before it is unpacked: gzip makes a small file of a thousand times as many bytes."""
    try:
        with gzip.open(path, "rb") as file:
            head = file.read(_SPZ_HEADER.size)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableScene("The file is not an SPZ file of version 2 or 3, or it is damaged.") from error
    if len(head) == _SPZ_HEADER.size:
        _, _, count, degree = _SPZ_HEADER.unpack(head)
        if count * 4 * (11 + 3 * (min(degree, 3) + 1) ** 2) > MAX_SPLAT_BYTES // 2:
            raise NoPicture(f"The scene claims {count} splats, more than can be drawn.")
    return draw_splats(read_spz(path), size)


_DRAWERS: dict[Kind, Callable[[Path, Size], Image32]] = {
    Kind.GLB: lambda path, size: _draw_shape(read_glb(path), size),
    Kind.PLY_MESH: lambda path, size: _draw_shape(read_ply_shape(path), size),
    Kind.PLY_POINTS: lambda path, size: _draw_shape(read_ply_shape(path), size),
    Kind.STL: lambda path, size: _draw_shape(read_stl(path), size),
    Kind.PLY_SPLATS: _draw_ply_splats,
    Kind.SPZ: _draw_spz,
    Kind.VIDEO: draw_video,
    Kind.PICTURE: draw_photo,
}

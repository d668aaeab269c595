"""Pictures show the thing whole, in its colours, the right way up; the command tells what it could not draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from tests.made_gaussians import scatter_gaussians
from tests.made_shapes import CORNERS, SIDES, write_glb, write_stl
from tests.media.tiny_media import panned, write_video

from reelscape._native import kernels
from reelscape.cli.picture import command
from reelscape.formats.ply import write_ply
from reelscape.formats.shape import Shape, Skin
from reelscape.formats.spz import write_spz
from reelscape.gaussians import Gaussians
from reelscape.picture.backdrop import backdrop
from reelscape.picture.splats import draw_points
from reelscape.picture.surface import draw_surface

SIZE = (160, 120)
EMPTY = backdrop(SIZE)
RED, BLUE = (230, 30, 30), (30, 30, 230)


def tower(inwards: bool = False) -> Shape:
    """A box twice as high as wide, red above and blue below (y points down)."""
    vertices = CORNERS * np.array([1, 2, 1], np.float32)
    low = vertices + np.array([0, 4, 0], np.float32)
    colours = np.array([RED] * 8 + [BLUE] * 8, np.uint8)
    triangles = np.concatenate([SIDES, SIDES + 8]).astype(np.int32)
    triangles = np.ascontiguousarray(triangles[:, ::-1]) if inwards else triangles
    return Shape(np.concatenate([vertices, low]), triangles, colours)


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture, np.float32) / 255


def middle_of(mask: np.ndarray) -> tuple[float, float]:
    y, x = np.nonzero(mask)
    return float(x.mean()), float(y.mean())


def reds(picture: np.ndarray) -> np.ndarray:
    return picture[..., 0] > picture[..., 2] + 0.3


def blues(picture: np.ndarray) -> np.ndarray:
    return picture[..., 2] > picture[..., 0] + 0.3


def check_upright_and_whole(picture: np.ndarray) -> None:
    assert picture.shape == (*SIZE[::-1], 3)
    red, blue = middle_of(reds(picture)), middle_of(blues(picture))
    assert blue[1] - red[1] > 0.2 * SIZE[1]
    drawn = np.abs(picture - EMPTY).max(axis=2) > 0.1
    y, x = np.nonzero(drawn)
    assert min(y.min(), SIZE[1] - 1 - y.max(), x.min(), SIZE[0] - 1 - x.max()) >= 3
    assert np.ptp(y) > 0.7 * SIZE[1]
    assert (x.min() + x.max()) / 2 == pytest.approx(SIZE[0] / 2, abs=4)


def test_a_mesh_stands_upright_whole_in_its_colours() -> None:
    check_upright_and_whole(draw_surface(tower(), SIZE))


def test_points_stand_upright_whole_in_their_colours() -> None:
    rng = np.random.default_rng(1)
    places = rng.uniform(-1, 1, (20_000, 3)).astype(np.float32) * [1, 4, 1]
    colours = np.where(places[:, 1:2] < 0, RED, BLUE).astype(np.uint8)
    check_upright_and_whole(draw_points(Shape(places.astype(np.float32), np.empty((0, 3), np.int32), colours), SIZE))


def test_a_room_is_opened_towards_the_camera() -> None:
    """A box seen from outside, with a red ball's worth of triangles in it: its walls in the way are left out."""
    walls = CORNERS[SIDES] * np.float32(5)
    inside = np.concatenate([CORNERS[SIDES] * np.float32(0.7) + np.float32(shift) for shift in (-1.5, 0, 1.5)])
    corners = np.concatenate([walls, inside]).reshape(-1, 3)
    colours = np.array([BLUE] * 36 + [RED] * 108, np.uint8)
    triangles = np.arange(len(corners), dtype=np.int32).reshape(-1, 3)
    for wound in (triangles, np.concatenate([triangles[:12, ::-1], triangles[12:]])):
        picture = draw_surface(Shape(corners, np.ascontiguousarray(wound), colours), SIZE)
        assert reds(picture).mean() > 0.01 and blues(picture).mean() > 0.2


def test_the_z_buffer_against_rays() -> None:
    """The triangle numbers of random triangles, some reaching behind the camera, against the ray caster's."""
    rng = np.random.default_rng(3)
    vertices = rng.uniform(-2, 2, (90, 3)).astype(np.float32) + np.array([0, 0, 2.5], np.float32)
    triangles = np.arange(90, dtype=np.int32).reshape(-1, 3)
    K, (width, height) = np.array([[60.0, 0, 40], [0, 60, 30], [0, 0, 1]]), (80, 60)
    numbers, inverse = np.empty((height, width), np.int32), np.empty((height, width), np.float32)
    kernels.draw_visibility(vertices, triangles, np.eye(4), K, 1e-4, False, numbers, inverse)
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    rays = np.stack([(x - 40) / 60, (y - 30) / 60, np.ones_like(x)], axis=-1).reshape(-1, 3).astype(np.float32)
    depth, hit = kernels.RayCaster(vertices, triangles).trace(np.zeros_like(rays), rays, 1e9, 1)
    same = hit.reshape(height, width) == numbers
    assert same.mean() > 0.999 and (numbers >= 0).mean() > 0.3
    seen = same & (numbers >= 0)
    np.testing.assert_allclose(1 / inverse[seen], depth.reshape(height, width)[seen], rtol=1e-3)


def test_textures_are_shown() -> None:
    texture = np.zeros((8, 8, 3), np.uint8)
    texture[:4], texture[4:] = RED, BLUE
    square = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    triangles = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    uvs = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    skin = Skin(uvs, (texture,), np.zeros(2, np.int16))
    picture = draw_surface(Shape(square, triangles, np.full((4, 3), 255, np.uint8), skin), SIZE)
    assert middle_of(blues(picture))[1] > middle_of(reds(picture))[1] + 20


def totem(count: int = 3000) -> Gaussians:
    """Splats in a tall column, red above and blue below."""
    made = scatter_gaussians(count)
    means = made.means * np.array([0.25, 1.0, 0.25], np.float32)
    sh0 = np.where(means[:, 1:2] < 0, (1.2, -1.5, -1.5), (-1.5, -1.5, 1.2)).astype(np.float32)[:, None]
    return Gaussians(means, made.quats, made.scales, np.full(count, 3, np.float32), sh0, made.shN * np.float32(0.1))


@pytest.mark.parametrize("write", [write_ply, write_spz])
def test_splats_stand_upright(write: object, tmp_path: Path) -> None:
    write(tmp_path / "scene", totem())  # type: ignore[operator]
    result = CliRunner().invoke(command, [str(tmp_path / "scene"), str(tmp_path / "out.png"), "--size", "160x120"])
    assert result.exit_code == 0, result.output
    picture = pixels_of(tmp_path / "out.png")
    assert middle_of(blues(picture))[1] > middle_of(reds(picture))[1] + 0.2 * SIZE[1]


def test_a_video_and_a_photo(tmp_path: Path) -> None:
    frames = panned([0, 4, 8, 12, 16, 20])
    blurred = [np.full_like(frames[0], 128)] * 2
    write_video(tmp_path / "clip.mp4", [*blurred, *frames])
    Image.fromarray(frames[0]).save(tmp_path / "photo", "PNG")
    for name in ("clip.mp4", "photo"):
        result = CliRunner().invoke(command, [str(tmp_path / name), str(tmp_path / "out.png"), "--size", "240x200"])
        assert result.exit_code == 0, result.output
        picture = 255 * pixels_of(tmp_path / "out.png")
        assert picture.shape == (200, 240, 3)
        shifts = [np.abs(picture[20:180] - frame).mean() for frame in frames]
        assert min(shifts) < 6.0


def test_the_command(tmp_path: Path) -> None:
    out_path = tmp_path / "out.png"
    lies = write_glb(tmp_path / "secret-name.glb", buffers=[{"uri": "https://example.org/a", "byteLength": 9}])
    refused = CliRunner().invoke(command, [str(lies), str(out_path)])
    assert refused.exit_code == 1 and "[no_picture]" in refused.stderr and not out_path.exists()
    carded = CliRunner().invoke(command, [str(lies), str(out_path), "--card-on-failure"])
    assert (
        carded.exit_code == 0 and carded.stderr.startswith("Warning: ") and pixels_of(out_path).shape == (768, 1024, 3)
    )
    for size in ("9000x20", "0x0"):
        wrong = CliRunner().invoke(command, [str(lies), str(out_path), "--size", size])
        assert wrong.exit_code == 1 and "[bad_setting]" in wrong.stderr
    nowhere = CliRunner().invoke(command, [str(write_stl(tmp_path / "a")), "/proc/nothing/out.png"])
    assert nowhere.exit_code == 1 and "Traceback" not in nowhere.output

"""The sample room as a scene to train on: its pictures, the cameras as they truly were, and points on its surfaces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from reelscape.cameras import Float, Scene
from reelscape.sample import SampleConfig, default_room, render_depth, render_video, sample_cameras

WALK_S = 6.0
TEXEL_M_PX = 1.62  # of the textures: metres at a picture one pixel wide; finer ones take longer to paint
POINTS_PER_PICTURE = 200
DEPTH_NOISE = 0.002  # of the depth: sparse points are never exact
JPEG_QUALITY = 95


def make_room(image_dir: Path, size: tuple[int, int], num_pictures: int) -> Scene:
    """Render the room to JPEG files in `image_dir`; `size` is width and height in pixels. The same each time."""
    texel_m = min(max(TEXEL_M_PX / size[0], 0.003), 0.012)
    config = SampleConfig(WALK_S, num_pictures / WALK_S, size, texel_m)
    room, cameras = default_room(config.texel_m), sample_cameras(config)
    image_dir.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    points, rgbs = [], []
    for index, picture in enumerate(render_video(room, config)):
        Image.fromarray(picture).save(image_dir / cameras.image_names[index], quality=JPEG_QUALITY)
        viewmat, K = cameras.viewmats[index], cameras.Ks[index]
        x, y = rng.integers(0, size, (POINTS_PER_PICTURE, 2)).T
        depths = render_depth(room, viewmat, K, size)[y, x] * (1 + DEPTH_NOISE * rng.standard_normal(len(x)))
        points.append(_in_world(np.c_[x + 0.5, y + 0.5], depths, viewmat, K)[depths > 0])
        rgbs.append(picture[y, x][depths > 0])
    return Scene(cameras, np.concatenate(points), np.concatenate(rgbs), image_dir)


def _in_world(pixels: Float, depths: Float, viewmat: Float, K: Float) -> Float:
    """The points [P, 3] seen at `pixels` [P, 2] at `depths` [P] along the camera's axis."""
    rays = np.c_[(pixels - K[:2, 2]) / K[[0, 1], [0, 1]], np.ones(len(pixels))]
    in_camera = rays * depths[:, None]
    points: Float = (in_camera - viewmat[:3, 3]) @ viewmat[:3, :3]
    return points

"""A corner of a room with textured walls, seen by a walking camera: pictures made by warping, poses known exactly."""

from __future__ import annotations

import json
from dataclasses import dataclass

import cv2
import numpy as np

from reelscape.cameras import Float
from reelscape.workspace import Workspace

WIDTH, HEIGHT, FOCAL = 360, 480, 430.0
DOWN = np.array([0.0, 1.0, 0.0])
_TEXTURE_PX = 700


@dataclass(frozen=True)
class Wall:
    """A square of 4 x 4 units: its corner and its two edges [3] in the world, and the picture on it."""

    corner: Float
    along: Float
    down: Float
    picture: np.ndarray


def make_walls() -> list[Wall]:
    """Two walls and the floor of a corner, x right, y down, z away."""
    edges = [
        ([-2, -2, 2], [4, 0, 0], [0, 4, 0]),
        ([-2, -2, -2], [0, 0, 4], [0, 4, 0]),
        ([-2, 2, 2], [4, 0, 0], [0, 0, -4]),
    ]
    vectors = [tuple(np.array(v, np.float64) for v in edge) for edge in edges]
    return [Wall(*vector, _texture(seed)) for seed, vector in enumerate(vectors)]


def _texture(seed: int) -> np.ndarray:
    """Blots of all sizes, and an upright grid as of tiles."""
    random, picture = np.random.default_rng(seed), np.full((_TEXTURE_PX, _TEXTURE_PX, 3), 128, np.uint8)
    for radius in np.geomspace(70, 4, 900):
        x, y = random.integers(0, _TEXTURE_PX, 2).tolist()
        color = random.integers(20, 236, 3).tolist()
        axes = (int(radius), max(2, int(radius * random.uniform(0.4, 1))))
        cv2.ellipse(picture, (x, y), axes, float(random.uniform(0, 180)), 0, 360, color, -1, cv2.LINE_AA)
    for at in range(0, _TEXTURE_PX, 100):
        cv2.line(picture, (at, 0), (at, _TEXTURE_PX), (30, 30, 30), 4, cv2.LINE_AA)
    return picture


def walk(num: int, *, step: float = 1.0) -> Float:
    """Viewmats [num, 4, 4] of a camera that walks an arc before the corner, a little unsteady."""
    random, viewmats = np.random.default_rng(7), []
    for share in np.linspace(-0.5, 0.5, num):
        angle = step * 1.1 * share + 0.5
        center = np.array([5 * np.sin(angle), -0.8 + 0.2 * np.sin(9 * share), -5 * np.cos(angle)]) * [1, 1, 1]
        forward = np.array([-0.4, 0.3, 0.4]) + random.normal(0, 0.05, 3) - center
        forward /= np.linalg.norm(forward)
        right = np.cross(DOWN, forward) + random.normal(0, 0.02, 3)
        right -= (right @ forward) * forward
        right /= np.linalg.norm(right)
        viewmat = np.eye(4)
        viewmat[:3, :3] = np.stack([right, np.cross(forward, right), forward])
        viewmat[:3, 3] = -viewmat[:3, :3] @ center
        viewmats.append(viewmat)
    return np.stack(viewmats)


def paint(walls: list[Wall], viewmat: Float) -> np.ndarray:
    """What a pinhole camera sees, [HEIGHT, WIDTH, 3] BGR; the far walls first."""
    K = np.array([[FOCAL, 0, WIDTH / 2], [0, FOCAL, HEIGHT / 2], [0, 0, 1]])
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    to_center = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])  # pixel centres at +0.5, OpenCV's at 0
    for wall in walls:
        columns = [wall.along / _TEXTURE_PX, wall.down / _TEXTURE_PX, wall.corner]
        world = np.stack(columns, axis=1)
        plane = viewmat[:3, :3] @ world + np.outer(viewmat[:3, 3], [0, 0, 1])
        homography = to_center @ K @ plane @ np.linalg.inv(to_center)
        cv2.warpPerspective(wall.picture, homography, (WIDTH, HEIGHT), picture, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    return picture


def make_frames(workspace: Workspace, viewmats: Float, kind: str = "video") -> None:
    """Write what the frames stage leaves: pictures and index."""
    walls, random = make_walls(), np.random.default_rng(1)
    workspace.frames_dir.mkdir(parents=True)
    frames = []
    for row, viewmat in enumerate(viewmats):
        name = f"frame_{3 * row:06d}.jpg"
        picture = paint(walls, viewmat) + random.normal(0, 2, (HEIGHT, WIDTH, 3))
        cv2.imwrite(str(workspace.frames_dir / name), picture.clip(0, 255), [cv2.IMWRITE_JPEG_QUALITY, 95])
        size = {"width": WIDTH, "height": HEIGHT, "sharpness": 1.0, "focal_px": None}
        frames.append({"name": name, "source_index": 3 * row, "time_s": row / 10, **size})
    workspace.frames_index_path.write_text(json.dumps({"kind": kind, "fps": 30.0, "frames": frames}))

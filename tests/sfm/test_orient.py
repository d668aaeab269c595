"""The world frame of camera paths whose gravity is known."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from tests import tolerances

from reelscape.cameras import Cameras, Float, Observations
from reelscape.sfm.gravity import Segments, down_of_path, find_segments, refine_down
from reelscape.sfm.lens import Lens
from reelscape.sfm.orient import MEDIAN_RADIUS, world_frame
from reelscape.sfm.solution import Solution

DOWN = np.array([0.0, 1.0, 0.0])
NO_SEGMENTS = Segments(np.empty((0, 3)), np.empty(0))


def looking(center: npt.ArrayLike, target: npt.ArrayLike, roll_deg: float = 0.0) -> Float:
    """A cam_from_world [4, 4] that looks from one point to another, level but for its roll."""
    forward = np.subtract(target, center) / np.linalg.norm(np.subtract(target, center))
    right = np.cross(DOWN, forward)
    right /= np.linalg.norm(right)
    c, s = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    rotation = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) @ np.stack([right, np.cross(forward, right), forward])
    viewmat = np.eye(4)
    viewmat[:3, :3], viewmat[:3, 3] = rotation, -rotation @ center
    return viewmat


def orbit(degrees: float, height: float, num: int = 30, roll_deg: float = 4.0) -> Float:
    random = np.random.default_rng(1)
    angles = np.radians(np.linspace(0, degrees, num))
    centers = np.stack([4 * np.sin(angles), np.full(num, -height), -4 * np.cos(angles)], axis=1)
    return np.stack([looking(center, [0, 0, 0], random.normal(0, roll_deg)) for center in centers])


def angle_deg(a: Float, b: Float) -> float:
    return np.degrees(np.arccos(np.clip(a @ b, -1, 1)))


@pytest.mark.parametrize("degrees", [90, 180, 360])
@pytest.mark.parametrize("height", [0.0, 3.0])
def test_a_walk_around_shows_gravity(degrees: float, height: float) -> None:
    held = down_of_path(orbit(degrees, height))
    assert angle_deg(held.down, DOWN) < tolerances.DOWN_DEG
    assert held.unsure < 0.2


def test_a_walk_straight_on_falls_back_to_how_the_camera_was_held() -> None:
    viewmats = np.stack([looking([0, 0, 0.1 * i], [0, 0, 0.1 * i + 1], roll_deg=(-1) ** i * 3) for i in range(20)])
    held = down_of_path(viewmats)
    assert angle_deg(held.down, DOWN) < tolerances.DOWN_DEG and held.unsure > 0.9
    assert angle_deg(held.forward, np.array([0.0, 0, 1])) < tolerances.DOWN_DEG
    np.testing.assert_array_equal(
        refine_down(held, NO_SEGMENTS, np.random.default_rng(0).normal(size=(500, 3))), held.down
    )


def tilted_room(down_deg: float = 20.0, num: int = 12) -> Cameras:
    """Cameras that all look down alike, and upright edges before them."""
    aim = np.array([0, np.tan(np.radians(down_deg)), 1.0])
    viewmats = np.stack([looking([0.2 * i, 0, 0], np.add(aim, [0.2 * i, 0, 0])) for i in range(num)])
    K = np.array([[500.0, 0, 320], [0, 500, 240], [0, 0, 1]])
    names = tuple(f"{i}.jpg" for i in range(num))
    return Cameras(names, viewmats, np.tile(K, (num, 1, 1)), np.tile([640, 480], (num, 1)))


def test_upright_edges_show_the_tilt(tmp_path: Path) -> None:
    cameras, random = tilted_room(), np.random.default_rng(0)
    feet = np.stack([random.uniform(-2, 4, 25), np.ones(25), random.uniform(3, 6, 25)], axis=1)
    for row, name in enumerate(cameras.image_names):
        picture = np.full((480, 640), 200, np.uint8)
        for foot in feet:
            ends = np.stack([foot, foot - [0, 1.5, 0]]) @ cameras.viewmats[row, :3, :3].T + cameras.viewmats[row, :3, 3]
            xy = (ends @ cameras.Ks[row].T)[:, :2] / ends[:, 2:]
            cv2.line(picture, *[tuple(int(v) for v in end) for end in xy.round()], 40, 5, cv2.LINE_AA)
        cv2.imwrite(str(tmp_path / name), picture)
    held = down_of_path(cameras.viewmats)
    assert angle_deg(held.down, DOWN) > 15  # the way the camera was held cannot tell
    segments = find_segments(cameras, tmp_path)
    cloud = random.normal(size=(500, 3))
    assert angle_deg(refine_down(held, segments, cloud), DOWN) < tolerances.DOWN_FROM_EDGES_DEG


def test_a_table_shows_the_tilt() -> None:
    random = np.random.default_rng(0)
    held = down_of_path(tilted_room(40.0).viewmats)
    table = random.uniform([-2, 0.99, 2], [2, 1.01, 5], (400, 3))
    things = random.uniform([-2, -1, 2], [2, 1, 5], (300, 3))
    down = refine_down(held, NO_SEGMENTS, np.concatenate([table, things]))
    assert angle_deg(down, DOWN) < tolerances.DOWN_FROM_TABLE_DEG


def made_solution(viewmats: Float, points: Float) -> Solution:
    num, rows = len(viewmats), np.arange(len(points))
    lens = Lens(640, 480, 500.0, 500.0, 320.0, 240.0)
    nothing = np.zeros((len(points), 3), np.uint8)
    names = tuple(f"{i:03d}.jpg" for i in range(num))
    seen = Observations(rows % num, rows, np.zeros((len(points), 2)))
    return Solution(names, (lens,) * num, viewmats, points, nothing, np.ones(len(points)), seen)


def test_the_frame_is_upright_centred_scaled_and_faces_the_scene() -> None:
    points = np.random.default_rng(0).normal(size=(2000, 3)) * 7 + [1, 2, 3]
    solution = made_solution(orbit(200, 3.0), points)
    swirl = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    swirl *= np.sign(np.linalg.det(swirl))
    other = solution.transformed(swirl, np.array([4.0, 5, 6]), 0.3)  # as a mapper would deliver it
    frame = world_frame(other, swirl @ DOWN)
    placed = other.transformed(frame.rotation, frame.origin, frame.scale)
    assert np.linalg.det(frame.rotation) == pytest.approx(1)
    np.testing.assert_allclose(np.median(np.linalg.norm(placed.points, axis=1)), MEDIAN_RADIUS, rtol=0.02)
    # The middle lies straight ahead of the first camera.
    np.testing.assert_allclose(placed.centers[0, 0], 0, atol=tolerances.WORLD_FRAME)
    assert placed.centers[0, 2] < 0
    relative = solution.viewmats[3] @ np.linalg.inv(solution.viewmats[7])
    again = placed.viewmats[3] @ np.linalg.inv(placed.viewmats[7])
    np.testing.assert_allclose(again[:3, :3], relative[:3, :3], atol=tolerances.WORLD_FRAME)
    # Gravity is +y now: what hung below still does.
    np.testing.assert_allclose(placed.viewmats[:, :3, 1], solution.viewmats[:, :3, 1], atol=tolerances.WORLD_FRAME)


def test_a_camera_that_looks_straight_down_still_gets_a_frame() -> None:
    viewmat = np.eye(4)
    viewmat[:3, :3] = [[1, 0, 0], [0, 0, -1], [0, 1, 0]]
    solution = made_solution(
        np.tile(viewmat, (8, 1, 1)), np.random.default_rng(0).normal(size=(99, 3)) * [1, 0, 1] + [0, 5, 0]
    )
    assert np.isfinite(world_frame(solution, DOWN).rotation).all()

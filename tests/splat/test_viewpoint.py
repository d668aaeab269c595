from __future__ import annotations

import numpy as np
import pytest
from tests import tolerances

from reelscape.cameras import Cameras, Float
from reelscape.splat.turntable import turntable_views
from reelscape.splat.viewpoint import WORLD_UP, Viewpoint, best_camera, default_view, find_focus

FOCUS = np.array([0.5, 0.2, -1.0])
NUM_FRAMES = 72


def make_cameras(positions: Float, look_ats: Float, shake: float = 0.03) -> Cameras:
    """Handheld cameras: where they look is off by `shake` units, and they roll a little."""
    rng = np.random.default_rng(3)
    look_ats = look_ats + shake * rng.standard_normal(positions.shape)
    ups = WORLD_UP + shake * rng.standard_normal(positions.shape)
    viewmats = [Viewpoint(*row).viewmat() for row in zip(positions, look_ats, ups, strict=True)]
    K = np.array([[500.0, 0, 180], [0, 500, 320], [0, 0, 1]])
    names = tuple(f"frame_{i:06d}.jpg" for i in range(len(positions)))
    count = len(positions)
    return Cameras(names, np.array(viewmats), np.tile(K, (count, 1, 1)), np.tile([360, 640], (count, 1)))


def around(start_deg: float, end_deg: float, count: int, radius: float = 3.0) -> Cameras:
    """Cameras around the focus, half a unit above it, wobbling in height and distance."""
    angles = np.radians(np.linspace(start_deg, end_deg, count))
    radii, heights = radius + 0.1 * np.sin(9 * angles), -0.5 + 0.1 * np.cos(7 * angles)
    offsets = np.stack([radii * np.cos(angles), heights, radii * np.sin(angles)], axis=1)
    return make_cameras(FOCUS + offsets, np.tile(FOCUS, (count, 1)))


def ahead(count: int) -> Cameras:
    """A walk of two units straight on, looking ahead."""
    positions = np.linspace([0, 0, 0], [0, 0, 2.0], count)
    return make_cameras(positions, positions + np.array([0, 0, 5.0]))


def outwards(count: int) -> Cameras:
    """A slow pan over 300 degrees in a room, at arm's length around the standing place."""
    angles = np.radians(np.linspace(0, 300, count))
    directions = np.stack([np.cos(angles), 0 * angles, np.sin(angles)], axis=1)
    return make_cameras(0.5 * directions, 4 * directions)


def cloud(around_point: Float = FOCUS, spread: float = 0.6) -> Float:
    return around_point + spread * np.random.default_rng(4).standard_normal((500, 3))


def room_walls() -> Float:
    points = np.random.default_rng(4).uniform(-4, 4, (900, 3))
    points[np.arange(900), np.random.default_rng(5).integers(0, 3, 900)] = 4
    return points * np.random.default_rng(6).choice([-1, 1], (900, 3))


CAPTURES = {
    "orbit": (around(0, 350, 60), cloud()),
    "two rounds": (around(0, 700, 90), cloud()),
    "arc": (around(20, 110, 40), cloud()),
    "arc across the cut of the angle": (around(130, 240, 40), cloud()),
    "ahead": (ahead(30), cloud(np.array([0, 0, 6.0]), 1.5)),
    "outwards": (outwards(80), room_walls()),
    "two cameras": (around(0, 30, 2), cloud()),
    "one camera": (around(0, 0, 1), cloud()),
    "no points": (around(20, 110, 40), np.zeros((0, 3))),
}


def forwards(views: list[Viewpoint]) -> Float:
    return np.array([view.viewmat()[2, :3] for view in views])


def turns_deg(views: list[Viewpoint]) -> Float:
    """Angle from each view to the next, the last to the first."""
    directions = forwards(views)
    return np.degrees(np.arccos(np.clip((directions * np.roll(directions, -1, axis=0)).sum(axis=1), -1, 1)))


def test_a_viewpoint_looks_where_it_says() -> None:
    viewmat = Viewpoint(np.array([1.0, -2, 3]), FOCUS, WORLD_UP).viewmat()
    np.testing.assert_allclose(viewmat[:3, :3] @ viewmat[:3, :3].T, np.eye(3), atol=tolerances.VIEWMAT)
    assert np.linalg.det(viewmat[:3, :3]) == pytest.approx(1)
    x, y, z = viewmat[:3, :3] @ FOCUS + viewmat[:3, 3]
    assert abs(x) < tolerances.VIEWMAT and abs(y) < tolerances.VIEWMAT and z > 0
    assert viewmat[1, :3] @ WORLD_UP < 0  # y points down in the picture
    assert viewmat[0, :3] @ WORLD_UP == pytest.approx(0)  # and the horizon is level


@pytest.mark.parametrize("name", ["orbit", "two rounds", "arc"])
def test_focus_is_found_where_the_cameras_look(name: str) -> None:
    focus = find_focus(*CAPTURES[name])
    assert focus.converging
    assert np.linalg.norm(focus.point - FOCUS) < tolerances.FOCUS
    assert focus.depth == pytest.approx(3.04, abs=0.15)


def test_focus_bears_cameras_that_look_away() -> None:
    good, away = around(0, 200, 40), make_cameras(np.zeros((8, 3)), np.tile([0.0, -9, 3], (8, 1)))
    both = Cameras(
        good.image_names + tuple(f"away_{i}" for i in range(8)),
        np.concatenate([good.viewmats, away.viewmats]),
        np.concatenate([good.Ks, away.Ks]),
        np.concatenate([good.sizes, away.sizes]),
    )
    assert np.linalg.norm(find_focus(both, cloud()).point - FOCUS) < tolerances.FOCUS


def test_focus_lies_at_the_points_when_all_look_one_way() -> None:
    focus = find_focus(*CAPTURES["ahead"])
    assert focus.depth == pytest.approx(5, abs=1)


def test_looking_outwards_is_no_focus() -> None:
    assert not find_focus(*CAPTURES["outwards"]).converging


@pytest.mark.parametrize("name", CAPTURES)
def test_the_default_view_is_a_camera_view_made_level(name: str) -> None:
    cameras, points = CAPTURES[name]
    view, best = default_view(cameras, points), best_camera(cameras, points)
    np.testing.assert_allclose(view.position, cameras.centers[best], atol=tolerances.VIEWMAT)
    np.testing.assert_allclose(forwards([view])[0], cameras.viewmats[best, 2, :3], atol=tolerances.VIEWMAT)
    np.testing.assert_array_equal(view.up, WORLD_UP)


def test_the_best_camera_sees_the_scene() -> None:
    """One that stands close and one that looks past the scene are not chosen."""
    near = make_cameras(FOCUS + np.array([[0.4, 0, 0]]), FOCUS[None])
    past = make_cameras(FOCUS + np.array([[0, -0.5, 3]]), FOCUS + np.array([[6.0, 0, 0]]))
    arc = around(60, 120, 10)
    mixed = Cameras(
        ("near", "past", *arc.image_names),
        np.concatenate([near.viewmats, past.viewmats, arc.viewmats]),
        np.concatenate([near.Ks, past.Ks, arc.Ks]),
        np.concatenate([near.sizes, past.sizes, arc.sizes]),
    )
    assert best_camera(mixed, cloud()) >= 2


def test_a_steep_view_keeps_the_cameras_up() -> None:
    positions = FOCUS + np.array([[0.05 * i, -3.0, 0.02 * i] for i in range(-5, 6)])
    looking_down = [Viewpoint(position, FOCUS, np.array([0.0, 0, 1])).viewmat() for position in positions]
    ring = around(0, 90, 11)
    cameras = Cameras(ring.image_names, np.array(looking_down), ring.Ks, ring.sizes)
    view = default_view(cameras, cloud())
    assert np.isfinite(view.viewmat()).all()
    assert view.up @ (0, 0, 1) > 0.9
    views = turntable_views(cameras, cloud(), 12)
    rights = np.array([view.viewmat()[0, :3] for view in views])
    assert (rights @ rights[0]).min() > 0.9  # and never spins on the way


@pytest.mark.parametrize("name", CAPTURES)
def test_the_turntable_is_closed_smooth_and_near_the_cameras(name: str) -> None:
    cameras, points = CAPTURES[name]
    views = turntable_views(cameras, points, NUM_FRAMES)
    assert len(views) == NUM_FRAMES
    positions = np.array([view.position for view in views])
    depth = find_focus(cameras, points).depth
    to_nearest = np.linalg.norm(positions[:, None] - cameras.centers[None], axis=2).min(axis=1)
    assert len(cameras) < 10 or to_nearest.max() < 0.1 * depth
    steps = np.linalg.norm(np.roll(positions, -1, axis=0) - positions, axis=1)
    assert steps.max() < 0.12 * depth  # no jump anywhere, from the last frame to the first neither
    assert turns_deg(views).max() < tolerances.TURN_PER_FRAME_DEG
    bends = np.roll(positions, -1, axis=0) - 2 * positions + np.roll(positions, 1, axis=0)
    assert np.linalg.norm(bends, axis=1).max() < 0.03 * depth


@pytest.mark.parametrize("name", ["orbit", "two rounds"])
def test_a_full_round_is_shown_as_a_full_round(name: str) -> None:
    views = turntable_views(*CAPTURES[name], NUM_FRAMES)
    assert turns_deg(views).sum() == pytest.approx(360, abs=8)
    offsets = np.array([view.position for view in views]) - FOCUS
    azimuths = np.unwrap(np.arctan2(offsets[:, 2], offsets[:, 0]))
    assert (np.diff(azimuths) > 0).all()


@pytest.mark.parametrize("name", ["arc", "arc across the cut of the angle", "ahead", "outwards"])
def test_a_part_of_the_way_is_shown_to_and_fro(name: str) -> None:
    cameras, points = CAPTURES[name]
    views = turntable_views(cameras, points, NUM_FRAMES)
    positions = np.array([view.position for view in views])
    moved = np.linalg.norm(positions - positions[0], axis=1)
    half = NUM_FRAMES // 2
    assert moved[half] < 1e-9  # the swing passes its middle again
    assert max(moved[: half // 2 + 1].max(), moved[half:].max()) > 0.1 * find_focus(cameras, points).depth
    if name.startswith("arc"):
        assert turns_deg(views).sum() / 2 == pytest.approx(0.94 * 100, abs=20)

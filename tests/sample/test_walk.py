from __future__ import annotations

import numpy as np
import pytest
from tests import tolerances
from tests.sample.rooms import CAMERAS, CONFIG, TEXEL_M, pixel_centers, project, rays

from reelscape.sample import SampleConfig, default_room, render_depth, sample_cameras
from reelscape.sample.room import DEPTH_M, WIDTH_M


@pytest.mark.parametrize("seconds", [2.0, 6.0, 30.0, 120.0])
def test_the_walk_is_one_a_person_can_take(seconds: float) -> None:
    cameras = sample_cameras(SampleConfig(seconds=seconds, fps=30))
    eyes = cameras.centers
    speed = np.linalg.norm(np.diff(eyes, axis=0), axis=1) * 30
    assert 0.05 < np.median(speed) < 1.1 and speed.max() < 1.6
    assert (np.abs(eyes[:, 0]) < WIDTH_M / 2 - 0.6).all() and (np.abs(eyes[:, 2]) < DEPTH_M / 2 - 0.5).all()
    assert (np.hypot(eyes[:, 0], eyes[:, 2]) > 1.0).all(), "not over the table"
    assert (eyes[:, 1] > -1.75).all() and (eyes[:, 1] < -1.25).all()
    turns = np.einsum("tij,tij->t", cameras.viewmats[1:, :3, :3], cameras.viewmats[:-1, :3, :3])
    assert np.degrees(np.arccos((turns - 1) / 2)).max() * 30 < 75


def test_cameras_stand_upright_and_look_at_the_table() -> None:
    np.testing.assert_allclose(np.linalg.det(CAMERAS.viewmats[:, :3, :3]), 1, atol=1e-9)
    down = CAMERAS.viewmats[:, 1, :3]
    assert (down[:, 1] > 0.85).all()
    pixels = np.array(
        [
            project(view, K, np.array([[0, -0.5, 0.0]]))[0][0]
            for view, K in zip(CAMERAS.viewmats, CAMERAS.Ks, strict=True)
        ]
    )
    assert ((pixels > 0) & (pixels < CONFIG.size)).all()


def test_neighbouring_frames_show_mostly_the_same() -> None:
    room = default_room(TEXEL_M)
    for row in range(0, 59, 14):
        depth = render_depth(room, CAMERAS.viewmats[row], CAMERAS.Ks[row], CONFIG.size)
        origin, ways = rays(CAMERAS.viewmats[row], CAMERAS.Ks[row], pixel_centers(CONFIG.size))
        pixels, _ = project(CAMERAS.viewmats[row + 1], CAMERAS.Ks[row + 1], origin + ways * depth.reshape(-1, 1))
        assert ((pixels > 0) & (pixels < CONFIG.size)).all(axis=1).mean() > tolerances.SAMPLE_OVERLAP

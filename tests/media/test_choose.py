import numpy as np
import pytest

from reelscape.media.choose import STILL_FRAMES, accumulated_flow, choose, num_wanted


@pytest.mark.parametrize(("duration_s", "wanted"), [(0.0, 80), (10.0, 80), (40.0, 100), (120.0, 200), (3600.0, 200)])
def test_wanted_by_length(duration_s: float, wanted: int) -> None:
    assert num_wanted(0, duration_s) == wanted
    assert num_wanted(321, duration_s) == 321


def test_few_frames_are_all_taken() -> None:
    assert choose(np.linspace(0, 1, 30), np.ones(30), 80) == list(range(30))


def test_sharpest_of_equal_slots() -> None:
    sharpness = np.ones(100)
    sharpness[7::10] = 2.0
    assert choose(np.arange(100.0), sharpness, 10) == list(range(7, 100, 10))


def test_equal_motion_between_frames() -> None:
    """The camera goes four times as fast in the second half: four times as many frames come from there."""
    positions = np.concatenate([np.linspace(0, 1, 500, endpoint=False), np.linspace(1, 5, 500)])
    chosen = np.array(choose(positions, np.zeros(1000), 50))
    assert len(chosen) == 50
    assert np.count_nonzero(chosen >= 500) == 40


def test_a_jump_leaves_no_slot_unused() -> None:
    positions = np.concatenate([np.linspace(0, 1, 100), np.linspace(9, 10, 100)])
    assert 48 <= len(choose(positions, np.zeros(200), 50)) <= 50


@pytest.mark.parametrize("total", [0.0, 0.01])
def test_a_still_camera_gives_few_frames(total: float) -> None:
    chosen = choose(np.linspace(0, total, 300), np.ones(300), 80)
    assert len(chosen) == STILL_FRAMES
    assert chosen[-1] - chosen[0] > 200


def test_flow_that_is_unknown_or_wild() -> None:
    nan = float("nan")
    np.testing.assert_allclose(accumulated_flow([0, 1, 2, 3], [0.02, nan, 0.02, 5.0]), [0.02, 0.04, 0.06, 0.11])
    np.testing.assert_allclose(accumulated_flow([0, 1], [nan, nan]), [0.0, 0.0])

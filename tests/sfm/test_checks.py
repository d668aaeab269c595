"""Still, turning and moved-object clips are told from real movement by their matches alone."""

from __future__ import annotations

import numpy as np
import pytest

from reelscape.cameras import Float
from reelscape.sfm.checks import examine, largest_component
from reelscape.sfm.matching import Match

SIZE = (640, 480)
FOCAL = 560.0
NUM_IMAGES = 20
NOISE_PX = 0.3


def turn(x_deg: float, y_deg: float) -> Float:
    x, y = np.radians([x_deg, y_deg])
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    return about_x @ about_y


def clip(rotate_deg: float = 0.0, step: float = 0.0, object_step_px: float = 0.0) -> list[Match]:
    """Matches of a camera that turns and steps sideways before random points, some of which may be moved by hand."""
    random = np.random.default_rng(0)
    points = random.uniform([-3, -2, 3], [3, 2, 9], (300, 3))
    is_object = np.arange(300) < 200
    pixels = []
    for row in range(NUM_IMAGES):
        seen = (points - [step * row, 0, 0]) @ turn(0.3 * rotate_deg * row, rotate_deg * row).T
        xy = FOCAL * seen[:, :2] / seen[:, 2:] + np.array(SIZE) / 2 + random.normal(0, NOISE_PX, (300, 2))
        pixels.append(xy + np.where(is_object[:, None], [object_step_px * row, 0], 0))
    matches = []
    for i in range(NUM_IMAGES):
        for j in (i + 1, i + 2, i + 4, i + 8):
            if j < NUM_IMAGES:
                inside = [((p >= 0) & (p < SIZE)).all(axis=1) for p in (pixels[i], pixels[j])]
                both = inside[0] & inside[1]
                matches.append(Match(i, j, pixels[i][both], pixels[j][both], np.ones(both.sum(), bool)))
    return matches


@pytest.mark.parametrize(
    ("name", "movement"),
    [
        ("good", {"step": 0.1, "rotate_deg": 0.5}),
        ("still", {}),
        ("rotates", {"rotate_deg": 1.5}),
        ("object", {"object_step_px": 6.0}),
    ],
)
def test_each_movement_is_named(name: str, movement: dict[str, float]) -> None:
    found = examine(clip(**movement), [SIZE] * 20)
    assert found.num_verified_pairs == 19 + 18 + 16 + 12
    assert found.camera_is_still == (name == "still")
    assert found.rotates_only == found.rotates_mostly == (name == "rotates")
    assert found.only_an_object_moves == (name == "object")


def test_a_turn_with_a_little_step_counts_as_little_parallax() -> None:
    shares = [examine(clip(rotate_deg=1.5, step=step), [SIZE] * 20).rotation_share for step in (0.0, 0.04, 0.12)]
    assert shares[0] > shares[1] > shares[2]


def test_nothing_matched() -> None:
    found = examine([], [SIZE] * 4)
    assert found.num_verified_pairs == 0 and found.rotation_share == 0


def test_the_largest_joined_set_is_found() -> None:
    def joined(i: int, j: int, inliers: int = 20) -> Match:
        return Match(i, j, np.zeros((20, 2)), np.zeros((20, 2)), np.arange(20) < inliers)

    chain = [joined(0, 2), joined(2, 4), joined(4, 6), joined(1, 3), joined(3, 6, inliers=10)]
    assert largest_component(8, chain) == [0, 2, 4, 6]

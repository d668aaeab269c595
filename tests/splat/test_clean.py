"""Gaussians that no view shows are left out, and no picture changes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.splat import kernel_scenes as scenes

from reelscape.cameras import Cameras
from reelscape.splat.clean import pixels_made_up, without_unseen
from reelscape.splat.kernel import SplatModel

SIZE = (96, 64)
K = np.array([[70.0, 0, 48], [0, 70, 32], [0, 0, 1]])
WALL, HIDDEN, OUTSIDE, SHOWN = 0, 1, 2, 3


def model() -> SplatModel:
    """An opaque wall, a gaussian behind it, one far beside the picture, and a small one before the wall."""
    four = scenes.gaussians(4, sh_degree=1)
    means = np.array([[0, 0, 3], [0, 0, 5], [40, 0, 3], [0.2, 0, 2]], np.float32)
    scales = np.log(np.array([[9, 9, 0.01], [0.1] * 3, [0.1] * 3, [0.1] * 3], np.float32))
    quats = np.tile(np.array([1, 0, 0, 0], np.float32), (4, 1))
    opacities = np.array([12, 2, 2, 2], np.float32)
    return SplatModel(dataclasses.replace(four, means=means, scales=scales, quats=quats, opacities=opacities))


def cameras() -> Cameras:
    viewmats = np.tile(np.eye(4), (3, 1, 1))
    viewmats[:, 0, 3] = (-0.1, 0, 0.1)
    names = tuple(f"{i}.jpg" for i in range(3))
    return Cameras(names, viewmats, np.tile(K, (3, 1, 1)), np.tile(np.array(SIZE), (3, 1)))


def test_the_hidden_and_the_outside_are_left_out() -> None:
    kept = without_unseen(model(), cameras())
    np.testing.assert_array_equal(kept.means, model().gaussians().means[[WALL, SHOWN]])


def test_pictures_stay() -> None:
    before = model().render(np.eye(4), K, SIZE).image
    after = SplatModel(without_unseen(model(), cameras())).render(np.eye(4), K, SIZE).image
    np.testing.assert_allclose(after, before, atol=1e-3)


def test_what_all_make_up_is_what_the_pictures_hold() -> None:
    pixels = pixels_made_up(model(), cameras())
    assert pixels.sum() == pytest.approx(3 * SIZE[0] * SIZE[1], rel=0.02)
    assert pixels[OUTSIDE] == 0


@pytest.mark.parametrize("weights", [np.zeros(3, np.float32), np.zeros(4), np.zeros((4, 1), np.float32)])
def test_weights_of_another_shape_are_refused(weights: np.ndarray) -> None:
    with pytest.raises(ValueError, match="weights must be"):
        model().add_pixel_weights(np.eye(4), K, SIZE, weights)


def test_nothing_is_left_of_no_gaussians() -> None:
    assert len(without_unseen(SplatModel(scenes.gaussians(0), 1), cameras())) == 0

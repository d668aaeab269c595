"""Lens distortion: against COLMAP's own cameras, its inverse, and pictures made straight again."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pycolmap
import pytest
from tests import tolerances

from reelscape.cameras import Float
from reelscape.sfm.lens import Lens
from reelscape.sfm.mapping import as_lens
from reelscape.sfm.undistort import remap_table, undistorted_lens

LENSES = {
    "barrel": Lens(270, 480, 400.0, 404.0, 130.0, 244.0, -0.12, 0.02, 0.001, -0.002),
    "pincushion": Lens(480, 270, 390.0, 390.0, 240.0, 135.0, 0.08, 0.0),
    "phone": Lens(540, 960, 687.0, 688.0, 270.0, 480.0, 0.054, -0.076, -0.0005, 0.0003),
    "none": Lens(320, 240, 300.0, 300.0, 160.0, 120.0),
}


@pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
def test_pixels_equal_those_of_colmap(lens: Lens) -> None:
    params = [lens.fx, lens.fy, lens.cx, lens.cy, lens.k1, lens.k2, lens.p1, lens.p2]
    camera = pycolmap.Camera(model="OPENCV", width=lens.width, height=lens.height, params=params)
    points = np.random.default_rng(0).uniform(-0.4, 0.4, (50, 2))
    theirs = camera.img_from_cam(np.concatenate([points, np.ones((50, 1))], axis=1))
    np.testing.assert_allclose(lens.pixels(lens.distort(points)), theirs, atol=tolerances.LENS_PX)
    assert as_lens(camera) == lens


@pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
def test_undistort_undoes_distort(lens: Lens) -> None:
    points = np.random.default_rng(1).uniform(-0.4, 0.4, (50, 2))
    np.testing.assert_allclose(lens.undistort(lens.distort(points)), points, atol=1e-9)
    assert lens.is_invertible()


def test_a_lens_that_folds_the_picture_is_noticed() -> None:
    assert not Lens(480, 270, 300.0, 300.0, 240.0, 135.0, -0.9).is_invertible()


@pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
def test_the_straight_picture_is_full_and_no_larger(lens: Lens) -> None:
    pinhole = undistorted_lens(lens)
    x, y = remap_table(lens, pinhole)
    assert x.min() >= -0.5 - tolerances.STRAIGHTENED_PX and x.max() <= lens.width - 0.5 + tolerances.STRAIGHTENED_PX
    assert y.min() >= -0.5 - tolerances.STRAIGHTENED_PX and y.max() <= lens.height - 0.5 + tolerances.STRAIGHTENED_PX
    assert 0.9 * lens.width <= pinhole.width <= lens.width and 0.9 * lens.height <= pinhole.height <= lens.height


@pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
def test_a_distorted_picture_becomes_the_pinhole_picture(lens: Lens) -> None:
    pinhole = undistorted_lens(lens)

    def paint(points: Float) -> npt.NDArray[np.uint8]:
        """A smooth picture that depends on the viewing ray alone."""
        waves = np.sin(points[:, 0] * 25) + np.cos(points[:, 1] * 18 + points[:, 0] * 7)
        return (127 + 60 * waves).clip(0, 255).astype(np.uint8)

    def rays(camera: Lens) -> Float:
        x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
        return camera.undistort(camera.normalise(np.stack([x.ravel(), y.ravel()], axis=1)))

    seen = paint(rays(lens)).reshape(lens.height, lens.width)
    straight = cv2.remap(seen, *remap_table(lens, pinhole), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    expected = paint(rays(pinhole)).reshape(pinhole.height, pinhole.width)
    assert np.abs(straight.astype(float) - expected).mean() < tolerances.STRAIGHTENED_LEVELS

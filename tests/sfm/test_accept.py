"""Camera paths that are refused, and pictures that are dropped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reelscape.cameras import Observations
from reelscape.sfm.accept import fault, without_outliers
from reelscape.sfm.lens import Lens
from reelscape.sfm.solution import Solution

LENS = Lens(640, 480, 600.0, 600.0, 320.0, 240.0)


def made_path(num: int = 12, num_points: int = 60) -> Solution:
    """Cameras on a line, each of which sees every point."""
    viewmats = np.tile(np.eye(4), (num, 1, 1))
    viewmats[:, 0, 3] = -np.arange(num)
    image_rows, point_rows = (grid.ravel() for grid in np.meshgrid(range(num), range(num_points)))
    seen = Observations(image_rows, point_rows, np.zeros((len(image_rows), 2)))
    names = tuple(f"{i:03d}.jpg" for i in range(num))
    points = np.random.default_rng(0).normal(size=(num_points, 3))
    return Solution(
        names, (LENS,) * num, viewmats, points, np.zeros((num_points, 3), np.uint8), np.ones(num_points), seen
    )


def test_a_good_path_is_left_alone() -> None:
    path = made_path()
    assert without_outliers(path) is path and fault(path, 12) is None
    assert path.mean_error_px == 1


def test_a_camera_that_flew_off_is_dropped() -> None:
    path = made_path()
    path.viewmats[5, 0, 3] = 500.0
    kept = without_outliers(path)
    assert len(kept) == 11 and "005.jpg" not in kept.image_names
    assert kept.observations.image_rows.max() == 10 and len(kept.points) == 60


def test_a_camera_with_few_points_is_dropped_and_lonely_points_with_it() -> None:
    path = made_path()
    seen = path.observations
    path = replace(path, observations=seen.select((seen.image_rows != 3) | (seen.point_rows < 10)))
    assert "003.jpg" not in without_outliers(path).image_names
    pair = made_path(num=2)
    alone = pair.keep_images(np.array([True, False]))
    assert len(alone) == 1 and len(alone.points) == 0 and alone.mean_error_px == float("inf")


@pytest.mark.parametrize(
    ("path", "num_images", "reason"),
    [
        (made_path(7), 7, "only 7 of 7"),
        (made_path(12), 60, "too small a part"),
        (replace(made_path(), errors_px=np.full(60, 2.0)), 12, "pixels off"),
        (replace(made_path(), lenses=(replace(LENS, fx=90.0, fy=90.0),) * 12), 12, "lens"),
        (replace(made_path(), lenses=(replace(LENS, k1=-2.0),) * 12), 12, "lens"),
    ],
)
def test_reasons_to_refuse(path: Solution, num_images: int, reason: str) -> None:
    assert reason in str(fault(path, num_images))

"""Writing pinhole pictures: what cannot be read or written is told as what it is."""

from __future__ import annotations

import errno
from pathlib import Path

import cv2
import numpy as np
import pytest

from reelscape.cameras import Observations
from reelscape.errors import DiskFull, UnreadableFrame, coded
from reelscape.sfm.lens import Lens
from reelscape.sfm.solution import Solution
from reelscape.sfm.undistort import undistort_images

NAME = "frame_000000.jpg"


@pytest.fixture
def solution() -> Solution:
    lens = Lens(64, 48, 60.0, 60.0, 32.0, 24.0, -0.05)
    none = np.zeros(0, np.int64)
    seen = Observations(none, none, np.zeros((0, 2)))
    points = np.zeros((0, 3))
    return Solution((NAME,), (lens,), np.eye(4)[None], points, points.astype(np.uint8), np.zeros(0), seen)


@pytest.fixture
def dirs(tmp_path: Path) -> tuple[Path, Path]:
    frames_dir, images_dir = tmp_path / "frames", tmp_path / "images"
    frames_dir.mkdir()
    images_dir.mkdir()
    cv2.imwrite(str(frames_dir / NAME), np.full((48, 64, 3), 90, np.uint8))
    return frames_dir, images_dir


def test_a_picture_is_written(solution: Solution, dirs: tuple[Path, Path]) -> None:
    undistort_images(solution, *dirs)
    assert cv2.imread(str(dirs[1] / NAME)).mean() == pytest.approx(90, abs=1)


def test_a_broken_frame(solution: Solution, dirs: tuple[Path, Path]) -> None:
    (dirs[0] / NAME).write_bytes(b"no picture")
    with pytest.raises(UnreadableFrame, match=NAME):
        undistort_images(solution, *dirs)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk(solution: Solution, dirs: tuple[Path, Path]) -> None:
    (dirs[1] / NAME).symlink_to("/dev/full")
    with pytest.raises(OSError) as caught:
        undistort_images(solution, *dirs)
    assert caught.value.errno == errno.ENOSPC and isinstance(coded(caught.value), DiskFull)

"""Pictures that do not fit the budget are decoded when they are due, and are the same."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.made_gaussians import scatter_gaussians

from reelscape.cameras import Cameras, Scene
from reelscape.config import TrainConfig
from reelscape.errors import Cancelled, UnusablePicture
from reelscape.gaussians import Gaussians
from reelscape.report import Report
from reelscape.splat import trainer, views
from reelscape.splat.trainer import train
from reelscape.splat.views import Views

SIZE = (37, 50)
LEVEL_BYTES = [37 * 50 * 3, 18 * 25 * 3, 9 * 12 * 3]
NUM_CAMERAS = 5


@pytest.fixture
def cameras(tmp_path: Path) -> Cameras:
    """Five pictures, JPEG and PNG, in `tmp_path`."""
    names = tuple(f"frame_{i}.{'png' if i % 2 else 'jpg'}" for i in range(NUM_CAMERAS))
    for index, name in enumerate(names):
        pixels = np.random.default_rng(index).integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / name)
    viewmats = np.tile(np.eye(4), (NUM_CAMERAS, 1, 1))
    viewmats[:, 0, 3] = 0.1 * np.arange(NUM_CAMERAS)
    viewmats[:, 2, 3] = 5
    Ks = np.tile(np.array([[40.0, 0, 18], [0, 40, 25], [0, 0, 1]]), (NUM_CAMERAS, 1, 1))
    return Cameras(names, viewmats, Ks, np.tile(SIZE, (NUM_CAMERAS, 1)))


@pytest.fixture
def num_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the pictures that were read, as they come."""
    names: list[str] = []
    read = views.read_picture
    monkeypatch.setattr(views, "read_picture", lambda path: (names.append(path.name), read(path))[1])
    return names


def test_any_budget_gives_the_same_pixels(cameras: Cameras, tmp_path: Path) -> None:
    everything = Views(cameras, tmp_path)
    for budget_bytes in (0, LEVEL_BYTES[2] * 2, sum(LEVEL_BYTES) * 3):
        some = Views(cameras, tmp_path, budget_bytes=budget_bytes)
        for index in range(NUM_CAMERAS):
            for level in range(3):
                expected, found = everything.at(index, level), some.at(index, level)
                np.testing.assert_array_equal(expected.picture, found.picture)
                np.testing.assert_array_equal(expected.K, found.K)


def test_small_sizes_are_kept_first(cameras: Cameras, tmp_path: Path, num_read: list[str]) -> None:
    budget_bytes = NUM_CAMERAS * LEVEL_BYTES[2] + 2 * LEVEL_BYTES[1]
    some = Views(cameras, tmp_path, budget_bytes=budget_bytes)
    assert len(num_read) == NUM_CAMERAS
    for index in range(NUM_CAMERAS):
        some.at(index, 2)
    some.at(0, 1), some.at(1, 1)
    assert len(num_read) == NUM_CAMERAS
    some.at(2, 1), some.at(0, 0)
    assert num_read[NUM_CAMERAS:] == [cameras.image_names[2], cameras.image_names[0]]


def test_what_is_expected_is_read_once(cameras: Cameras, tmp_path: Path, num_read: list[str]) -> None:
    some = Views(cameras, tmp_path, budget_bytes=0)
    del num_read[:]
    some.expect(3, 1)
    assert some.at(3, 1).size == (18, 25)
    assert num_read == [cameras.image_names[3]]


def test_a_picture_that_vanishes_during_training(cameras: Cameras, tmp_path: Path) -> None:
    some = Views(cameras, tmp_path, budget_bytes=0)
    (tmp_path / cameras.image_names[2]).unlink()
    some.expect(2, 0)
    with pytest.raises(UnusablePicture, match="is missing"):
        some.at(2, 0)


def test_reading_can_be_stopped(cameras: Cameras, tmp_path: Path) -> None:
    report = Report("train")
    report.cancel.set()
    with pytest.raises(Cancelled):
        Views(cameras, tmp_path, report.check)


def test_the_budget_does_not_change_a_training(
    cameras: Cameras, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = scatter_gaussians(100)
    scene = Scene(cameras, truth.means.astype(np.float64), np.full((100, 3), 128, np.uint8), tmp_path)
    config = TrainConfig(num_steps=20, max_gaussians=1000, sh_degree=1, num_threads=1, full_size_share=0.5)
    trained = []
    for budget_bytes in (10**9, 0):
        monkeypatch.setattr(trainer, "picture_budget_bytes", lambda cameras, config, room=budget_bytes: room)
        trained.append(train(scene, config, Report("train")).gaussians)
    for field in fields(Gaussians):
        assert np.array_equal(*(getattr(gaussians, field.name) for gaussians in trained)), field.name

"""Broken scenes get an error of the tree, and odd ones a sane training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.made_gaussians import scatter_gaussians

from reelscape.cameras import Cameras, Observations, Scene
from reelscape.config import TrainConfig
from reelscape.errors import (
    OutOfMemory,
    ReelscapeError,
    TooFewPictures,
    TooFewPoints,
    UnusableCameras,
    UnusablePicture,
)
from reelscape.gaussians import Gaussians
from reelscape.report import Report
from reelscape.splat import memory
from reelscape.splat.checks import checked_scene
from reelscape.splat.evaluate import evaluate
from reelscape.splat.growth import grow
from reelscape.splat.kernel import NEUTRAL, SplatModel
from reelscape.splat.trainer import tidied, train
from reelscape.splat.views import split_holdout

SIZE = (48, 64)
CONFIG = TrainConfig(num_steps=20, max_gaussians=1000, sh_degree=1, num_threads=1)
NUM_CAMERAS = 3


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Noise seen by three cameras, and points before them."""
    rng = np.random.default_rng(0)
    names = tuple(f"frame_{i}.png" for i in range(NUM_CAMERAS))
    for name in names:
        Image.fromarray(rng.integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)).save(tmp_path / name)
    viewmats = np.tile(np.eye(4), (NUM_CAMERAS, 1, 1))
    viewmats[:, :3, 3] = [(0.2 * i, 0, 4) for i in range(NUM_CAMERAS)]
    Ks = np.tile(np.array([[60.0, 0, 24], [0, 60, 32], [0, 0, 1]]), (NUM_CAMERAS, 1, 1))
    points = rng.uniform(-1, 1, (200, 3))
    cameras = Cameras(names, viewmats, Ks, np.tile(SIZE, (NUM_CAMERAS, 1)))
    return Scene(cameras, points, rng.integers(0, 256, (200, 3)).astype(np.uint8), tmp_path)


def with_cameras(scene: Scene, name: str, where: tuple[object, ...], value: float) -> Scene:
    """One value of all the cameras changed."""
    changed = getattr(scene.cameras, name).copy()
    changed[where] = value
    return replace(scene, cameras=replace(scene.cameras, **{name: changed}))


def with_points(scene: Scene, points: np.ndarray) -> Scene:
    return replace(scene, points=points.astype(np.float64), rgbs=np.resize(scene.rgbs, points.shape).astype(np.uint8))


def with_picture(scene: Scene, write: Callable[[Path], object]) -> Scene:
    write(scene.image_dir / "frame_1.png")
    return scene


def plain(width: int, height: int) -> Callable[[Path], None]:
    return lambda path: Image.new("RGB", (width, height)).save(path)


REFUSED: dict[str, tuple[type[ReelscapeError], Callable[[Scene], Scene]]] = {
    "no points": (TooFewPoints, lambda s: with_points(s, np.zeros((0, 3)))),
    "few points": (TooFewPoints, lambda s: with_points(s, s.points[:29])),
    "NaN points": (TooFewPoints, lambda s: with_points(s, s.points * np.nan)),
    "infinite points": (TooFewPoints, lambda s: with_points(s, s.points * np.inf)),
    "enormous points": (TooFewPoints, lambda s: with_points(s, s.points * 1e300)),
    "points behind the cameras": (TooFewPoints, lambda s: with_points(s, s.points - np.array([0, 0, 50]))),
    "points beside the cameras": (TooFewPoints, lambda s: with_points(s, s.points + np.array([500, 0, 0]))),
    "points in one place": (TooFewPoints, lambda s: with_points(s, s.points * 0)),
    "no cameras": (UnusableCameras, lambda s: replace(s, cameras=s.cameras.select(np.zeros(0, int)))),
    "NaN pose": (UnusableCameras, lambda s: with_cameras(s, "viewmats", (1, 0, 3), np.nan)),
    "infinite pose": (UnusableCameras, lambda s: with_cameras(s, "viewmats", (1, 0, 0), np.inf)),
    "no rotation": (UnusableCameras, lambda s: with_cameras(s, "viewmats", (1, 0, 0), 0.5)),
    "enormous rotation": (UnusableCameras, lambda s: with_cameras(s, "viewmats", (1, 0, 0), 1e200)),
    "far camera": (UnusableCameras, lambda s: with_cameras(s, "viewmats", (1, 0, 3), 1e12)),
    "NaN focal length": (UnusableCameras, lambda s: with_cameras(s, "Ks", (1, 0, 0), np.nan)),
    "no focal length": (UnusableCameras, lambda s: with_cameras(s, "Ks", (1, 1, 1), 0)),
    "negative focal length": (UnusableCameras, lambda s: with_cameras(s, "Ks", (1, 1, 1), -60)),
    "enormous focal length": (UnusableCameras, lambda s: with_cameras(s, "Ks", (1, 1, 1), 1e300)),
    "tiny focal length": (UnusableCameras, lambda s: with_cameras(s, "Ks", (1, 1, 1), 1e-30)),
    "principal point far off": (UnusableCameras, lambda s: with_cameras(s, "Ks", (1, 0, 2), 1e9)),
    "no size": (UnusableCameras, lambda s: with_cameras(s, "sizes", (1, 0), 0)),
    "negative size": (UnusableCameras, lambda s: with_cameras(s, "sizes", (1, 0), -48)),
    "enormous size": (UnusableCameras, lambda s: with_cameras(s, "sizes", (1, 0), 10**9)),
    "missing picture": (UnusablePicture, lambda s: with_picture(s, Path.unlink)),
    "empty picture": (UnusablePicture, lambda s: with_picture(s, lambda path: path.write_bytes(b""))),
    "text for a picture": (UnusablePicture, lambda s: with_picture(s, lambda path: path.write_text("no picture"))),
    "broken picture": (UnusablePicture, lambda s: with_picture(s, lambda p: p.write_bytes(p.read_bytes()[:500]))),
    "folder for a picture": (UnusablePicture, lambda s: with_picture(s, lambda path: (path.unlink(), path.mkdir()))),
    "picture of another size": (UnusablePicture, lambda s: with_picture(s, plain(64, 48))),
    "picture of one pixel": (UnusablePicture, lambda s: with_picture(s, plain(1, 1))),
    "picture and camera of one pixel": (
        UnusablePicture,
        lambda s: with_picture(replace(s, cameras=replace(s.cameras, sizes=s.cameras.sizes * 0 + 1)), plain(1, 1)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_scene_is_refused(scene: Scene, name: str) -> None:
    error, broken = REFUSED[name]
    with pytest.raises(error) as raised:
        train(broken(scene), CONFIG, Report("train"))
    assert len(raised.value.message) > 20 and raised.value.advice


ODD: dict[str, Callable[[Scene], Scene]] = {
    "one camera": lambda s: replace(s, cameras=s.cameras.select([1])),
    "two cameras at one place": lambda s: replace(s, cameras=s.cameras.select([1, 1])),
    "some NaN and enormous points": lambda s: with_points(
        s, np.r_[s.points, [[np.nan, 0, 0], [0, np.inf, 0], [1e300, 0, 0], [0, 0, -1e30]]]
    ),
    "points at two places": lambda s: with_points(
        s, np.r_[np.zeros((100, 3)), np.ones((100, 3))] + 1e-9 * np.arange(200)[:, None]
    ),
    "points on a line": lambda s: with_points(s, s.points * [1, 0, 0]),
    "most points behind": lambda s: with_points(s, np.r_[s.points[:40], s.points - [0, 0, 90]]),
    "points at the camera": lambda s: with_points(s, np.r_[s.points, np.tile([0.0, 0, -4], (50, 1))]),
    "a far principal point": lambda s: with_cameras(s, "Ks", (0, 0, 2), 900.0),
    "a wide field of view": lambda s: with_cameras(s, "Ks", (0, slice(0, 2)), 1.0),
    "a grey picture with alpha": lambda s: with_picture(s, Image.new("LA", SIZE).save),
    "points of one colour": lambda s: replace(s, rgbs=s.rgbs * 0),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_scene_trains(scene: Scene, name: str) -> None:
    trained = train(ODD[name](scene), CONFIG, Report("train")).gaussians
    assert trained.is_finite.all()


def broken_gaussians() -> Gaussians:
    gaussians = scatter_gaussians(60)
    for index, value in enumerate((np.nan, np.inf, -np.inf, 3e38)):
        for part in (gaussians.means, gaussians.quats, gaussians.scales, gaussians.sh0, gaussians.opacities):
            part[index] = value
    return gaussians


def test_growth_replaces_broken_gaussians() -> None:
    grown = grow(SplatModel(broken_gaussians(), 1), 80, np.random.default_rng(0)).gaussians()
    assert len(grown) == 80
    assert grown.is_finite.all()


def test_broken_gaussians_are_tidied_away() -> None:
    trained = tidied(broken_gaussians())
    assert trained.is_finite.all() and 0 < len(trained) <= 57
    assert len(tidied(broken_gaussians().select(np.arange(3)))) == 0


def test_a_held_out_picture_of_another_size_is_refused(scene: Scene, tmp_path: Path) -> None:
    broken = with_picture(scene, plain(64, 48))
    with pytest.raises(UnusablePicture, match="frame_1"):
        evaluate(
            scatter_gaussians(60),
            broken,
            np.tile(NEUTRAL, (len(broken.cameras), 1, 1)),
            tmp_path / "eval",
            1,
            Report("train"),
        )


def test_memory_is_refused_only_when_it_cannot_do(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = memory.model_bytes(len(scene.points), CONFIG) + SIZE[0] * SIZE[1] * memory.PIXEL_BYTES
    for available, budget in ((None, memory.KEPT_BYTES), (10**12, memory.KEPT_BYTES), (needed + 1000, 1000)):
        monkeypatch.setattr(memory, "available_bytes", lambda free=available: free)
        assert memory.picture_budget_bytes(scene, CONFIG) == budget
    monkeypatch.setattr(memory, "available_bytes", lambda: needed - 1)
    with pytest.raises(OutOfMemory, match="GB"):
        train(scene, CONFIG, Report("train"))


def test_memory_counts_the_gaussians_that_a_run_can_reach() -> None:
    config = replace(CONFIG, max_gaussians=100_000)
    limit = memory.model_bytes(50_000, config)
    assert memory.model_bytes(30_000, config) == memory.model_bytes(200_000, config) == limit
    assert memory.model_bytes(100, config) < limit / 2


def test_points_that_are_left_out_take_their_sightings_along(scene: Scene) -> None:
    points = scene.points.copy()
    points[[0, 2]] = np.nan
    rows = np.arange(5)
    seen = Observations(np.zeros(5, np.int64), rows, np.stack([rows, rows], axis=1).astype(float))
    checked = checked_scene(replace(scene, points=points, observations=seen))
    assert checked.observations.xys[:, 0].tolist() == [1, 3, 4]
    assert (checked.points[checked.observations.point_rows] == points[[1, 3, 4]]).all()


def test_a_single_picture_cannot_be_held_out() -> None:
    with pytest.raises(TooFewPictures, match="none to train on"):
        split_holdout(1, 8)

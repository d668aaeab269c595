"""The trainer's parts, and a small training with known ground truth."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests import tolerances
from tests.made_gaussians import scatter_gaussians

from reelscape.cameras import Cameras, Scene
from reelscape.config import TrainConfig
from reelscape.errors import Cancelled, TooFewPoints
from reelscape.gaussians import Gaussians
from reelscape.report import Event, Progress, Report
from reelscape.splat.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from reelscape.splat.initialise import initial_gaussians, neighbour_distances
from reelscape.splat.kernel import NEUTRAL, SplatModel, StepResult, StepSettings
from reelscape.splat.schedule import NUM_AVERAGED, NUM_GROWTH_ROUNDS, NUM_SNAPSHOTS, Schedule
from reelscape.splat.score import psnr_db, ssim
from reelscape.splat.trainer import TrainingFiles, train, view_order
from reelscape.splat.views import Views, halve, split_holdout

CONFIG = TrainConfig(num_steps=60, max_gaussians=1000, sh_degree=1, num_threads=1)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Pictures of some hundred gaussians, drawn by the kernel, from an arc of cameras."""
    folder = tmp_path_factory.mktemp("images")
    truth = scatter_gaussians(400)
    truth = replace(truth, opacities=np.full(400, 3.0, np.float32), shN=truth.shN * 0)
    truth.means[:200] = np.random.default_rng(2).uniform([-6, -6, 4], [6, 6, 4.2], (200, 3))  # a wall behind the others
    truth.scales[:200] = np.log(0.8)
    model = SplatModel(truth, 1)
    names, viewmats = [], []
    K = np.array([[100.0, 0, 48], [0, 100, 64], [0, 0, 1]])
    for index, angle in enumerate(np.linspace(-0.6, 0.6, 9)):
        c, s = np.cos(angle), np.sin(angle)
        viewmat = np.array([[c, 0, -s, 0], [0, 1, 0, 0], [s, 0, c, 6], [0, 0, 0, 1]])
        image = model.render(viewmat, K, (96, 128)).image
        names.append(f"frame_{index:06d}.png")
        Image.fromarray((image.clip(0, 1) * 255).astype(np.uint8)).save(folder / names[-1])
        viewmats.append(viewmat)
    cameras = Cameras(tuple(names), np.array(viewmats), np.repeat(K[None], 9, 0), np.tile([96, 128], (9, 1)))
    colors = ((truth.sh0[:, 0] * 0.282 + 0.5).clip(0, 1) * 255).astype(np.uint8)
    noise = np.random.default_rng(1).normal(0, 0.02, truth.means.shape)
    return Scene(cameras, (truth.means + noise).astype(np.float64), colors, folder)


def score(gaussians: Gaussians, scene: Scene) -> float:
    views = Views(scene.cameras, scene.image_dir)
    view = views.at(4, 0)
    return psnr_db(
        SplatModel(gaussians, 1).render(view.viewmat, view.K, view.size).image.clip(0, 1), view.picture / 255
    )


def test_training_learns_the_pictures(scene: Scene, tmp_path: Path) -> None:
    start, counts = initial_gaussians(scene, 1, 1000, 0), [len(scene.points)]
    files = TrainingFiles(tmp_path / "checkpoint.npz", "f", lambda early, psnr: counts.append(len(early.gaussians)))
    trained = train(scene, CONFIG, Report("train"), files).gaussians
    assert counts == sorted(counts) and counts[-1] == CONFIG.max_gaussians > counts[0]
    assert 0 < len(trained) <= CONFIG.max_gaussians
    assert score(trained, scene) > score(start, scene) + tolerances.SMALL_TRAINING_GAIN_DB


def test_training_finds_the_exposures_of_the_pictures(scene: Scene, tmp_path: Path) -> None:
    gains = np.exp(np.random.default_rng(0).normal(0, 0.35, (len(scene.cameras), 1)) * np.ones(3))
    gains /= np.exp(np.log(gains).mean(axis=0))
    for name, gain in zip(scene.cameras.image_names, gains, strict=True):
        picture = np.asarray(Image.open(scene.image_dir / name)) * gain
        Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(tmp_path / name)
    config = replace(CONFIG, num_steps=90)
    found = train(replace(scene, image_dir=tmp_path), config, Report("train")).exposures
    left = np.log(found[:, 0] / gains)
    assert left.std() < tolerances.TRAINED_GAIN_SHARE * np.log(gains).std()
    neutral = train(replace(scene, image_dir=tmp_path), replace(CONFIG, num_steps=10, exposure=False), Report("train"))
    assert (neutral.exposures == NEUTRAL).all()


def test_the_same_seed_gives_the_same_splats_for_any_number_of_threads(scene: Scene) -> None:
    one = train(scene, replace(CONFIG, num_steps=30), Report("train")).gaussians
    two = train(scene, replace(CONFIG, num_steps=30, num_threads=2), Report("train")).gaussians
    for name in Gaussians.__dataclass_fields__:
        assert np.array_equal(getattr(one, name), getattr(two, name)), name


@pytest.mark.parametrize("stop_step", [30, 58], ids=["while it grows", "while it averages"])
def test_a_stopped_training_ends_like_an_undisturbed_one(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_step: int
) -> None:
    undisturbed = train(scene, CONFIG, Report("train"))
    shown: list[int] = []
    files = TrainingFiles(tmp_path / "checkpoint.npz", "f", lambda early, psnr: shown.append(early.num_steps))
    report = Report("train", cancel=threading.Event())
    train_step = SplatModel.train_step

    def stopping(model: SplatModel, viewmat: Any, K: Any, target: Any, settings: StepSettings, at: Any) -> StepResult:
        if settings.step == stop_step:
            report.cancel.set()
        return train_step(model, viewmat, K, target, settings, at)

    with monkeypatch.context() as patch, pytest.raises(Cancelled):
        patch.setattr(SplatModel, "train_step", stopping)
        train(scene, CONFIG, report, files)
    shown.clear()
    resumed = train(scene, CONFIG, Report("train"), files)
    assert resumed.num_steps == CONFIG.num_steps and all(step > stop_step for step in shown)
    assert np.array_equal(undisturbed.exposures, resumed.exposures) and (resumed.exposures != NEUTRAL).any()
    for name in Gaussians.__dataclass_fields__:
        assert np.array_equal(getattr(undisturbed.gaussians, name), getattr(resumed.gaussians, name)), name


class SteppingClock:
    """A clock that a test moves: every training step takes `step_s`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step_s: float) -> None:
        self.now_s, self.steps, self.sizes = 1000.0, 0, set[int]()
        self.report = Report("train", cancel=threading.Event(), run_began_s=self.now_s)
        train_step = SplatModel.train_step

        def stepping(
            model: SplatModel, viewmat: Any, K: Any, target: Any, settings: StepSettings, at: Any
        ) -> StepResult:
            self.now_s, self.steps = self.now_s + step_s, self.steps + 1
            self.sizes.add(len(target))
            return train_step(model, viewmat, K, target, settings, at)

        monkeypatch.setattr(SplatModel, "train_step", stepping)
        monkeypatch.setattr("time.monotonic", lambda: self.now_s)


def test_a_budget_ends_the_training_by_the_clock_after_all_phases(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, shown = SteppingClock(monkeypatch, step_s=0.5), list[int]()
    files = TrainingFiles(
        scene.image_dir.parent / "none.npz", "f", lambda early, psnr: shown.append(len(early.gaussians))
    )
    trained = train(scene, replace(CONFIG, budget_s=50.0), clock.report, files)
    assert 70 <= clock.steps == trained.num_steps <= 80  # four fifths of the budget, half a second a step
    assert clock.sizes == {128, 64, 32}
    assert shown == sorted(shown) and shown[-1] > shown[0]


@pytest.mark.parametrize("stop_step", [40, 78], ids=["while it grows", "while it averages"])
def test_a_stopped_training_with_a_budget_goes_on_where_it_was(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_step: int
) -> None:
    clock, config = SteppingClock(monkeypatch, step_s=0.5), replace(CONFIG, budget_s=50.0)
    shares = list[float]()

    def told(event: Event) -> None:
        shares.append(event.fraction) if isinstance(event, Progress) else None
        if clock.steps >= stop_step:
            clock.report.cancel.set()

    files = TrainingFiles(tmp_path / "checkpoint.npz", "f", lambda early, psnr: None)
    with pytest.raises(Cancelled):
        train(scene, config, replace(clock.report, sink=told), files)
    stopped_at = len(shares)
    train(scene, config, Report("train", sink=told, run_began_s=clock.now_s), files)
    assert 0 < stopped_at < len(shares) and shares == sorted(shares) and shares[-1] == 1.0
    finished = clock.steps
    train(scene, config, Report("train", sink=told, run_began_s=clock.now_s), files)
    assert clock.steps == finished  # what was finished stays so


def test_a_budget_that_is_used_up_is_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SteppingClock(monkeypatch, step_s=0.5)
    clock.now_s += 100.0
    train(scene, replace(CONFIG, budget_s=50.0), clock.report)
    assert [warning["code"] for warning in clock.report.warnings] == ["budget_exceeded"]
    assert clock.steps <= 6


def test_shares_of_time_and_of_steps() -> None:
    for share in (0.0, 0.05, 0.2, 1.0):
        schedule = Schedule(TrainConfig(full_size_share=share), extent=1.0)
        assert schedule.share_of_time(0.0) == 0.0 and schedule.share_of_time(1.0) == 1.0
        for at in (0.1, 0.5, 0.9):
            assert schedule.share_of_time(schedule.time_of_share(at)) == pytest.approx(at)
    assert schedule.share_of_time(0.5) == pytest.approx(0.5)  # all at full size


def test_checkpoints_of_other_settings_or_broken_ones_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    gaussians = scatter_gaussians(5)
    write_checkpoint(path, Checkpoint("a", 7, gaussians, gaussians, gaussians, np.ones((2, 2, 3))))
    found = read_checkpoint(path, "a")
    assert found is not None and found.step == 7 and found.exposures.shape == (2, 2, 3)
    np.testing.assert_array_equal(found.first.shN, gaussians.shN)
    assert read_checkpoint(path, "b") is None
    path.write_bytes(path.read_bytes()[:100])
    assert read_checkpoint(path, "a") is None
    assert read_checkpoint(tmp_path / "none.npz", "a") is None


def test_too_few_or_broken_points_are_refused(scene: Scene) -> None:
    with pytest.raises(TooFewPoints):
        train(replace(scene, points=scene.points * np.nan), CONFIG, Report("train"))


def test_spacing_of_neighbours() -> None:
    points = np.random.default_rng(0).uniform(size=(1500, 3))
    squared = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    exact = np.sqrt(np.sort(squared, axis=1)[:, 1:4].mean(axis=1))
    found = neighbour_distances(points)
    assert np.median(found / exact) < tolerances.SPACING_MEDIAN_RATIO
    assert np.isfinite(neighbour_distances(np.zeros((40, 3)))).all()


def test_every_view_once_per_epoch() -> None:
    assert sorted(view_order(7, step, 0) for step in range(8, 15)) == list(range(7))
    assert [view_order(7, s, 0) for s in range(1, 8)] != [view_order(7, s, 0) for s in range(8, 15)]


def test_the_schedule_scales_with_the_number_of_steps() -> None:
    for num_steps in (100, 1000):
        schedule = Schedule(TrainConfig(num_steps=num_steps, full_size_share=0.2), extent=1.0)
        shares = [step / num_steps for step in range(num_steps + 1)]
        levels = [schedule.level(share) for share in shares[1:]]
        assert levels == sorted(levels, reverse=True) and set(levels) == {0, 1, 2}
        assert levels.count(0) == round(0.2 * num_steps)
        degrees = [schedule.sh_degree(share) for share in shares[1:]]
        assert degrees == sorted(degrees) and degrees[-1] == 3
        steps = list(itertools.pairwise(shares))
        assert sum(schedule.grows(*step) for step in steps) == NUM_GROWTH_ROUNDS
        assert sum(schedule.snapshots(*step) for step in steps) == NUM_SNAPSHOTS - 1
        assert sum(schedule.averages(*step) for step in steps) == min(NUM_AVERAGED, round(0.07 * num_steps))


def test_pictures_and_intrinsics_halve_together(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (31, 21, 3)).astype(np.uint8)
    half = halve(picture)
    assert half.shape == (15, 10, 3)
    assert abs(int(half[3, 4, 1]) - picture[6:8, 8:10, 1].mean()) <= 0.5
    Image.fromarray(picture).save(tmp_path / "a.png")
    K = np.array([[30.0, 0, 10.5], [0, 30, 15.5], [0, 0, 1]])
    cameras = Cameras(("a.png",), np.eye(4)[None], K[None], np.array([[21, 31]]))
    view = Views(cameras, tmp_path).at(0, 1)
    assert view.size == (10, 15)
    np.testing.assert_allclose(view.K, [[15, 0, 5.25], [0, 15, 7.75], [0, 0, 1]])


def test_holdout_is_every_eighth_from_the_first() -> None:
    training, held_out = split_holdout(50, 8)
    assert held_out.tolist() == [0, 8, 16, 24, 32, 40, 48]
    assert sorted([*training, *held_out]) == list(range(50))
    assert len(split_holdout(50, 0)[1]) == 0


def test_scores() -> None:
    picture = np.random.default_rng(0).uniform(size=(40, 30, 3))
    assert abs(psnr_db(picture, picture + 0.1) - 20.0) < 1e-6
    assert ssim(picture, picture) == pytest.approx(1.0)
    assert ssim(picture, 1 - picture) < 0.1

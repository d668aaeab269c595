"""The benchmark on a tiny scene: the shape of its figures, its tables, and its arithmetic."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from tests import tolerances
from tests.made_gaussians import scatter_gaussians

from reelscape.bench import curves, machine, steps, suite, tables
from reelscape.bench.curves import Point, Training
from reelscape.bench.room import make_room
from reelscape.bench.suite import QUICK, Plan
from reelscape.cameras import Cameras
from reelscape.cli import main
from reelscape.config import TrainConfig
from reelscape.formats.colmap import Observations, SparseModel, write_model
from reelscape.splat.evaluate import Evaluation
from reelscape.splat.kernel import SplatModel

NUM_CAMERAS = 9
TINY = replace(QUICK, step_repeats=2, num_gaussians=(10_000,), num_steps=(20, 30), threads_steps=12, training_repeats=1)
CONFIG = TrainConfig(max_gaussians=1000, sh_degree=1)
SCORE = Evaluation(psnr_db=25.0, psnr_plain_db=24.0, psnr_fitted_db=26.0, ssim=0.8, num_images=2)


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with images/ and sparse/ of some hundred gaussians."""
    folder = tmp_path_factory.mktemp("scene")
    (folder / "images").mkdir(), (folder / "sparse").mkdir()
    truth = scatter_gaussians(200)
    K = np.array([[50.0, 0, 24], [0, 50, 32], [0, 0, 1]])
    viewmats = np.tile(np.eye(4), (NUM_CAMERAS, 1, 1))
    viewmats[:, :3, 3] = [(0.1 * i - 0.4, 0, 6) for i in range(NUM_CAMERAS)]
    names = tuple(f"frame_{i}.png" for i in range(NUM_CAMERAS))
    for name, viewmat in zip(names, viewmats, strict=True):
        image = SplatModel(truth, 1).render(viewmat, K, (48, 64)).image
        Image.fromarray((image.clip(0, 1) * 255).astype(np.uint8)).save(folder / "images" / name)
    cameras = Cameras(names, viewmats, np.tile(K, (NUM_CAMERAS, 1, 1)), np.tile([48, 64], (NUM_CAMERAS, 1)))
    nothing = Observations(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 2)))
    points, rgbs = truth.means.astype(np.float64), np.full((200, 3), 128, np.uint8)
    write_model(folder / "sparse", SparseModel(cameras, points, rgbs, np.ones(200), nothing))
    return folder


def test_all_parts_on_a_tiny_scene(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "SIZES", ((64, 96),))
    said: list[str] = []
    figures = suite.run(Plan(TINY, run_dirs=(run_dir,), config=CONFIG), said.append)
    assert json.loads(json.dumps(figures)) == figures
    assert figures["machine"]["num_cores"] >= 1 and figures["calibration"]["arithmetic_min_ms"] > 0
    (step,) = figures["steps"]
    assert list(step["median_ms"]) == ["project", "sort", "forward", "loss", "backward", "update", "total"]
    assert all(step["min_ms"][name] <= value for name, value in step["median_ms"].items())
    assert step["num_tile_pairs"] > 0 and step["pairs_per_pixel"] > 0
    assert [row["num_threads"] for row in figures["threads"]][:2] == [1, 2]
    assert all(row["is_equal"] for row in figures["threads"])
    (curve,) = figures["curves"]
    assert curve["scene"] == run_dir.name and list(curve["cpu_s_to_db"]) == ["24", "26", "27", "28", "29"]
    for training, num_steps in zip(curve["trainings"], (20, 30), strict=True):
        reached, cpu_s, wall_s = (np.array(column) for column in list(zip(*training["points"], strict=True))[:3])
        assert reached[-1] == num_steps and len(reached) > 5
        assert (np.diff(reached) > 0).all() and (np.diff(cpu_s) >= 0).all() and (np.diff(wall_s) >= 0).all()
        assert training["peak_rss_bytes"] > 10_000_000
    assert len(said) == 5 and all("|" in text for text in said[1:])


def test_pairs_per_pixel_are_those_of_trained_scenes() -> None:
    gaussians = steps.trained_like(10_000)
    viewmat, K = steps.camera(steps.SIZES[0])
    pairs = steps.pairs_per_pixel(gaussians, viewmat, K, steps.SIZES[0])
    assert pairs == pytest.approx(steps.PAIRS_PER_PIXEL[10_000], rel=tolerances.PAIRS_PER_PIXEL)


def points(*figures: tuple[int, float, float]) -> Training:
    return Training(100, 10, 5, SCORE, tuple(Point(step, cpu_s, cpu_s, psnr_db) for step, cpu_s, psnr_db in figures))


def test_cpu_seconds_to_a_quality() -> None:
    short, long = points((1, 2.0, 20.0), (2, 4.0, 26.0)), points((1, 3.0, 22.0), (2, 6.0, 25.0), (3, 9.0, 28.0))
    assert curves.cpu_s_to(23.0, short) == pytest.approx(3.0)
    assert curves.cpu_s_to(27.0, short) is None
    assert curves.cpu_s_to(19.0, short) == 2.0
    assert curves.best_cpu_s_to(25.0, [short, long]) == pytest.approx(4.0 - 2 / 6)
    assert curves.best_cpu_s_to(27.0, [short, long]) == pytest.approx(8.0)
    assert curves.best_cpu_s_to(40.0, [short, long]) is None


def test_the_median_of_trainings_holds_the_steps_that_all_scored() -> None:
    median = curves.median_of([points((1, 1.0, 20.0), (2, 9.0, 25.0)), points((2, 5.0, 25.0)), points((2, 6.0, 25.0))])
    assert [(point.step, point.cpu_s) for point in median.points] == [(2, 6.0)]


def test_the_room_is_a_scene_to_train_on(tmp_path: Path) -> None:
    scene = make_room(tmp_path, (134, 160), 8)
    assert len(scene.cameras) == 8 and len(list(tmp_path.iterdir())) == 8
    viewmat, K = scene.cameras.viewmats[3], scene.cameras.Ks[3]
    inside = (scene.points @ viewmat[:3, :3].T + viewmat[:3, 3]) @ K.T
    pixels = inside[:, :2] / inside[:, 2:]
    assert ((pixels > 0) & (pixels < (134, 160))).all(axis=1).mean() > 0.3
    picture = np.asarray(Image.open(tmp_path / scene.cameras.image_names[3])).astype(int)
    own = slice(3 * 200, 4 * 200)  # the points that were picked in this picture
    seen = picture[pixels[own, 1].astype(int), pixels[own, 0].astype(int)]
    assert np.median(np.abs(seen - scene.rgbs[own])) < tolerances.SAMPLE_SAME_POINT_LEVELS


def test_tables_line_up() -> None:
    lines = tables.table(["scene", "CPU-s"], [["fox", 1.25], ["a longer name", None]]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[2].endswith("|   1.2 |") and lines[3].endswith("|     - |")


def test_calibration_is_steady() -> None:
    figures = machine.calibrate()
    assert 0 < figures["arithmetic_min_ms"] <= figures["arithmetic_ms"]
    assert 0 < figures["memory_min_ms"] <= figures["memory_ms"]


def test_the_command(run_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    options = ["--part", "curves", "--steps", "20", "--set", "train.max_gaussians=1000", "--json", str(path)]
    result = CliRunner().invoke(main, ["bench", str(run_dir), *options])
    assert result.exit_code == 0, result.output
    assert run_dir.name in result.output
    figures = json.loads(path.read_text())
    assert "steps" not in figures and figures["curves"][0]["trainings"][0]["num_steps"] == 20


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--set", "train.num_steps=50"], "--steps"),
        (["--set", "train.budget_s=50"], "by the clock"),
        (["--set", "train.holdout_every=4"], "every 8th"),
        (["--set", "train.checkpoint_every_s=1"], "nothing is saved"),
        (["--set", "train.nothing=1"], "bad_setting"),
        (["--set", "mesh.enabled=0"], "train.NAME=VALUE"),
        (["--part", "curves"], "unreadable_model"),
    ],
)
def test_what_the_command_refuses(options: list[str], code: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["bench", str(tmp_path), *options])
    assert result.exit_code != 0 and code in result.output

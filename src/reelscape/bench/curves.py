"""Time to quality: held-out PSNR against the CPU seconds that training took to get there, scoring left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from reelscape.cameras import Rows, Scene
from reelscape.config import TrainConfig
from reelscape.formats.colmap import read_scene
from reelscape.report import Report
from reelscape.resources import Meter
from reelscape.splat.evaluate import Evaluation, evaluate, mean_psnr_db
from reelscape.splat.exposure import interpolated
from reelscape.splat.trainer import Trained, TrainingFiles, train
from reelscape.splat.views import split_holdout

HOLDOUT_EVERY = 8
GOALS_DB = (24.0, 26.0, 27.0, 28.0, 29.0)
_CHECKPOINTS_OFF_S = 1e6


@dataclass(frozen=True)
class Point:
    """A training after `step` steps: what it had cost, and PSNR on the held-out views at full size."""

    step: int
    cpu_s: float
    wall_s: float
    psnr_db: float


@dataclass(frozen=True)
class Training:
    """One training with held-out views: its points, the last of the finished scene, and the rest of that."""

    num_steps: int
    num_gaussians: int
    peak_rss_bytes: int
    score: Evaluation
    points: tuple[Point, ...]

    def as_json(self) -> dict[str, Any]:
        """Points as lists [step, cpu_s, wall_s, psnr_db]."""
        points = [[p.step, round(p.cpu_s, 2), round(p.wall_s, 2), round(p.psnr_db, 2)] for p in self.points]
        return {
            "num_steps": self.num_steps,
            "num_gaussians": self.num_gaussians,
            "peak_rss_bytes": self.peak_rss_bytes,
            "psnr_plain_db": round(self.score.psnr_plain_db, 2),
            "psnr_fitted_db": round(self.score.psnr_fitted_db, 2),
            "ssim": round(self.score.ssim, 4),
            "points": points,
        }


def scene_of(run_dir: Path) -> Scene:
    """The scene of a finished run, or of any folder with images/ and sparse/. Raises UnreadableModel."""
    folder = run_dir if (run_dir / "sparse").is_dir() else run_dir / "work" / "products"
    return read_scene(folder / "sparse", folder / "images")


def split(scene: Scene) -> tuple[Rows, Rows]:
    """Rows of the views to train on and of those held out. Raises TooFewPictures."""
    return split_holdout(len(scene.cameras), HOLDOUT_EVERY)


def measure(scene: Scene, config: TrainConfig) -> Training:
    """Train once, and score every early scene of the schedule and the finished one."""
    seen, unseen = split(scene)
    with TemporaryDirectory() as folder:
        watch = _Watch(scene, seen, unseen, config.num_threads)
        files = TrainingFiles(Path(folder) / "checkpoint.npz", "", watch.note)
        unsaved = replace(config, checkpoint_every_s=_CHECKPOINTS_OFF_S)
        trained = train(scene.select(seen), unsaved, Report("train"), files)
        watch.note(trained)
        exposures = interpolated(trained.exposures, seen, unseen)
        score = evaluate(
            trained.gaussians, scene.select(unseen), exposures, Path(folder), config.num_threads, Report("train")
        )
    return Training(trained.num_steps, len(trained.gaussians), watch.peak_rss_bytes, score, tuple(watch.points))


@dataclass
class _Watch:
    """Scores scenes as they come; its meter stands still meanwhile."""

    scene: Scene
    seen: Rows
    unseen: Rows
    num_threads: int
    points: list[Point] = field(default_factory=list)
    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_rss_bytes: int = 0
    meter: Meter = field(default_factory=Meter)

    def note(self, scene: Trained, psnr_db: float = float("nan")) -> None:
        used = self.meter.read()
        self.cpu_s += used["cpu_s"]
        self.wall_s += used["wall_s"]
        self.peak_rss_bytes = max(self.peak_rss_bytes, int(used["peak_rss_bytes"]))
        exposures = interpolated(scene.exposures, self.seen, self.unseen)
        scored_db = mean_psnr_db(scene.gaussians, self.scene.select(self.unseen), exposures, self.num_threads)
        self.points.append(Point(scene.num_steps, self.cpu_s, self.wall_s, scored_db))
        self.meter = Meter()


def median_of(trainings: Sequence[Training]) -> Training:
    """One training of several equal ones: the median cost at each step that all of them scored, the largest peak."""
    common = set.intersection(*({point.step for point in training.points} for training in trainings))
    points = []
    for point in trainings[0].points:
        if point.step in common:
            same = [other for training in trainings for other in training.points if other.step == point.step]
            cpu_s, wall_s = (float(np.median([getattr(p, name) for p in same])) for name in ("cpu_s", "wall_s"))
            points.append(replace(point, cpu_s=cpu_s, wall_s=wall_s))
    peak = max(training.peak_rss_bytes for training in trainings)
    return replace(trainings[0], points=tuple(points), peak_rss_bytes=peak)


def cpu_s_to(goal_db: float, training: Training) -> float | None:
    """CPU seconds at which a training's curve first reaches a PSNR, along straight lines between its points."""
    before = None
    for point in training.points:
        if point.psnr_db >= goal_db:
            if before is None:
                return point.cpu_s
            share = (goal_db - before.psnr_db) / (point.psnr_db - before.psnr_db)
            return before.cpu_s + share * (point.cpu_s - before.cpu_s)
        before = point
    return None


def best_cpu_s_to(goal_db: float, trainings: Sequence[Training]) -> float | None:
    """The least over trainings of several lengths: what somebody who knew the right length would have paid."""
    reached = [cpu_s for training in trainings if (cpu_s := cpu_s_to(goal_db, training)) is not None]
    return min(reached, default=None)


def summary(name: str, trainings: Sequence[Training]) -> dict[str, Any]:
    """The curves of one scene as JSON, with the CPU seconds to each goal (None: not reached)."""
    goals = {f"{goal:g}": best_cpu_s_to(goal, trainings) for goal in GOALS_DB}
    return {
        "scene": name,
        "cpu_s_to_db": {goal: None if cpu_s is None else round(cpu_s, 1) for goal, cpu_s in goals.items()},
        "trainings": [training.as_json() for training in trainings],
    }

"""The training loop on the CPU: coarse to fine, MCMC growth, checkpoints. Every step depends on its number alone,
so a run that was stopped and resumed ends exactly where an undisturbed one does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reelscape.cameras import Scene
from reelscape.config import TrainConfig
from reelscape.errors import OutOfMemory
from reelscape.gaussians import Gaussians, sigmoid
from reelscape.report import Report
from reelscape.resources import available_bytes
from reelscape.splat.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from reelscape.splat.clean import without_unseen
from reelscape.splat.growth import grow
from reelscape.splat.initialise import initial_gaussians, scene_extent
from reelscape.splat.kernel import SplatModel
from reelscape.splat.schedule import GROWTH_FACTOR, Schedule
from reelscape.splat.score import psnr_db
from reelscape.splat.views import Views

_PROGRESS_EVERY_S = 0.5
_SHOW_EVERY_S = 10.0
_SHOW_SHARE = 0.02  # of the time, at most, goes into early scenes between those of the schedule
GAUSSIAN_BYTES = 59 * 4 * 6  # parameters, two moments, copies while growing
ALPHA_THRESHOLD = 1 / 255
MAX_REACH = 30.0  # times the distance within which 95 % of the gaussians lie


@dataclass(frozen=True)
class TrainingFiles:
    """Where a run leaves its traces: a checkpoint to resume from, and early scenes for viewers."""

    checkpoint_path: Path
    fingerprint: str
    show: Callable[[Gaussians, int, float], None]


def train(scene: Scene, config: TrainConfig, report: Report, files: TrainingFiles | None = None) -> Gaussians:
    """Train gaussians on the scene's pictures, starting from its sparse points.

    Goes on from `files.checkpoint_path` when that was made with the same fingerprint. Raises TooFewPoints, OutOfMemory,
    Cancelled.
    """
    _check_memory(scene, config)
    views = Views(scene.cameras, scene.image_dir, report.check)
    schedule = Schedule(config, scene_extent(scene.cameras))
    model, done = _start(scene, config, files)
    pace = _Pace(report, config, done, len(model))
    for step in range(done + 1, config.num_steps + 1):
        index = view_order(len(views), step, config.seed)
        view = views.at(index, schedule.level(step))
        model.train_step(view.viewmat, view.K, view.picture, schedule.settings(step))
        if schedule.grows(step):
            target = min(config.max_gaussians, int(len(model) * GROWTH_FACTOR))
            model = grow(model, target, np.random.default_rng([config.seed, step]))
        if schedule.snapshots(step) or pace.is_show_due(step):
            begun_s = time.monotonic()
            pace.psnr_db = _running_psnr_db(model, views, schedule, step)
            if files:
                files.show(model.gaussians(), step, pace.psnr_db)
            pace.shown(begun_s)
        pace.tick(step, len(model), lambda: _save(model, step, files))  # noqa: B023 - called at once
    return tidied(without_unseen(model, scene.cameras))


def view_order(num_views: int, step: int, seed: int) -> int:
    """The view of a 1-based step: every view once per epoch, in an order of its own."""
    epoch, position = divmod(step - 1, num_views)
    return int(np.random.default_rng([seed, epoch, 1]).permutation(num_views)[position])


class _Pace:
    """Says how far the training is, and saves it, from time to time."""

    def __init__(self, report: Report, config: TrainConfig, done: int, num_gaussians: int) -> None:
        self.psnr_db = float("nan")
        self._report, self._num_steps = report, config.num_steps
        self._save_every_s = config.checkpoint_every_s
        self._said_at, self._saved_at = 0.0, time.monotonic()
        self._show_due_s = time.monotonic() + _SHOW_EVERY_S
        self._say(done, num_gaussians)

    def tick(self, step: int, num_gaussians: int, save: Callable[[], None]) -> None:
        now = time.monotonic()
        last = step == self._num_steps
        if last or self._report.cancel.is_set() or now - self._saved_at > self._save_every_s:
            save()
            self._saved_at = now
        self._report.check()
        if last or now - self._said_at > _PROGRESS_EVERY_S:
            self._say(step, num_gaussians)
            self._said_at = now

    def is_show_due(self, step: int) -> bool:
        """Whether watchers have waited long enough; the last step is the scene itself."""
        return step < self._num_steps and time.monotonic() >= self._show_due_s

    def shown(self, begun_s: float) -> None:
        """Note that an early scene was made since `begun_s`: the dearer it was, the later the next one."""
        now_s = time.monotonic()
        self._show_due_s = now_s + max(_SHOW_EVERY_S, (now_s - begun_s) / _SHOW_SHARE)

    def _say(self, step: int, num_gaussians: int) -> None:
        quality = "" if np.isnan(self.psnr_db) else f", {self.psnr_db:.1f} dB"
        self._report.progress(
            step / self._num_steps, f"step {step} of {self._num_steps}, {num_gaussians} gaussians{quality}"
        )


def tidied(gaussians: Gaussians) -> Gaussians:
    """Without what cannot be drawn (not finite, fainter than the threshold) and what was thrown far out."""
    distances = np.linalg.norm(gaussians.means, axis=1)
    parts = (gaussians.means, gaussians.quats, gaussians.scales, gaussians.opacities, gaussians.sh0, gaussians.shN)
    finite = np.all([np.isfinite(part.reshape(len(gaussians), -1)).all(axis=1) for part in parts], axis=0)
    visible = sigmoid(gaussians.opacities) >= ALPHA_THRESHOLD
    reach = MAX_REACH * np.percentile(distances[finite], 95) if finite.any() else 0.0
    return gaussians.select(finite & visible & (distances <= reach))


def _check_memory(scene: Scene, config: TrainConfig) -> None:
    """Raise OutOfMemory when the pictures and the gaussians would not fit into what is free now."""
    pictures = int(scene.cameras.sizes.prod(axis=1).sum()) * 3 * 4 // 3
    needed, available = pictures + config.max_gaussians * GAUSSIAN_BYTES, available_bytes()
    if available is not None and needed > available:
        raise OutOfMemory(f"Training would need about {needed / 1e9:.1f} GB; {available / 1e9:.1f} GB are free.")


def _start(scene: Scene, config: TrainConfig, files: TrainingFiles | None) -> tuple[SplatModel, int]:
    """The model to train and the number of steps it has behind it."""
    found = read_checkpoint(files.checkpoint_path, files.fingerprint) if files else None
    if found:
        return SplatModel.restore(found.gaussians, found.first, found.second, config.num_threads), found.step
    gaussians = initial_gaussians(scene, config.sh_degree, config.max_gaussians, config.seed)
    return SplatModel(gaussians, config.num_threads), 0


def _save(model: SplatModel, step: int, files: TrainingFiles | None) -> None:
    if files:
        checkpoint = Checkpoint(files.fingerprint, step, model.gaussians(), *model.moments())
        write_checkpoint(files.checkpoint_path, checkpoint)


def _running_psnr_db(model: SplatModel, views: Views, schedule: Schedule, step: int) -> float:
    """PSNR over a few training views at the size of the step."""
    scores = []
    for index in np.linspace(0, len(views) - 1, min(4, len(views))).astype(int):
        view = views.at(int(index), schedule.level(step))
        render = model.render(view.viewmat, view.K, view.size, schedule.sh_degree(step))
        scores.append(psnr_db(render.image.clip(0, 1), view.picture / 255.0))
    return float(np.mean(scores))

"""The training loop on the CPU: coarse to fine, MCMC growth, checkpoints. A step depends on its number and its share of
the run alone, so a run of given steps that was stopped and resumed ends exactly where an undisturbed one does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reelscape.cameras import Scene
from reelscape.config import TrainConfig
from reelscape.gaussians import Gaussians, sigmoid
from reelscape.report import Report
from reelscape.splat.average import Average
from reelscape.splat.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from reelscape.splat.checks import checked_scene
from reelscape.splat.clean import without_unseen
from reelscape.splat.clock import open_clock
from reelscape.splat.exposure import Exposures, exposed
from reelscape.splat.growth import grow
from reelscape.splat.initialise import initial_gaussians, scene_extent
from reelscape.splat.kernel import SplatModel
from reelscape.splat.memory import picture_budget_bytes
from reelscape.splat.schedule import GROWTH_FACTOR, Schedule
from reelscape.splat.score import psnr_db
from reelscape.splat.views import Views

_PROGRESS_EVERY_S = 0.5
_SHOW_EVERY_S = 10.0
_SHOW_SHARE = 0.02  # of the time, at most, goes into early scenes between those of the schedule
ALPHA_THRESHOLD = 1 / 255
MAX_REACH = 30.0  # times the distance within which 95 % of the gaussians lie


@dataclass(frozen=True)
class Trained:
    """The gaussians after `num_steps`, and the exposures [V, 2, 3] (gain and bias per channel) of the pictures."""

    gaussians: Gaussians
    exposures: npt.NDArray[np.float64]
    num_steps: int


@dataclass(frozen=True)
class TrainingFiles:
    """Where a run leaves its traces: a checkpoint to resume from, and early scenes with their PSNR for viewers."""

    checkpoint_path: Path
    fingerprint: str
    show: Callable[[Trained, float], None]


def train(scene: Scene, config: TrainConfig, report: Report, files: TrainingFiles | None = None) -> Trained:
    """Train gaussians on the scene's pictures, starting from its sparse points.

    Goes on from `files.checkpoint_path` when that was made with the same fingerprint. Raises TooFewPoints,
    UnusableCameras, UnusablePicture, OutOfMemory, Cancelled.
    """
    scene = checked_scene(scene)
    views = Views(scene.cameras, scene.image_dir, report.check, picture_budget_bytes(scene, config))
    schedule = Schedule(config, scene_extent(scene.cameras))
    state = _start(scene, views, config, files)
    clock = open_clock(config, schedule, report, state.share)
    pace = _Pace(report, config, state)
    while state.share < 1.0:
        state.step += 1
        before, share = state.share, clock.share(state.step)
        state.share = share
        _train_step(state, views, schedule, share)
        if schedule.grows(before, share):
            target = min(schedule.num_gaussians(state.step, share), int(len(state.model) * GROWTH_FACTOR))
            state.model = grow(state.model, target, np.random.default_rng([config.seed, state.step]))
        if schedule.averages(before, share):
            state.take_into_average()
        if schedule.snapshots(before, share) or pace.is_show_due(share):
            begun_s = time.monotonic()
            pace.psnr_db = _running_psnr_db(state, views, schedule, share)
            if files:
                files.show(Trained(state.model.gaussians(), state.exposures.values, state.step), pace.psnr_db)
            pace.shown(begun_s)
        pace.tick(state, lambda: _save(state, files))
    seen = without_unseen(SplatModel(state.scene(), config.num_threads), scene.cameras)
    return Trained(tidied(seen), state.exposures.values, state.step)


@dataclass
class _State:
    """A training underway."""

    model: SplatModel
    exposures: Exposures
    step: int = 0
    share: float = 0.0
    average: Average | None = None

    def take_into_average(self) -> None:
        """Let the scene as it is now count in the one that the training ends with."""
        scene = self.model.gaussians()
        self.average = self.average.plus(scene) if self.average else Average(scene, 1)

    def scene(self) -> Gaussians:
        """What the training has come to: the average, once it has begun."""
        return self.average.gaussians if self.average else self.model.gaussians()


def _train_step(state: _State, views: Views, schedule: Schedule, share: float) -> None:
    seed, level = schedule.config.seed, schedule.level(share)
    index = view_order(len(views), state.step, seed)
    view, settings = views.at(index, level), schedule.settings(state.step, share)
    views.expect(view_order(len(views), state.step + 1, seed), level)
    result = state.model.train_step(view.viewmat, view.K, view.picture, settings, state.exposures.at(index))
    if schedule.fits_exposure(share):
        state.exposures.fit(index, result.color_sums)


def view_order(num_views: int, step: int, seed: int) -> int:
    """The view of a 1-based step: every view once per epoch, in an order of its own."""
    epoch, position = divmod(step - 1, num_views)
    return int(np.random.default_rng([seed, epoch, 1]).permutation(num_views)[position])


class _Pace:
    """Says how far the training is, and saves it, from time to time."""

    def __init__(self, report: Report, config: TrainConfig, state: _State) -> None:
        self.psnr_db = float("nan")
        self._report, self._num_steps = report, 0 if config.budget_s else config.num_steps
        self._save_every_s = config.checkpoint_every_s
        self._said_at, self._saved_at = 0.0, time.monotonic()
        self._show_due_s = time.monotonic() + _SHOW_EVERY_S
        self._say(state)

    def tick(self, state: _State, save: Callable[[], None]) -> None:
        now = time.monotonic()
        last = state.share >= 1.0
        if last or self._report.cancel.is_set() or now - self._saved_at > self._save_every_s:
            save()
            self._saved_at = now
        self._report.check()
        if last or now - self._said_at > _PROGRESS_EVERY_S:
            self._say(state)
            self._said_at = now

    def is_show_due(self, share: float) -> bool:
        """Whether watchers have waited long enough; the last step is the scene itself."""
        return share < 1.0 and time.monotonic() >= self._show_due_s

    def shown(self, begun_s: float) -> None:
        """Note that an early scene was made since `begun_s`: the dearer it was, the later the next one."""
        now_s = time.monotonic()
        self._show_due_s = now_s + max(_SHOW_EVERY_S, (now_s - begun_s) / _SHOW_SHARE)

    def _say(self, state: _State) -> None:
        of = f" of {self._num_steps}" if self._num_steps else ""
        quality = "" if np.isnan(self.psnr_db) else f", {self.psnr_db:.1f} dB"
        self._report.progress(state.share, f"step {state.step}{of}, {len(state.model)} gaussians{quality}")


def tidied(gaussians: Gaussians) -> Gaussians:
    """Without what cannot be drawn (not finite, fainter than the threshold) and what was thrown far out."""
    finite = gaussians.select(gaussians.is_finite)
    distances = np.linalg.norm(finite.means.astype(np.float64), axis=1)
    reach = MAX_REACH * np.percentile(distances, 95) if len(finite) else 0.0
    return finite.select((sigmoid(finite.opacities) >= ALPHA_THRESHOLD) & (distances <= reach))


def _start(scene: Scene, views: Views, config: TrainConfig, files: TrainingFiles | None) -> _State:
    """The training as the checkpoint has it, or a new one."""
    found = read_checkpoint(files.checkpoint_path, files.fingerprint) if files else None
    if found:
        model = SplatModel.restore(found.gaussians, found.first, found.second, config.num_threads)
        return _State(model, Exposures(found.exposures), found.step, found.share, found.average)
    gaussians = initial_gaussians(scene, config.sh_degree, config.max_gaussians, config.seed)
    exposures = Exposures.of(views, scene.observations) if config.exposure else Exposures.neutral(len(views))
    return _State(SplatModel(gaussians, config.num_threads), exposures)


def _save(state: _State, files: TrainingFiles | None) -> None:
    if files:
        scenes = (state.model.gaussians(), *state.model.moments())
        checkpoint = Checkpoint(
            files.fingerprint, state.step, *scenes, state.exposures.values, state.share, state.average
        )
        write_checkpoint(files.checkpoint_path, checkpoint)


def _running_psnr_db(state: _State, views: Views, schedule: Schedule, share: float) -> float:
    """PSNR over a few training views at their exposures, at most at half size."""
    scores = []
    for index in np.linspace(0, len(views) - 1, min(4, len(views))).astype(int):
        view = views.at(int(index), max(1, schedule.level(share)))
        render = state.model.render(view.viewmat, view.K, view.size, schedule.sh_degree(share))
        image = exposed(render.image, state.exposures.at(int(index)))
        scores.append(psnr_db(image, view.picture / 255.0))
    return float(np.mean(scores))

"""Ways to find the camera path, cheapest first: each is tried only when the ones before did not do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reelscape.config import PosesConfig
from reelscape.errors import CameraStill, NoFeatures, NoOverlap, PosesError, RotationOnly, TimeLimit, TooFewRegistered
from reelscape.sfm.accept import FAIR_SHARE, GOOD_SHARE, MIN_REGISTERED, fault, without_outliers
from reelscape.sfm.checks import Findings, examine, largest_component
from reelscape.sfm.features import Detail, Features, extract, extract_with
from reelscape.sfm.mapping import MapJob, solve_poses
from reelscape.sfm.matching import first_pairs, match_pairs, more_pairs, read_matches
from reelscape.sfm.pairs import Pair
from reelscape.sfm.pictures import Pictures
from reelscape.sfm.solution import Solution
from reelscape.sfm.watch import Span

PairChooser = Callable[[Pictures, Features, int], list[Pair]]

_MIN_KEYPOINTS = 60
_FEW_KEYPOINTS = 1000
_FINE_DETAIL = Detail(4096, first_octave=-1, peak_threshold=0.003)
_MAP_SHARE_OF_TIME = 0.5
"""Share of the time that is left which one mapper may take."""


@dataclass(frozen=True)
class Task:
    """What all rungs share: the pictures, the settings, the folders of frames and of scratch files, the deadline."""

    pictures: Pictures
    config: PosesConfig
    frames_dir: Path
    sfm_dir: Path
    deadline_s: float

    def time_left_s(self) -> float:
        """Seconds until the deadline, which is a reading of `time.monotonic`. Raises `TimeLimit` when none are left."""
        left_s = self.deadline_s - time.monotonic()
        if left_s <= 0:
            raise TimeLimit("Finding the camera path took longer than its time limit.")
        return left_s


@dataclass(frozen=True)
class Ground:
    """Matched pictures, ready for a mapper: features, what the checks saw, and the rows of the largest joined set."""

    features: Features
    findings: Findings
    component: list[int]


@dataclass(frozen=True)
class Attempt:
    """One rung's outcome: its solution if the mapper found any, and what is wrong with it, if anything."""

    name: str
    method: str
    ground: Ground
    num_models: int
    solution: Solution | None = field(repr=False)
    problem: str | None

    @property
    def num_registered(self) -> int:
        """Pictures with a usable pose."""
        return len(self.solution) if self.solution and not self.problem else 0

    def facts(self) -> dict[str, Any]:
        """For the stage's report."""
        return {
            "name": self.name,
            "method": self.method,
            "num_verified_pairs": self.ground.findings.num_verified_pairs,
            "num_joined": len(self.ground.component),
            "num_models": self.num_models,
            "num_registered": len(self.solution) if self.solution else 0,
            "problem": self.problem,
        }

    def checks(self) -> dict[str, Any]:
        """What was seen before mapping, for the stage's report."""
        found = {key: round(value, 4) for key, value in asdict(self.ground.findings).items()}
        return {**found, "median_num_keypoints": self.ground.features.median_num_keypoints}


def climb(task: Task, span: Span) -> tuple[Attempt, list[Attempt]]:
    """The best usable attempt, and all attempts made.

    Raises `NoFeatures`, `NoOverlap`, `CameraStill`, `RotationOnly`, `TooFewRegistered` or `TimeLimit`.
    """
    attempts: list[Attempt] = []
    for attempt in _rungs(task, span):
        attempts.append(attempt)
        wanted = GOOD_SHARE if len(attempts) == 1 else FAIR_SHARE
        if attempt.num_registered >= wanted * len(task.pictures):
            break
    best = max(attempts, key=lambda attempt: attempt.num_registered)
    if not best.num_registered:
        raise _failure(attempts)
    return best, attempts


def _rungs(task: Task, span: Span) -> Iterator[Attempt]:
    """The usual pairs; many more pairs; finer features; the other mapper. Each as far as there is hope in it."""
    features = _extract(task, span.part(0.0, 0.3))
    ground = _match(task, features, first_pairs, span.part(0.3, 0.5))
    _refuse_false_motion(ground.findings, span)
    attempt = _map(task, "usual pairs", task.config.method, ground, span.part(0.5, 0.7))
    yield attempt

    ground = _match(task, features, more_pairs, span.part(0.7, 0.75))
    if len(ground.component) > len(attempt.ground.component) or not _is_complete(attempt):
        attempt = _map(task, "more pairs", task.config.method, ground, span.part(0.75, 0.8))
        yield attempt

    if features.median_num_keypoints < _FEW_KEYPOINTS and features.detail != _FINE_DETAIL and not _is_complete(attempt):
        fine = extract_with(
            _FINE_DETAIL, task.pictures, task.frames_dir, task.sfm_dir / "fine.db", span.part(0.8, 0.85)
        )
        ground = _match(task, fine, more_pairs, span.part(0.85, 0.9))
        attempt = _map(task, "finer features", task.config.method, ground, span.part(0.9, 0.95))
        yield attempt

    if not _is_complete(attempt):
        other = "glomap" if task.config.method == "colmap" else "colmap"
        yield _map(task, "other mapper", other, ground, span.part(0.95, 1.0))


def _is_complete(attempt: Attempt) -> bool:
    """Nothing is left to join among the pictures that belong together."""
    return attempt.num_registered >= max(MIN_REGISTERED, 0.95 * len(attempt.ground.component))


def _extract(task: Task, span: Span) -> Features:
    database_path = task.sfm_dir / "features.db"
    features = extract(task.pictures, task.frames_dir, database_path, task.config.max_num_features, span)
    if features.median_num_keypoints < _MIN_KEYPOINTS:
        raise NoFeatures()
    return features


def _match(task: Task, features: Features, choose: PairChooser, span: Span) -> Ground:
    task.time_left_s()
    seed = task.config.seed
    match_pairs(choose(task.pictures, features, seed), task.pictures, features, seed, span)
    matches = read_matches(features)
    findings = examine(matches, [(item.width, item.height) for item in task.pictures.items])
    return Ground(features, findings, largest_component(len(task.pictures), matches))


def _refuse_false_motion(findings: Findings, span: Span) -> None:
    """Raise where mapping would fail or, worse, find a path that never was."""
    if not findings.num_verified_pairs:
        raise NoOverlap()
    if findings.camera_is_still:
        raise CameraStill()
    if findings.only_an_object_moves:
        raise CameraStill("The camera stood still while something moved in front of it.")
    if findings.rotates_only:
        raise RotationOnly()
    if findings.rotates_mostly:
        span.report.warn(
            "little_parallax", "The camera mostly turned on the spot; walk more sideways for a better scene."
        )


def _map(task: Task, name: str, method: str, ground: Ground, span: Span) -> Attempt:
    """Map the largest joined set; the mapper's largest model counts."""
    num_joined, num_images = len(ground.component), len(task.pictures)
    if num_joined < MIN_REGISTERED:
        problem = f"only {num_joined} of {num_images} pictures show the same things"
        return Attempt(name, method, ground, 0, None, problem)
    names = tuple(task.pictures.names[row] for row in ground.component)
    time_limit_s = _MAP_SHARE_OF_TIME * task.time_left_s()
    job = MapJob(ground.features.database_path, task.frames_dir, names, task.config.seed, time_limit_s)
    models = solve_poses(method, job, span)
    if not models:
        return Attempt(name, method, ground, 0, None, "no two pictures gave a start for the camera path")
    solution = without_outliers(models[0])
    return Attempt(name, method, ground, len(models), solution, fault(solution, num_images))


def _failure(attempts: list[Attempt]) -> PosesError:
    """The error for a climb that found nothing; the last reason of the attempt that joined most pictures speaks."""
    most = max(attempts, key=lambda attempt: (len(attempt.ground.component), len(attempt.solution or ())))
    sentence = f"The camera path could not be found: {most.problem}."
    return NoOverlap(sentence) if len(most.ground.component) < MIN_REGISTERED else TooFewRegistered(sentence)

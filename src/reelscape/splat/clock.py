"""How far a training is: by the count of its steps, or by the seconds that the run may take."""

from __future__ import annotations

import time
from typing import Protocol

from reelscape.config import TrainConfig
from reelscape.report import Report
from reelscape.splat.schedule import Schedule

MIN_TRAINING_S = 3.0  # however little a budget leaves
AFTER_TRAINING_SHARE, MAX_AFTER_TRAINING_S = 0.2, 15.0  # of a budget, for the mesh, the files and the preview


class Clock(Protocol):
    """What the training loop asks before each step."""

    def share(self, step: int) -> float:
        """How far the run is (0..1) when the 1-based step ends: never less than before; 1 says that it is the last."""


class StepClock:
    """A run of a given number of steps."""

    def __init__(self, num_steps: int) -> None:
        self._num_steps = num_steps

    def share(self, step: int) -> float:
        """As `Clock` says."""
        return min(step / self._num_steps, 1.0)


class BudgetClock:
    """A run that goes through what is left of its phases in so many seconds; the machine decides in how many steps."""

    def __init__(self, seconds: float, schedule: Schedule, share: float = 0.0) -> None:
        """The seconds begin now, `share` of the run is done already."""
        self._schedule, self._seconds = schedule, seconds
        self._time_share = schedule.time_of_share(share)
        self._began_s = self._asked_s = time.monotonic()

    def share(self, step: int) -> float:
        """As `Clock` says; a step is the last when one that takes as long as the one before would end too late."""
        now_s = time.monotonic()
        last_s, self._asked_s = now_s - self._asked_s, now_s
        spent_s = now_s - self._began_s
        if spent_s + last_s >= self._seconds:
            return 1.0
        time_share = self._time_share + (1.0 - self._time_share) * spent_s / self._seconds
        return max(self._schedule.share_of_time(time_share), 1e-6)


def open_clock(config: TrainConfig, schedule: Schedule, report: Report, share: float) -> Clock:
    """The clock of a training of which `share` is done; says so when the run's budget is all but used up already."""
    if not config.budget_s:
        return StepClock(config.num_steps)
    after_s = min(AFTER_TRAINING_SHARE * config.budget_s, MAX_AFTER_TRAINING_S)
    left_s = config.budget_s - after_s - (time.monotonic() - report.run_began_s)
    if left_s < MIN_TRAINING_S:
        report.warn(
            "budget_exceeded",
            f"The camera path left nothing of the {config.budget_s:g} seconds that the run may take: training gets "
            f"{MIN_TRAINING_S:g}. Give the run more time, or fewer pictures with --frames.",
        )
    return BudgetClock(max(left_s, MIN_TRAINING_S), schedule, share)

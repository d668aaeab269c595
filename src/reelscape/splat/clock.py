"""How far a training is: by the count of its steps, or by the seconds that it may take."""

from __future__ import annotations

import time
from typing import Protocol

from reelscape.config import TrainConfig
from reelscape.splat.schedule import Schedule

MIN_TRAINING_S = 3.0  # however little a budget leaves
AFTER_TRAINING_SHARE, MAX_AFTER_TRAINING_S = 0.2, 15.0  # of a budget, for the mesh, the files and the preview


class Clock(Protocol):
    """What the training loop asks before each step."""

    def share(self, step: int) -> float:
        """How far the run is (0..1) when the 1-based step ends; 1 says that it is the last."""

    def spent_s(self) -> float:
        """Seconds of training so far, those before a resume included."""


class StepClock:
    """A run of a given number of steps."""

    def __init__(self, num_steps: int, spent_s: float = 0.0) -> None:
        self._num_steps, self._began_s = num_steps, time.monotonic() - spent_s

    def share(self, step: int) -> float:
        """As `Clock` says."""
        return min(step / self._num_steps, 1.0)

    def spent_s(self) -> float:
        """As `Clock` says."""
        return time.monotonic() - self._began_s


class BudgetClock:
    """A run of a given number of seconds, through the same phases; how many steps it makes depends on the machine."""

    def __init__(self, seconds: float, schedule: Schedule, spent_s: float = 0.0) -> None:
        self._seconds, self._schedule, self._began_s = seconds, schedule, time.monotonic() - spent_s

    def share(self, step: int) -> float:
        """As `Clock` says; never 0, and with the time of a step like the last one taken in."""
        spent_s = self.spent_s()
        expected_s = spent_s + spent_s / step
        if expected_s >= self._seconds:
            return 1.0
        return max(self._schedule.share_of_time(spent_s / self._seconds), 1e-6)

    def spent_s(self) -> float:
        """As `Clock` says."""
        return time.monotonic() - self._began_s


def open_clock(config: TrainConfig, schedule: Schedule, run_began_s: float, spent_s: float = 0.0) -> Clock:
    """The clock of a training in a run that began at `run_began_s` (time.monotonic), `spent_s` of it done before."""
    if not config.budget_s:
        return StepClock(config.num_steps, spent_s)
    after_s = min(AFTER_TRAINING_SHARE * config.budget_s, MAX_AFTER_TRAINING_S)
    left_s = config.budget_s - after_s - (time.monotonic() - run_began_s)
    return BudgetClock(max(left_s, MIN_TRAINING_S) + spent_s, schedule, spent_s)

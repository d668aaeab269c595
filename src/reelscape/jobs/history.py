"""What happened to a job, in lines for its owner: when each stage began and ended, warnings, and the latest news.

They stand in the job's row, so they outlive the run's folder and change only with the right to work on the job.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["begun", "ended", "warning", "news", "note"]
Line = dict[str, Any]
"""`at` seconds since 1970, `kind`, `stage`, `text`; of `ended` also `wall_s`."""

NUM_NEWS, NUM_LINES = 8, 80
_NEWS_EVERY_S = 10.0


@dataclass(frozen=True)
class StageTime:
    """A stage that has begun: since when, and how long it took; None while it goes on."""

    stage: str
    begun_at: float
    wall_s: float | None


class History:
    """The lines of one job, the oldest first. Of the news of a stage the latest are kept, and all else, up to a number
    that no usual run reaches.
    """

    def __init__(self, lines: list[Line]) -> None:
        self.lines = list(lines)

    def add(self, kind: Kind, stage: str, text: str, **more: Any) -> None:
        """Note a line now; news that come fast are passed over."""
        now = time.time()
        if kind == "news" and not self._is_news(stage, text, now):
            return
        self.lines = [*self.lines, {"at": round(now, 1), "kind": kind, "stage": stage, "text": text, **more}]
        news = [line for line in self.lines if (line["kind"], line["stage"]) == ("news", stage)]
        if len(news) > NUM_NEWS:
            self.lines.remove(news[0])
        self.lines = self.lines[-NUM_LINES:]

    def has_ended(self, stage: str) -> bool:
        """Whether the stage is over, by these lines."""
        return any(line["kind"] == "ended" and line["stage"] == stage for line in self.lines)

    def _is_news(self, stage: str, text: str, now: float) -> bool:
        last = self.lines[-1] if self.lines else {}
        is_fast = last.get("kind") == "news" and last["stage"] == stage and now - last["at"] < _NEWS_EVERY_S
        return bool(text) and not is_fast and not (last.get("stage") == stage and last.get("text") == text)


def stage_times(lines: list[Line]) -> list[StageTime]:
    """The stages of the last attempt at each, in the order in which they first began."""
    found: dict[str, StageTime] = {}
    for line in lines:
        stage = str(line["stage"])
        if line["kind"] == "begun":
            found[stage] = StageTime(stage, line["at"], None)
        elif line["kind"] == "ended":
            begun = found.get(stage)
            found[stage] = StageTime(stage, begun.begun_at if begun else line["at"], line.get("wall_s", 0.0))
    return list(found.values())

"""How far a job is: what the events of its run say, as columns of its row."""

from __future__ import annotations

from typing import Any

from reelscape.jobs.models import Job

TRAINING_STARTS = 0.36
"""Share of a whole run that is over when training begins; a test holds it to the pipeline's table of stages."""

FIRST_WORDS = {
    "frames": "choosing frames",
    "poses": "finding the camera path",
    "train": "training",
    "export": "writing the files",
    "preview": "drawing the preview",
}
_BEFORE_TRAINING = ("frames", "poses")
_MESSAGE_LIMIT = 200


class Progress:
    """Follows one run. Both figures never fall, also not when a job goes on after a crash."""

    def __init__(self, job: Job) -> None:
        self._overall, self._percent = job.overall, job.percent_complete
        self._start: float | None = None
        self._stage, self._message = job.stage, ""
        self._told: dict[str, Any] = {}

    def take(self, event: dict[str, Any]) -> bool:
        """Take an event in; True when a stage began, which is worth telling at once."""
        if event["event"] == "started":
            self._stage = str(event.get("stage", ""))[:16]
            self._message = FIRST_WORDS.get(self._stage, "")
            return True
        if event["event"] == "progress":
            self._overall = max(self._overall, min(float(event.get("overall", 0.0)), 1.0))
            if self._start is None:  # stages that are reused took no time
                self._start = self._overall
            self._message = str(event.get("message") or self._message)[:_MESSAGE_LIMIT]
            if event.get("stage") not in _BEFORE_TRAINING:
                self._percent = max(self._percent or 0.0, percent_complete(self._overall))
        return False

    def news(self) -> dict[str, Any]:
        """What has changed since it was told last."""
        now = {
            "stage": self._stage,
            "overall": self._overall,
            "percent_complete": self._percent,
            "message": self._message,
        } | ({} if self._start is None else {"overall_at_start": self._start})
        return {name: value for name, value in now.items() if name not in self._told or self._told[name] != value}

    def told(self, news: dict[str, Any]) -> None:
        """Note that `news` stand in the row."""
        self._told |= news


def percent_complete(overall: float) -> float:
    """Percent of training and what follows, of the share `overall` (0..1) of the whole run."""
    return round(max((overall - TRAINING_STARTS) / (1 - TRAINING_STARTS), 0.0) * 100, 2)

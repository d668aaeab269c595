"""How far a job is: what the events of its run say, as columns of its row."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Literal
from uuid import UUID

from reelscape.jobs.files import run_dir
from reelscape.jobs.history import History
from reelscape.jobs.models import Job
from reelscape.jobs.run_report import plain

POSES_START, TRAINING_STARTS = 0.05, 0.34
"""Shares of a whole run that are over when a stage begins; a test holds them to the pipeline's table of stages."""

FIRST_WORDS = {
    "fetch": "fetching the video",
    "frames": "choosing frames",
    "poses": "finding the camera path",
    "train": "training",
    "mesh": "making the mesh",
    "export": "writing the files",
    "preview": "drawing the preview",
}
_BEFORE_TRAINING = ("fetch", "frames", "poses")
_PHASES = ((0.0, POSES_START), (POSES_START, TRAINING_STARTS), (TRAINING_STARTS, 1.0))
_TRAINING_ENDS = 0.9
_SPANS = {
    "frames": (0.0, POSES_START),
    "poses": (POSES_START, TRAINING_STARTS),
    "train": (TRAINING_STARTS, _TRAINING_ENDS),
    "finish": (_TRAINING_ENDS, 1.0),
}
"""The stages that an external worker tells of, and what of a whole run they are."""
STAGES = tuple(_SPANS)
_MESSAGE_LIMIT = 200


class Progress:
    """Follows one run. No figure ever falls, also not when a job goes on after a crash."""

    def __init__(self, job: Job) -> None:
        self._overall, self._percent = job.overall, job.percent_complete
        self._start: float | None = None
        self._stage, self._message = job.stage, ""
        self._job, self._num_frames = job, job.num_frames
        self._history = History(job.history)
        self._told: dict[str, Any] = {"history": job.history}

    def take(self, event: dict[str, Any]) -> bool:
        """Take an event in; True when a stage began, which is worth telling at once."""
        if event["event"] == "started":
            self._stage = str(event.get("stage", ""))[:16]
            self._message = FIRST_WORDS.get(self._stage, "")
            self._history.add("begun", self._stage, "")
            return True
        if event["event"] == "progress":
            self._overall = max(self._overall, min(float(event.get("overall", 0.0)), 1.0))
            if self._start is None:  # stages that are reused took no time
                self._start = self._overall
            self._message = str(event.get("message") or self._message)[:_MESSAGE_LIMIT]
            if event.get("stage") not in _BEFORE_TRAINING:
                self._percent = max(self._percent or 0.0, percent_complete(self._overall))
            self._note("news", event)
        if event["event"] == "warned":
            self._note("warning", event)
        if event["event"] == "finished":
            self._end_stage(event)
        return False

    def note(self, text: str) -> None:
        """Add a line of ours to the history."""
        self._history.add("note", "", text)

    def _note(self, kind: Literal["news", "warning"], event: dict[str, Any]) -> None:
        text = plain(str(event.get("message") or ""), self._job)[:_MESSAGE_LIMIT]
        self._history.add(kind, str(event.get("stage", ""))[:16], text)

    def _end_stage(self, event: dict[str, Any]) -> None:
        stage, wall_s = str(event.get("stage", ""))[:16], event.get("wall_s")
        if not (event.get("reused") and self._history.has_ended(stage)):
            self._history.add("ended", stage, "", wall_s=wall_s if isinstance(wall_s, int | float) else 0.0)
        if stage == "frames" and self._num_frames is None:
            self._num_frames = frames_used(self._job.id)

    def news(self) -> dict[str, Any]:
        """What has changed since it was told last."""
        now = {
            "stage": self._stage,
            "overall": self._overall,
            "percent_complete": self._percent,
            "message": self._message,
            "num_frames": self._num_frames,
            "history": self._history.lines,
        } | ({} if self._start is None else {"overall_at_start": self._start})
        return {name: value for name, value in now.items() if name not in self._told or self._told[name] != value}

    def told(self, news: dict[str, Any]) -> None:
        """Note that `news` stand in the row."""
        self._told |= news


def percent_complete(overall: float) -> float:
    """Percent of training and what follows, of the share `overall` (0..1) of the whole run."""
    return round(max((overall - TRAINING_STARTS) / (1 - TRAINING_STARTS), 0.0) * 100, 2)


def overall_at(stage: str, fraction: float) -> float:
    """The share (0..1) of a whole run that is over when a fraction of a stage is."""
    start, end = _SPANS.get(stage, (0.0, 0.0))
    return start + (end - start) * min(max(fraction, 0.0), 1.0)


def frames_used(job_id: UUID) -> int | None:
    """How many frames the run of a job uses, as its report of that stage says; None when it does not."""
    with suppress(OSError, ValueError, AttributeError):
        found = json.loads((run_dir(job_id) / "reports" / "frames.json").read_text(encoding="utf-8"))
        number = found.get("facts", {}).get("num_selected")
        return number if isinstance(number, int) and number > 0 else None
    return None


def counted_frames(job: Job) -> tuple[int | None, int | None]:
    """How far a job is in frames, and of how many: each of its frames counts three times, once when it was read, once
    when its camera was found, and once as its part of training and what follows. None before their number is known.

    A function of `overall`, which never falls, and of `num_frames`, which never changes: so this never falls either.
    """
    if job.num_frames is None:
        return None, None
    done = sum(min(max((job.overall - start) / (end - start), 0.0), 1.0) for start, end in _PHASES)
    return int(job.num_frames * done + 1e-6), len(_PHASES) * job.num_frames

"""The words of a job's state: vid2scene's, verbatim, and ours beside them."""

from __future__ import annotations

import re
from datetime import datetime

from django.db.models import Q

from reelscape.jobs.models import Job
from reelscape.jobs.progress import FIRST_WORDS

QUEUED = "Queued"
PROCESSING = "Processing video"
GENERATING = "Generating 3D scene"
FINISHED = "Finished"
FAILED = "Failed"
NOT_FOUND = "Not found"

_EARLY_STAGES = ("", "fetch", "frames", "poses")
_RUNNING, _EARLY = Q(status=Job.Status.RUNNING), Q(stage__in=_EARLY_STAGES)
_OVER_BADLY = Q(status__in=(Job.Status.FAILED, Job.Status.CANCELLED))
_FINISHED, _HAS_SCENE = Q(status=Job.Status.FINISHED), Q(has_ply=True) | Q(has_spz=True)
FILTERS = {
    "queued": Q(status=Job.Status.QUEUED),
    "running": _RUNNING,
    "processing": _RUNNING,
    "processing video": _RUNNING & _EARLY,
    "generating 3d scene": _RUNNING & ~_EARLY,
    "finished": _FINISHED & _HAS_SCENE,
    "not found": _FINISHED & ~_HAS_SCENE,
    "failed": _OVER_BADLY,  # as the status reads
    "cancelled": Q(status=Job.Status.CANCELLED),
}
"""What `status` shows, and our own words, as conditions on rows of `rows.described`."""
_PLACE = re.compile(r" - position: \d+$")
_LEAST_PROGRESS, _LEAST_SECONDS = 0.02, 5.0  # before them an estimate would be a guess


def filter_of(text: str) -> str:
    """The name in FILTERS of a status as it is shown, in any case of letters: of any place in the queue, for one."""
    return _PLACE.sub("", text.strip().lower())


def status(job: Job, position: int | None, has_scene: bool) -> str:
    """The documented status. `position` is the place in the queue, if known; `has_scene`: its products are there."""
    if job.status == Job.Status.QUEUED:
        return f"{QUEUED} - position: {position}" if position else QUEUED
    if job.status == Job.Status.RUNNING:
        return PROCESSING if job.stage in _EARLY_STAGES else GENERATING
    if job.status == Job.Status.FINISHED:
        return FINISHED if has_scene else NOT_FOUND
    return FAILED


def current_step(job: Job) -> str:
    """What happens to the job now, for people."""
    if job.status == Job.Status.QUEUED:
        return "Waiting for its turn"
    if job.status == Job.Status.RUNNING:
        words = job.message or FIRST_WORDS.get(job.stage, "starting")
        return words[0].upper() + words[1:]
    return Job.Status(job.status).label


def seconds_left(job: Job, now: datetime) -> int | None:
    """How long a running job will take at its pace so far; None while that is unknown."""
    done = job.overall - job.overall_at_start  # what an earlier attempt did says nothing of the pace
    if job.status != Job.Status.RUNNING or job.started_at is None or done < _LEAST_PROGRESS:
        return None
    elapsed_s = (now - job.started_at).total_seconds()
    return round(elapsed_s * (1 - job.overall) / done) if elapsed_s >= _LEAST_SECONDS else None

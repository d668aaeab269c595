"""How a job comes along, for whoever may watch: the news that pages and the viewer ask for again and again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response

from reelscape.jobs import engine, snapshots
from reelscape.jobs.history import Line, stage_times
from reelscape.jobs.models import Job
from reelscape.jobs.progress import FIRST_WORDS
from reelscape.jobs.snapshots import Snapshot
from reelscape.web.api_v1 import words
from reelscape.web.durations import clock, duration

State = dict[str, Any]

_STAGES = {
    "fetch": "fetching",
    "frames": "choosing pictures",
    "poses": "finding the camera path",
    "train": "training",
    "mesh": "making the mesh",
    "export": "finishing",
    "preview": "finishing",
}
"""The stages in a word or two, for a corner of the viewer."""
_NUM_LINES = 20
_TRAINING = re.compile(r"step [0-9]+.*, ([0-9]{1,9}) gaussians")


def running(job: Job, snapshot_url: Callable[[Snapshot], str]) -> State:
    """The state of a job that waits or runs: what the viewer reads (viewer/README.md), and more for pages."""
    shown = snapshots.newest(job)
    return {
        "status": "running",
        "stage": _STAGES.get(job.stage, "waiting" if job.status == Job.Status.QUEUED else "starting"),
        "percent": round(100 * job.overall),
        "snapshot": {"step": shown.step, "url": snapshot_url(shown)} if shown else None,
        "text": current_step(job),
        "more": _more(job),
        "steps": steps(job),
    }


def current_step(job: Job) -> str:
    """What happens to the job now, for people: the trainer's words, steps and decibels, are for the log."""
    told = _TRAINING.match(job.message) if job.status == Job.Status.RUNNING else None
    return f"Training: {int(told[1]):,} splats so far" if told else words.current_step(job)


def failed(job: Job) -> State:
    """The state of a job that ended without a scene."""
    return {"status": "failed", "message": job.error_message or "The scene could not be made."}


def steps(job: Job) -> list[dict[str, str]]:
    """The stages from first to last: what each is called, whether it is done, under way or to come, and its time."""
    times = {found.stage: found for found in stage_times(job.history)}
    stages = [stage for stage in FIRST_WORDS if stage != "fetch" or job.video_url]
    return [_step(job, stage, times[stage].wall_s if stage in times else None) for stage in stages]


def _step(job: Job, stage: str, wall_s: float | None) -> dict[str, str]:
    is_now = wall_s is None and stage == job.stage
    state = "done" if wall_s is not None else "todo" if not is_now else "stopped" if job.is_over else "now"
    return {"name": _sentence(FIRST_WORDS[stage]), "state": state, "time": duration(wall_s) if wall_s else ""}


def log(job: Job) -> list[list[str]]:
    """The newest lines of the job's history, the oldest first: the time since the first of all, and a sentence."""
    lines = job.history
    return [[clock(line["at"] - lines[0]["at"]), _line(line)] for line in lines[-_NUM_LINES:]]


def _line(line: Line) -> str:
    stage = _sentence(FIRST_WORDS.get(str(line["stage"]), str(line["stage"])))
    if line["kind"] == "begun":
        return f"{stage}: begun"
    if line["kind"] == "ended":
        return f"{stage}: done in {duration(line['wall_s'])}" if line["wall_s"] else f"{stage}: kept from before"
    return f"Warning: {line['text']}" if line["kind"] == "warning" else _sentence(line["text"])


def answer(request: HttpRequest, state: State) -> HttpResponseBase:
    """The state, or 304 to who has it already. Nobody on the way may keep it: it may be private in a moment."""
    body = json.dumps(state, cls=DjangoJSONEncoder, separators=(",", ":")).encode()
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    found = get_conditional_response(request, etag) or HttpResponse(body, content_type="application/json")
    found["ETag"], found["Cache-Control"] = etag, "private, no-store"
    return found


def _more(job: Job) -> str:
    """When it is to be expected, as far as that is known."""
    if job.status == Job.Status.QUEUED:
        place = engine.position(job)
        return "It is next." if place == 1 else f"{place - 1} before it."
    left_s = words.seconds_left(job, timezone.now())
    return "Time left: not known yet." if left_s is None else f"About {duration(left_s)} left."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]

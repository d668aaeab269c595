"""Jobs for the worker, with the stand-in for `reelscape run`; and what it leaves."""

from __future__ import annotations

import dataclasses
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from tests.service.made_jobs import made_job, made_upload

from reelscape.jobs import engine, runner
from reelscape.jobs.files import run_dir, store
from reelscape.jobs.models import Job
from reelscape.jobs.progress import Progress

FAKE_RUN = (sys.executable, str(Path(__file__).with_name("fake_run.py")))
WORKER = "tests"
STAGES = ("frames", "poses", "train", "mesh", "export", "preview")


def configure(settings: Any, **changes: Any) -> None:
    """Change settings of the service for one test."""
    settings.REELSCAPE = dataclasses.replace(settings.REELSCAPE, run_command=FAKE_RUN, **changes)


def queued_job(owner: User, plan: dict[str, Any], **fields: Any) -> Job:
    """A job whose video is the plan of the stand-in."""
    return made_job(owner, video=made_upload(owner, json.dumps(plan).encode()), **fields)


def work_once(stopping: threading.Event | None = None) -> None:
    """Claim the next job and work on it."""
    claim = engine.claim(WORKER)
    assert claim is not None
    runner.work_on(claim, stopping or threading.Event())


def work_until_over(job: Job) -> Job:
    """Work until the job has ended."""
    for _ in range(20):
        job.refresh_from_db()
        if job.is_over:
            return job
        work_once()
    raise AssertionError(f"{job} does not end")


def on_event(monkeypatch: pytest.MonkeyPatch, act: Callable[[dict[str, Any]], None]) -> None:
    """Call `act` with each event before the worker takes it in."""

    class Watched(Progress):
        def take(self, event: dict[str, Any]) -> bool:
            act(event)
            return super().take(event)

    monkeypatch.setattr(runner, "Progress", Watched)


def diary(job: Job) -> list[str]:
    """What the stand-in noted, without process numbers."""
    path = run_dir(job.id) / "diary.txt"
    return [" ".join(line.split()[:2]) for line in path.read_text().splitlines() if not line.startswith("arguments")]


def blobs(job: Job) -> list[str]:
    """The keys of the products in the store."""
    return list(store().keys(f"jobs/{job.id}/"))

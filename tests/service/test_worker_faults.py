"""What may go wrong around a run without failing it, and what its report and its environment must not tell."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone
from tests.service.made_jobs import made_job
from tests.service.made_work import STAGES, configure, on_event, queued_job, work_once, work_until_over

from reelscape.jobs import engine, runner, verbs
from reelscape.jobs.advice import SERVICE_ADVICE
from reelscape.jobs.engine import Claim
from reelscape.jobs.files import run_dir, store
from reelscape.jobs.models import Job
from reelscape.jobs.process import RunProcess
from reelscape.web.api_v1 import words

pytestmark = pytest.mark.django_db
LOCKED = OperationalError("database is locked")


@pytest.fixture
def ann(settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    configure(settings)
    monkeypatch.setattr(runner, "_LOCKED_PAUSE_S", 0.01)
    return User.objects.create_user("ann")


class Lock:
    """Makes functions fail as they do while another holds the database: all calls, or the next `num`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.met: list[str] = []

    def on(self, owner: Any, name: str, num: int) -> None:
        whole = getattr(owner, name)

        def locked(*arguments: Any, **options: Any) -> Any:
            if self.met.count(name) < num:
                self.met.append(name)
                raise LOCKED
            return whole(*arguments, **options)

        self._monkeypatch.setattr(owner, name, locked)


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch) -> Lock:
    return Lock(monkeypatch)


@pytest.mark.parametrize(
    ("owner", "name"),
    [(Claim, "update"), (Claim, "holds"), (runner.quota, "check_room"), (runner, "publish"), (engine, "finish")],
)
def test_a_locked_database_fails_no_run(ann: User, lock: Lock, owner: Any, name: str) -> None:
    job = queued_job(ann, {"stage_s": 0.5})
    lock.on(owner, name, num=3)
    work_once()
    job.refresh_from_db()
    assert lock.met == [name] * 3
    assert (job.status, job.attempt, job.overall) == ("finished", 1, 1.0)


def test_what_a_lock_kept_from_being_told_is_told_later(ann: User, lock: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued_job(ann, {"stage_s": 0.7})
    lock.on(Claim, "update", num=1)  # that frames began
    seen: set[str] = set()
    on_event(monkeypatch, lambda event: seen.add(Job.objects.get(id=job.id).stage))
    work_once()
    assert seen == {"", *STAGES}


@pytest.mark.parametrize("verb", ["fail", "crashed"])
def test_the_end_of_a_job_waits_for_a_lock(ann: User, lock: Lock, verb: str) -> None:
    plan = {"die": {"poses": 1}} if verb == "crashed" else {"fail": {"poses": {"code": "no_overlap", "message": "No."}}}
    job = queued_job(ann, plan)
    lock.on(engine, verb, num=9)
    work_once()
    job.refresh_from_db()
    assert lock.met == [verb] * 9
    assert job.status == ("queued" if verb == "crashed" else "failed")


def test_a_worker_that_is_to_stop_does_not_wait_for_a_lock(ann: User, lock: Lock) -> None:
    job, stopping = queued_job(ann, {}), threading.Event()
    stopping.set()
    lock.on(engine, "give_back", num=99)
    with pytest.raises(OperationalError):
        work_once(stopping)
    assert len(lock.met) == 1
    assert engine.recover_own("tests") == [job.id]


def test_another_fault_of_the_database_is_not_taken_for_a_lock(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> bool:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(Claim, "holds", broken)
    job = queued_job(ann, {"stage_s": 0.2})
    work_once()
    job.refresh_from_db()
    assert (job.status, job.error_code) == ("failed", "unexpected_error")


# The report


def texts(value: Any) -> Iterator[str]:
    """All strings in it, those of keys too."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    elif isinstance(value, str):
        yield value


def test_a_report_names_no_place_of_the_machine(ann: User) -> None:
    job = queued_job(ann, {})
    assert job.video is not None
    path, folder = store().path(job.video.key), run_dir(job.id)
    log_path = folder / "work" / "logs" / "poses.log"
    more = {
        "input": {"path": str(path), "name": path.name},
        "warnings": [{"message": f"See {log_path}, /elsewhere/lib/x.py:7 and ~/.cache/a b."}],
        "frames": {str(folder / "work"): [f"file://{folder}/x", "https://example.org/a/b", "1/2 s, and/or 30 m/s"]},
    }
    said = {"code": "time_limit", "message": f"{path} took too long in {folder}.", "advice": "Use --resume."}
    path.write_text(json.dumps({"fail": {"poses": said}, "report": more | {"error": said}}))
    work_until_over(job)
    assert job.report is not None
    report = job.report
    assert not [text for text in texts(report) if re.search(r"(?<![\w.:/])~?/\w", text) or "/runs/" in text]
    assert not [text for text in texts(report) if str(job.id) in text or str(path.parent) in text or path.stem in text]
    assert report["error"] == {
        "code": "time_limit", "message": "the video took too long in the run.", "advice": SERVICE_ADVICE["time_limit"],
    }  # fmt: skip
    assert report["warnings"] == [{"message": "See work/logs/poses.log, x.py:7 and a b."}]
    assert report["frames"]["work"][1:] == ["https://example.org/a/b", "1/2 s, and/or 30 m/s"]


def failing_again(job: Job) -> Job:
    """The job after a retry that fails."""
    assert job.video is not None
    plan = {"fail": {"train": {"code": "diverged", "message": "No."}}, "report": {"of": "the retry"}}
    store().path(job.video.key).write_text(json.dumps(plan))
    (run_dir(job.id) / "reports" / "train.json").unlink()
    verbs.retry(job)
    return job


def test_a_failed_retry_leaves_the_report_of_the_scene_that_is_there(ann: User) -> None:
    job = work_until_over(queued_job(ann, {"report": {"of": "the scene"}}))
    before = job.report
    assert before is not None and (before["of"], before["status"]) == ("the scene", "finished")
    failing_again(job)
    job.refresh_from_db()
    assert (job.status, job.report) == ("queued", before)
    assert work_until_over(job).status == "failed"
    assert job.report == before and job.products.exists()


def test_a_retry_that_makes_no_report_does_not_pass_the_old_one_for_its_own(ann: User) -> None:
    first = {"fail": {"poses": {"code": "no_overlap", "message": "No."}}, "report": {"of": "the first"}}
    job = work_until_over(queued_job(ann, first))
    assert job.report is not None and job.report["of"] == "the first"
    assert job.video is not None
    Job.objects.filter(id=job.id).update(report=None)
    store().path(job.video.key).write_text(json.dumps({"exit": 2}))
    verbs.retry(job)
    work_until_over(job)
    assert (job.status, job.report) == ("failed", None)


# The pace


def test_an_attempt_that_goes_on_counts_its_pace_from_there(ann: User) -> None:
    job = queued_job(ann, {"die": {"preview": 1}})
    work_once()
    job.refresh_from_db()
    reached = job.overall
    assert reached > 0.9 and engine.claim("tests") is not None
    job.refresh_from_db()
    assert job.overall_at_start == reached
    begun = timezone.now() - timedelta(seconds=10)
    assert words.seconds_left(job, begun + timedelta(seconds=60)) is None  # nothing is known of this attempt's pace


def test_stages_that_are_reused_are_no_pace(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = work_until_over(queued_job(ann, {}))
    (run_dir(job.id) / "reports" / "preview.json").unlink()
    verbs.retry(job)
    seen: list[tuple[float, float]] = []
    on_event(monkeypatch, lambda _: seen.append(Job.objects.values_list("overall", "overall_at_start")[0]))
    work_until_over(job)
    assert {start for overall, start in seen if overall > 0} <= {0.97} and job.overall_at_start == 0.97


def test_the_time_left_is_that_of_this_attempt(ann: User) -> None:
    begun = timezone.now() - timedelta(seconds=100)
    job = made_job(ann, status="running", overall=0.75, overall_at_start=0.5, started_at=begun)
    assert words.seconds_left(job, timezone.now()) == pytest.approx(100, abs=2)


# The environment


def test_a_run_knows_nothing_of_the_settings_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSCAPE_MAIL_URL", "smtp://user:password@mail.example.org")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert "DJANGO_SETTINGS_MODULE" in os.environ
    script = "import json, os; print(json.dumps({'event': 'env', 'env': dict(os.environ)}), flush=True)"
    process = RunProcess([sys.executable, "-c", script])
    events: list[dict[str, Any]] = []
    while not process.has_ended() or process.has_more():
        events += process.read(0.1)
    process.close()
    (told,) = events
    assert not [name for name in told["env"] if name.startswith(("REELSCAPE_", "DJANGO_"))]
    assert told["env"]["OMP_NUM_THREADS"] == "3" and {"PATH", "HOME"} <= told["env"].keys()

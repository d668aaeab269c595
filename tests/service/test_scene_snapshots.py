"""Early scenes of a job: the newest ones are kept while an attempt goes on, and nothing afterwards."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from tests.service.made_work import blobs, configure, on_event, queued_job, work_once, work_until_over

from reelscape.jobs import engine, retention, snapshots, verbs
from reelscape.jobs.files import run_dir, store
from reelscape.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann(settings: Any) -> User:
    configure(settings)
    return User.objects.create_user("ann")


def live(job: Job) -> list[str]:
    return [key for key in blobs(job) if "/live/" in key]


def test_the_newest_is_there_while_it_trains_and_none_afterwards(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued_job(ann, {"snapshots": 5, "stage_s": 0.5})
    seen = []

    def look(event: dict[str, Any]) -> None:
        if event["event"] == "finished" and event["stage"] == "train":
            job.refresh_from_db()
            path = snapshots.path_of(job, "1-5.spz")
            assert path is not None
            seen.extend([path.read_text(), sorted(live(job)), snapshots.newest(job), snapshots.path_of(job, "1-2.spz")])

    on_event(monkeypatch, look)
    assert work_until_over(job).status == "finished"
    kept = [f"jobs/{job.id}/live/1-{number}.spz" for number in (3, 4, 5)]
    assert seen == ["snapshot 5", kept, snapshots.Snapshot(1, 5), None]
    assert live(job) == [] and snapshots.newest(job) is None


@pytest.mark.parametrize("end", ["fail", "cancel", "delete", "stop"])
def test_none_is_left_however_the_attempt_ends(ann: User, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    error = {"code": "too_few_points", "message": "Too few.", "advice": "More."}
    job = queued_job(ann, {"snapshots": 1, "stage_s": 0.3} | ({"fail": {"mesh": error}} if end == "fail" else {}))
    stopping, shown = threading.Event(), []

    def act(event: dict[str, Any]) -> None:
        if event["event"] == "progress" and event["stage"] == "mesh" and not shown:
            shown.extend(live(job))
            {"cancel": verbs.cancel, "delete": verbs.delete}.get(end, lambda job: None)(Job.objects.get(id=job.id))
            if end == "stop":
                stopping.set()

    on_event(monkeypatch, act)
    work_once(stopping)
    assert shown == [f"jobs/{job.id}/live/1-1.spz"]
    assert live(job) == []


def test_what_a_kill_left_goes_with_the_next_attempt_or_a_sweep(ann: User, tmp_path: Path) -> None:
    jobs = [queued_job(ann, {}, status="running", attempt=1) for _ in range(2)]
    for job in jobs:
        path = run_dir(job.id) / "step.spz"
        path.parent.mkdir(parents=True)
        path.write_text("left")
        snapshots.keep(engine.Claim(job.id, 1), {"path": str(path), "step": 5})
        assert live(job) == [f"jobs/{job.id}/live/1-5.spz"]
    retention.remove_lost_blobs()
    assert all(live(job) for job in jobs)
    Job.objects.filter(id=jobs[0].id).update(status="queued")
    work_once()
    Job.objects.filter(id=jobs[1].id).update(status="failed")
    retention.remove_lost_blobs()
    assert not any(live(job) for job in jobs)


@pytest.mark.parametrize("fields", [{"path": "/etc/passwd"}, {"step": "1"}, {"step": -1}, {"path": "gone"}, {}])
def test_an_event_that_names_nothing_of_the_run_is_passed_over(ann: User, fields: dict[str, Any]) -> None:
    job = queued_job(ann, {}, status="running", attempt=1)
    path = run_dir(job.id) / "gone.spz"
    snapshots.keep(engine.Claim(job.id, 1), {"path": str(path), "step": 1} | fields)
    assert live(job) == [] and not store().exists(f"jobs/{job.id}/live/1-1.spz")

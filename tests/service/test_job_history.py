"""What the page tells of a job in the making and afterwards: its stages with their times, and lines for its owner."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from tests.service.made_jobs import made_job, made_upload
from tests.service.made_work import configure, queued_job, work_once, work_until_over

from reelscape.jobs import history, verbs
from reelscape.jobs.files import run_dir
from reelscape.jobs.models import Job
from reelscape.jobs.progress import Progress

pytestmark = pytest.mark.django_db(transaction=True)
STAGES = ["frames", "poses", "train", "mesh", "export", "preview"]


@pytest.fixture
def ann(settings: Any) -> User:
    configure(settings)
    return User.objects.create_user("ann")


def state_of(user: User | None, job: Job) -> dict[str, Any]:
    client = Client()
    if user:
        client.force_login(user)
    return dict(client.get(f"/scenes/{job.id}/live").json())


def ended(job: Job) -> list[str]:
    return [line["stage"] for line in job.history if line["kind"] == "ended"]


def test_a_run_leaves_its_stages_and_a_retry_begins_anew(ann: User) -> None:
    job = work_until_over(queued_job(ann, {}))
    assert ended(job) == STAGES
    assert [found.stage for found in history.stage_times(job.history)] == STAGES
    assert all(found.wall_s == 0.1 for found in history.stage_times(job.history))
    verbs.retry(job)
    job.refresh_from_db()
    assert job.history == []
    work_once()
    job.refresh_from_db()
    assert ended(job) == STAGES and not [line for line in job.history if line["kind"] == "begun"]
    client = Client()
    client.force_login(ann)
    assert "Training: kept from before" in client.get(f"/scenes/{job.id}/").text


def test_an_interrupted_run_says_so_and_keeps_its_times(ann: User) -> None:
    job = work_until_over(queued_job(ann, {"die": {"train": 1}}))
    assert [line["text"] for line in job.history if line["kind"] == "note"] == ["The run was interrupted, and goes on."]
    assert ended(job) == STAGES and next(found for found in history.stage_times(job.history)).wall_s == 0.1


def test_the_news_while_it_trains(ann: User) -> None:
    job = made_job(ann, status="running", public=True, video=made_upload(ann))
    progress = Progress(job)
    folder = run_dir(job.id)
    for event in (
        {"event": "started", "stage": "frames"},
        {"event": "warned", "stage": "frames", "code": "x", "message": f"{folder}/frames/a.png is dark."},
        {"event": "finished", "stage": "frames", "wall_s": 70.0},
        {"event": "started", "stage": "train"},
        {"event": "progress", "stage": "train", "overall": 0.5, "message": "step 5 of /secret/place/x"},
        {"event": "progress", "stage": "train", "overall": 0.5, "message": "step 6"},
    ):
        progress.take(event)
    Job.objects.update(**progress.news())
    told = state_of(ann, job)
    assert [(step["state"], step["time"]) for step in told["steps"]] == [
        ("done", "1 min"), ("todo", ""), ("now", ""), ("todo", ""), ("todo", ""), ("todo", ""),
    ]  # fmt: skip
    assert [line for _, line in told["log"]] == [
        "Choosing frames: begun", "Warning: frames/a.png is dark.", "Choosing frames: done in 1 min", "Training: begun",
        "Step 5 of x",
    ]  # fmt: skip
    assert all(re.fullmatch(r"\d:\d\d", at) for at, _ in told["log"])
    assert "log" not in state_of(None, job)
    assert str(folder) not in str(told) and "Warning" not in Client().get(f"/scenes/{job.id}/").text


def test_many_news_push_out_old_news_of_their_stage_alone() -> None:
    found = history.History([])
    found.add("news", "poses", "early")
    for number in range(40):
        for line in found.lines:
            line["at"] -= 11
        found.add("news", "train", f"step {number}")
    assert [line["text"] for line in found.lines] == ["early", *(f"step {number}" for number in range(32, 40))]


def test_who_has_the_news_is_told_that_nothing_is_new(ann: User) -> None:
    job = made_job(ann, status="queued", public=True)
    first = Client().get(f"/scenes/{job.id}/live")
    held = {"If-None-Match": first["ETag"]}
    again = Client().get(f"/scenes/{job.id}/live", headers=held)
    assert (again.status_code, again.content) == (304, b"") and again["Cache-Control"] == "private, no-store"
    Job.objects.update(status="running", stage="poses", overall=0.2)
    changed = Client().get(f"/scenes/{job.id}/live", headers=held)
    assert changed.status_code == 200 and changed["ETag"] != first["ETag"]
    Job.objects.update(public=False)
    assert Client().get(f"/scenes/{job.id}/live", headers={"If-None-Match": changed["ETag"]}).status_code == 404


QUALITIES = {"draft": (40_000, 600), "best": (200_000, 6_000), "balanced": (80_000, 2_000), "": (50_000, 3_000)}


@pytest.mark.parametrize(("quality", "numbers"), QUALITIES.items())
def test_a_retry_takes_a_quality_or_numbers(ann: User, quality: str, numbers: tuple[int, int]) -> None:
    job = made_job(ann, status="failed", video=made_upload(ann))
    client = Client()
    client.force_login(ann)
    own = {"training_max_num_gaussians": "50000", "training_num_steps": "3000"}
    client.post(f"/scenes/{job.id}/retry", {"quality": quality, "reconstruction_method": "colmap", **own})
    assert Job.objects.values_list("status", "method", "max_gaussians", "num_steps").get() == (
        "queued",
        "colmap",
        *numbers,
    )

"""External workers: they claim a job, tell of it and end it by callbacks alone, and only while it is theirs."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.service.made_addresses import local
from tests.service.made_jobs import made_job, made_upload
from tests.service.made_work import blobs, configure, work_until_over

from reelscape.errors import Cancelled
from reelscape.jobs import engine, open_files, verbs, workers
from reelscape.jobs.files import store
from reelscape.jobs.models import Asset, Job, Worker
from reelscape.jobs.progress import TRAINING_STARTS
from reelscape.jobs.publication import PRODUCTS

pytestmark = pytest.mark.django_db
TOKEN = "a token that only the operator knows"


@pytest.fixture(autouse=True)
def turned_on(settings: Any) -> None:
    configure(settings, worker_token=TOKEN)


@pytest.fixture
def job() -> Job:
    return made_job(open_files.guest(), is_open=True, video=made_upload(open_files.guest(), b"{}"))


def call(what: str, job: Job | str, body: Any = None, token: str = f"Bearer {TOKEN}") -> Any:
    job_id = job.id if isinstance(job, Job) else job
    client = Client(raise_request_exception=False, headers={"Authorization": token})
    return client.post(f"/api/reconstruct/{what}/{job_id}", body or {}, content_type="application/json")


def session(job: Job, **fields: Any) -> dict[str, Any]:
    answer = call("session", job, {"worker": "gpu-1", **fields})
    assert answer.status_code == 200, answer.json()
    return dict(answer.json())


def send(told: dict[str, Any], *names: str) -> None:
    for name in names:
        answer = Client().put(local(told["uploads"][name]), f"the {name}", "application/octet-stream")
        assert answer.status_code == 201


def test_from_claim_to_products(job: Job, settings: Any) -> None:
    told = session(job)
    assert told["attempt"] == 1 and told["video_is_stored"] and told["uploads"].keys() == PRODUCTS.keys()
    assert told["settings"] == {
        "preset": "balanced", "method": "glomap", "max_gaussians": 80_000, "num_steps": 2000,
    }  # fmt: skip
    assert b"".join(Client().get(local(told["video_url"])).streaming_content) == b"{}"  # type: ignore[attr-defined]
    news = {"attempt": 1, "stage": "frames", "current_frame": 40, "num_frames": 40}
    assert call("progress", job, news).status_code == 200
    assert (
        call("progress", job, {"attempt": 1, "stage": "poses", "fraction": 0.5, "message": "half"}).status_code == 200
    )
    status = Client().get(f"/api/reconstruct/status/{job.id}").json()
    assert (status["status"], status["stage"], status["message"]) == ("processing", "poses", "half")
    assert (status["current_frame"], status["total_frames"]) == (60, 120)
    send(told, "ply", "spz", "glb", "preview")
    done = {"attempt": 1, "status": "complete", "report": {"status": "finished", "by": "gpu-1"}}
    assert call("complete", job, done).status_code == 200
    status = Client().get(f"/api/reconstruct/status/{job.id}").json()
    assert status["status"] == "complete" and (status["current_frame"], status["percent"]) == (120, 100.0)
    for name in ("ply_asset_url", "spz_asset_url", "glb_asset_url", "preview_url"):
        assert Client().head(status[name].removeprefix(settings.REELSCAPE.public_url)).status_code == 200
    job.refresh_from_db()
    assert job.report == done["report"]
    assert set(job.products.values_list("name", flat=True)) == {"ply", "spz", "glb", "preview"}
    assert set(job.products.values_list("kind", flat=True)) == {"product"} and len(blobs(job)) == 4
    assert Asset.objects.exclude(job=job).count() == 1  # the video: nothing is left of what was not sent
    prefix = f"jobs/{job.id}/"
    verbs.delete(job)
    assert not Asset.objects.exists() and not list(store().keys(prefix))


def test_a_failure_is_kept(job: Job) -> None:
    send(session(job), "ply")
    error = {"code": "camera_still", "message": "It did not move."}
    assert call("complete", job, {"attempt": 1, "status": "failed", "error": error}).status_code == 200
    job.refresh_from_db()
    assert (job.status, job.error_code, job.error_message) == ("failed", "camera_still", "It did not move.")
    assert job.advice and not blobs(job) and Asset.objects.count() == 1


def test_an_unknown_code_is_told_as_it_was_said(job: Job) -> None:
    session(job)
    call("complete", job, {"attempt": 1, "status": "failed", "error": {"code": "x", "message": "The lens fell off."}})
    job.refresh_from_db()
    assert (job.error_code, job.error_message) == ("job_failed", "The lens fell off.")


def test_a_claim_is_renewed_and_keeps_its_number(job: Job) -> None:
    first = session(job)
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    again = session(job, attempt=1)
    assert (again["attempt"], again["uploads"].keys()) == (1, first["uploads"].keys())
    assert engine.recover_silent("another") == []
    assert call("session", job, {"worker": "gpu-2"}).json()["code"] == "attempt_over"
    assert call("session", job, {"worker": "gpu-2"}).status_code == 409


def test_each_call_is_a_sign_of_life(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_begun", workers._begun - 1e6)
    assert not workers.any_alive()
    session(job)
    assert workers.any_alive()
    Worker.objects.all().delete()
    Job.objects.update(heartbeat_at=None)
    call("progress", job, {"attempt": 1, "stage": "train", "fraction": 0.1})
    job.refresh_from_db()
    assert workers.any_alive() and job.heartbeat_at is not None


STALE = [
    ("session", {"worker": "gpu-1"}),
    ("progress", {"stage": "train", "fraction": 0.5}),
    ("complete", {"status": "complete"}),
    ("complete", {"status": "failed", "error": {"code": "no_overlap"}}),
]


@pytest.mark.parametrize(("what", "body"), STALE)
@pytest.mark.parametrize("fate", ["cancelled", "taken over", "given to a worker here"])
def test_whoever_lost_the_job_changes_nothing(job: Job, what: str, body: dict[str, Any], fate: str) -> None:
    told = session(job)
    send(told, "ply")
    if fate == "cancelled":
        engine.cancel(job, Cancelled())
    else:
        Job.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
        assert engine.recover_silent("another") == [job.id]
        assert session(job)["attempt"] == 2 if fate == "taken over" else engine.claim("here")
    before = Job.objects.values().get(id=job.id)
    answer = call(what, job, {"attempt": 1, **body})
    assert (answer.status_code, answer.json()["code"]) == (409, "attempt_over")
    assert Job.objects.values().get(id=job.id) == before and not job.products.exists()


def test_the_number_of_a_worker_here_is_no_key_to_its_job(job: Job) -> None:
    claim = engine.claim("here")
    assert claim is not None
    assert (
        call("complete", job, {"attempt": claim.attempt, "status": "failed", "error": {"code": "x"}}).status_code == 409
    )
    assert claim.holds()


def test_what_a_lost_attempt_sent_goes_with_the_next_good_end(job: Job) -> None:
    send(session(job), "ply", "obj")
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    engine.recover_silent("another")
    work_until_over(job)
    assert job.status == "finished" and all(key.startswith(f"jobs/{job.id}/2/") for key in blobs(job))
    assert not Asset.objects.filter(key__startswith=f"jobs/{job.id}/1/").exists()


def test_a_claim_that_fell_silent_can_be_made_again(job: Job) -> None:
    session(job)
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert session(job)["attempt"] == 2


def test_a_job_that_is_over_cannot_be_claimed(job: Job) -> None:
    engine.cancel(job, Cancelled())
    answer = call("session", job, {"worker": "gpu-1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "job_over")


def test_a_good_end_needs_a_scene(job: Job) -> None:
    told = session(job)
    send(told, "preview")
    answer = call("complete", job, {"attempt": 1, "status": "complete"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    send(told, "spz")
    assert call("complete", job, {"attempt": 1, "status": "complete"}).status_code == 200
    assert call("complete", job, {"attempt": 1, "status": "complete"}).status_code == 409


def test_progress_never_falls(job: Job) -> None:
    session(job)
    for stage, fraction in (("train", 0.5), ("poses", 0.1), ("frames", 0.0)):
        call("progress", job, {"attempt": 1, "stage": stage, "fraction": fraction})
    job.refresh_from_db()
    assert job.overall == pytest.approx((TRAINING_STARTS + 0.9) / 2) and job.stage == "frames"


def test_a_video_that_is_not_here_is_named_by_its_address() -> None:
    job = made_job(open_files.guest(), is_open=True, video_url="https://videos.example.org/x.mp4")
    told = session(job)
    assert (told["video_url"], told["video_is_stored"]) == ("https://videos.example.org/x.mp4", False)


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("session", {}), ("session", {"worker": ""}), ("session", {"worker": 5}), ("session", {"worker": "x" * 81}),
        ("session", {"worker": "x", "attempt": "one"}), ("session", {"worker": "x", "attempt": 0}),
        ("progress", {"stage": "train", "fraction": 0.5}), ("progress", {"attempt": 1, "fraction": 0.5}),
        ("progress", {"attempt": 1, "stage": "lunch", "fraction": 0.5}), ("progress", {"attempt": 1, "stage": "train"}),
        ("progress", {"attempt": 1, "stage": "train", "fraction": 1.5}),
        ("progress", {"attempt": 1, "stage": "train", "fraction": "NaN"}),
        ("progress", {"attempt": 1, "stage": "poses", "current_frame": 5}),
        ("progress", {"attempt": 1, "stage": "train", "fraction": 0.5, "message": "x" * 201}),
        ("complete", {"attempt": 1}), ("complete", {"attempt": 1, "status": "finished"}),
        ("complete", {"attempt": 1, "status": "failed"}),
        ("complete", {"attempt": 1, "status": "failed", "error": "x"}),
        ("complete", {"attempt": 1, "status": "complete", "report": []}), ("complete", [1]),
    ],
)  # fmt: skip
def test_bodies_that_are_none(job: Job, what: str, body: Any) -> None:
    session(job)
    before = Job.objects.values().get(id=job.id)
    answer = call(what, job, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), answer.json()
    assert Job.objects.values().get(id=job.id) == before


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer ", "Bearer wrong", f"Token {TOKEN}", TOKEN, "Bearer ä"])
def test_the_token_must_be_right(job: Job, token: str) -> None:
    for what in ("session", "progress", "complete"):
        answer = call(what, job, {"worker": "x", "attempt": 1}, token)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_worker_token")
    assert not Job.objects.exclude(status="queued").exists()


def test_wrong_tokens_are_counted(job: Job, settings: Any) -> None:
    configure(settings, worker_token=TOKEN, failures_per_minute_ip=3)
    answers = [call("session", job, {"worker": "x"}, "Bearer wrong").status_code for _ in range(5)]
    assert answers == [401, 401, 401, 429, 429]


@pytest.mark.parametrize("token", ["Bearer ", "Bearer", f"Bearer {TOKEN}"])
def test_without_a_token_in_the_settings_there_are_none(job: Job, settings: Any, token: str) -> None:
    settings.REELSCAPE = dataclasses.replace(settings.REELSCAPE, worker_token="")
    for what in ("session", "progress", "complete"):
        answer = call(what, job, {"worker": "x"}, token)
        assert (answer.status_code, answer.json()["code"]) == (403, "callbacks_off")


def test_a_job_that_is_not_there() -> None:
    for job_id in ("no-such-job", "00000000-0000-4000-8000-000000000000", "-" * 36):
        answer = call("session", job_id, {"worker": "x"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

"""The words of a job's state, the list, and what may be changed."""

from __future__ import annotations

import json
from datetime import timedelta
from time import process_time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.service.made_jobs import API, Caller, made_caller, made_job, made_product

from reelscape.jobs.models import Job

pytestmark = pytest.mark.django_db
VIEW = {"lookAt": {"x": 0, "y": 1, "z": 2.5}, "position": {"x": 1, "y": 1, "z": 1}, "up": {"x": 0, "y": 1, "z": 0}}


@pytest.fixture
def ann() -> Caller:
    return made_caller("ann")


def detail(caller: Caller, job: Job) -> dict[str, Any]:
    found: dict[str, Any] = caller.client.get(f"{API}/jobs/{job.id}/").json()
    return found


STATES = [
    ({"status": "running"}, "Processing video", "Starting"),
    ({"status": "running", "stage": "frames"}, "Processing video", "Choosing frames"),
    ({"status": "running", "stage": "poses", "message": "matching 3 of 9"}, "Processing video", "Matching 3 of 9"),
    ({"status": "running", "stage": "train"}, "Generating 3D scene", "Training"),
    ({"status": "running", "stage": "export"}, "Generating 3D scene", "Writing the files"),
    ({"status": "running", "stage": "preview"}, "Generating 3D scene", "Drawing the preview"),
    ({"status": "finished"}, "Not found", "Finished"),
    ({"status": "failed"}, "Failed", "Failed"),
    ({"status": "cancelled"}, "Failed", "Cancelled"),
    ({"status": "queued"}, "Queued - position: 1", "Waiting for its turn"),
]


@pytest.mark.parametrize(("fields", "status", "step"), STATES)
def test_each_state_has_its_documented_words(ann: Caller, fields: dict[str, Any], status: str, step: str) -> None:
    told = detail(ann, made_job(ann.user, **fields))
    assert (told["status"], told["current_step"]) == (status, step)
    assert told["queue_position"] == (1 if fields["status"] == "queued" else None)


def test_a_finished_job_has_its_products(ann: Caller) -> None:
    job = made_job(ann.user, status="finished", overall=1.0, percent_complete=100.0)
    made_product(job, "ply")
    told = detail(ann, job)
    assert (told["status"], told["has_ply"], told["has_spz"]) == ("Finished", True, False)
    assert (told["percent_complete"], told["progress"]) == (100.0, 100.0)


def test_a_product_that_is_not_complete_does_not_count(ann: Caller) -> None:
    job = made_job(ann.user, status="running", stage="export")
    product = made_product(job, "spz")
    type(product).objects.filter(id=product.id).update(size_bytes=None)
    assert detail(ann, job)["has_spz"] is False
    assert ann.client.get(f"{API}/jobs/{job.id}/download/spz/").status_code == 404


def test_a_failure_says_why_and_what_to_do(ann: Caller) -> None:
    fields = {"error_code": "no_overlap", "error_message": "No overlap.", "advice": "Film slower."}
    told = detail(ann, made_job(ann.user, status="failed", **fields))
    assert {name: told[name] for name in fields} == fields


def test_the_position_counts_the_jobs_of_all_users(ann: Caller) -> None:
    for _ in range(2):
        made_job(made_caller(f"user {_}").user)
    made_job(ann.user, status="running")
    job = made_job(ann.user)
    assert detail(ann, job)["status"] == "Queued - position: 3"
    assert ann.client.get(f"{API}/jobs/").json()[0]["status"] == "Queued - position: 3"


@pytest.mark.parametrize(
    ("overall", "elapsed_s", "expected"), [(0.25, 60, 180), (0.0, 60, None), (0.5, 1, None), (1.0, 60, 0)]
)
def test_the_time_left_follows_the_pace_so_far(
    ann: Caller, overall: float, elapsed_s: float, expected: int | None
) -> None:
    started_at = timezone.now() - timedelta(seconds=elapsed_s)
    job = made_job(ann.user, status="running", stage="train", overall=overall, started_at=started_at)
    left_s = detail(ann, job)["estimated_time_remaining"]
    assert left_s == (None if expected is None else pytest.approx(expected, abs=3))


# The list


def titles(caller: Caller, query: str = "") -> list[str]:
    answer = caller.client.get(f"{API}/jobs/{query}")
    assert answer.status_code == 200
    return [job["title"] for job in answer.json()]


@pytest.fixture
def many(ann: Caller) -> Caller:
    start = timezone.now()
    states = [("q", "queued", ""), ("p", "running", "poses"), ("t", "running", "train"), ("f", "finished", "preview")]
    states += [("g", "finished", "preview"), ("x", "failed", "poses"), ("c", "cancelled", "")]
    for place, (title, status, stage) in enumerate(states):
        job = made_job(
            ann.user,
            title=title,
            status=status,
            stage=stage,
            public=title in "qx",
            created_at=start + timedelta(seconds=place),
        )
        if title == "f":
            made_product(job, "spz")
    made_job(made_caller("bob").user, title="bob's", public=True)
    return ann


def test_the_list_is_a_bare_array_newest_first(many: Caller) -> None:
    assert titles(many) == ["c", "x", "g", "f", "t", "p", "q"]
    item = many.client.get(f"{API}/jobs/").json()[0]
    assert item.keys() >= {"job_id", "title", "status", "uploaded_at", "public"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?status=queued", "q"), ("?status=QUEUED", "q"), ("?status=processing", "tp"), ("?status=Running", "tp"),
        ("?status=finished", "f"), ("?status=Failed", "cx"), ("?status=cancelled", "c"), ("?status=", "cxgftpq"),
        ("?status=Not%20found", "g"), ("?status=Queued%20-%20position:%203", "q"), ("?status=Finished", "f"),
        ("?status=Processing%20video", "p"), ("?status=Generating+3D+scene", "t"), ("?public=true", "xq"),
        ("?public=False", "cgftp"), ("?public=1&status=failed", "x"), ("?limit=2", "cx"), ("?limit=2&offset=1", "xg"),
        ("?offset=5", "pq"), ("?limit=3&offset=99", ""), ("?unknown=1", "cxgftpq"),
    ],
)  # fmt: skip
def test_the_list_is_filtered_and_paged_when_asked(many: Caller, query: str, expected: str) -> None:
    assert "".join(titles(many, query)) == expected


def test_every_status_that_is_shown_finds_its_jobs(many: Caller) -> None:
    for job in many.client.get(f"{API}/jobs/").json():
        found = many.client.get(f"{API}/jobs/", {"status": job["status"]}).json()
        assert job["job_id"] in {other["job_id"] for other in found}
        assert {other["status"] for other in found} == {job["status"]}


@pytest.mark.parametrize(
    "query",
    ["?status=Queued - position", "?status=lost", "?public=maybe", "?limit=0", "?limit=x", "?offset=-1", "?limit=9999"],
)
def test_a_filter_that_cannot_be_read_is_refused(many: Caller, query: str) -> None:
    answer = many.client.get(f"{API}/jobs{query}")
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"


def test_the_list_takes_as_many_queries_for_many_jobs_as_for_one(
    ann: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    titles(ann)  # notes the use of the key, once a minute
    made_job(ann.user)
    with django_assert_num_queries(3):  # key, jobs, queue
        assert len(titles(ann)) == 1
    for _ in range(20):
        made_product(made_job(ann.user), "ply")
    with django_assert_num_queries(3):
        assert len(titles(ann)) == 21


# Changes


def change(caller: Caller, job: Job, body: Any, method: str = "patch") -> Any:
    return getattr(caller.client, method)(f"{API}/jobs/{job.id}/", json.dumps(body), content_type="application/json")


def test_title_public_and_view_may_be_changed_and_nothing_else(ann: Caller) -> None:
    job = made_job(ann.user)
    body = {"title": "New", "public": True, "camera_data": VIEW, "status": "finished", "training_num_steps": 9}
    told = change(ann, job, body).json()
    assert (told["title"], told["public"], told["camera_data"]) == ("New", True, VIEW)
    assert (told["status"], told["training_num_steps"]) == ("Queued - position: 1", 2000)
    assert told == detail(ann, job)


def test_a_change_leaves_alone_what_a_worker_wrote_meanwhile(ann: Caller) -> None:
    job = made_job(ann.user)
    Job.objects.filter(id=job.id).update(status="running", stage="train", overall=0.5)
    assert change(ann, job, {"title": "New"}).json()["status"] == "Generating 3D scene"


@pytest.mark.parametrize("method", ["patch", "put"])
def test_a_put_needs_a_title_and_a_patch_does_not(ann: Caller, method: str) -> None:
    job = made_job(ann.user, public=True)
    answer = change(ann, job, {"camera_data": None}, method)
    if method == "put":
        assert answer.status_code == 400
        assert answer.json()["title"] == ["This field is required."]
    else:
        assert answer.json()["camera_data"] is None
    assert change(ann, job, {"title": "Only this"}, method).json()["public"] is True


def test_a_form_that_leaves_public_away_does_not_change_it(ann: Caller) -> None:
    job = made_job(ann.user, public=True)
    answer = ann.client.put(f"{API}/jobs/{job.id}", "title=By+form", content_type="application/x-www-form-urlencoded")
    assert (answer.json()["title"], answer.json()["public"]) == ("By form", True)


@pytest.mark.parametrize("camera_type", ["orbital", "drone"])
def test_a_view_may_name_how_the_viewer_moves(ann: Caller, camera_type: str) -> None:
    view = {**VIEW, "cameraType": camera_type}
    assert change(ann, made_job(ann.user), {"camera_data": view}).json()["camera_data"] == view


def test_a_view_that_the_owner_set_is_told_from_one_of_a_run(ann: Caller) -> None:
    job = made_job(ann.user)
    for view, is_set in ((VIEW, True), (job.camera_data, True), (None, False)):
        change(ann, job, {"camera_data": view})
        assert Job.objects.get().camera_is_set is is_set
    change(ann, job, {"title": "New"})
    assert Job.objects.get().camera_is_set is False


BAD_VIEWS = [
    json.dumps(VIEW), "{broken", [], 5, True, {}, {"lookAt": VIEW["lookAt"]}, {**VIEW, "fov": 50}, {**VIEW, "up": None},
    {**VIEW, "up": {"x": 0, "y": 1}}, {**VIEW, "up": {"x": 0, "y": 1, "z": "0"}},
    {**VIEW, "up": {"x": 0, "y": 1, "z": True}}, {**VIEW, "up": {"x": 0, "y": 1, "z": 10**400}},
    {**VIEW, "up": {"x": 0, "y": 1, "z": 0, "w": 0}}, {**VIEW, "cameraType": "boat"}, {**VIEW, "cameraType": []},
]  # fmt: skip


@pytest.mark.parametrize("view", BAD_VIEWS)
def test_a_bad_view_is_refused_in_both_styles(ann: Caller, view: Any) -> None:
    job = made_job(ann.user)
    answer = change(ann, job, {"camera_data": view})
    assert answer.status_code == 400
    told = answer.json()
    (sentence,) = told["camera_data"]
    assert told["error"] == told["error_message"] == told["detail"] == f"camera_data: {sentence}"
    assert told["success"] is False
    assert Job.objects.get().camera_data == job.camera_data


@pytest.mark.parametrize("number", ["Infinity", "NaN", "1e999"])
def test_a_view_with_a_number_that_is_none_is_refused(ann: Caller, number: str) -> None:
    body = json.dumps({"camera_data": VIEW}).replace("2.5", number)
    answer = ann.client.patch(f"{API}/jobs/{made_job(ann.user).id}/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("title", ["", " ", None, "t" * 256, "a\0b", ["a"]])
def test_a_bad_title_is_refused_in_both_styles(ann: Caller, title: Any) -> None:
    answer = change(ann, made_job(ann.user), {"title": title})
    assert answer.status_code == 400
    assert isinstance(answer.json()["title"], list)
    assert answer.json()["error"].startswith("title: ")


def test_1000_waiting_jobs_do_not_make_the_answers_slow(ann: Caller) -> None:
    Job.objects.bulk_create(
        Job(owner=ann.user, title=str(i), max_gaussians=80_000, num_steps=2000) for i in range(1000)
    )
    last = made_job(ann.user)
    start_s = process_time()
    for _ in range(10):
        assert detail(ann, last)["queue_position"] == 1001
    assert (process_time() - start_s) / 10 < 0.05


def test_without_a_key_nothing_is_told(ann: Caller) -> None:
    assert Client().get(f"{API}/jobs/{made_job(ann.user).id}/").status_code == 401

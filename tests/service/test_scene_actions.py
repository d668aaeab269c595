"""The owner's buttons on the page of a scene, and nobody else's."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from tests.service.made_jobs import Caller, made_caller, made_job, made_upload

from reelscape.jobs.models import Asset, Job

pytestmark = pytest.mark.django_db
ACTIONS = ("cancel", "retry", "change", "delete", "view")
VIEW = {axis: {"x": 1.0, "y": 2.0, "z": 3.0} for axis in ("position", "lookAt", "up")} | {"cameraType": "drone"}


@pytest.fixture
def ann() -> Caller:
    return made_caller("ann")


@pytest.fixture
def client(ann: Caller) -> Client:
    client = Client()
    client.force_login(ann.user)
    return client


def act(client: Client, job: Job, action: str, **fields: Any) -> str:
    """What the page says after a form was sent."""
    answer: Any = client.post(f"/scenes/{job.id}/{action}", fields, follow=True)
    return " ".join(str(message) for message in answer.context["messages"])


def test_cancel_and_retry_with_other_settings(ann: Caller, client: Client) -> None:
    job = made_job(ann.user, status="running", video=made_upload(ann.user))
    assert act(client, job, "retry").startswith("The job is still waiting or running")
    assert act(client, job, "cancel") == "The job is cancelled."
    assert "ended already" in act(client, job, "cancel")
    settings = {"training_num_steps": "3000", "training_max_num_gaussians": "50000", "reconstruction_method": "colmap"}
    assert "at least 1,000" in act(client, job, "retry", **settings | {"training_num_steps": "10"})
    assert Job.objects.get().status == "cancelled"
    assert act(client, job, "retry", **settings) == "The job waits for its turn again."
    job.refresh_from_db()
    assert (job.status, job.num_steps, job.max_gaussians, job.method) == ("queued", 3000, 50_000, "colmap")


def test_title_and_who_may_see_it(ann: Caller, client: Client) -> None:
    job = made_job(ann.user, status="failed")
    assert act(client, job, "change", title="  My\n garden ") == "The title is changed."
    assert "title" in act(client, job, "change", title=" ")
    assert act(client, job, "change", public="true") == "Everybody can see the scene now."
    assert Job.objects.values_list("title", "public").get() == ("My garden", True)
    assert "private now" in act(client, job, "change", public="false")
    act(client, job, "change", camera_data="x", status="finished")
    assert Job.objects.values_list("title", "public", "status").get() == ("My garden", False, "failed")


def test_delete(ann: Caller, client: Client) -> None:
    job = made_job(ann.user, status="finished", video=made_upload(ann.user))
    answer = client.post(f"/scenes/{job.id}/delete")
    assert (answer.status_code, answer["Location"]) == (302, "/mine/")
    assert not Job.objects.exists() and not Asset.objects.exists()


def test_the_viewer_saves_the_view(ann: Caller) -> None:
    job = made_job(ann.user, status="finished")
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann.user)
    client.get("/accounts/profile/")
    path, body = f"/scenes/{job.id}/view", json.dumps({"camera_data": VIEW, "title": "x"})
    token = client.cookies["csrftoken"].value
    assert client.post(path, body, "application/json").status_code == 403
    assert client.post(path, body, "application/json", headers={"X-CSRFToken": token}).status_code == 200
    job.refresh_from_db()
    assert (job.camera_data, job.camera_is_set, job.title) == (VIEW, True, "Made")


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', '{"camera_data": {"up": 1}}', '{"camera_data": 5}'])
def test_a_view_that_is_none_is_refused(ann: Caller, client: Client, body: str) -> None:
    job = made_job(ann.user, status="finished")
    before = Job.objects.values().get()
    answer = client.post(f"/scenes/{job.id}/view", body, "application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request" and Job.objects.values().get() == before


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("is_public", [False, True])
def test_nobody_else_changes_anything(ann: Caller, action: str, is_public: bool) -> None:
    job = made_job(ann.user, status="running", public=is_public)
    before = Job.objects.values().get()
    bob = Client()
    bob.force_login(made_caller("bob", is_superuser=True).user)
    for client, status in ((bob, 404), (Client(), 404 if action == "view" else 302)):
        for number in (job.id, uuid.uuid4()):
            answer = client.post(f"/scenes/{number}/{action}", {"public": "true", "title": "bob's"})
            assert answer.status_code == status
            assert status == 404 or answer["Location"] == f"/accounts/login/?next=/scenes/{number}/"
    assert Job.objects.values().get() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_a_form_of_another_site_changes_nothing(ann: Caller, action: str) -> None:
    job = made_job(ann.user, status="running")
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann.user)
    assert client.post(f"/scenes/{job.id}/{action}", {"public": "true"}).status_code == 403
    assert client.get(f"/scenes/{job.id}/{action}").status_code == 405
    assert Job.objects.values_list("status", "public").get() == ("running", False)

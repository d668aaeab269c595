"""Nobody reaches what is another's by any route, and nothing of the API without a key."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings
from tests.service.made_jobs import API, Caller, made_caller, made_job, made_product, made_upload

from reelscape.jobs.models import Asset, Job
from reelscape.web.models import ApiKey

pytestmark = pytest.mark.django_db
METHODS = ("get", "head", "post", "put", "patch", "delete")
OPEN = ("openapi.json", "openapi.yaml")  # for everybody, with nobody's data
KINDS = ("ply", "spz", "transforms", "turntable", "preview")


def api_templates() -> list[str]:
    """All routes below /api/v1/, as they are registered, `{job_id}` and `{kind}` for their parts."""
    (api,) = (entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/v1/")
    assert isinstance(api, URLResolver)
    found = []
    for entry in api.url_patterns:
        assert isinstance(entry, URLPattern)
        text = re.sub(r"\(\?P<(\w+)>.*?\)", r"{\1}", str(entry.pattern)).replace(r"\Z", "").strip("^/?")
        found.append(re.sub(r"<\w+:(\w+)>", r"{\1}", text))
    return found


def addresses(job: Job) -> list[str]:
    """Every route of the API for this job, with and without the slash, but for the open ones."""
    found = []
    for template in api_templates():
        for kind in KINDS if "{kind}" in template else ("",):
            path = f"{API}/{template.format(job_id=job.id, kind=kind)}"
            found += [] if template in OPEN else [path, f"{path}/"]
    return found


@pytest.fixture
def job() -> Job:
    """A finished job of bob's, with everything that a job can have."""
    bob = made_caller("bob")
    upload = made_upload(bob.user)
    job = made_job(bob.user, title="bob's", public=True, status="finished", video=upload, report={"of": "bob"})
    for kind in KINDS:
        made_product(job, kind)
    return job


def state() -> tuple[Any, ...]:
    return (list(Job.objects.values()), list(Asset.objects.order_by("key").values()))


def test_the_walk_knows_all_routes(job: Job) -> None:
    paths = addresses(job)
    assert len(paths) == len(set(paths)) >= 2 * (10 + len(KINDS) - 1)
    assert f"{API}/jobs/{job.id}/download/ply/" in paths
    assert not [path for path in paths if "{" in path or "(" in path]


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_reaches_the_job_of_another(job: Job, is_superuser: bool) -> None:
    ann = made_caller("ann", is_superuser=is_superuser, is_staff=is_superuser)
    before = state()
    for path in addresses(job):
        if str(job.id) not in path:
            continue
        for method in METHODS:
            answer = getattr(ann.client, method)(path)
            allowed = method.upper() in answer.get("Allow", "") or method == "head"
            assert answer.status_code == (404 if allowed and answer.status_code != 405 else 405), (method, path)
            assert b"bob" not in answer.content
    assert state() == before
    assert ann.client.get(f"{API}/jobs/").json() == []


def test_nothing_is_reached_without_a_key(job: Job, settings: Settings) -> None:
    settings.REELSCAPE = replace(settings.REELSCAPE, failures_per_minute_ip=0)
    before = state()
    for headers in ({}, {"Authorization": "Api-Key wrongkey.00000000000000000000000000000000"}):
        for path in addresses(job):
            for method in METHODS:
                answer = getattr(Client(headers=headers), method)(path)
                assert answer.status_code == 401, (method, path)
                assert b"bob" not in answer.content
    assert state() == before


def test_a_file_or_upload_of_another_cannot_be_used(job: Job) -> None:
    ann = made_caller("ann")
    assert job.video is not None
    body = {"blob_name": job.video.key}
    answer = ann.client.post(f"{API}/submit-job/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "blob_not_found")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/llms.txt", f"{API}/openapi.json", f"{API}/openapi.yaml"])
def test_what_is_open_to_everybody(path: str) -> None:
    assert Client().get(path).status_code == 200


def test_every_route_stands_with_and_without_the_slash_and_never_redirects(job: Job) -> None:
    for path in addresses(job):
        for method in METHODS:
            assert getattr(Client(), method)(path).status_code not in (301, 307, 308)


def owner_of(job: Job) -> Caller:
    ApiKey.objects.all().delete()
    _, key = ApiKey.objects.create_key(name="again", user=job.owner)
    return Caller(job.owner, key, Client(headers={"Authorization": f"Api-Key {key}"}))


def test_the_owner_does_reach_all_of_it(job: Job) -> None:
    client = owner_of(job).client
    found = {path: client.get(path).status_code for path in addresses(job) if str(job.id) in path}
    posts = {path for path in found if path.rstrip("/").endswith(("cancel", "retry"))}
    assert {found[path] for path in posts} == {405}
    assert {status for path, status in found.items() if path not in posts} == {200, 302}

"""Nobody reaches what is another's by any route, and nothing of the API without a key."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from tests.service.all_routes import METHODS, all_routes
from tests.service.made_jobs import API, Caller, made_caller, made_job, made_product, made_upload

from reelscape.jobs.models import Asset, Job
from reelscape.web.models import ApiKey

pytestmark = pytest.mark.django_db
KINDS = ("ply", "spz", "transforms", "turntable", "preview")

# Who may ask what: a route that stands nowhere here fails a test.
OPEN = {
    "docs/", "healthz", "readyz", "llms.txt", "api/v1", "api/v1/openapi.json", "api/v1/openapi.yaml",
    "api/openapi.json", "docs/{name}/",
}  # fmt: skip
"""For everybody, with nobody's data."""
GALLERY = {""}
"""For everybody: it shows public scenes alone (tests of its own)."""
SIGNED = {"blobs/{key}", "scenes/{job_id}"}
"""For whoever holds a signed address; a scene's page also for its owner, and for everybody when it is public."""
SCENE_PARTS = {"scenes/{job_id}/live", "scenes/{job_id}/live/{snapshot}", "scenes/{job_id}/{file}", "oembed"}
"""For whoever may see the scene's page (test_scenes); oEmbed of public scenes alone (test_scene_sharing)."""
SCENE_ACTIONS = {f"scenes/{{job_id}}/{name}" for name in ("view", "change", "cancel", "retry", "delete")}
"""For the owner, by a session (test_scene_actions)."""
PAGES = {
    "login/", "logout/", "signup/", "inactive/", "confirm-email/", "confirm-email/{key}/", "password/reset/",
    "password/reset/done/", "password/reset/key/done/", "password/reset/key/{uidb36}-{key}/",
}  # fmt: skip
"""Of accounts, for everybody."""
SCENE_MAKING = {"upload/", "upload/address/", "upload/submit/", "upload/file/", "mine/"}
"""For who has signed in."""
OWN_PAGES = {"profile/", "profile/keys/{prefix}/revoke/", "email/", "password/change/", "reauthenticate/"}
"""Of accounts, for who has signed in."""
BY_ID = {
    "api/files/{file_id}.{extension}", "api/preview/{file_id}.{extension}", "view/{file_id}.{extension}",
    "api/reconstruct/status/{job_id}", "api/reconstruct/report/{job_id}", "api/live/{job_id}",
    "api/live/{job_id}/{snapshot}",
}  # fmt: skip
"""Of the open surface: for whoever knows the id of an open file or job."""
SENDING = {"api/upload", "api/reconstruct"}
"""Of the open surface: for whoever may send (tests of its own)."""
WORKERS = {"api/reconstruct/session/{job_id}", "api/reconstruct/progress/{job_id}", "api/reconstruct/complete/{job_id}"}
"""For external workers, with their token."""
READ, MAKE = {"get", "head"}, {"post"}
KEYED = {
    "generate-upload-url": MAKE, "upload": MAKE, "uploads": MAKE, "uploads/{upload_id}": {"delete"},
    "submit-job": MAKE, "jobs": READ, "jobs/{job_id}": READ | {"put", "patch", "delete"},
    "jobs/{job_id}/download/{kind}": READ, "jobs/{job_id}/preview": READ, "jobs/{job_id}/viewer": READ,
    "jobs/{job_id}/report": READ, "jobs/{job_id}/cancel": MAKE, "jobs/{job_id}/retry": MAKE,
}  # fmt: skip
"""Below /api/v1/: the methods of each route, for who has a key, and for the own things alone."""


def test_every_route_has_a_decision() -> None:
    routes = {route.template: route.methods for route in all_routes()}
    keyed = {f"api/v1/{name}": frozenset(methods) for name, methods in KEYED.items()}
    pages = {f"accounts/{name}" for name in PAGES | OWN_PAGES}
    decided = (
        OPEN
        | GALLERY
        | SCENE_MAKING
        | SIGNED
        | SCENE_PARTS
        | SCENE_ACTIONS
        | BY_ID
        | SENDING
        | WORKERS
        | pages
        | keyed.keys()
        | {name for name in routes if name.startswith("admin/")}
    )
    assert routes.keys() == decided
    assert {name: routes[name] for name in keyed} == keyed


def addresses(job: Job) -> dict[str, set[str]]:
    """Every route of the API that asks for a key, for this job, with and without the slash, and its methods."""
    assert job.video is not None
    found = {}
    for template, methods in KEYED.items():
        for kind in KINDS if "{kind}" in template else ("",):
            path = f"{API}/{template.format(job_id=job.id, upload_id=job.video.id, kind=kind)}"
            found |= {path: methods, f"{path}/": methods}
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
    assert len(paths) == 2 * (len(KEYED) + len(KINDS) - 1)
    assert f"{API}/jobs/{job.id}/download/ply/" in paths
    assert not [path for path in paths if "{" in path or "(" in path]


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_reaches_the_job_of_another(job: Job, is_superuser: bool) -> None:
    ann = made_caller("ann", is_superuser=is_superuser, is_staff=is_superuser)
    before = state()
    assert job.video is not None
    for path, own in addresses(job).items():
        if str(job.id) not in path and str(job.video.id) not in path:
            continue
        for method in METHODS:
            answer = getattr(ann.client, method)(path)
            assert answer.status_code == (404 if method in own else 405), (method, path)
            assert b"bob" not in answer.content
    assert state() == before
    assert ann.client.get(f"{API}/jobs/").json() == []


@pytest.mark.parametrize("template", sorted(BY_ID))
def test_what_is_not_open_is_not_found_by_its_id(job: Job, template: str) -> None:
    before = state()
    for asset in Asset.objects.all():
        path = "/" + template.format(file_id=asset.id, extension=asset.extension, job_id=job.id, snapshot="1-1.spz")
        for method in METHODS:
            answer = getattr(Client(SERVER_NAME="127.0.0.1"), method)(path)
            assert answer.status_code in (404, 405), (method, path)
            assert b"bob" not in answer.content
    assert state() == before


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


@pytest.mark.parametrize("path", sorted(OPEN))
def test_what_is_open_to_everybody(job: Job, path: str) -> None:
    answer = Client().get(f"/{path.format(name='api')}")
    assert answer.status_code == 200
    assert b"bob" not in answer.content and str(job.id).encode() not in answer.content


def is_sent_to_log_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("page", sorted(SCENE_MAKING))
def test_pages_that_make_scenes_ask_to_sign_in(page: str) -> None:
    for method in ("get", "post"):
        assert is_sent_to_log_in(getattr(Client(), method)(f"/{page}")), method


@pytest.mark.parametrize("page", sorted(OWN_PAGES))
def test_pages_of_an_account_ask_to_sign_in(page: str) -> None:
    for method in ("get", "post"):
        assert is_sent_to_log_in(getattr(Client(), method)(f"/accounts/{page.format(prefix='abcdefgh')}")), method


def test_the_pages_of_the_administrator_are_for_administrators(job: Job) -> None:
    user, before = Client(), state()
    user.force_login(job.owner)
    for route in all_routes():
        if not route.template.startswith("admin/") or route.template in ("admin/login/", "admin/logout/"):
            continue
        path = "/" + re.sub(r"{\w+}", "1", route.template)
        for client in (Client(), user):
            for method in METHODS:
                answer = getattr(client, method)(path)
                assert answer.status_code in (403, 404) or "login/" in answer["Location"], (method, path)
                assert b"bob" not in answer.content, path
    assert state() == before


def test_no_file_is_reached_without_its_signature(job: Job) -> None:
    before = state()
    for asset in Asset.objects.all():
        for query in ("", "?se=99999999999&sp=r&sig=x", "?se=99999999999&sp=w&sig=x"):
            for method in METHODS:
                answer = getattr(Client(), method)(f"/blobs/{asset.key}{query}")
                assert answer.status_code == (405 if method == "post" else 403), (method, query)
    assert state() == before


def test_no_page_of_a_private_scene_is_reached_by_others(job: Job) -> None:
    Job.objects.update(public=False)
    user = Client()
    user.force_login(made_caller("ann").user)
    for client, status in ((Client(), 302), (user, 404)):
        for query in ("", "?token=x"):
            answer = client.get(f"/scenes/{job.id}/{query}")
            assert answer.status_code == status and b"bob" not in answer.content


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

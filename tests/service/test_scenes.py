"""The page of a scene: for whoever was given its address, for everybody when it is public, and for nobody else."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from tests.service.made_jobs import API, Caller, made_caller, made_job, made_product

from reelscape.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Caller:
    return made_caller("ann")


@pytest.fixture
def job(ann: Caller) -> Job:
    job = made_job(ann.user, title='A <b>garden</b> & "pond"', status="finished")
    for name, extension in (("ply", "ply"), ("spz", "spz"), ("preview", "jpg"), ("turntable", "mp4")):
        made_product(job, name, extension)
    return job


def page_of(caller: Caller, job: Job) -> str:
    """The page's address as the API gives it, for the test client."""
    answer = caller.client.get(f"{API}/jobs/{job.id}/viewer/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{settings.REELSCAPE.public_url}/scenes/{job.id}/")
    parts = urlsplit(answer["Location"])
    return f"{parts.path}?{parts.query}"


def test_the_given_address_shows_the_scene_without_a_key(ann: Caller, job: Job) -> None:
    answer = Client().get(page_of(ann, job))
    assert answer.status_code == 200
    text = answer.text
    assert "A &lt;b&gt;garden&lt;/b&gt; &amp; &quot;pond&quot;" in text
    assert "<b>" not in text and "<script" not in text and not re.search(r"\son\w+=", text)
    for file in ("scene.ply", "turntable.mp4", "preview.jpg", "spz.spz"):
        name, extension = file.split(".")
        kind = extension if name == "scene" else name
        assert f"{settings.REELSCAPE.public_url}/blobs/jobs/{job.id}/{kind}.{extension}?" in text
    assert re.search(r'<video src="[^"]+" poster="[^"]+" controls autoplay loop muted playsinline>', text)
    assert "PLY, for SuperSplat and other editors</a> (9\xa0bytes)" in text and "Reelscape" in text


def test_the_links_of_the_page_work(ann: Caller, job: Job) -> None:
    links = re.findall(r'(?:src|href|poster)="([^"]+)"', Client().get(page_of(ann, job)).text)
    assert len(links) == 5
    for link in links:
        parts = urlsplit(link.replace("&amp;", "&"))
        answer: Any = Client().get(f"{parts.path}?{parts.query}")
        assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"a product")
        answer.close()


def test_the_page_runs_nothing_and_tells_nobody_its_address(ann: Caller, job: Job) -> None:
    answer = Client().get(page_of(ann, job))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
    (nonce,) = re.findall(r'<style nonce="([^"]+)">', answer.text)
    assert f"style-src 'nonce-{nonce}'" in policy
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "private, no-store"
    assert nonce not in Client().get(page_of(ann, job)).text


def test_without_its_token_a_private_scene_is_not_there(ann: Caller, job: Job) -> None:
    other = made_job(ann.user)
    token = page_of(ann, other).partition("?")[2]
    path = f"/scenes/{job.id}/"
    unknown = f"/scenes/{uuid.uuid4()}/"
    for tried in (path, f"{path}?token=", f"{path}?token=x", f"{path}?{token}", f"{page_of(ann, job)}x", unknown):
        answer = Client().get(tried)  # the same whether it is there or not
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={tried.partition('?')[0]}")
    bob = made_caller("bob")
    signed_in = Client()
    signed_in.force_login(bob.user)
    assert signed_in.get(path).status_code == signed_in.get(unknown).status_code == 404
    assert bob.client.get(f"{API}/jobs/{job.id}/viewer/").status_code == 404


def test_a_token_expires(ann: Caller, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    path, now_s = page_of(ann, job), time.time()
    for later_s, status in ((-5, 200), (5, 302)):
        moment_s = now_s + settings.REELSCAPE.download_expiry_s + later_s
        monkeypatch.setattr("django.core.signing.time.time", lambda moment_s=moment_s: moment_s)
        assert Client().get(path).status_code == status


def test_a_public_scene_is_for_everybody(ann: Caller, job: Job) -> None:
    Job.objects.update(public=True)
    path = page_of(ann, job)
    assert "token" not in path
    for tried in (path, path.rstrip("?"), f"/scenes/{job.id}"):
        assert Client().get(tried).status_code == 200


@pytest.mark.parametrize("fields", [{"status": "queued"}, {"status": "failed"}, {"status": "finished"}])
def test_a_scene_that_is_not_there_shows_its_state(ann: Caller, fields: dict[str, Any]) -> None:
    job = made_job(ann.user, **fields)
    text = Client().get(page_of(ann, job)).text
    status = ann.client.get(f"{API}/jobs/{job.id}/").json()["status"]
    assert f"<p>{status}</p>" in text
    assert "<video" not in text and "<img" not in text and "<a " not in text


def test_the_owner_sees_the_page_by_signing_in(ann: Caller, job: Job) -> None:
    page = urlsplit(ann.client.get(f"{API}/jobs/{job.id}/").json()["links"]["page"]).path
    client = Client()
    client.force_login(ann.user)
    assert client.get(page).status_code == 200 and "pond" in client.get(page).text


def test_unknown_scenes_are_a_page_not_found(ann: Caller) -> None:
    client = Client()
    client.force_login(ann.user)
    for name in (uuid.uuid4(), "-" * 36, "x"):
        answer = client.get(f"/scenes/{name}/")
        assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert Client().post(f"/scenes/{uuid.uuid4()}/").status_code == 405

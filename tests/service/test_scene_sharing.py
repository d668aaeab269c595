"""What other sites are told of a public scene, and of no other; and the news of one in the making."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.service.made_jobs import Caller, made_caller, made_job, made_product, write_blob
from tests.service.test_scenes import REPORT, config_of, content, signed_in

from reelscape.jobs.models import Job

pytestmark = pytest.mark.django_db
PUBLIC_URL = settings.REELSCAPE.public_url


@pytest.fixture
def ann() -> Caller:
    return made_caller("ann")


@pytest.fixture
def job(ann: Caller) -> Job:
    job = made_job(ann.user, title='The "pond" & <more>', status="finished", public=True, report=REPORT)
    for name, extension in (("spz", "spz"), ("preview", "jpg"), ("turntable", "mp4")):
        made_product(job, name, extension)
    return job


def tags(text: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', text)
    return {name: unescape(value) for name, value in found}


def oembed(url: str, **query: str) -> Any:
    return Client().get("/oembed", {"url": url, **query})


def test_the_tags_of_a_public_page(job: Job) -> None:
    answer = Client().get(f"/scenes/{job.id}/")
    page, told = f"{PUBLIC_URL}/scenes/{job.id}/", tags(answer.text)
    assert told["og:title"] == told["twitter:title"] == job.title and told["og:url"] == page
    assert told["og:image"] == told["twitter:image"] == f"{page}preview.jpg"
    assert (told["og:image:width"], told["og:image:height"]) == ("718", "1280")
    assert told["og:video"] == f"{page}turntable.mp4" and told["twitter:card"] == "summary_large_image"
    assert "robots" not in told
    assert content(Client().get(f"/scenes/{job.id}/preview.jpg")) == b"a product"
    (found,) = re.findall(r'type="application/json\+oembed" href="([^"]+)"', answer.text)
    assert Client().get(unescape(found).removeprefix(PUBLIC_URL)).json()["title"] == job.title


def test_a_private_page_has_no_tags(ann: Caller, job: Job) -> None:
    Job.objects.update(public=False)
    text = signed_in(ann).get(f"/scenes/{job.id}/").text
    assert tags(text)["robots"] == "noindex"
    assert not [name for name in tags(text) if name.startswith(("og:", "twitter:"))] and "oembed" not in text


def test_oembed(job: Job) -> None:
    page = f"{PUBLIC_URL}/scenes/{job.id}/"
    answer = oembed(page, format="json", maxwidth="400", maxheight="9999")
    told = answer.json()
    assert answer["Content-Type"] == "application/json" and answer["Access-Control-Allow-Origin"] == "*"
    assert (told["version"], told["type"], told["title"]) == ("1.0", "rich", job.title)
    assert (told["width"], told["height"]) == (400, 540)
    assert (told["thumbnail_url"], told["thumbnail_width"]) == (f"{page}preview.jpg", 718)
    assert f'<iframe src="{page}?embed=1" title="The &quot;pond&quot; &amp; &lt;more&gt;" width="400"' in told["html"]
    assert oembed(page.rstrip("/")).json()["width"] == 960
    assert oembed(page, format="xml").status_code == 501


@pytest.mark.parametrize(
    "url", ["", "x", "{page}x", "http://other.example/scenes/{id}/", "{base}/scenes/", "{base}/", "http://[", "//{id}"]
)
def test_oembed_of_anything_else_is_not_found(job: Job, url: str) -> None:
    page = f"{PUBLIC_URL}/scenes/{job.id}/"
    assert oembed(url.format(page=page, id=job.id, base=PUBLIC_URL)).status_code == 404


def test_the_embedded_page_alone_may_stand_in_frames(ann: Caller, job: Job) -> None:
    for client in (Client(), signed_in(ann)):
        answer = client.get(f"/scenes/{job.id}/?embed=1")
        assert "frame-ancestors *" in answer["Content-Security-Policy"] and "X-Frame-Options" not in answer
        assert "form-action 'none'" in answer["Content-Security-Policy"] and "<form" not in answer.text
        config = config_of(answer)
        assert config["embed"] is True and "save" not in config
        whole = client.get(f"/scenes/{job.id}/")
        assert "frame-ancestors 'none'" in whole["Content-Security-Policy"] and whole["X-Frame-Options"] == "DENY"
    Job.objects.update(public=False)
    assert signed_in(ann).get(f"/scenes/{job.id}/?embed=1").status_code == 404


def test_the_owner_is_given_the_code(ann: Caller, job: Job) -> None:
    (code,) = re.findall(r'id="share-code" readonly value="([^"]+)"', signed_in(ann).get(f"/scenes/{job.id}/").text)
    assert unescape(code) == oembed(f"{PUBLIC_URL}/scenes/{job.id}/").json()["html"]


def test_the_news_while_it_is_made(ann: Caller, tmp_path: Path) -> None:
    job = made_job(ann.user, status="queued")
    client, path = signed_in(ann), f"/scenes/{job.id}/live"
    told = client.get(path).json()
    assert (told["status"], told["stage"], told["snapshot"]) == ("running", "waiting", None)
    assert (told["percent"], told["more"]) == (0, "It is next.")
    Job.objects.update(status="running", stage="train", overall=0.424, attempt=2)
    write_blob(f"jobs/{job.id}/live/1-900.spz", b"older")
    write_blob(f"jobs/{job.id}/live/2-100.spz", b"newest")
    answer = client.get(path)
    told = answer.json()
    assert (told["stage"], told["percent"], answer["Cache-Control"]) == ("training", 42, "private, no-store")
    assert told["snapshot"] == {"step": 100, "url": f"/scenes/{job.id}/live/2-100.spz"}
    assert content(client.get(told["snapshot"]["url"])) == b"newest"
    for gone in ("1-900", "2-99", "3-1"):
        assert client.get(f"/scenes/{job.id}/live/{gone}.spz").status_code == 404


def test_the_news_of_its_end(ann: Caller, job: Job) -> None:
    told = signed_in(ann).get(f"/scenes/{job.id}/live").json()
    assert told["status"] == "finished" and told["config"]["splats"]["spz"] == f"/scenes/{job.id}/scene.spz"
    assert told["config"]["save"]["csrf"] and "save" not in Client().get(f"/scenes/{job.id}/live").json()["config"]
    Job.objects.update(status="failed", error_message="Too dark.")
    write_blob(f"jobs/{job.id}/live/1-1.spz", b"left")
    assert Client().get(f"/scenes/{job.id}/live").json() == {"status": "failed", "message": "Too dark."}
    assert Client().get(f"/scenes/{job.id}/live/1-1.spz").status_code == 404

"""The page of a scene: for its owner, whoever was given its address, everybody when it is public, and nobody else."""

from __future__ import annotations

import json
import re
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from tests.service.made_jobs import API, Caller, made_caller, made_job, made_product, made_upload, write_blob

from reelscape.jobs.files import preview_key
from reelscape.jobs.models import Asset, Job

pytestmark = pytest.mark.django_db
REPORT = {
    "poses": {"num_images": 80, "num_registered": 40, "mean_reprojection_error_px": 0.5},
    "train": {"num_gaussians": 39_884, "psnr_db": 27.44, "ssim": 0.871},
    "mesh": {"made": True, "num_triangles": 200_000, "confirmed_share": 0.97},
    "stages": [{"name": "train", "wall_s": 100.0}, {"name": "mesh", "wall_s": 50.0}],
    "warnings": [{"code": "dark", "message": "The video is dark <b>."}],
    "preview": {"preview_size_px": [718, 1280], "turntable_size_px": [404, 720]},
}
PRODUCTS = {"ply": "ply", "spz": "spz", "glb": "glb", "preview": "jpg", "turntable": "mp4"}
FILES = ("scene.ply", "scene.spz", "mesh.glb", "preview.jpg", "turntable.mp4")


@pytest.fixture
def ann() -> Caller:
    return made_caller("ann")


@pytest.fixture
def job(ann: Caller) -> Job:
    job = made_job(ann.user, title='A <b>garden</b> & "pond"', status="finished", report=REPORT)
    for name, extension in PRODUCTS.items():
        made_product(job, name, extension)
    return job


def signed_in(caller: Caller) -> Client:
    client = Client()
    client.force_login(caller.user)
    return client


def page_of(caller: Caller, job: Job) -> str:
    """The page's address as the API gives it, for the test client."""
    answer = caller.client.get(f"{API}/jobs/{job.id}/viewer/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{settings.REELSCAPE.public_url}/scenes/{job.id}/")
    parts = urlsplit(answer["Location"])
    return f"{parts.path}?{parts.query}"


def config_of(answer: Any) -> dict[str, Any]:
    """What the page tells the viewer."""
    (text,) = re.findall(r'<script id="scene-config" type="application/json">(.*?)</script>', answer.text)
    return dict(json.loads(text))


def without_token(answer: Any) -> str:
    """The page without what differs from answer to answer anyway."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.text)


def content(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.status_code
    data = b"".join(answer.streaming_content)
    answer.close()
    return data


def test_the_given_address_shows_the_scene_without_a_key(ann: Caller, job: Job) -> None:
    path = page_of(ann, job)
    answer = Client().get(path)
    assert answer.status_code == 200
    assert "A &lt;b&gt;garden&lt;/b&gt; &amp; &quot;pond&quot;" in answer.text and "<b>" not in answer.text
    token = path.partition("?")[2]
    config = config_of(answer)
    assert config["title"] == job.title and config["camera"] == job.camera_data and "save" not in config
    assert config["splats"]["spz"] == f"/scenes/{job.id}/scene.spz?{token}" and config["splats"]["count"] == 39_884
    assert config["mesh"] == {"url": f"/scenes/{job.id}/mesh.glb?{token}", "kind": "glb"}
    assert config["poster"] == f"/scenes/{job.id}/preview.jpg?{token}"
    assert "<form" not in answer.text.partition('<main id="main">')[2]


def test_all_files_that_the_page_names_are_there(ann: Caller, job: Job) -> None:
    answer = Client().get(page_of(ann, job))
    config = config_of(answer)
    links = re.findall(r'href="(/scenes/[^"]+)" download="([^"]+)"', answer.text)
    assert [file_name for _, file_name in links] == [
        "A_b_garden_b_pond.spz", "A_b_garden_b_pond.ply", "A_b_garden_b_pond_mesh.glb", "A_b_garden_b_pond.mp4",
        "A_b_garden_b_pond.jpg",
    ]  # fmt: skip
    paths = [*(path for path, _ in links), config["mesh"]["url"], config["poster"], config["splats"]["ply"]]
    for path in paths:
        assert content(Client().get(path)) == b"a product"
    assert "9\xa0bytes" in answer.text


def test_the_page_says_how_well_it_went(ann: Caller, job: Job) -> None:
    text = signed_in(ann).get(f"/scenes/{job.id}/").text
    for name, value in {
        "Pictures with a known camera": "40 of 80; the rest is missing from the scene",
        "Camera path": "sharp, accurate to 0.5 px",
        "Splats": "39,884",
        "Likeness to unseen pictures": "27.4 dB PSNR, SSIM 0.87",
        "Mesh": "200,000 triangles, 97% of its depth seen by several views",
        "Time to make it": "2 min",
        "Training": "2 min",
        "Making the mesh": "50 s",
    }.items():
        assert f"<dt>{name}</dt><dd>{value}</dd>" in text
    assert "The video is dark &lt;b&gt;." in text


def test_the_page_holds_no_script_of_its_own_and_tells_nobody_its_address(ann: Caller, job: Job) -> None:
    for answer in (Client().get(page_of(ann, job)), signed_in(ann).get(f"/scenes/{job.id}/")):
        policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'" and policy["script-src"] == "'self' 'wasm-unsafe-eval'"
        assert policy["style-src"] == "'self'" and policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == "'none'" and answer["X-Frame-Options"] == "DENY"
        scripts = re.findall(r"<script([^>]*)>", answer.text)
        assert all(' src="/static/' in script or 'type="application/json"' in script for script in scripts)
        assert not re.search(r"\s(on\w+|style)=|<style", answer.text)
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "private, no-store"


def test_without_its_token_a_private_scene_is_not_there(ann: Caller, job: Job) -> None:
    other = made_job(ann.user)
    token = page_of(ann, other).partition("?")[2]
    path = f"/scenes/{job.id}/"
    unknown = f"/scenes/{uuid.uuid4()}/"
    for tried in (path, f"{path}?token=", f"{path}?token=x", f"{path}?{token}", f"{page_of(ann, job)}x", unknown):
        answer = Client().get(tried)  # the same whether it is there or not
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={tried.partition('?')[0]}")
    bob = made_caller("bob")
    assert signed_in(bob).get(path).status_code == signed_in(bob).get(unknown).status_code == 404
    assert bob.client.get(f"{API}/jobs/{job.id}/viewer/").status_code == 404


def test_no_part_of_a_private_scene_is_there_for_others(ann: Caller, job: Job) -> None:
    others = (Client(), signed_in(made_caller("bob")), signed_in(made_caller("root", is_superuser=True, is_staff=True)))
    for client in others:
        for part in ("live", "live/1-1.spz", "?embed=1", *FILES, "thumbnail.png", "turntable.mp4?token=x"):
            private, unknown = (client.get(f"/scenes/{number}/{part}") for number in (job.id, uuid.uuid4()))
            assert private.status_code == 404 and without_token(private) == without_token(unknown), part
    assert content(signed_in(ann).get(f"/scenes/{job.id}/preview.jpg")) == b"a product"


def test_making_it_private_or_deleting_it_ends_everything_at_once(ann: Caller, job: Job) -> None:
    Job.objects.update(public=True)
    visitor, owner, page = Client(), signed_in(ann), f"/scenes/{job.id}/"
    oembed = f"/oembed?url={settings.REELSCAPE.public_url}{page}"
    parts = (f"{page}preview.jpg", f"{page}scene.spz", f"{page}turntable.mp4", f"{page}live", f"{page}?embed=1", oembed)

    def statuses() -> list[int]:
        answers = [visitor.get(part) for part in parts]
        for answer in answers:
            answer.close()
        return [answer.status_code for answer in answers]

    assert statuses() == [200] * len(parts) and visitor.get(page).status_code == 200
    owner.post(f"{page}change", {"public": "false"})
    assert statuses() == [404] * len(parts) and visitor.get(page).status_code == 302
    owner.post(f"{page}change", {"public": "true"})
    assert statuses() == [200] * len(parts)
    owner.post(f"{page}delete")
    assert statuses() == [404] * len(parts) and not Job.objects.exists()


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
    for tried in (path, path.rstrip("?"), f"/scenes/{job.id}", f"{path}token=x"):
        answer = Client().get(tried)
        assert answer.status_code == 200 and "token" not in json.dumps(config_of(answer))
        assert "/change" not in answer.text and "/delete" not in answer.text
    answer = Client().get(f"/scenes/{job.id}/preview.jpg")
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("private, no-cache", "nosniff")
    assert content(answer) == b"a product"


def test_files_that_are_none_of_a_scene_are_not_there(ann: Caller, job: Job) -> None:
    Asset.objects.filter(name="ply").update(size_bytes=None)
    client = signed_in(ann)
    for file in ("scene.ply", "mesh.obj", "scene.exe", "transforms.json", "thumbnail.png", "report.json", "live.spz"):
        assert client.get(f"/scenes/{job.id}/{file}").status_code == 404, file


@pytest.mark.parametrize(
    ("name", "message", "words"),
    [
        ("queued", "", "Waiting for its turn"),
        ("running", "half of train", "Half of train"),
        ("running", "step 1458 of 4000, 10000 gaussians, 30.8 dB", "Training: 10,000 splats so far"),
    ],
)
def test_a_scene_in_the_making_shows_how_far_it_is(ann: Caller, name: str, message: str, words: str) -> None:
    upload = made_upload(ann.user)
    job = made_job(ann.user, status=name, stage="train", overall=0.5, message=message, video=upload)
    picture = preview_key(upload.key)
    write_blob(picture, b"a picture")
    Asset.objects.create(owner=ann.user, kind="product", key=picture, name="thumbnail", extension="png", size_bytes=9)
    client = signed_in(ann)
    answer = client.get(f"/scenes/{job.id}/")
    assert f'<p class="lead" id="making-text" role="status">{words}</p>' in answer.text
    assert 'max="100" value="50"' in answer.text and f"/scenes/{job.id}/cancel" in answer.text
    assert "/retry" not in answer.text and "Downloads" not in answer.text
    config = config_of(answer)
    assert config["live"] == {"url": f"/scenes/{job.id}/live"} and "splats" not in config
    assert content(client.get(config["poster"])) == b"a picture"


def test_a_failed_scene_says_why_and_offers_another_try(ann: Caller) -> None:
    told = {"error_message": "It is too <dark>.", "advice": "Switch on the light.", "error_code": "too_dark"}
    job = made_job(ann.user, status="failed", video=made_upload(ann.user), **told)
    text = signed_in(ann).get(f"/scenes/{job.id}/").text
    assert "It is too &lt;dark&gt;." in text and "Switch on the light." in text
    assert f'action="/scenes/{job.id}/retry"' in text and 'value="2000"' in text and "scene-config" not in text
    Job.objects.update(public=True)
    seen = Client().get(f"/scenes/{job.id}/").text
    assert "<code>too_dark</code>" in text and 'name="quality" value="draft"' in text
    assert "too &lt;dark&gt;" in seen and "Switch on" not in seen and "/retry" not in seen
    Asset.objects.all().delete()
    text = signed_in(ann).get(f"/scenes/{job.id}/").text
    assert "upload it again" in text and "/retry" not in text


def test_a_scene_whose_files_are_gone_says_so(ann: Caller) -> None:
    job = made_job(ann.user, status="finished")
    text = signed_in(ann).get(f"/scenes/{job.id}/").text
    assert "The files of this scene are not there any more." in text and "scene-config" not in text


def test_the_owner_sees_the_page_by_signing_in(ann: Caller, job: Job) -> None:
    page = urlsplit(ann.client.get(f"{API}/jobs/{job.id}/").json()["links"]["page"]).path
    answer = signed_in(ann).get(page)
    assert answer.status_code == 200 and "pond" in answer.text
    assert config_of(answer)["save"]["url"] == f"/scenes/{job.id}/view"


def test_unknown_scenes_are_a_page_not_found(ann: Caller) -> None:
    client = signed_in(ann)
    for name in (uuid.uuid4(), "-" * 36, "x"):
        answer = client.get(f"/scenes/{name}/")
        assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert Client().post(f"/scenes/{uuid.uuid4()}/").status_code == 405

"""Pictures of uploaded videos: drawn while jobs wait and run, told as thumbnail, gone with the upload."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from tests.service.made_jobs import API, Caller, made_caller, made_job, made_product, made_upload
from tests.service.made_work import configure

from reelscape.jobs import drawing, pictures, retention, verbs
from reelscape.jobs.files import preview_key, store
from reelscape.jobs.models import Asset, Job

pytestmark = pytest.mark.django_db
FAKE_PICTURE = (sys.executable, str(Path(__file__).with_name("fake_picture.py")))


@pytest.fixture
def ann(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Caller:
    configure(settings)
    monkeypatch.setattr(drawing, "PROGRAM", FAKE_PICTURE)
    return made_caller("ann")


def submitted(caller: Caller, data: bytes = b"a video", **fields: Any) -> Job:
    return made_job(caller.user, video=made_upload(caller.user, data), **fields)


def thumbnail(caller: Caller, job: Job) -> Any:
    return caller.client.get(f"{API}/jobs/{job.id}/download/thumbnail/")


@pytest.mark.parametrize("status", ["queued", "running"])
def test_a_job_has_a_thumbnail_long_before_its_scene(ann: Caller, status: str) -> None:
    job = submitted(ann, status=status)
    assert thumbnail(ann, job).status_code == 404
    pictures.draw_due()
    answer = thumbnail(ann, job)
    assert answer.status_code == 302
    picture = Client().get(answer["Location"].removeprefix(django_settings.REELSCAPE.public_url))
    assert b"".join(picture.streaming_content) == b"\x89PNG of a video"  # type: ignore[attr-defined]
    assert picture["Content-Type"] == "image/png"
    told = ann.client.get(f"{API}/jobs/{job.id}/").json()
    assert told["links"]["thumbnail"].endswith(f"/jobs/{job.id}/download/thumbnail/")
    assert thumbnail(made_caller("bob"), job).status_code == 404


def test_it_does_not_pass_for_the_preview_of_a_scene(ann: Caller) -> None:
    job = submitted(ann)
    pictures.draw_due()
    assert ann.client.get(f"{API}/jobs/{job.id}/preview/").status_code == 400
    assert not job.products.exists()


def test_one_picture_serves_all_jobs_of_an_upload_and_outlasts_their_products(ann: Caller) -> None:
    job = submitted(ann)
    other = made_job(ann.user, video=job.video)
    pictures.draw_due()
    made_product(job, "preview", "jpg").delete()
    job.products.all().delete()
    retention.clean_up()
    assert [thumbnail(ann, each).status_code for each in (job, other)] == [302, 302]
    assert Asset.objects.filter(name="thumbnail").count() == 1


def test_it_goes_with_its_upload(ann: Caller) -> None:
    job = submitted(ann)
    pictures.draw_due()
    assert job.video is not None
    key = preview_key(job.video.key)
    assert store().exists(key)
    verbs.delete(job)
    assert not store().exists(key) and not Asset.objects.exists()


def test_an_upload_that_goes_meanwhile_leaves_no_picture(ann: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    job = submitted(ann)
    assert job.video is not None
    key = preview_key(job.video.key)
    draw = drawing._run

    def draw_and_delete(program: list[str]) -> None:
        draw(program)
        verbs.delete(job)

    monkeypatch.setattr(drawing, "_run", draw_and_delete)
    pictures.draw_due()
    assert not store().exists(key) and not Asset.objects.exists()


def test_one_that_cannot_be_drawn_is_not_there_and_tried_once(
    ann: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(drawing, "_TIME_LIMIT_S", 0.5)
    refused, hanging, good = submitted(ann, b"refuse"), submitted(ann, b"hang"), submitted(ann)
    for _ in range(2):
        pictures.draw_due()
    assert [thumbnail(ann, job).status_code for job in (refused, hanging, good)] == [404, 404, 302]
    said = [record.getMessage() for record in caplog.records if "no picture" in record.getMessage()]
    assert len(said) == 2 and "No such command" in "".join(said) and "0.5 s" in "".join(said)


def test_nothing_is_drawn_for_jobs_that_are_over_or_for_photos(ann: Caller) -> None:
    jobs = [submitted(ann, status="finished"), submitted(ann)]
    Asset.objects.filter(id=jobs[1].video_id).update(extension="zip")
    pictures.draw_due()
    assert [thumbnail(ann, job).status_code for job in jobs] == [404, 404]


def test_none_is_drawn_on_a_full_disk(ann: Caller, settings: Any) -> None:
    job = submitted(ann)
    configure(settings, disk_quota_bytes=1)
    pictures.draw_due()
    assert thumbnail(ann, job).status_code == 404

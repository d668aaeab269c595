"""Making a scene private, or deleting it, ends all that shows it at once: also for who holds a copy and asks again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.service.made_jobs import Caller, made_caller, made_job, made_product, made_upload, write_blob
from tests.service.made_open import MP4, local_client, path_of, uploaded
from tests.service.test_scenes import REPORT, signed_in

from reelscape.jobs.files import preview_key
from reelscape.jobs.models import Asset, Job

pytestmark = pytest.mark.django_db
KEPT_BY_NOBODY = ("no-store", "no-cache")


@pytest.fixture
def ann() -> Caller:
    return made_caller("ann")


def finished(ann: Caller) -> tuple[Job, list[str]]:
    """A public scene, and all that shows it."""
    job = made_job(ann.user, status="finished", public=True, report=REPORT)
    for name, extension in (("spz", "spz"), ("ply", "ply"), ("glb", "glb"), ("preview", "jpg"), ("turntable", "mp4")):
        made_product(job, name, extension)
    files = ("scene.spz", "scene.ply", "mesh.glb", "preview.jpg", "turntable.mp4", "live", "", "?embed=1")
    page = f"/scenes/{job.id}/"
    return job, [*(page + file for file in files), f"/oembed?url={settings.REELSCAPE.public_url}{page}"]


def training(ann: Caller) -> tuple[Job, list[str]]:
    """A public scene in the making, with an early scene and the picture of its video."""
    video = made_upload(ann.user)
    job = made_job(ann.user, status="running", stage="train", public=True, video=video, attempt=1)
    write_blob(f"jobs/{job.id}/live/1-9.spz", b"early")
    key = preview_key(video.key)
    write_blob(key, b"picture")
    Asset.objects.create(owner=ann.user, kind="product", key=key, name="thumbnail", extension="png", size_bytes=7)
    page = f"/scenes/{job.id}/"
    return job, [page + part for part in ("live", "live/1-9.spz", "thumbnail.png", "", "?embed=1")]


def ask(path: str, etags: dict[str, str], client: Client) -> int:
    """The status of an answer to who has its content already; no cache on the way may keep any."""
    answer: Any = client.get(path, headers={"If-None-Match": etags[path]} if path in etags else {})
    if "ETag" in answer:
        etags[path] = answer["ETag"]
    if answer.status_code in (200, 304):
        assert any(word in answer["Cache-Control"] for word in KEPT_BY_NOBODY), path
        assert "max-age" not in answer["Cache-Control"] and "public" not in answer["Cache-Control"]
    answer.close()
    return int(answer.status_code)


@pytest.mark.parametrize("made", [finished, training])
@pytest.mark.parametrize("end", ["private", "delete", "admin"])
def test_nothing_is_shown_from_that_moment(
    ann: Caller, made: Callable[[Caller], tuple[Job, list[str]]], end: str
) -> None:
    job, paths = made(ann)
    visitor, etags = Client(), dict[str, str]()
    assert [ask(path, etags, visitor) for path in paths] == [200] * len(paths)
    assert sum(ask(path, etags, visitor) == 304 for path in paths) >= 3, "copies are asked for again"
    if end == "private":
        signed_in(ann).post(f"/scenes/{job.id}/change", {"public": "false"})
    elif end == "delete":
        signed_in(ann).post(f"/scenes/{job.id}/delete")
    else:
        operator = Client()
        operator.force_login(made_caller("root", is_staff=True, is_superuser=True).user)
        fields = {"action": "make_private", "_selected_action": str(job.id)}
        operator.post("/admin/jobs/job/", fields, follow=True)
    assert {ask(path, etags, visitor) for path in paths} <= {404, 302}
    assert [ask(path, etags, visitor) for path in paths].count(302) == 1, "the page alone asks to sign in"


def test_a_deleted_open_video_ends_its_live_view() -> None:
    told = uploaded("walk.mp4", MP4)
    client, page = local_client(), f"/api/live/{told['job_id']}"
    Job.objects.update(status="running", attempt=1)
    write_blob(f"jobs/{told['job_id']}/live/1-9.spz", b"early")
    etags: dict[str, str] = {}
    paths = [page, f"{page}/1-9.spz", path_of(told["view"])]
    assert [ask(path, etags, client) for path in paths] == [200] * 3
    assert [ask(path, etags, client) for path in paths[:2]] == [304] * 2
    client.delete(path_of(told["url"]), headers={"X-Delete-Token": told["delete_token"]})
    assert [ask(path, etags, client) for path in paths] == [404] * 3

"""The delete token: it takes away everything that came of an upload, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests.service.made_jobs import made_product, write_blob
from tests.service.made_open import GLB, MP4, got, local_client, path_of, preview_of, uploaded

from reelscape.jobs import retention
from reelscape.jobs.files import preview_key, run_dir, store
from reelscape.jobs.models import Asset, Job

pytestmark = pytest.mark.django_db


def all_keys() -> list[str]:
    return list(store().keys())


@pytest.fixture
def client() -> Client:
    return local_client()


@pytest.fixture(autouse=True)
def an_empty_store() -> None:
    for key in all_keys():
        store().delete(key)


@pytest.fixture
def scene() -> dict[str, Any]:
    """A video whose job has ended, with products, pictures and a run folder."""
    told = uploaded("walk.mp4", MP4)
    job = Job.objects.get(id=told["job_id"])
    Job.objects.filter(id=job.id).update(status="finished", ended_at=timezone.now())
    for name in ("glb", "ply", "preview"):
        write_blob(preview_key(made_product(job, name).key), b"a picture")
    assert job.video is not None
    write_blob(preview_key(job.video.key), b"a picture")
    run_dir(job.id).mkdir(parents=True)
    (run_dir(job.id) / "report.json").write_text("{}")
    return told


def test_the_token_removes_everything(client: Client, scene: dict[str, Any]) -> None:
    job_id = scene["job_id"]
    other = uploaded()
    glb = Asset.objects.get(name="glb")
    assert len(all_keys()) == 9
    answer = client.delete(path_of(scene["url"]), headers={"X-Delete-Token": scene["delete_token"]})
    assert (answer.status_code, answer.content) == (204, b"")
    assert [key.split("/")[1] for key in all_keys()] == [f"{other['id']}.glb"]
    assert [str(asset.id) for asset in Asset.objects.all()] == [other["id"]] and not Job.objects.exists()
    assert not [path for path in settings.REELSCAPE.runs_dir.iterdir() if job_id in path.name]
    for path in (path_of(scene["url"]), path_of(scene["view"]), preview_of(scene), f"/api/files/{glb.id}.glb"):
        assert got(client, path).status_code == 404
    assert got(client, f"/api/reconstruct/status/{job_id}").status_code == 404
    assert client.delete(path_of(scene["url"]) + f"?token={scene['delete_token']}").status_code == 404


def test_a_running_job_is_stopped_by_it(client: Client) -> None:
    told = uploaded("walk.mp4", MP4)
    Job.objects.update(status="running", attempt=1)
    assert client.delete(f"{path_of(told['url'])}?token={told['delete_token']}").status_code == 204
    assert not Job.objects.exists() and all_keys() == []


@pytest.mark.parametrize("token", ["", "x", "é", "\x00"])
def test_a_wrong_token_changes_nothing(client: Client, scene: dict[str, Any], token: str) -> None:
    before = all_keys()
    other = uploaded()["delete_token"]
    glb = Asset.objects.get(name="glb")
    for path in (path_of(scene["url"]), f"/api/files/{glb.id}.glb"):
        for tried in (token, other, scene["delete_token"][:-1]):
            answer = client.delete(path, QUERY_STRING=f"token={tried}")
            assert (answer.status_code, answer.json()["code"]) == (403, "wrong_delete_token")
    answer = client.delete(f"/api/files/{glb.id}.glb?token={scene['delete_token']}")
    assert answer.status_code == 403  # a product goes with its upload
    assert set(before) < set(all_keys()) and Job.objects.count() == 1


def test_the_token_is_told_once_and_kept_as_a_hash(client: Client, scene: dict[str, Any]) -> None:
    token = scene["delete_token"]
    assert len(token) >= 43 and token != uploaded()["delete_token"]
    assert token not in str(list(Asset.objects.values()))
    for path in (path_of(scene["view"]), f"/api/reconstruct/status/{scene['job_id']}"):
        assert token not in got(client, path).data.decode()


def test_open_things_are_kept_for_ever_unless_a_setting_says_otherwise(scene: dict[str, Any], settings: Any) -> None:
    old = timezone.now() - timedelta(days=400)
    uploaded("old.glb", GLB)
    Asset.objects.update(stored_at=old)
    Job.objects.update(ended_at=old)
    settings.REELSCAPE = replace(settings.REELSCAPE, keep_jobs_s=60, keep_uploads_s=60)
    retention.clean_up()
    assert Asset.objects.count() == 5 and Job.objects.count() == 1 and len(all_keys()) == 9
    young = uploaded("young.glb", GLB)
    settings.REELSCAPE = replace(settings.REELSCAPE, keep_open_s=86_400)
    retention.clean_up()
    assert [str(asset.id) for asset in Asset.objects.all()] == [young["id"]]
    assert not Job.objects.exists() and len(all_keys()) == 1


def test_a_video_at_work_outlives_its_time(settings: Any) -> None:
    uploaded("walk.mp4", MP4)
    Asset.objects.update(stored_at=timezone.now() - timedelta(days=2))
    settings.REELSCAPE = replace(settings.REELSCAPE, keep_open_s=60)
    retention.clean_up()
    assert Asset.objects.count() == 1 and Job.objects.count() == 1


def test_a_picture_without_its_file_is_swept() -> None:
    kept = Asset.objects.get(id=uploaded()["id"]).key
    for key in (kept, "files/gone.glb"):
        write_blob(preview_key(key), b"a picture")
    retention.clean_up()
    assert sorted(all_keys()) == [kept, preview_key(kept)]

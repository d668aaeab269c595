"""How much one account may have under way, and how it gives uploads up."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from tests.service.made_jobs import API, Caller, made_caller, made_job, made_upload, post, submit

from reelscape.jobs import uploads
from reelscape.jobs.files import store
from reelscape.jobs.models import Asset
from reelscape.service_config import ServiceConfig
from reelscape.storage.partial import Note

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Caller:
    return made_caller("ann")


def test_a_webhook_is_looked_at_only_with_an_upload_of_ones_own(ann: Caller) -> None:
    for url in ("https://127.0.0.1/hook", "https://example.org/"):
        answer = post(ann, "submit-job/", {"blob_name": f"videos/{uuid.uuid4()}.mp4", "webhook_url": url})
        assert answer.json()["code"] == "blob_not_found"


def configured(settings_of_test: Any, **values: Any) -> None:
    settings_of_test.REELSCAPE = replace(settings_of_test.REELSCAPE, **values)


def test_an_account_has_so_many_waiting_jobs(ann: Caller, settings: Any) -> None:
    configured(settings, max_waiting_jobs=2)
    ended = made_job(ann.user, status="failed", video=made_upload(ann.user))
    made_job(ann.user, status="running")
    assert [submit(ann).status_code for _ in range(3)] == [201, 201, 429]
    for refused in (submit(ann), post(ann, f"jobs/{ended.id}/retry/")):
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_jobs")
        assert int(refused["Retry-After"]) == 60 and "2 jobs" in refused.json()["error"]
    assert submit(made_caller("bob")).status_code == 201
    configured(settings, max_waiting_jobs=0)
    assert submit(ann).status_code == 201


def test_an_account_has_so_many_open_uploads(ann: Caller, settings: Any) -> None:
    configured(settings, max_open_uploads=2)
    made_upload(ann.user)
    asked = [post(ann, "generate-upload-url/", {"file_extension": "mp4"}) for _ in range(3)]
    assert [answer.status_code for answer in asked] == [200, 200, 429]
    assert asked[2].json()["code"] == "too_many_uploads" and asked[2]["Retry-After"]
    assert post(made_caller("bob"), "generate-upload-url/", {"file_extension": "mp4"}).status_code == 200
    uploads.give_up(Asset.objects.filter(size_bytes=None, owner=ann.user)[0])
    assert post(ann, "generate-upload-url/", {"file_extension": "mp4"}).status_code == 200


def test_1000_jobs_of_one_account_may_wait() -> None:
    assert ServiceConfig().max_waiting_jobs >= 1000


def test_an_upload_that_no_job_needs_can_be_removed(ann: Caller) -> None:
    stored, used = made_upload(ann.user), made_upload(ann.user)
    made_job(ann.user, status="failed", video=used)
    awaited = Asset.objects.get(key=post(ann, "generate-upload-url/", {"file_extension": "mp4"}).json()["blob_name"])
    uploads.partial_of(awaited).declare(Note(100, 1e10))
    for asset in (stored, awaited):
        answer = ann.client.delete(f"{API}/uploads/{asset.id}/")
        assert (answer.status_code, answer.content) == (204, b"")
        assert asset.key == f"videos/{asset.id}.mp4" and not store().exists(asset.key)
        assert ann.client.delete(f"{API}/uploads/{asset.id}/").status_code == 404
    assert uploads.partial_of(awaited).note() is None
    refused = ann.client.delete(f"{API}/uploads/{used.id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "upload_in_use")
    assert list(Asset.objects.all()) == [used] and store().exists(used.key)

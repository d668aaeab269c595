"""Rows go first and files when that is certain: whatever fails or is killed in between leaves no row without files."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from tests.service.made_jobs import made_caller, made_job, made_product, made_upload
from tests.service.made_work import configure

from reelscape.errors import BlobNotFound
from reelscape.jobs import files, retention, verbs
from reelscape.jobs.files import preview_key, run_dir, store
from reelscape.jobs.models import Asset, Job
from reelscape.web import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(settings: Any) -> User:
    configure(settings)
    return made_caller("ann").user


def scene(owner: User) -> Job:
    """A finished job with all that one has."""
    job = made_job(owner, status="finished", video=made_upload(owner))
    made_product(job, "ply")
    (run_dir(job.id) / "work").mkdir(parents=True)
    return job


def left(job_id: Any, video_id: Any) -> list[str]:
    """The files of a job and of its upload."""
    keys = [*store().keys(f"videos/{video_id}"), *store().keys(f"jobs/{job_id}/")]
    return [*keys, *(["run"] if run_dir(job_id).exists() else [])]


def test_a_transaction_that_fails_leaves_rows_and_files(ann: User) -> None:
    job = scene(ann)
    ids = job.id, job.video_id
    before = left(*ids)

    def remove_and_fail() -> None:
        with transaction.atomic():
            verbs.delete(Job.objects.get())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        remove_and_fail()
    assert left(*ids) == before and len(before) == 3
    assert (Job.objects.count(), Asset.objects.count()) == (1, 2)


def test_an_administrator_who_removes_an_account_in_vain_loses_no_file(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = scene(ann)
    ids = job.id, job.video_id
    before = left(*ids)
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root", password=None))

    def fail(*_: Any) -> None:
        raise RuntimeError

    page = f"/admin/auth/user/{ann.id}/delete/"
    with monkeypatch.context() as patch:
        patch.setattr(User, "delete", fail)
        assert client.post(page, {"post": "yes"}).status_code == 500
    assert Job.objects.filter(id=ids[0]).exists() and left(*ids) == before
    assert client.post(page, {"post": "yes"}).status_code == 302
    assert not User.objects.filter(id=ann.id).exists() and left(*ids) == []


def test_rows_of_a_job_go_at_once(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = scene(ann)
    ids = job.id, job.video_id

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(verbs, "remove_blobs", killed)
        patch.setattr(type(store()), "delete", killed)
        verbs.delete(job)
    assert (Job.objects.count(), Asset.objects.count()) == (0, 0) and len(left(*ids)) == 3
    retention.clean_up()  # the next one, within a minute
    assert left(*ids) == []


def test_no_file_goes_while_the_rows_may_still_come_back(ann: User) -> None:
    job = scene(ann)
    ids = job.id, job.video_id
    before = left(*ids)
    with transaction.atomic():
        accounts.remove(ann)
        assert left(*ids) == before
    assert left(*ids) == []


def test_an_upload_of_two_jobs_goes_with_the_last_and_takes_its_picture_along(ann: User) -> None:
    first = scene(ann)
    video = first.video
    assert video is not None
    second = made_job(ann, video=video)
    key = preview_key(video.key)
    Asset.objects.create(owner=ann, kind="product", key=key, name="thumbnail", extension="png", size_bytes=1)
    files.store().path(key).write_bytes(b"p")
    verbs.delete(first)
    assert [store().exists(name) for name in (video.key, key)] == [True, True]
    verbs.delete(second)
    assert [store().exists(name) for name in (video.key, key)] == [False, False] and not Asset.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_upload_cannot_go_between_the_look_and_the_job(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction is an IMMEDIATE one: who removes the upload waits for its end, or came before its beginning."""
    looks: list[bool] = []
    whole = verbs.is_complete

    def look(asset: Asset) -> bool:
        looks.append(transaction.get_connection().in_atomic_block)
        return whole(asset)

    monkeypatch.setattr(verbs, "is_complete", look)
    upload = made_upload(ann)
    assert verbs.submit(ann, verbs.Submission(upload.key)).video == upload
    assert looks == [True]
    Job.objects.all().delete()
    verbs.delete_upload(upload)
    with pytest.raises(BlobNotFound):
        verbs.submit(ann, verbs.Submission(upload.key))

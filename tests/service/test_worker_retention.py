"""What is removed when its time has come, and what is not."""

from __future__ import annotations

import os
import time
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone
from tests.service.made_jobs import made_job, made_product, made_upload, write_blob
from tests.service.made_work import configure

from reelscape.jobs import quota, retention, verbs
from reelscape.jobs.files import run_dir, store
from reelscape.jobs.models import Asset, Job

DAY_S = 86_400


@pytest.fixture
def ann(db: None, settings: Any) -> User:
    configure(settings, keep_runs_s=DAY_S, keep_uploads_s=7 * DAY_S, keep_jobs_s=30 * DAY_S)
    return User.objects.create_user("ann")


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def with_run(job: Job, num_bytes: int = 10) -> Path:
    folder = run_dir(job.id)
    folder.mkdir(parents=True)
    (folder / "scene.ply").write_bytes(bytes(num_bytes))
    return folder


def test_run_folders_are_kept_for_a_while_after_the_end(ann: User) -> None:
    kept = [
        with_run(made_job(ann, status="failed", ended_at=ago(0.9))),
        with_run(made_job(ann, status="queued")),
        with_run(made_job(ann, status="running", created_at=ago(9))),
    ]
    removed = [
        with_run(made_job(ann, status="finished", ended_at=ago(1.1))),
        with_run(made_job(ann, status="cancelled", ended_at=ago(2))),
    ]
    retention.clean_up()
    assert all(folder.exists() for folder in kept)
    assert not any(folder.exists() for folder in removed)


def test_run_folders_that_no_job_has_are_removed(ann: User, settings: Any) -> None:
    runs = settings.REELSCAPE.runs_dir
    lost, grave = runs / str(uuid.uuid4()), runs / f".{uuid.uuid4()}.0a1b2c3d.gone"
    other = runs / "notes of the operator"
    for folder in (lost, grave, other):
        (folder / "deep").mkdir(parents=True)
    retention.clean_up()
    assert not lost.exists() and not grave.exists() and other.exists()
    (other / "deep").rmdir()
    other.rmdir()


def test_uploads_that_no_job_needs_are_removed(ann: User) -> None:
    uploads = {name: made_upload(ann) for name in ("unused", "waiting", "needed lately", "long over", "fresh")}
    Asset.objects.exclude(id=uploads["fresh"].id).update(stored_at=ago(8))
    made_job(ann, video=uploads["waiting"], status="queued")
    made_job(ann, video=uploads["needed lately"], status="finished", ended_at=ago(1))
    over = made_job(ann, video=uploads["long over"], status="finished", ended_at=ago(8))
    retention.clean_up()
    left = {name for name, asset in uploads.items() if Asset.objects.filter(id=asset.id).exists()}
    assert left == {"waiting", "needed lately", "fresh"}
    assert {name for name, asset in uploads.items() if store().exists(asset.key)} == left
    over.refresh_from_db()
    assert over.video is None


def test_ended_jobs_are_removed_with_all_they_have(ann: User) -> None:
    old = made_job(ann, status="finished", ended_at=ago(31), video=made_upload(ann))
    young = made_job(ann, status="finished", ended_at=ago(29))
    waiting = made_job(ann, status="queued", created_at=ago(99))
    for job in (old, young):
        made_product(job, "ply")
    old_id, old_run = old.id, with_run(old)
    retention.clean_up()
    assert set(Job.objects.values_list("id", flat=True)) == {young.id, waiting.id}
    assert not old_run.exists() and not list(store().keys(f"jobs/{old_id}/"))
    assert len(list(store().keys(f"jobs/{young.id}/"))) == 1


def test_zero_keeps_jobs_and_uploads_for_ever(ann: User, settings: Any) -> None:
    configure(settings, keep_uploads_s=0, keep_jobs_s=0)
    job = made_job(ann, status="finished", ended_at=ago(9999), video=made_upload(ann))
    Asset.objects.update(stored_at=ago(9999))
    made_product(job, "ply")
    retention.clean_up()
    assert Job.objects.count() == 1 and Asset.objects.count() == 2


def test_blobs_without_a_row_are_removed_unless_their_job_runs(ann: User) -> None:
    running = made_job(ann, status="running")
    over = made_job(ann, status="failed", ended_at=ago(0.1))
    keys = [f"jobs/{running.id}/2/scene.ply", f"jobs/{over.id}/1/scene.ply", f"videos/{uuid.uuid4()}.mp4"]
    for key in keys:
        write_blob(key, b"x")
    product = made_product(over, "spz")
    retention.clean_up()
    assert [store().exists(key) for key in [*keys, product.key]] == [True, False, False, True]


def test_old_parts_of_blobs_are_removed(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    part = store().root / "jobs" / ".scene.ply.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.touch()
    retention.clean_up()
    assert part.exists()
    later = time.time() + 7200
    monkeypatch.setattr(retention.time, "time", lambda: later)
    retention.clean_up()
    assert not part.exists()


def test_room_is_made_of_the_oldest_runs_of_ended_jobs(ann: User, settings: Any) -> None:
    folders = [with_run(made_job(ann, status="finished", ended_at=ago(days)), 100_000) for days in (0.3, 0.2, 0.1)]
    running = with_run(made_job(ann, status="running"), 100_000)
    quota.runs.forget()
    configure(settings, disk_quota_bytes=quota.used_bytes() - 150_000)
    assert retention.make_room() is True
    assert [folder.exists() for folder in folders] == [False, False, True]
    configure(settings, disk_quota_bytes=1)
    assert retention.make_room() is False
    assert not folders[2].exists() and running.exists()
    assert os.listdir(running) == ["scene.ply"]  # noqa: PTH208


def test_files_that_are_no_blobs_stop_nothing(ann: User) -> None:
    odd = [store().root / name for name in ("odd", "videos/.hidden", "videos/a b.mp4", "jobs/ü/scene.ply")]
    for path in odd:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    lost = f"videos/{uuid.uuid4()}.mp4"
    write_blob(lost, b"x")
    assert not {"videos/a b.mp4", "jobs/ü/scene.ply"} & set(store().keys())
    retention.remove_lost_blobs()
    assert not store().exists(lost) and [path.exists() for path in odd] == [False, True, True, True]
    assert store().size_bytes() >= 0
    for path in odd[1:]:
        path.unlink()


def test_one_job_that_cannot_be_removed_stops_no_other_and_no_other_step(
    ann: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, old = (made_job(ann, status="finished", ended_at=ago(31)) for _ in range(2))
    folder = with_run(made_job(ann, status="finished", ended_at=ago(2)))
    expire = verbs.expire

    def fail_for_one(job: Job) -> None:
        if job == stuck:
            raise OSError("stuck")
        expire(job)

    monkeypatch.setattr(verbs, "expire", fail_for_one)
    monkeypatch.setattr(retention, "remove_old_uploads", lambda: 1 / 0)
    retention.clean_up()
    assert not Job.objects.filter(id=old.id).exists() and Job.objects.filter(id=stuck.id).exists()
    assert not folder.exists()
    assert f"cannot deal with job {stuck.id}" in caplog.text and "division by zero" in caplog.text


def test_one_open_job_that_cannot_be_removed_stops_no_other(
    ann: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(settings, keep_open_s=DAY_S)
    stuck, old = (made_job(ann, is_open=True, status="finished", ended_at=ago(2)) for _ in range(2))
    upload = made_upload(ann)
    Asset.objects.update(is_open=True, stored_at=ago(2))
    expire = verbs.expire
    monkeypatch.setattr(verbs, "expire", lambda job: 1 / 0 if job == stuck else expire(job))
    retention.remove_old_open()
    assert list(Job.objects.all()) == [stuck] and not Asset.objects.filter(id=upload.id).exists()
    assert not Job.objects.filter(id=old.id).exists()


def test_a_job_that_was_queued_again_meanwhile_is_kept(ann: User) -> None:
    job = made_job(ann, is_open=True, status="finished", ended_at=ago(2), video=made_upload(ann))
    Job.objects.update(status="queued")
    verbs.expire(job)
    assert Job.objects.get().video is not None


@pytest.mark.parametrize("is_open", [True, False])
def test_an_open_upload_goes_with_open_jobs_alone(ann: User, is_open: bool) -> None:
    upload = made_upload(ann)
    Asset.objects.update(is_open=True)
    upload.refresh_from_db()
    verbs.expire(made_job(ann, is_open=is_open, status="finished", ended_at=ago(31), video=upload))
    assert not Job.objects.exists() and Asset.objects.exists() is not is_open
    verbs.delete(made_job(ann, status="finished", video=upload))
    assert not Asset.objects.exists()


def test_a_locked_database_ends_a_sweep_at_once(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Job] = []

    def locked(job: Job) -> None:
        tried.append(job)
        raise OperationalError("database is locked")

    for _ in range(2):
        made_job(ann, status="finished", ended_at=ago(31))
    monkeypatch.setattr(verbs, "expire", locked)
    with pytest.raises(OperationalError):
        retention.clean_up()
    assert len(tried) == 1

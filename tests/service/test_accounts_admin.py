"""The administrator's pages: who gets in, what is shown, and that nothing of what is removed stays behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reelscape.jobs.files import store
from reelscape.jobs.models import Asset, Delivery, Job, Worker
from reelscape.web import accounts, keys
from reelscape.web.models import ApiKey

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.service.guarded_routes")]


@pytest.fixture(autouse=True)
def own_data_dir(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Other tests' blobs are not counted here."""
    settings.REELSCAPE = replace(settings.REELSCAPE, data_dir=tmp_path)
    for folder in ("blobs", "incoming", "runs"):
        (tmp_path / folder).mkdir()
    store.cache_clear()
    yield
    store.cache_clear()


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(accounts.create("admin", is_admin=True)[0])
    return client


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


def blob(asset: Asset) -> Path:
    return Path(settings.REELSCAPE.blobs_dir) / asset.key


def stored(owner: User, name: str, job: Job | None = None) -> Asset:
    """A file of 4 bytes with its row."""
    kind = Asset.Kind.PRODUCT if job else Asset.Kind.UPLOAD
    key = f"{f'jobs/{job.id}' if job else 'videos'}/{name}-{Asset.objects.count()}.bin"
    asset = Asset.objects.create(owner=owner, kind=kind, key=key, name=name, extension="bin", size_bytes=4, job=job)
    blob(asset).parent.mkdir(parents=True, exist_ok=True)
    blob(asset).write_bytes(b"1234")
    return asset


def made_job(owner: User, status: str = Job.Status.FINISHED) -> Job:
    """A job with an upload, a product, a run folder and a webhook call that was made."""
    job = Job.objects.create(
        owner=owner, title="Kitchen", status=status, video=stored(owner, "upload"), max_gaussians=1, num_steps=1,
        webhook_url="https://hooks.example/", webhook_secret="s3cret-of-ann",
    )  # fmt: skip
    stored(owner, "ply", job)
    (settings.REELSCAPE.runs_dir / str(job.id)).mkdir()
    Delivery.objects.create(job=job, event="job.finished", body={}, tries=3, due_at=None, delivered_at=timezone.now())
    return job


def left_behind() -> list[Path]:
    config = settings.REELSCAPE
    return [path for folder in (config.blobs_dir, config.runs_dir) for path in folder.rglob("*") if path.is_file()]


def act(operator: Client, model: type[Any], action: str, *rows: Any) -> Any:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    fields = {"action": action, "_selected_action": [str(row.pk) for row in rows], "post": "yes"}
    return operator.post(address, fields, follow=True)


def test_only_administrators_get_in(client: Client, ann: User) -> None:
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    client.force_login(ann)
    assert client.get("/admin/login/").status_code == 403
    assert client.get(reverse("admin:jobs_job_changelist")).status_code == 302


def test_every_list_and_page_stands_without_secrets(operator: Client, ann: User) -> None:
    job = made_job(ann)
    _, key = keys.create(ann, "laptop")
    pages = ["/admin/"]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages.append(reverse(f"{name}_changelist"))
        pages += [reverse(f"{name}_change", args=[found.pk]) for found in model._default_manager.all()[:1]]
    assert len(pages) > 12
    for page in pages:
        answer = operator.get(page)
        text = answer.content.decode()
        assert answer.status_code == 200, page
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*(src=|application/json))|<style|\sstyle=|\son\w+=", text), page
        assert job.webhook_secret not in text and key.partition(".")[2] not in text, page


def test_the_list_of_jobs(operator: Client, ann: User) -> None:
    made_job(ann)
    Job.objects.update(overall=0.42, stage="train", attempt=2)
    text = operator.get(reverse("admin:jobs_job_changelist") + "?status__exact=finished&q=Kitchen").content.decode()
    assert all(word in text for word in ("Kitchen", "ann", "finished", "train", "42%"))


def test_the_lists_are_searched_and_filtered(operator: Client, ann: User) -> None:
    job, other = made_job(ann, Job.Status.RUNNING), made_job(User.objects.create_user("bob"))
    Job.objects.filter(id=job.id).update(title="Pond", worker="host-7", public=True)
    Job.objects.filter(id=other.id).update(title="Shed", error_code="too_dark", status="failed")
    jobs = reverse("admin:jobs_job_changelist")
    for query in ("q=host-7", "q=ann", f"q={job.id}", "public__exact=1", "worker=host-7", "status__exact=running"):
        text = operator.get(f"{jobs}?{query}").content.decode()
        assert "Pond" in text and "Shed" not in text, query
    text = operator.get(f"{jobs}?error_code=too_dark").content.decode()
    assert "Shed" in text and ">Pond<" not in text
    files = operator.get(reverse("admin:jobs_asset_changelist") + "?q=Pond&kind__exact=product").content.decode()
    assert "1 asset" in files and "4\xa0bytes" in files
    calls = reverse("admin:jobs_delivery_changelist")
    assert "1 deliver" in operator.get(f"{calls}?q=Shed").content.decode()
    assert "0 deliveries" in operator.get(f"{calls}?due_at__isempty=0").content.decode()


def test_workers_and_storage_at_a_glance(operator: Client, ann: User) -> None:
    job = made_job(ann, Job.Status.RUNNING)
    made_job(ann, Job.Status.QUEUED)
    Job.objects.filter(id=job.id).update(worker="alive-1")
    for name, silent_s in (("alive-1", 3), ("dead-2", 4000)):
        Worker.objects.create(name=name, last_seen=timezone.now() - timedelta(seconds=silent_s))
    text = operator.get("/admin/").content.decode()
    for value in ("1 of 2 seen this week", "1, the first for", "8\xa0bytes"):
        assert value in text
    workers = operator.get(reverse("admin:jobs_worker_changelist")).content.decode()
    assert workers.count("icon-yes") == 1 and workers.count("icon-no") == 1
    assert f"/admin/jobs/job/{job.id}/change/" in workers
    users = operator.get(reverse("admin:auth_user_changelist") + "?o=-2").content.decode()
    assert "16\xa0bytes" in users and users.index(">ann<") < users.rindex(">admin<")


def test_a_scene_is_made_private(operator: Client, ann: User) -> None:
    jobs = [made_job(ann), made_job(ann)]
    Job.objects.filter(id=jobs[0].id).update(public=True)
    text = act(operator, Job, "make_private", *jobs).content.decode()
    assert "1 made private" in text and not Job.objects.filter(public=True).exists()


def test_jobs_are_run_again_and_cancelled(operator: Client, ann: User) -> None:
    failed, waiting = made_job(ann, Job.Status.FAILED), made_job(ann, Job.Status.QUEUED)
    text = act(operator, Job, "retry", failed, waiting).content.decode()
    failed.refresh_from_db()
    assert failed.status == Job.Status.QUEUED and "1 queued again" in text and "still waiting or running" in text
    act(operator, Job, "cancel", waiting)
    waiting.refresh_from_db()
    assert waiting.status == Job.Status.CANCELLED


def test_removing_jobs_leaves_nothing_behind(operator: Client, ann: User) -> None:
    one, others = made_job(ann), [made_job(ann), made_job(ann)]
    assert len(left_behind()) == 6
    operator.post(reverse("admin:jobs_job_delete", args=[one.pk]), {"post": "yes"})
    assert len(left_behind()) == 4 and Job.objects.count() == 2
    act(operator, Job, "delete_selected", *others)
    assert left_behind() == [] and not Job.objects.exists() and not Asset.objects.exists()
    assert list(settings.REELSCAPE.runs_dir.iterdir()) == []


def test_removing_an_account_leaves_nothing_behind(operator: Client, ann: User) -> None:
    bob = User.objects.create_user("bob")
    keys.create(ann, "laptop")
    for owner in (ann, bob):
        made_job(owner)
        stored(owner, "upload")
    operator.post(reverse("admin:auth_user_delete", args=[ann.pk]), {"post": "yes"})
    assert not User.objects.filter(username="ann").exists() and not ApiKey.objects.exists()
    assert len(left_behind()) == 3, "those of bob"
    act(operator, User, "delete_selected", bob)
    assert left_behind() == [] and not Asset.objects.exists()


def test_files_are_only_looked_at(operator: Client, ann: User) -> None:
    asset = stored(ann, "upload")
    operator.post(reverse("admin:jobs_asset_delete", args=[asset.pk]), {"post": "yes"})
    act(operator, Asset, "delete_selected", asset)
    assert Asset.objects.count() == 1
    blob(asset).unlink()


def test_a_webhook_call_is_owed_anew(operator: Client, ann: User) -> None:
    job = made_job(ann)
    act(operator, Delivery, "send_again", *job.deliveries.all())
    owed = job.deliveries.get()
    assert owed.due_at is not None and owed.due_at <= timezone.now()
    assert (owed.tries, owed.delivered_at) == (0, None)
    act(operator, Job, "delete_selected", job)


def test_keys_are_revoked(operator: Client, ann: User) -> None:
    row, _ = keys.create(ann, "laptop")
    act(operator, ApiKey, "revoke", row)
    assert ApiKey.objects.get().revoked
    assert operator.get(reverse("admin:web_apikey_add")).status_code == 403


def test_what_others_write_is_not_edited(operator: Client, ann: User) -> None:
    job = made_job(ann)
    assert operator.post(reverse("admin:jobs_job_change", args=[job.pk]), {"status": "queued"}).status_code == 403
    assert operator.get(reverse("admin:jobs_job_add")).status_code == 403
    act(operator, Job, "delete_selected", job)

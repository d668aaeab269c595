"""What is removed when its time has come: run folders, uploads, jobs, and whatever a kill left without a row."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from reelscape.errors import StorageFull
from reelscape.jobs import quota, verbs
from reelscape.jobs.errands import one_of_many
from reelscape.jobs.files import PREVIEW_SUFFIX, remove_run, store
from reelscape.jobs.models import Asset, Job

_PART_AGE_S = 3600


def clean_up() -> None:
    """Remove all whose time has come."""
    for step in (remove_old_jobs, remove_old_uploads, remove_old_open, remove_old_runs, remove_lost_blobs):
        with one_of_many(step.__name__):
            step()


def remove_old_jobs() -> None:
    """Remove jobs that ended more than `keep_jobs_s` ago, with their products."""
    kept_s = settings.REELSCAPE.keep_jobs_s
    if kept_s:
        for job in _ended().filter(is_open=False, ended_at__lt=timezone.now() - timedelta(seconds=kept_s)):
            with one_of_many(f"job {job.id}"):
                verbs.expire(job)


def remove_old_uploads() -> None:
    """Remove uploads that no job has needed for `keep_uploads_s`."""
    kept_s = settings.REELSCAPE.keep_uploads_s
    if not kept_s:
        return
    since = timezone.now() - timedelta(seconds=kept_s)
    needed = Job.objects.filter(Q(status__in=Job.ACTIVE) | Q(ended_at__gte=since), video__isnull=False)
    uploads = Asset.objects.filter(kind=Asset.Kind.UPLOAD, is_open=False, stored_at__lt=since)
    for asset in uploads.exclude(id__in=needed.values("video_id")):
        with one_of_many(asset.key), transaction.atomic():
            if not asset.jobs.filter(status__in=Job.ACTIVE).exists():
                verbs.delete_upload(asset)


def remove_old_open() -> None:
    """Remove jobs of the open surface that ended more than `keep_open_s` ago, and its uploads that no job needs."""
    kept_s = settings.REELSCAPE.keep_open_s
    if not kept_s:
        return
    since = timezone.now() - timedelta(seconds=kept_s)
    for job in _ended().filter(is_open=True, ended_at__lt=since):
        with one_of_many(f"job {job.id}"):
            verbs.expire(job)
    for asset in Asset.objects.filter(kind=Asset.Kind.UPLOAD, is_open=True, stored_at__lt=since, jobs=None):
        with one_of_many(asset.key), transaction.atomic():
            if not asset.jobs.exists():
                verbs.delete_upload(asset)


def remove_old_runs() -> None:
    """Remove run folders of jobs that ended more than `keep_runs_s` ago, and those that no job has."""
    since = timezone.now() - timedelta(seconds=settings.REELSCAPE.keep_runs_s)
    found = _run_ids()
    kept = set(Job.objects.filter(Q(ended_at__gte=since) | Q(status__in=Job.ACTIVE)).values_list("id", flat=True))
    for job_id in found - kept:
        with one_of_many(f"the run folder of job {job_id}"):
            _drop_run(job_id)


def remove_lost_blobs() -> None:
    """Remove blobs without a row: what a kill left between the store and the database."""
    keys = list(store().keys())
    running = {str(number) for number in Job.objects.filter(status=Job.Status.RUNNING).values_list("id", flat=True)}
    known = set(Asset.objects.values_list("key", flat=True))
    for key in keys:
        is_known = key.removesuffix(PREVIEW_SUFFIX) in known
        if not is_known and running.isdisjoint(key.split("/")):  # a running job is about to write its rows
            with one_of_many(key):
                store().delete(key)
    for part in store().root.rglob(".*.part"):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_ctime > _PART_AGE_S:
                part.unlink()


def make_room() -> bool:
    """Remove run folders of jobs that ended, the oldest first, until there is room; whether there is."""
    found = _run_ids()
    ended = [number for number in _ended().order_by("ended_at").values_list("id", flat=True) if number in found]
    while not _has_room():
        if not ended:
            return False
        _drop_run(ended.pop(0))
    return True


def _drop_run(job_id: UUID) -> None:
    """Remove a run folder, unless its job was queued again just now."""
    if not Job.objects.filter(id=job_id, status__in=Job.ACTIVE).exists():
        remove_run(job_id)
        quota.runs.forget()


def _has_room() -> bool:
    try:
        quota.check_room(0)
    except StorageFull:
        return False
    return True


def _ended() -> QuerySet[Job]:
    return Job.objects.exclude(status__in=Job.ACTIVE).exclude(ended_at=None)


def _run_ids() -> set[UUID]:
    """The jobs that have a run folder, or the remains of one (`.<job>.<number>.gone`)."""
    ids = set()
    for path in settings.REELSCAPE.runs_dir.iterdir():
        with suppress(ValueError):
            ids.add(UUID(path.name.lstrip(".").partition(".")[0]))
    return ids

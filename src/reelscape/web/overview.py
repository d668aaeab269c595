"""The state of the service at a glance, for the first page of its administrators."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from reelscape.jobs import quota
from reelscape.jobs.models import Asset, Delivery, Job, Worker
from reelscape.web.durations import duration

Fact = tuple[str, str, str]
"""A name, its value, and the address of the list behind it."""

_JOBS, _DAY = "/admin/jobs/job/", timedelta(days=1)


def overview() -> list[Fact]:
    """What an administrator wants to know first."""
    return [*_work(), *_storage()]


def is_alive(worker: Worker) -> bool:
    """Whether the worker was seen within `worker_silence_s`."""
    return worker.last_seen >= timezone.now() - timedelta(seconds=settings.REELSCAPE.worker_silence_s)


def age(worker: Worker) -> str:
    """How long ago the worker was seen."""
    return f"{duration((timezone.now() - worker.last_seen).total_seconds())} ago"


def _work() -> list[Fact]:
    workers = list(Worker.objects.all())
    num_alive = sum(map(is_alive, workers))
    now = timezone.now()
    counts = {status: Job.objects.filter(status=status).count() for status in Job.ACTIVE}
    num_failed = Job.objects.filter(status=Job.Status.FAILED, ended_at__gte=now - _DAY).count()
    num_owed = Delivery.objects.filter(due_at__isnull=False).count()
    waiting = Job.objects.filter(status=Job.Status.QUEUED).order_by("queued_at").first()
    longest = f", the first for {duration((now - waiting.queued_at).total_seconds())}" if waiting else ""
    return [
        ("Workers alive", f"{num_alive} of {len(workers)} seen this week", "/admin/jobs/worker/"),
        ("Jobs running", str(counts[Job.Status.RUNNING]), f"{_JOBS}?status__exact=running"),
        ("Jobs waiting", f"{counts[Job.Status.QUEUED]}{longest}", f"{_JOBS}?status__exact=queued"),
        ("Jobs failed in a day", str(num_failed), f"{_JOBS}?status__exact=failed"),
        ("Webhook calls owed", str(num_owed), "/admin/jobs/delivery/"),
    ]


def _storage() -> list[Fact]:
    sizes = dict(Asset.objects.order_by().values_list("kind").annotate(total=Sum("size_bytes")))
    limit_bytes = settings.REELSCAPE.disk_quota_bytes
    of_limit = f" of {filesizeformat(limit_bytes)}" if limit_bytes else ""
    return [
        ("Uploads", filesizeformat(sizes.get(Asset.Kind.UPLOAD) or 0), "/admin/jobs/asset/?kind__exact=upload"),
        ("Scenes", filesizeformat(sizes.get(Asset.Kind.PRODUCT) or 0), "/admin/jobs/asset/?kind__exact=product"),
        ("Run folders", filesizeformat(quota.runs.size_bytes()), _JOBS),
        ("In use together", f"{filesizeformat(quota.used_bytes())}{of_limit}", "/admin/auth/user/?o=-2"),
        ("Free on the disk", filesizeformat(quota.free_bytes()), "/admin/jobs/asset/"),
    ]

"""How much of one account may wait at once, so that nobody fills the queue or the tables for the others."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User

from reelscape.errors import TooManyJobs, TooManyUploads
from reelscape.jobs.models import Asset, Job


def check_waiting_jobs(owner: User) -> None:
    """Raise TooManyJobs when no further job of the account may wait."""
    most = settings.REELSCAPE.max_waiting_jobs
    if most and Job.objects.filter(owner=owner, status=Job.Status.QUEUED).count() >= most:
        raise TooManyJobs(f"{most:,} jobs of this account are waiting already.")


def check_open_uploads(owner: User) -> None:
    """Raise TooManyUploads when the account has too many uploads whose file never came."""
    most = settings.REELSCAPE.max_open_uploads
    awaited = Asset.objects.filter(owner=owner, kind=Asset.Kind.UPLOAD, size_bytes=None)
    if most and awaited.count() >= most:
        raise TooManyUploads(f"{most:,} upload addresses of this account wait for their file already.")

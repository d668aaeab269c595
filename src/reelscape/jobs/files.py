"""The store and the signer of this service, and the blobs and folders of a job."""

from __future__ import annotations

import shutil
import uuid
from functools import cache
from pathlib import Path

from django.conf import settings

from reelscape.jobs.models import Job
from reelscape.storage.local import LocalStore
from reelscape.storage.signing import Signer


@cache
def store() -> LocalStore:
    """Where the blobs lie."""
    return LocalStore(settings.REELSCAPE.blobs_dir)


@cache
def signer() -> Signer:
    """Who signs addresses of blobs."""
    return Signer(settings.REELSCAPE.public_url, settings.SECRET_KEY.encode())


def run_dir(job_id: uuid.UUID) -> Path:
    """The run folder of a job, on the machine of its worker."""
    folder: Path = settings.REELSCAPE.runs_dir / str(job_id)
    return folder


def remove_run(job_id: uuid.UUID) -> None:
    """Remove a run folder: first out of sight, so that nothing finds it half removed."""
    folder = run_dir(job_id)
    grave = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.gone")
    try:
        folder.replace(grave)
    except FileNotFoundError:
        return
    shutil.rmtree(grave, ignore_errors=True)


def remove_products(job: Job) -> None:
    """Remove all products of a job, rows and blobs."""
    keys = list(job.products.values_list("key", flat=True))
    job.products.all().delete()
    for key in keys:
        store().delete(key)

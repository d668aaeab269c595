"""The store and the signer of this service, and the blobs and folders of a job."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings

from reelscape.storage.local import LocalStore
from reelscape.storage.signing import Signer

PREVIEW_SUFFIX = ".preview.png"


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
    """Remove a run folder, and what an interrupted removal left: first out of sight, so that it is never half there."""
    folder = run_dir(job_id)
    with suppress(FileNotFoundError):
        folder.replace(folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.gone"))
    for grave in folder.parent.glob(f".{folder.name}.*.gone"):
        shutil.rmtree(grave, ignore_errors=True)


def preview_key(key: str) -> str:
    """Where the picture of the blob at `key` lies; it goes when that blob goes."""
    return f"{key}{PREVIEW_SUFFIX}"


def product_prefix(job_id: uuid.UUID) -> str:
    """What the keys of all products of a job start with."""
    return f"jobs/{job_id}/"


def remove_blobs(prefix: str, kept: Collection[str] = ()) -> None:
    """Remove the blobs whose keys start with `prefix`, but for those that are `kept`."""
    for key in list(store().keys(prefix)):
        if key not in kept:
            store().delete(key)

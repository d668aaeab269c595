"""Workers elsewhere, which reach the service by its callbacks alone: they claim, tell, and end a job under its fence.

What they make comes by signed addresses, as uploads do. It becomes the job's products when the job ends well, by the
same steps as those of a run here; until then, and if the claim is lost, it belongs to nobody and is removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from reelscape.errors import AttemptOver, BadRequest, JobFailed, JobOver, ReelscapeError, by_code
from reelscape.jobs import engine, workers
from reelscape.jobs.engine import Claim
from reelscape.jobs.files import remove_blobs, signer
from reelscape.jobs.models import Asset, Job
from reelscape.jobs.presets import preset_of
from reelscape.jobs.progress import Progress, overall_at
from reelscape.jobs.publication import PRODUCTS, attempt_prefix, publish_sent

_PREFIX = "external:"


@dataclass(frozen=True)
class News:
    """How far an external worker is: `fraction` (0..1) of a stage."""

    stage: str
    fraction: float
    message: str = ""
    num_frames: int | None = None


def begin(job: Job, worker: str, attempt: int | None) -> dict[str, Any]:
    """Claim a waiting job, or renew the claim `attempt`; returns what the worker needs. Raises JobOver, AttemptOver."""
    workers.sign_in(_PREFIX + worker)
    claim = _renewed(job, attempt) if attempt is not None else _claimed(job, worker)
    job.refresh_from_db()
    return {
        "job_id": str(job.id),
        "attempt": claim.attempt,
        "heartbeat_every_s": settings.REELSCAPE.heartbeat_expiry_s // 3,
        "video_url": _video_url(job),
        "video_is_stored": job.video is not None,
        "settings": {
            "preset": preset_of(job),
            "method": job.method,
            "max_gaussians": job.max_gaussians,
            "num_steps": job.num_steps,
        },
        "uploads": _upload_urls(claim, job),
    }


def tell(job: Job, attempt: int, news: News) -> None:
    """Take in how far the worker is, and renew its claim. Raises AttemptOver."""
    claim = _held(job, attempt)
    workers.sign_in(job.worker)
    progress = Progress(job)
    if news.stage != job.stage:
        progress.take({"event": "started", "stage": news.stage})
    overall = overall_at(news.stage, news.fraction)
    progress.take({"event": "progress", "stage": news.stage, "overall": overall, "message": news.message})
    changes = progress.news()
    if job.num_frames is None:
        changes["num_frames"] = news.num_frames
    if not claim.update(**changes):
        raise AttemptOver()


def complete(job: Job, attempt: int, report: dict[str, Any]) -> None:
    """End the job well, with what was sent for it. Raises AttemptOver, BadRequest when there is no scene among that."""
    claim = _held(job, attempt)
    if not publish_sent(claim, job, report):
        raise AttemptOver()


def fail(job: Job, attempt: int, code: str, message: str) -> None:
    """End the job badly, and remove what was sent. Raises AttemptOver, BadRequest when no error is named."""
    claim = _held(job, attempt)
    if not engine.fail(claim, _error(code, message)):
        raise AttemptOver()
    Asset.objects.filter(key__startswith=attempt_prefix(claim)).delete()
    remove_blobs(attempt_prefix(claim))


def _claimed(job: Job, worker: str) -> Claim:
    engine.recover_silent("")  # there may be no worker here that does it
    job.refresh_from_db()
    claim = engine.claim_this(job, (_PREFIX + worker)[:100])
    if claim is None:
        raise JobOver() if job.is_over else AttemptOver("The job is in the hands of a worker already.")
    return claim


def _renewed(job: Job, attempt: int) -> Claim:
    claim = _held(job, attempt)
    if not claim.update():
        raise AttemptOver()
    return claim


def _held(job: Job, attempt: int) -> Claim:
    """The claim of an external worker; those of the workers here are none of theirs. Raises AttemptOver."""
    if not job.worker.startswith(_PREFIX):
        raise AttemptOver()
    claim = Claim(job.id, attempt)
    if not claim.holds():
        raise AttemptOver()
    return claim


def _video_url(job: Job) -> str:
    """A signed address of the stored video, else the address that the client gave."""
    return signer().url(job.video.key, "r", settings.REELSCAPE.job_time_limit_s) if job.video else job.video_url


def _upload_urls(claim: Claim, job: Job) -> dict[str, str]:
    """Signed addresses that take the products of this attempt, each once."""
    rows = [_row(claim, job, name) for name in PRODUCTS]
    with transaction.atomic():
        Asset.objects.bulk_create(rows, ignore_conflicts=True)  # a renewed claim has them already
    return {row.name: signer().url(row.key, "w", settings.REELSCAPE.job_time_limit_s) for row in rows}


def _row(claim: Claim, job: Job, name: str) -> Asset:
    file, content_type = PRODUCTS[name]
    key = attempt_prefix(claim) + file
    extension = file.rpartition(".")[2]
    return Asset(owner_id=job.owner_id, key=key, name=name, extension=extension, content_type=content_type)


def _error(code: str, message: str) -> ReelscapeError:
    """The error of the tree with that code; what is not in it is told as it was said."""
    if not (code or message):
        raise BadRequest("error: A failed job needs an error with a code of docs/errors.md, a message, or both.")
    return by_code().get(code, JobFailed)(message or None)

"""Which worker works on which job: claims, heartbeats and fences, each one UPDATE that says what it expects.

Whoever claims a job raises its `attempt`; everything a worker says later names that number, so a worker that was
taken for dead and wakes up again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from reelscape.errors import ReelscapeError, WorkerLost
from reelscape.jobs import webhooks
from reelscape.jobs.advice import advice
from reelscape.jobs.models import Asset, Job


@dataclass(frozen=True)
class Claim:
    """The right to work on a job: holds as long as nobody cancelled, deleted or took over the job."""

    job_id: UUID
    attempt: int

    @property
    def row(self) -> QuerySet[Job]:
        return Job.objects.filter(id=self.job_id, attempt=self.attempt, status=Job.Status.RUNNING)

    def holds(self) -> bool:
        """Whether the job is still ours."""
        return self.row.exists()

    def update(self, **changes: Any) -> bool:
        """Change the row and renew the heartbeat; False when the job is not ours any more."""
        return self.row.update(heartbeat_at=timezone.now(), **changes) == 1


def claim(worker: str) -> Claim | None:
    """Take the job that waits longest, if any."""
    while True:
        waiting = Job.objects.filter(status=Job.Status.QUEUED).order_by("queued_at", "id")
        job = waiting.only("id", "attempt").first()
        if job is None:
            return None
        if taken := claim_this(job, worker):
            return taken


def claim_this(job: Job, worker: str) -> Claim | None:
    """Take this job, if it waits."""
    now = timezone.now()
    waiting = Job.objects.filter(id=job.id, attempt=job.attempt, status=Job.Status.QUEUED)
    taken = waiting.update(
        status=Job.Status.RUNNING,
        attempt=job.attempt + 1,
        worker=worker,
        heartbeat_at=now,
        started_at=now,
        overall_at_start=F("overall"),
        message="",
    )
    return Claim(job.id, job.attempt + 1) if taken else None


def finish(claim: Claim, report: dict[str, Any], camera_data: dict[str, Any] | None) -> bool:
    """The job ended well."""
    changes: dict[str, Any] = {"status": Job.Status.FINISHED, "overall": 1.0, "percent_complete": 100.0}
    return _end(claim, "job.finished", report=report, camera_data=camera_data, message="", **changes)


def fail(claim: Claim, error: ReelscapeError, report: dict[str, Any] | None = None) -> bool:
    """The job ended with an error that another try would meet again.

    The report of a failed run is kept unless there is a scene of an earlier run: then it stays that scene's.
    """
    changes: dict[str, Any] = {"status": Job.Status.FAILED, **error_fields(error)}
    if report is not None and not Asset.objects.filter(job_id=claim.job_id).exists():
        changes["report"] = report
    return _end(claim, "job.failed", **changes)


def _end(claim: Claim, event: str, **changes: Any) -> bool:
    with transaction.atomic():
        ended = claim.update(ended_at=timezone.now(), **changes)
        if ended:
            webhooks.owe(claim.job_id, event)
    return ended


def error_fields(error: ReelscapeError) -> dict[str, str]:
    """What a job row keeps of an error."""
    return {"error_code": error.code, "error_message": error.message[:500], "advice": advice(error)[:500]}


def give_back(claim: Claim) -> bool:
    """The worker stops although the job could go on: it waits again, at its old place, and no try is used up."""
    return claim.update(status=Job.Status.QUEUED, worker="")


def crashed(claim: Claim, error: ReelscapeError | None = None) -> bool:
    """The job's process or worker died: it waits again at its old place, unless its stage was tried too often.

    Then it fails with `error`, where the run could still say one, or with WorkerLost.
    """
    job = claim.row.first()
    if job is None:
        return False
    crashes = job.crashes + 1 if job.crash_stage == job.stage else 1
    if crashes >= settings.REELSCAPE.job_tries:
        return fail(claim, error or WorkerLost())
    return claim.update(status=Job.Status.QUEUED, worker="", crashes=crashes, crash_stage=job.stage)


def recover_own(worker: str) -> list[UUID]:
    """Give back what an earlier life of this worker held; it must not be working on anything. Returns the jobs."""
    return _recover(Job.objects.filter(worker=worker))


def recover_silent(worker: str) -> list[UUID]:
    """Give back what other workers held that have been silent for too long. Returns the jobs."""
    silent_since = timezone.now() - timedelta(seconds=settings.REELSCAPE.heartbeat_expiry_s)
    return _recover(Job.objects.filter(heartbeat_at__lt=silent_since).exclude(worker=worker))


def _recover(lost: QuerySet[Job]) -> list[UUID]:
    running = lost.filter(status=Job.Status.RUNNING)
    claims = [Claim(*row) for row in running.values_list("id", "attempt")]
    return [claim.job_id for claim in claims if crashed(claim)]


def position(job: Job) -> int:
    """Place in the queue of a waiting job, from 1."""
    earlier = Q(queued_at__lt=job.queued_at) | Q(queued_at=job.queued_at, id__lt=job.id)
    return Job.objects.filter(earlier, status=Job.Status.QUEUED).count() + 1


def positions() -> dict[UUID, int]:
    """The places in the queue of all waiting jobs, from 1."""
    waiting = Job.objects.filter(status=Job.Status.QUEUED).order_by("queued_at", "id")
    return {job_id: place for place, job_id in enumerate(waiting.values_list("id", flat=True), 1)}


def requeue(job: Job, **changes: Any) -> bool:
    """Put a job that is over back to the end of the queue."""
    over = Job.objects.filter(id=job.id, attempt=job.attempt).exclude(status__in=Job.ACTIVE)
    blank: dict[str, Any] = {"error_code": "", "error_message": "", "advice": "", "message": "", "stage": ""}
    reset: dict[str, Any] = {
        "overall": 0.0,
        "percent_complete": None,
        "num_frames": None,
        "history": [],
        "crashes": 0,
        "crash_stage": "",
        "ended_at": None,
    }
    now = timezone.now()
    return (
        over.update(status=Job.Status.QUEUED, queued_at=now, attempt=F("attempt") + 1, **blank, **reset, **changes) == 1
    )


def cancel(job: Job, error: ReelscapeError) -> bool:
    """Stop a job that waits or runs: its worker sees the lost fence and ends the run."""
    with transaction.atomic():
        stopped = Job.objects.filter(id=job.id, status__in=Job.ACTIVE).update(
            status=Job.Status.CANCELLED, ended_at=timezone.now(), **error_fields(error)
        )
        if stopped:
            webhooks.owe(job.id, "job.cancelled")
    return stopped == 1

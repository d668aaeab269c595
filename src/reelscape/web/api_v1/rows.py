"""The rows behind the answers: always and only those of the user who asks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet

from reelscape.errors import NotFound
from reelscape.jobs import engine, verbs
from reelscape.jobs.models import Asset, Job
from reelscape.web.api_v1 import words
from reelscape.web.api_v1.documents import JobDocument


def own_job(user: User, job_id: str) -> Job:
    """The user's job. Raises NotFound, also for the job of another."""
    try:
        found = described(verbs.jobs_of(user)).filter(id=UUID(job_id)).first()
    except ValueError:
        raise NotFound() from None
    if found is None:
        raise NotFound("There is no such job.")
    return found


def described(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """The jobs with what their documents tell of their products, without a query for each."""
    stored = Asset.objects.filter(job=OuterRef("pk"), size_bytes__isnull=False)
    return jobs.defer("history").annotate(
        has_ply=Exists(stored.filter(name="ply")), has_spz=Exists(stored.filter(name="spz"))
    )


def document(job: Job, kind: type[JobDocument] = JobDocument) -> dict[str, Any]:
    """What the API tells of a job of `own_job`."""
    waits = job.status == Job.Status.QUEUED
    return dict(kind(job, context={"positions": {job.id: engine.position(job)} if waits else {}}).data)


def documents(jobs: QuerySet[Job]) -> list[dict[str, Any]]:
    """What the API tells of many jobs; the queue is counted once."""
    rows: Any = list(jobs)
    waiting = any(job.status == Job.Status.QUEUED for job in rows)
    return list(JobDocument(rows, many=True, context={"positions": engine.positions() if waiting else {}}).data)


def filtered(user: User, wanted: dict[str, Any]) -> QuerySet[Job]:
    """The user's jobs, newest first, as far as `wanted` (a checked JobFilter) asks for them."""
    jobs = described(verbs.jobs_of(user))
    if status := wanted.get("status"):
        jobs = jobs.filter(words.FILTERS[status])
    if wanted.get("public") is not None:
        jobs = jobs.filter(public=wanted["public"])
    start, limit = wanted.get("offset", 0), wanted.get("limit")
    return jobs[start : start + limit] if limit else jobs[start:]

"""Webhooks: what is owed is a row written in the same transaction as the job's end, so no restart loses one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from reelscape.jobs.models import Delivery, Job


def owe(job_id: UUID, event: str) -> None:
    """Note that the job's webhook, if it has one, is to be told of `event`."""
    job = Job.objects.filter(id=job_id).exclude(webhook_url="").first()
    if job is not None:
        Delivery.objects.create(job=job, event=event, body=_body(job, event))


def _body(job: Job, event: str) -> dict[str, Any]:
    error = {"code": job.error_code, "message": job.error_message, "advice": job.advice} if job.error_code else None
    return {
        "type": event,
        "timestamp": job.ended_at.isoformat() if job.ended_at else None,
        "data": {"job_id": str(job.id), "title": job.title, "status": job.status, "error": error},
    }

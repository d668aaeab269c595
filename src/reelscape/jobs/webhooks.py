"""Webhooks: what is owed is a row written in the same transaction as the job's end, so no restart loses one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.utils import timezone

from reelscape.jobs.models import Delivery, Job
from reelscape.jobs.receivers import Call, Outcome, check_secret, check_url, post

__all__ = ["check_secret", "check_url", "deliver_due", "owe"]

BATCH = 8  # calls made side by side: a receiver that hangs holds up no other
BACK_OFF_S = (5, 30, 120, 600, 3600, 21_600, 86_400)  # after the first try, the second, ...
MAX_TRIES = len(BACK_OFF_S) + 1
_AT_ONCE = 2
_LEASE_S = 60  # longer than any call: a worker that died in one leaves it to the next


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


def deliver_due(limit: int = BATCH) -> int:
    """Make up to `limit` calls that are due, side by side; returns how many receivers took theirs.

    Of those to one host or of one account, a few are made at a time: one that hangs takes no other's place. Safe to run
    in several processes at once. Takes about 20 s when a receiver hangs.
    """
    due = Delivery.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    chosen = list(islice(_fair(due.values_list("id", "job__webhook_url", "job__owner_id")), limit))
    claimed = [delivery for delivery in due.filter(id__in=chosen).select_related("job") if _claim(delivery)]
    if not claimed:
        return 0
    with ThreadPoolExecutor(len(claimed)) as threads:  # they touch no database
        outcomes = list(threads.map(post, map(_call, claimed)))
    return _note(zip(claimed, outcomes, strict=True))


def _fair(due: Iterable[tuple[UUID, str, int]]) -> Iterator[UUID]:
    """The deliveries in their order, but only the first ones to each host and of each owner."""
    hosts, owners = Counter[str](), Counter[int]()
    for number, url, owner in due:
        host = _host(url)
        if hosts[host] < _AT_ONCE and owners[owner] < _AT_ONCE:
            hosts[host] += 1
            owners[owner] += 1
            yield number


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _claim(delivery: Delivery) -> bool:
    """Take a delivery for as long as a call lasts; its next try is counted before it is made."""
    row = Delivery.objects.filter(id=delivery.id, due_at=delivery.due_at, tries=delivery.tries)
    delivery.tries += 1
    return row.update(due_at=timezone.now() + timedelta(seconds=_LEASE_S), tries=delivery.tries) == 1


def _call(delivery: Delivery) -> Call:
    """The call of a delivery; sorted keys make every try send the same bytes."""
    body = json.dumps(delivery.body, sort_keys=True, separators=(",", ":")).encode()
    return Call(str(delivery.id), delivery.job.webhook_url, delivery.job.webhook_secret, body)


def _note(results: Iterable[tuple[Delivery, Outcome]]) -> int:
    taken = 0
    for delivery, outcome in results:
        row = Delivery.objects.filter(id=delivery.id, tries=delivery.tries)
        if not outcome.problem:
            taken += row.update(due_at=None, delivered_at=timezone.now(), last_problem="")
        elif outcome.final or delivery.tries >= MAX_TRIES:
            row.update(due_at=None, last_problem=f"Given up: {outcome.problem}"[:200])
        else:
            wait = timedelta(seconds=BACK_OFF_S[delivery.tries - 1])
            row.update(due_at=timezone.now() + wait, last_problem=outcome.problem[:200])
    return taken

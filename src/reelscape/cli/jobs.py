"""`reelscape jobs`: what a service works on, beside the running server."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from reelscape.cli.data_dir import show_table, with_data_dir

if TYPE_CHECKING:
    from reelscape.jobs.models import Job

# The models can be imported only when Django is set up: see cli/data_dir.py.
# ruff: noqa: PLC0415

_MAX_TITLE_CHARS = 32
_HEAD = ("ID", "TITLE", "OWNER", "STATUS", "STAGE", "DONE", "AGE")


@click.command("jobs")
@click.option("--all", "all_jobs", is_flag=True, help="Older ones too, beyond the newest 50.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array, for programs.")
@with_data_dir
def command(all_jobs: bool, as_json: bool) -> None:
    """List the jobs of all accounts, newest first."""
    from django.utils import timezone

    from reelscape.jobs.models import Job

    found = Job.objects.select_related("owner").order_by("-created_at")
    jobs = list(found if all_jobs else found[:50])
    if as_json:
        click.echo(json.dumps([_facts(job) for job in jobs], indent=2))
    else:
        show_table("jobs", _HEAD, [_row(job, timezone.now() - job.created_at) for job in jobs])


def _facts(job: Job) -> dict[str, Any]:
    return {
        "id": str(job.id),
        "title": job.title,
        "owner": job.owner.username,
        "status": job.status,
        "stage": job.stage,
        "overall": job.overall,
        "attempt": job.attempt,
        "error_code": job.error_code,
        "created_at": job.created_at.isoformat(),
    }


def _row(job: Job, age: timedelta) -> tuple[str, ...]:
    title = "".join(char if char.isprintable() else "?" for char in job.title)  # no title may steer the terminal
    short = title if len(title) <= _MAX_TITLE_CHARS else title[: _MAX_TITLE_CHARS - 1] + "…"
    status = job.status + (f" ({job.error_code})" if job.error_code else "")
    return (str(job.id), short, job.owner.username, status, job.stage or "-", f"{job.overall:.0%}", _age(age))


def _age(age: timedelta) -> str:
    """The largest fitting unit: 42 s, 17 min, 5 h, 3 d."""
    seconds = max(0, int(age.total_seconds()))
    for unit, length_s in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length_s:
            return f"{seconds // length_s} {unit}"
    return f"{seconds} s"

"""Early scenes of a running job, for whoever may look at its page: blobs without rows. Told of is the newest one only.

They lie below the job's products, so they go with the job, and with the end of the attempt that made them. A sweep
removes what a kill leaves.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from reelscape.jobs.engine import Claim
from reelscape.jobs.files import product_prefix, run_dir, store
from reelscape.jobs.models import Job

NUM_KEPT = 3  # who was told of one a moment ago may not have come for it yet
CONTENT_TYPE = "application/octet-stream"
_KEY = re.compile(r"live/(\d+)-(\d+)\.spz")

log = logging.getLogger(__name__)


@dataclass(frozen=True, order=True)
class Snapshot:
    """One early scene: made by an attempt after that many training steps."""

    attempt: int
    step: int

    @property
    def name(self) -> str:
        """Its file's name, which no other snapshot of the job has."""
        return f"{self.attempt}-{self.step}.spz"


def keep(claim: Claim, event: dict[str, Any]) -> None:
    """Make the file of a run's `snapshot` event the job's newest one. A job goes on without: nothing is raised."""
    path, step = Path(str(event.get("path", ""))), event.get("step")
    if not isinstance(step, int) or step < 0 or not path.is_relative_to(run_dir(claim.job_id)):
        return
    snapshot = Snapshot(claim.attempt, step)
    try:
        store().put(_key(claim.job_id, snapshot), path)
    except OSError as error:  # the run has replaced it already, or the disk is full
        log.warning("job %s: no live view of step %d: %s", claim.job_id, step, error)
        return
    kept = _kept(claim.job_id)
    for found in _stored(claim.job_id):
        if found < snapshot and found not in kept:
            store().delete(_key(claim.job_id, found))


def newest(job: Job) -> Snapshot | None:
    """The snapshot to look at while the job is not over, if there is one."""
    return None if job.is_over else max(_stored(job.id), default=None)


def path_of(job: Job, name: str) -> Path | None:
    """The file of the snapshot of that name, if it is the newest or just was; None when the job is over."""
    kept = [] if job.is_over else _kept(job.id)
    return next((store().path(_key(job.id, found)) for found in kept if found.name == name), None)


def forget(claim: Claim) -> None:
    """Remove what this attempt and earlier ones have shown."""
    for found in _stored(claim.job_id):
        if found.attempt <= claim.attempt:
            store().delete(_key(claim.job_id, found))


def _key(job_id: UUID, snapshot: Snapshot) -> str:
    return f"{product_prefix(job_id)}live/{snapshot.name}"


def _kept(job_id: UUID) -> list[Snapshot]:
    """The newest ones, of the newest attempt alone."""
    found = sorted(_stored(job_id))
    return [snapshot for snapshot in found if snapshot.attempt == found[-1].attempt][-NUM_KEPT:]


def _stored(job_id: UUID) -> list[Snapshot]:
    prefix = f"{product_prefix(job_id)}live/"
    names = (_KEY.fullmatch(key.removeprefix(product_prefix(job_id))) for key in store().keys(prefix))
    return [Snapshot(int(name[1]), int(name[2])) for name in names if name]

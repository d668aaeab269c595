"""The worker of a data folder: a lane for scenes, and lanes of short tasks, which wait neither for scenes nor for each
other.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.db import close_old_connections

from reelscape.jobs import engine, pictures, retention, sign_ins, uploads, webhooks, workers
from reelscape.jobs.errands import Errand, run_errands
from reelscape.jobs.locks import WORKER_LOCK, locked
from reelscape.jobs.runner import work_on

_LOOK_EVERY_S = 0.5
_AFTER_FAULT_S = 2.0
_LOCK_PATIENCE_S = 5.0

log = logging.getLogger(__name__)


def work(worker: str, stopping: threading.Event) -> None:
    """Make scenes, one at a time, and run errands beside that, until `stopping` is set."""
    for name, errands in lanes_of(worker).items():
        threading.Thread(target=run_errands, args=(errands, stopping), name=name, daemon=True).start()
    while not stopping.is_set():
        try:
            close_old_connections()
            is_busy = _make_next_scene(worker, stopping)
        except Exception:  # the border: a fault of one round, such as a full disk, does not end the worker
            log.exception("the scene lane met a fault")
            stopping.wait(_AFTER_FAULT_S)
        else:
            stopping.wait(0 if is_busy else _LOOK_EVERY_S)


def lanes_of(worker: str) -> dict[str, tuple[Errand, ...]]:
    """The lanes of short tasks. What waits for strangers or for a picture has one of its own."""
    return {
        "errands": errands_of(worker),
        "webhooks": (Errand("webhooks", 1, webhooks.deliver_due),),
        "pictures": (Errand("pictures", 1, pictures.draw_due),),
    }


def errands_of(worker: str) -> tuple[Errand, ...]:
    """The short tasks that look after the data folder."""
    return (
        Errand("sign-in", workers.SIGN_IN_EVERY_S, partial(workers.sign_in, worker)),
        Errand("recovery", 10, partial(engine.recover_silent, worker)),
        Errand("incoming", 60, uploads.sweep_incoming),
        Errand("retention", 60, retention.clean_up),
        Errand("sign-ins", 3600, sign_ins.forget_old),
    )


def _make_next_scene(worker: str, stopping: threading.Event) -> bool:
    """Work on the next job, if there is one; whether there was."""
    for job_id in engine.recover_own(worker):  # nothing runs now, so what is ours was lost
        log.warning("job %s: its worker had died", job_id)
    claim = engine.claim(worker)
    if claim is None:
        return False
    work_on(claim, stopping)
    return True


@contextmanager
def worker_of(data_dir: Path) -> Iterator[str]:
    """Be the only worker of a data folder; gives the name, which stays the same over restarts.

    Raises DataDirBusy when another worker has the folder.
    """
    with locked(data_dir / WORKER_LOCK, _LOCK_PATIENCE_S) as handle:
        name = os.pread(handle, 100, 0).decode(errors="replace").strip()
        if not name:
            name = f"{socket.gethostname()[:60]}-{uuid.uuid4().hex[:12]}"
            os.pwrite(handle, f"{name}\n".encode(), 0)
        yield name

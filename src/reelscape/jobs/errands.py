"""The lane of short tasks: they never wait behind a scene."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import OperationalError, close_old_connections

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Errand:
    """A short task that is done every so often."""

    name: str
    every_s: float
    run: Callable[[], object]


def run_errands(errands: Iterable[Errand], stopping: threading.Event) -> None:
    """Do each errand when it is due, the first time at once, until `stopping` is set."""
    due = {errand: time.monotonic() for errand in errands}
    while due:
        errand = min(due, key=lambda candidate: due[candidate])
        if stopping.wait(max(due[errand] - time.monotonic(), 0.0)):
            return
        _run(errand)
        due[errand] = time.monotonic() + errand.every_s


@contextmanager
def one_of_many(what: str) -> Iterator[None]:
    """A block that deals with one of many: when it fails, that is logged, and the others have their turn.

    A database that does not answer would fail for all of them, so that is raised.
    """
    try:
        yield
    except OperationalError:
        raise
    except Exception:
        log.exception("cannot deal with %s", what)


def _run(errand: Errand) -> None:
    try:
        close_old_connections()
        errand.run()
    except Exception:  # the border: an errand that fails is done again, and the others go on
        log.exception("errand %s failed", errand.name)

"""The web process: Granian around the WSGI application. `python -m reelscape.web.server HOST PORT`."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys
import threading
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from reelscape.lifeline import die_with_parent
from reelscape.web.listening import end_silent_connections
from reelscape.web.pace import keep_pace
from reelscape.web.slots import BODIES, DOWNLOADS, UPLOADS

_NUM_THREADS = UPLOADS.number + DOWNLOADS.number + BODIES.number + 24  # the last never wait for clients; idle ones end
_BACKLOG = 1024
_GRACE_S = 4  # for requests that are being answered
_LOGGING = {
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s web: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"}},
    "loggers": {"_granian": {"handlers": ["stderr"], "propagate": False}},
}


def main() -> None:
    """Serve until SIGTERM, or until whoever started us is gone."""
    die_with_parent()
    host, port = sys.argv[1], int(sys.argv[2])
    Granian(
        "reelscape.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=_NUM_THREADS,
        backlog=_BACKLOG,
        workers_kill_timeout=_GRACE_S,
        log_dictconfig=_LOGGING,
        log_level=LogLevels.error,
        log_access=False,
    ).serve(target_loader=_load)


def _load(target: str) -> Any:
    """The application, in Granian's worker process: that one ends with the main one, however that ends."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
    end_silent_connections()
    keep_pace()
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


if __name__ == "__main__":
    main()

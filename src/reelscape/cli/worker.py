"""`reelscape worker`: makes the scenes of a data folder, one after the other."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType

import click

from reelscape.cli.data_dir import database_of, failures_told, open_existing
from reelscape.lifeline import die_with_parent
from reelscape.service_config import ServiceConfig


@click.command("worker")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="The service's data folder.")
@click.option("--lifeline", is_flag=True, help="End at once when standard input closes, for programs that start one.")
def command(data_dir: Path | None, lifeline: bool) -> None:
    """Make the scenes that wait in a data folder; `reelscape serve` starts one itself."""
    if lifeline:
        die_with_parent()
    stopping = _stop_on_signals()
    with failures_told():
        folder = open_existing(data_dir)
        from reelscape.jobs.worker import work, worker_of  # noqa: PLC0415 (models need Django set up)

        with database_of(folder), worker_of(ServiceConfig.from_environ().data_dir) as name:
            work(name, stopping)


def _stop_on_signals() -> threading.Event:
    """SIGTERM and Ctrl-C ask the worker to stop; a second one ends it at once."""
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopping

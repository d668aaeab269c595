"""`reelscape worker`: makes the scenes of a data folder, one after the other."""

from __future__ import annotations

from pathlib import Path

import click

from reelscape.cli.data_dir import database_of, failures_told, open_existing
from reelscape.cli.signals import stop_on_signals
from reelscape.lifeline import die_with_parent
from reelscape.service_config import ServiceConfig


@click.command("worker")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="The service's data folder.")
@click.option("--lifeline", is_flag=True, help="End at once when standard input closes, for programs that start one.")
def command(data_dir: Path | None, lifeline: bool) -> None:
    """Make the scenes that wait in a data folder; `reelscape serve` starts one itself."""
    if lifeline:
        die_with_parent()
    stopping = stop_on_signals()
    with failures_told():
        folder = open_existing(data_dir)
        from reelscape.jobs.worker import work, worker_of  # noqa: PLC0415 (models need Django set up)

        with database_of(folder), worker_of(ServiceConfig.from_environ().data_dir) as name:
            work(name, stopping)

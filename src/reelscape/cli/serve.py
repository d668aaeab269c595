"""`reelscape serve`: the whole service, one process tree."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from functools import partial
from pathlib import Path

import click

from reelscape.cli.data_dir import database_of, failures_told
from reelscape.cli.output import standard_output
from reelscape.jobs.locks import SERVE_LOCK, locked
from reelscape.service_config import ServiceConfig, variable
from reelscape.serving import Address, supervise
from reelscape.web.opening import open_data_dir

_LOCK_PATIENCE_S = 2.0


@click.command("serve")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="Folder that the service keeps all in.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen at.")
@click.option("--public-url", help="Address that people reach the service at; by default where it listens.")
def command(data_dir: Path | None, host: str, port: int, public_url: str | None) -> None:
    """Serve the API and make scenes: web process, worker, database and files in one command."""
    address = Address(host, port)
    with failures_told():
        given_url = public_url or os.environ.get(variable("public_url")) or address.url
        _serve(open_data_dir(data_dir, public_url=given_url), address)


def _serve(config: ServiceConfig, address: Address) -> None:
    with locked(config.data_dir / SERVE_LOCK, _LOCK_PATIENCE_S):
        address.check()
        from reelscape.web.first_start import ADMIN, prepare  # noqa: PLC0415 (models need Django set up)

        with database_of(config.data_dir):
            password = prepare()
        if password is not None:
            _say(f"The first account is made; its password is shown only now.\n\n  {ADMIN}  {password}\n")
        if address.is_everywhere:
            _say(f"It listens to the whole network. Links start with {config.public_url}; --public-url changes that.")
        supervise(address, partial(_say, _ready_lines(config)))
        _say("Stopped. A job in work goes on at the next start.")


def _ready_lines(config: ServiceConfig) -> str:
    folder = shlex.quote(str(config.data_dir))
    return (
        f"Reelscape is ready at {config.public_url}. Ctrl-C stops it.\n"
        f"  Its data folder: {config.data_dir}\n"
        f"  An API key: {_program()} apikey create NAME --user admin --data {folder}"
    )


def _program() -> str:
    """This program as it can be called from a shell here."""
    beside = Path(sys.executable).with_name("reelscape")
    return shlex.quote(str(beside)) if beside.exists() and not shutil.which("reelscape") else "reelscape"


def _say(text: str) -> None:
    """Words for people; a standard output that went away does not end the service."""
    out = standard_output()
    out.write(text + "\n")
    out.flush()

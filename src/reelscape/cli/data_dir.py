"""What the commands beside a running service share: its data folder, and how a failure is said.

Django reads its settings from the data folder, and its models can be imported only after that; so these commands import
what they need inside their functions, below `open_data_dir`. Nothing else in the program does.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from reelscape.cli.output import standard_error
from reelscape.errors import NoDataDir, ReelscapeError, coded
from reelscape.service_config import ServiceConfig

_EXIT_FAILED = 1


def with_data_dir(act: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option --data, Django set up on that folder, and one clear sentence for each failure."""

    @click.option("--data", "data_dir", type=click.Path(path_type=Path), help="The service's data folder.")
    @functools.wraps(act)
    def command(data_dir: Path | None, **options: Any) -> None:
        with failures_told():
            folder = open_existing(data_dir)
            with database_of(folder):
                act(**options)

    return command


@contextmanager
def failures_told() -> Iterator[None]:
    """Say what fails in one sentence with advice, and end the program."""
    try:
        yield
    except (ReelscapeError, OSError) as raised:
        error = coded(raised)
        say(f"Error: {error.message}\n  {error.advice}  [{error.code}]")
        sys.exit(_EXIT_FAILED)


def open_existing(data_dir: Path | None) -> Path:
    """Set Django up on a folder that `serve` made, without making one. Raises NoDataDir, BadSetting."""
    folder = data_dir.expanduser() if data_dir is not None else ServiceConfig.from_environ().data_dir
    if folder.is_file():
        raise NoDataDir(f"{folder} is a file, not a folder.")
    if not (folder / "reelscape.sqlite3").is_file():
        raise NoDataDir(f"The folder {folder} holds no data of the service.")
    from reelscape.web.opening import is_migrated, open_data_dir  # noqa: PLC0415 (loads Django: not for `run`)

    open_data_dir(data_dir)
    with database_of(folder):
        if not is_migrated():
            raise NoDataDir(f"The database in {folder} does not fit this version of the program.")
    return folder


@contextmanager
def database_of(folder: Path) -> Iterator[None]:
    """What the database of a folder refuses (it is damaged, locked for long, not writable) becomes one error."""
    from django.db import DatabaseError  # noqa: PLC0415

    from reelscape.jobs.database import fault  # noqa: PLC0415

    try:
        yield
    except DatabaseError as error:
        raise fault(error, folder / "reelscape.sqlite3") from error


def say(text: str) -> None:
    """Words for people, which leave standard output to data."""
    err = standard_error()
    err.write(text + "\n")
    err.flush()


def show_table(what: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table; that it is empty is said with the data folder, which may be the wrong one."""
    from django.conf import settings  # noqa: PLC0415

    click.echo(table(head, rows))
    if not rows:
        say(f"There are no {what} in the data folder {settings.REELSCAPE.data_dir}; --data names another one.")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Columns, each as wide as its widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows))
    return "\n".join(line.rstrip() for line in lines)

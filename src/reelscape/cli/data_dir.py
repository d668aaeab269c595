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
        try:
            folder = open_existing(data_dir)
            with _database_of(folder):
                act(**options)
        except (ReelscapeError, OSError) as raised:
            error = coded(raised)
            say(f"Error: {error.message}\n  {error.advice}  [{error.code}]")
            sys.exit(_EXIT_FAILED)

    return command


def open_existing(data_dir: Path | None) -> Path:
    """Set Django up on a folder that `serve` made, without making one. Raises NoDataDir, BadSetting."""
    folder = data_dir.expanduser() if data_dir is not None else ServiceConfig.from_environ().data_dir
    if not (folder / "reelscape.sqlite3").is_file():
        raise NoDataDir(f"The folder {folder} holds no data of the service.")
    from reelscape.web.opening import is_migrated, open_data_dir  # noqa: PLC0415 (loads Django: not for `run`)

    open_data_dir(data_dir)
    with _database_of(folder):
        if not is_migrated():
            raise NoDataDir(f"The database in {folder} does not fit this version of the program.")
    return folder


@contextmanager
def _database_of(folder: Path) -> Iterator[None]:
    """What the database refuses (it is damaged, locked for long, not writable) becomes one error."""
    from django.db import DatabaseError  # noqa: PLC0415

    try:
        yield
    except DatabaseError as error:
        raise NoDataDir(f"The database in {folder} cannot be used: {error}.") from error


def say(text: str) -> None:
    """Words for people, which leave standard output to data."""
    err = standard_error()
    err.write(text + "\n")
    err.flush()


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Columns, each as wide as its widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows))
    return "\n".join(line.rstrip() for line in lines)

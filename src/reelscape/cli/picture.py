"""`reelscape picture`: a PNG of any file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reelscape.cli.sample import parse_size
from reelscape.cli.signals import stop_on_signals
from reelscape.errors import Cancelled, ReelscapeError, coded
from reelscape.lifeline import die_with_parent
from reelscape.picture.make import SIZE, make_picture, make_picture_or_card
from reelscape.report import Report

EXIT_FAILED, EXIT_CANCELLED = 1, 130


@click.command("picture")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("out_path", metavar="OUT", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--size", default=f"{SIZE[0]}x{SIZE[1]}", show_default=True, callback=parse_size, help="Width and height in pixels."
)
@click.option("--card-on-failure", is_flag=True, help="Draw a card when the file cannot be drawn, and exit with 0.")
@click.option("--lifeline", is_flag=True, help="End at once when standard input closes, for programs that start this.")
def command(path: Path, out_path: Path, size: tuple[int, int], card_on_failure: bool, lifeline: bool) -> None:
    """Draw FILE (a mesh, point cloud, splats, a video or a photo) to OUT, a PNG; a card for any other kind of file."""
    if lifeline:
        die_with_parent()
    report = Report("picture", cancel=stop_on_signals())
    try:
        if card_on_failure:
            if (error := make_picture_or_card(path, out_path, size, report)) is not None:
                _say("Warning", error)
        else:
            make_picture(path, out_path, size, report)
    except (ReelscapeError, OSError) as raised:
        error = coded(raised)
        _say("Error", error)
        sys.exit(EXIT_CANCELLED if isinstance(error, Cancelled) else EXIT_FAILED)


def _say(what: str, error: ReelscapeError) -> None:
    click.echo(f"{what}: {error.message}\n  {error.advice}  [{error.code}]", err=True)

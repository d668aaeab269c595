"""`reelscape sample`: a video of a synthetic room, with ground truth."""

from __future__ import annotations

import re
from pathlib import Path

import click

from reelscape.errors import ReelscapeError
from reelscape.sample.video import SampleConfig, write_sample

DEFAULTS = SampleConfig()


def parse_size(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, int]:
    """Width and height out of an option's value."""
    match = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", value)
    if match is None:
        raise click.BadParameter("give width and height like 540x960")
    return int(match[1]), int(match[2])


@click.command("sample")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--seconds", default=DEFAULTS.seconds, show_default=True, help="Length of the walk.")
@click.option("--size", default="540x960", show_default=True, callback=parse_size, help="Width and height in pixels.")
@click.option("--fps", default=DEFAULTS.fps, show_default=True, help="Frames per second.")
@click.option(
    "--texel", "texel_m", default=DEFAULTS.texel_m, show_default=True, help="Metres per texel: smaller is finer."
)
def command(out: Path, seconds: float, size: tuple[int, int], fps: float, texel_m: float) -> None:
    """Render a handheld-like video of a synthetic room to OUT, an MP4, with its ground truth in a folder beside it."""
    config = SampleConfig(seconds, fps, size, texel_m)
    try:
        config.check()
        with click.progressbar(length=config.num_frames, label="Rendering") as bar:
            facts = write_sample(out, config, lambda done, count: bar.update(1))
    except ReelscapeError as error:
        raise click.ClickException(f"{error.message}\n  {error.advice}  [{error.code}]") from error
    click.echo(f"{facts['video']}: {facts['num_frames']} frames; ground truth in {facts['truth']}")

"""`reelscape bench`: what training costs on this machine, and how good it gets."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reelscape.bench.suite import FULL, PARTS, QUICK, Plan, run
from reelscape.config import PRESETS
from reelscape.errors import ReelscapeError, coded

OWN_SETTINGS = {
    "train.num_steps": "name the numbers of steps with --steps.",
    "train.budget_s": "trainings that go by the clock cannot be compared.",
    "train.holdout_every": "every 8th picture is held out.",
    "train.checkpoint_every_s": "nothing is saved while it measures.",
}


def parse_settings(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Settings by name out of NAME=VALUE."""
    pairs = [value.partition("=") for value in values]
    if not all(name.startswith("train.") and equals for name, equals, _ in pairs):
        raise click.BadParameter("write settings of training as train.NAME=VALUE")
    for name, _, _ in pairs:
        if name in OWN_SETTINGS:
            raise click.BadParameter(f"the benchmark sets {name} itself: {OWN_SETTINGS[name]}")
    return {name: value for name, _, value in pairs}


@click.command("bench")
@click.argument(
    "run_dirs", metavar="[RUN_DIR]...", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@click.option(
    "--full", is_flag=True, help="Measure all: larger pictures, longer trainings, more repeats; half an hour a scene."
)
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), help="Only this part; may be given again.")
@click.option(
    "--steps",
    "num_steps",
    multiple=True,
    type=click.IntRange(10, 100_000),
    help="Training steps of a curve; may be given again.",
)
@click.option("--repeats", type=click.IntRange(1, 100), help="Trainings of each kind, whose median counts.")
@click.option(
    "--preset", type=click.Choice(list(PRESETS)), default="balanced", show_default=True, help="Settings of training."
)
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    callback=parse_settings,
    help="A setting of training, e.g. train.max_gaussians=60000.",
)
@click.option(
    "--json", "json_path", type=click.Path(path_type=Path, dir_okay=False), help="Also write the figures to this file."
)
def command(
    run_dirs: tuple[Path, ...], full: bool, parts: tuple[str, ...], json_path: Path | None, **options: Any
) -> None:
    """Measure training on this machine: a step by phase, threads, and CPU seconds to a quality.

    The scenes are those of RUN_DIRs, folders with images/ and sparse/ that `reelscape run` made and that stay as they
    are, or else the sample room.
    """
    try:
        config = PRESETS[options["preset"]].with_settings(options["settings"]).train
        extent = FULL if full else QUICK
        extent = replace(
            extent,
            num_steps=tuple(sorted(options["num_steps"])) or extent.num_steps,
            training_repeats=options["repeats"] or extent.training_repeats,
        )
        figures = run(Plan(extent, parts or PARTS, run_dirs, config), click.echo)
        if json_path:
            json_path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    except (ReelscapeError, OSError) as error:
        told = coded(error)
        raise click.ClickException(f"{told.message}\n  {told.advice}  [{told.code}]") from error

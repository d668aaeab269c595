"""`reelscape run`: a video in, a scene folder out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from reelscape.cli.progress import open_progress
from reelscape.cli.signals import stop_on_signals
from reelscape.config import METHODS, PRESETS, RunConfig
from reelscape.errors import Cancelled, ReelscapeError
from reelscape.lifeline import die_with_parent
from reelscape.pipeline import RunOptions, run, stored_config

EVAL_EVERY = 8
SETTINGS = {
    "method": "poses.method",
    "num_frames": "frames.num_frames",
    "max_gaussians": "train.max_gaussians",
    "num_steps": "train.num_steps",
    "budget_s": "train.budget_s",
    "num_threads": "train.num_threads",
    "mesh": "mesh.enabled",
}  # options of their own, by the name of their setting
EXIT_FAILED, EXIT_CANCELLED = 1, 130
BUDGET_MAX_GAUSSIANS = 400_000  # of a run with a budget alone: the clock decides how many it comes to


class Duration(click.ParamType[float]):
    """Seconds, written as 90, 90s, 5m or 1h."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds of the text; a usage error when it is none."""
        if isinstance(value, float):
            return value
        number, unit = (value[:-1], value[-1]) if value[-1:] in _UNITS_S else (value, "s")
        try:
            return float(number) * _UNITS_S[unit]
        except ValueError:
            self.fail(f"{value!r} is no duration; write 90s, 5m or 1h.", param, ctx)


_UNITS_S = {"s": 1, "m": 60, "h": 3600}


@click.command("run")
@click.argument("input_path", metavar="VIDEO", type=click.Path(path_type=Path))
@click.option("--out", "out_dir", required=True, type=click.Path(path_type=Path), help="Folder for the scene.")
@click.option("--preset", type=click.Choice(list(PRESETS)), help="How much work to spend; balanced by default.")
@click.option("--eval", "evaluate", is_flag=True, help="Hold out every 8th view and score it (PSNR, SSIM).")
@click.option("--method", type=click.Choice(METHODS, case_sensitive=False), help="Mapper that finds the camera path.")
@click.option("--frames", "num_frames", type=int, help="Number of video frames to use; default by length, 80 to 200.")
@click.option("--max-gaussians", type=int, help="Upper limit on the number of gaussians.")
@click.option("--steps", "num_steps", type=int, help="Training steps.")
@click.option(
    "--budget", "budget_s", type=Duration(), help="Time for the whole run, e.g. 60s or 5m; training gives way."
)
@click.option("--threads", "num_threads", type=int, help="Threads for training; default all cores.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Any setting, e.g. train.seed=3.")
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with the earlier run in the folder; its settings hold unless others are given.",
)
@click.option("--keep", is_flag=True, help="Keep the work folder (frames, features, checkpoints) after success.")
@click.option("--mesh/--no-mesh", default=None, help="Make a triangle mesh beside the splats; on by default.")
@click.option("--events", is_flag=True, help="Print one JSON object per line instead of progress, for programs.")
@click.option("--lifeline", is_flag=True, help="End at once when standard input closes, for programs that start runs.")
def command(input_path: Path, out_dir: Path, **options: Any) -> None:
    """Turn VIDEO (a video, a folder or a zip of photos) into a 3D scene in a folder."""
    if options["lifeline"]:
        die_with_parent()
    cancel = stop_on_signals()
    run_options = RunOptions(resume=options["resume"], keep=options["keep"])
    with open_progress(options["events"]) as progress:
        try:
            summary = run(input_path, out_dir, _config(out_dir, options), run_options, progress.show, cancel)
        except ReelscapeError as error:
            progress.failed(error)
            sys.exit(EXIT_CANCELLED if isinstance(error, Cancelled) else EXIT_FAILED)
        progress.succeeded(summary, out_dir)


def _config(out_dir: Path, options: dict[str, Any]) -> RunConfig:
    """The preset (or, on a resume that names none, the earlier run's settings) with what was asked for on top."""
    stored = stored_config(out_dir) if options["resume"] and not options["preset"] else None
    config = stored or PRESETS[options["preset"] or "balanced"]
    given = {name: options[option] for option, name in SETTINGS.items() if options[option] is not None}
    if options["budget_s"] and options["num_steps"]:
        raise click.UsageError("Give --budget or --steps: a run ends by the clock or by its steps, not by both.")
    if options["num_steps"]:
        given["train.budget_s"] = 0.0
    if options["budget_s"] and not options["preset"]:
        given.setdefault("train.max_gaussians", BUDGET_MAX_GAUSSIANS)
    if options["evaluate"]:
        given["train.holdout_every"] = EVAL_EVERY
    for assignment in options["settings"]:
        name, _, text = assignment.partition("=")
        given[name] = text
    return config.with_settings(given)

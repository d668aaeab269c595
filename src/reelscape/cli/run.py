"""`reelscape run`: a video in, a scene folder out."""

from __future__ import annotations

import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import click

from reelscape.cli.progress import open_progress
from reelscape.config import METHODS, PRESETS, RunConfig
from reelscape.errors import Cancelled, ReelscapeError
from reelscape.pipeline import RunOptions, run

EVAL_EVERY = 8
EXIT_FAILED, EXIT_CANCELLED = 1, 130


@click.command("run")
@click.argument("input_path", metavar="VIDEO", type=click.Path(path_type=Path))
@click.option("--out", "out_dir", required=True, type=click.Path(path_type=Path), help="Folder for the scene.")
@click.option(
    "--preset", type=click.Choice(list(PRESETS)), default="balanced", show_default=True, help="How much work to spend."
)
@click.option("--eval", "evaluate", is_flag=True, help="Hold out every 8th view and score it (PSNR, SSIM).")
@click.option("--method", type=click.Choice(METHODS, case_sensitive=False), help="Mapper that finds the camera path.")
@click.option("--frames", "num_frames", type=int, help="Number of video frames to use; default by length, 80 to 200.")
@click.option("--max-gaussians", type=int, help="Upper limit on the number of gaussians.")
@click.option("--steps", "num_steps", type=int, help="Training steps.")
@click.option("--threads", "num_threads", type=int, help="Threads for training; default all cores.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Any setting, e.g. train.seed=3.")
@click.option("--resume", is_flag=True, help="Go on with an earlier run in the folder, redoing only what changed.")
@click.option("--keep", is_flag=True, help="Keep the work folder (frames, features, checkpoints) after success.")
@click.option("--no-mesh", is_flag=True, help="Make no mesh (no mesh stage exists yet; accepted for later).")
@click.option("--events", is_flag=True, help="Print one JSON object per line instead of progress, for programs.")
def command(input_path: Path, out_dir: Path, **options: Any) -> None:
    """Turn VIDEO (a video, a folder or a zip of photos) into a 3D scene in a folder."""
    cancel = _stop_on_signals()
    run_options = RunOptions(resume=options["resume"], keep=options["keep"])
    with open_progress(options["events"]) as progress:
        try:
            summary = run(input_path, out_dir, _config(options), run_options, progress.show, cancel)
        except ReelscapeError as error:
            progress.failed(error)
            sys.exit(EXIT_CANCELLED if isinstance(error, Cancelled) else EXIT_FAILED)
        progress.succeeded(summary, out_dir)


def _config(options: dict[str, Any]) -> RunConfig:
    """The preset with what was asked for on top."""
    config = PRESETS[options["preset"]]
    changes = {
        "train": {name: options[name] for name in ("max_gaussians", "num_steps", "num_threads")}
        | {"holdout_every": EVAL_EVERY if options["evaluate"] else None},
        "poses": {"method": options["method"]},
        "frames": {"num_frames": options["num_frames"]},
    }
    for part, values in changes.items():
        given = {name: value for name, value in values.items() if value is not None}
        config = replace(config, **{part: replace(getattr(config, part), **given)})
    for assignment in options["settings"]:
        name, _, text = assignment.partition("=")
        config = config.with_setting(name, text)
    return config


def _stop_on_signals() -> threading.Event:
    """Ctrl-C and SIGTERM ask the run to stop; a second one ends the program at once."""
    cancel = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        cancel.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return cancel

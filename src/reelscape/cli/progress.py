"""What a run looks like: bars on a terminal, plain lines elsewhere, JSON lines for programs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from reelscape import report
from reelscape.cli.output import Unfailing, standard_error, standard_output
from reelscape.errors import ReelscapeError

_PLAIN_EVERY_S = 5.0


class RunProgress(Protocol):
    """Shows one run to its reader."""

    def show(self, event: report.Event) -> None:
        """Show an event."""

    def failed(self, error: ReelscapeError) -> None:
        """Say why the run ended without a scene."""

    def succeeded(self, summary: dict[str, Any], out_dir: Path) -> None:
        """Say where the scene is."""


@contextmanager
def open_progress(events: bool) -> Iterator[RunProgress]:
    """The fitting progress: JSON lines when asked for, else bars on a terminal, else plain lines."""
    stderr = standard_error()
    if events:
        yield JsonLines(standard_output())
    elif stderr.isatty():
        with Bars(stderr) as bars:
            yield bars
    else:
        yield PlainLines(stderr)


class JsonLines:
    """One JSON object per line."""

    def __init__(self, out: Unfailing) -> None:
        self._out = out
        self._ended = False

    def show(self, event: report.Event) -> None:
        """Print the event at once."""
        self._ended |= isinstance(event, report.Ended)
        self._out.write(json.dumps(event.as_json()) + "\n")
        self._out.flush()

    def failed(self, error: ReelscapeError) -> None:
        """A run that was refused before it began still says so in one line."""
        if not self._ended:
            self.show(report.Ended("run", "failed", error.as_dict()))

    def succeeded(self, summary: dict[str, Any], out_dir: Path) -> None:
        """The `ended` event has said it."""


class _ForPeople:
    """The last words, which bars and plain lines share."""

    def __init__(self, out: Unfailing) -> None:
        self._out = out
        self._eta = Eta()
        self._began = time.monotonic()

    def failed(self, error: ReelscapeError) -> None:
        """Sentence, advice, code."""
        self._say(f"Error: {error.message}\n  {error.advice}  [{error.code}]")

    def succeeded(self, summary: dict[str, Any], out_dir: Path) -> None:
        """Figures, the seconds that this run took, and the folder."""
        train, poses = summary["train"], summary["poses"]
        quality = (
            f", {train['psnr_db']:.2f} dB on {train['num_eval_images']} held-out views" if train["psnr_db"] else ""
        )
        self._say(
            f"Scene in {out_dir}: {train['num_gaussians']} gaussians from {poses['num_registered']} of "
            f"{poses['num_images']} pictures{quality}, {time.monotonic() - self._began:.0f} s."
        )
        self._say(f"Look at {out_dir / 'preview.jpg'}; open {out_dir / 'scene.spz'} in a splat viewer.")

    def _say(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()


class PlainLines(_ForPeople):
    """A line now and then, for logs."""

    def __init__(self, out: Unfailing) -> None:
        super().__init__(out)
        self._said: tuple[str, float] = ("", 0.0)

    def show(self, event: report.Event) -> None:
        """Say ends and warnings, and progress when a stage begins and every few seconds."""
        if isinstance(event, report.Progress):
            stage, at = self._said
            if event.stage == stage and time.monotonic() - at < _PLAIN_EVERY_S:
                return
            self._said = (event.stage, time.monotonic())
            self._say(f"{event.stage}: {event.message} ({event.overall:.0%}{self._eta.text(event.overall)})")
        elif isinstance(event, report.Finished):
            self._say(f"{event.stage}: " + ("reused" if event.reused else f"done in {event.wall_s:.1f} s"))
        elif isinstance(event, report.Warned):
            self._say(f"Warning: {event.message}  [{event.code}]")


class Bars(_ForPeople):
    """One bar per stage, with the time that is left at the bottom."""

    def __init__(self, out: Unfailing) -> None:
        super().__init__(out)
        columns = (
            TextColumn("{task.description:8}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
            TextColumn("{task.fields[message]}"),
        )  # fmt: skip
        self._progress = Progress(*columns, console=Console(file=cast(TextIO, out)))
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def failed(self, error: ReelscapeError) -> None:
        """Leave the bars before the last words."""
        self._progress.stop()
        super().failed(error)

    def succeeded(self, summary: dict[str, Any], out_dir: Path) -> None:
        """Leave the bars before the last words."""
        self._progress.stop()
        super().succeeded(summary, out_dir)

    def show(self, event: report.Event) -> None:
        """Move the bar of the event's stage."""
        if isinstance(event, report.Warned):
            self._progress.console.print(f"Warning: {event.message}  [{event.code}]", markup=False)
        elif isinstance(event, report.Started | report.Progress | report.Finished):
            task = self._task(event.stage)
            if isinstance(event, report.Progress):
                message = event.message + self._eta.text(event.overall)
                self._progress.update(task, completed=event.fraction, message=message)
            elif isinstance(event, report.Finished):
                self._progress.update(task, completed=1.0, message="reused" if event.reused else "done")
                self._progress.stop_task(task)

    def _task(self, stage: str) -> Any:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=1.0, message="")
        return self._tasks[stage]


class Eta:
    """Time left, from how far the whole run is."""

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None

    def text(self, overall: float) -> str:
        """`, about 40 s left` once enough is known, else nothing; what an earlier run did counts for nothing."""
        self._first = self._first or (overall, time.monotonic())
        done, elapsed_s = overall - self._first[0], time.monotonic() - self._first[1]
        if done < 0.08 or elapsed_s < 5:
            return ""
        left_s = elapsed_s * (1 - overall) / done
        return f", about {left_s:.0f} s left" if left_s < 90 else f", about {left_s / 60:.0f} min left"

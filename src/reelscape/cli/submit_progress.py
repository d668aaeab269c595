"""What a submitted video looks like on its way: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from reelscape.cli.output import Unfailing, standard_error
from reelscape.client import Job

_PLAIN_EVERY_S = 5.0


class SubmitProgress(Protocol):
    """Shows uploads, downloads and the job between them."""

    def moved(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """A file is that far."""

    def changed(self, job: Job) -> None:
        """Something about the job is new."""

    def say(self, text: str) -> None:
        """A line of its own."""


@contextmanager
def open_submit_progress() -> Iterator[SubmitProgress]:
    """The fitting one: bars on a terminal, else plain lines."""
    stderr = standard_error()
    if stderr.isatty():
        with BarsOfSubmit(stderr) as bars:
            yield bars
    else:
        yield LinesOfSubmit(stderr)


class LinesOfSubmit:
    """A line for each new state, and every few seconds for what moves."""

    def __init__(self, out: Unfailing) -> None:
        self._out = out
        self._said: tuple[str, float] = ("", 0.0)

    def moved(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Say it now and then, and at the end."""
        share = done_bytes / total_bytes if total_bytes else 1.0
        self._now_and_then(what, f"{what}: {share:.0%} of {total_bytes / 1e6:.1f} MB", share >= 1)

    def changed(self, job: Job) -> None:
        """Say each state at once."""
        percent = f" ({job.progress:.0f}%)" if job.progress else ""
        self._now_and_then(job.status, f"{_state(job)}{percent}", job.is_over)

    def say(self, text: str) -> None:
        """Write the line."""
        self._out.write(printable(text) + "\n")
        self._out.flush()

    def _now_and_then(self, topic: str, text: str, is_last: bool) -> None:
        said, at_s = self._said
        if topic != said or is_last or time.monotonic() - at_s >= _PLAIN_EVERY_S:
            self._said = (topic, time.monotonic())
            self.say(text)


class BarsOfSubmit:
    """A bar for the upload, one for the job, one for each download."""

    def __init__(self, out: Unfailing) -> None:
        columns = (
            TextColumn("{task.description:12}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
            TextColumn("{task.fields[message]}", markup=False),
        )  # fmt: skip
        self._progress = Progress(*columns, console=Console(file=cast(TextIO, out)))
        self._tasks: dict[str, TaskID] = {}
        self._status = ""

    def __enter__(self) -> BarsOfSubmit:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def moved(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Move the bar of the file."""
        self._progress.update(self._task(what, total_bytes), completed=done_bytes, message=f"{done_bytes / 1e6:.1f} MB")

    def changed(self, job: Job) -> None:
        """Move the bar of the job; a new state is a line too."""
        if job.status != self._status:
            self._status = job.status
            self.say(_state(job))
        done = job.progress if job.progress is not None else job.percent_complete or 0.0
        self._progress.update(self._task("Scene", 100), completed=done, message=printable(job.current_step))

    def say(self, text: str) -> None:
        """Write the line above the bars."""
        self._progress.console.print(printable(text), markup=False, highlight=False, soft_wrap=True)

    def _task(self, what: str, total: float) -> TaskID:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=max(total, 1), message="")
        return self._tasks[what]


def _state(job: Job) -> str:
    step = job.current_step
    says_more = step and step not in job.status and not job.is_over and not job.status.startswith("Queued")
    return f"{job.status}: {step}" if says_more else job.status


def printable(text: str) -> str:
    """A server's words without characters that steer a terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)

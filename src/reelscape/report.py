"""The only channel out of a stage: progress, warnings and snapshots, as events; and the way a stop comes in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from reelscape.errors import Cancelled


@dataclass(frozen=True)
class Event:
    """Something that happened in a run; `name` and the fields are the public JSON of `--events`."""

    stage: str

    @property
    def name(self) -> str:
        return type(self).__name__.lower()

    def as_json(self) -> dict[str, Any]:
        """The event as one flat object, `event` naming its kind."""
        return {"event": self.name, **asdict(self)}


@dataclass(frozen=True)
class Started(Event):
    """A stage begins."""


@dataclass(frozen=True)
class Progress(Event):
    """A stage is `fraction` (0..1) done; `overall` (0..1) is the whole run; `message` is for people."""

    fraction: float
    message: str
    overall: float = 0.0


@dataclass(frozen=True)
class Warned(Event):
    """Something a person should know although the run goes on."""

    code: str
    message: str


@dataclass(frozen=True)
class Snapshot(Event):
    """An early scene lies at `path` (SPZ); `psnr_db` is a running figure over training views."""

    path: str
    step: int
    num_gaussians: int
    psnr_db: float


@dataclass(frozen=True)
class Finished(Event):
    """A stage ended well; `reused` when nothing had to be done."""

    wall_s: float
    reused: bool = False


@dataclass(frozen=True)
class Ended(Event):
    """The run is over: `status` is finished or failed; `error` holds code, message and advice of a failure."""

    status: str
    error: dict[str, str] | None


Sink = Callable[[Event], None]


@dataclass
class Report:
    """What a stage is handed to speak through.

    `sink` takes the events; `cancel` is set by whoever wants the run to stop. Warnings are kept for the stage's
    report, and so is the largest memory of its child processes. `run_began_s` is when the whole run began, on the
    clock of time.monotonic.
    """

    stage: str
    sink: Sink = lambda event: None
    cancel: threading.Event = field(default_factory=threading.Event)
    warnings: list[dict[str, str]] = field(default_factory=list)
    child_peak_rss_bytes: int = 0
    run_began_s: float = field(default_factory=time.monotonic)

    def check(self) -> None:
        """Raise `Cancelled` when a stop was asked for."""
        if self.cancel.is_set():
            raise Cancelled()

    def progress(self, fraction: float, message: str = "") -> None:
        """Say how far the stage is (0..1). Raises `Cancelled` when a stop was asked for."""
        self.check()
        self.sink(Progress(self.stage, min(max(float(fraction), 0.0), 1.0), message))

    def warn(self, code: str, message: str) -> None:
        """Tell people something that does not stop the run."""
        self.warnings.append({"code": code, "message": message})
        self.sink(Warned(self.stage, code, message))

    def snapshot(self, path: str, step: int, num_gaussians: int, psnr_db: float) -> None:
        """Say that an early scene lies at `path`."""
        self.sink(Snapshot(self.stage, path, step, num_gaussians, psnr_db))

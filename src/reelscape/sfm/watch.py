"""Signs of life while a native function works: a thread that reports what it sees once a second.

It must not look into COLMAP's database: Python's SQLite and COLMAP's own in one process break each other's file locks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from reelscape.errors import Cancelled
from reelscape.report import Report

_PERIOD_S = 1.0


@dataclass(frozen=True)
class Span:
    """The part of the stage's progress, from `start` to `end`, that one step fills."""

    report: Report
    start: float
    end: float

    def say(self, fraction: float, message: str) -> None:
        """Report the step's own `fraction` (0..1). Raises `Cancelled` when a stop was asked for."""
        self.report.progress(self.start + (self.end - self.start) * min(max(fraction, 0.0), 1.0), message)

    def part(self, start: float, end: float) -> Span:
        """A part of this span, given in fractions of it."""
        length = self.end - self.start
        return Span(self.report, self.start + length * start, self.start + length * end)


@contextmanager
def watched(span: Span, look: Callable[[], tuple[float, str]]) -> Iterator[None]:
    """Report what `look` returns, a fraction and a message, every second while the block runs."""
    done = threading.Event()

    def tell() -> None:
        try:
            span.say(*look())
            while not done.wait(_PERIOD_S):
                span.say(*look())
        except Cancelled:
            return  # the block's own thread meets the stop at its next report

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
    span.report.check()

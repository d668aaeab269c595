"""Standard streams that may go away: a closed pipe, a lost terminal or a full disk is no reason to fail a run."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO


class Unfailing:
    """A text stream whose writing never raises; once it cannot be written, what follows goes nowhere."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream or io.TextIOBase()  # a descriptor that was closed from the start: nothing can be written
        self.encoding = self._stream.encoding

    def write(self, text: str) -> int:
        """Write as the stream does."""
        try:
            self._stream.write(text)
        except (OSError, ValueError):
            self._abandon()
        return len(text)

    def flush(self) -> None:
        """Flush as the stream does."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self._abandon()

    def isatty(self) -> bool:
        """Whether a terminal reads it; one that is closed is none."""
        return not self._stream.closed and self._stream.isatty()

    def _abandon(self) -> None:
        """Put the null device in its place: what is still buffered would fail again when the interpreter ends."""
        try:
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())
        except (OSError, ValueError):
            pass  # it has no descriptor, so nothing is flushed at the end either


def standard_output() -> Unfailing:
    """Where data for programs goes."""
    return Unfailing(sys.stdout)


def standard_error() -> Unfailing:
    """Where words for people go."""
    return Unfailing(sys.stderr)

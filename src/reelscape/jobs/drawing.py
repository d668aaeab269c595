"""A picture of one file, drawn by `reelscape picture` in a child with limits of its own, and stored beside the file."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from reelscape.jobs.files import preview_key, store
from reelscape.jobs.models import Asset
from reelscape.jobs.process import RunProcess

PROGRAM = (sys.executable, "-P", "-m", "reelscape.cli", "picture")
_TIME_LIMIT_S = 45.0  # the command has a limit of its own: this one is for when it hangs


def draw(source: Asset, *options: str) -> int:
    """Draw and store the picture of a file; its size in bytes.

    Raises TimeoutError, ChildProcessError and other kinds of OSError.
    """
    with tempfile.TemporaryDirectory(prefix="reelscape-picture-") as folder:
        drawn = Path(folder) / "picture.png"
        _run([*PROGRAM, str(store().path(source.key)), str(drawn), *options, "--lifeline"])
        return store().put(preview_key(source.key), drawn)


def _run(program: list[str]) -> None:
    process = RunProcess(program)
    deadline = time.monotonic() + _TIME_LIMIT_S
    try:
        while not process.has_ended() and time.monotonic() < deadline:
            process.read(0.1)
        is_over = process.has_ended()
    finally:
        status = process.close()
    if not is_over:
        raise TimeoutError(f"not drawn within {_TIME_LIMIT_S:g} s")
    if status != 0:
        raise ChildProcessError(f"exit status {status}: {process.last_words.strip()[-300:]}")

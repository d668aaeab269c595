"""A run as a child process: started in a group of its own, read line by line, and ended with everything below it."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from typing import Any

_NICENESS = 10
_CHUNK_BYTES = 1 << 16
_LINE_LIMIT_BYTES = 1 << 20
_TAIL_BYTES = 1 << 14
_OURS = ("REELSCAPE_", "DJANGO_")
"""Variables of the service, which may hold passwords: none of them is a run's business."""

Event = dict[str, Any]


class RunProcess:
    """The child's standard input is a pipe that only we hold: it dies with us. Its children have such pipes too."""

    def __init__(self, program: list[str], first_line: bytes = b"") -> None:
        """Start `program`, with `first_line` on its standard input. Raises OSError when it cannot be started."""
        self._process = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={name: text for name, text in os.environ.items() if not name.startswith(_OURS)},
        )
        assert self._process.stdout is not None and self._process.stderr is not None
        if first_line and self._process.stdin is not None:
            with suppress(BrokenPipeError):  # it is gone already; its exit status tells why
                self._process.stdin.write(first_line)
                self._process.stdin.flush()
        self._stdout, self._stderr = self._process.stdout, self._process.stderr
        self._pending = b""
        self._tail = b""
        self._selector = selectors.DefaultSelector()
        for stream in (self._stdout, self._stderr):
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, selectors.EVENT_READ)
        with suppress(OSError):  # the web process answers first
            niceness = os.getpriority(os.PRIO_PROCESS, 0) + _NICENESS
            os.setpriority(os.PRIO_PROCESS, self._process.pid, niceness)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def last_words(self) -> str:
        """The end of what it wrote to its standard error."""
        return self._tail.decode(errors="replace")

    def has_ended(self) -> bool:
        """Whether the process is over; it is not reaped, so that its number stays ours."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def has_more(self) -> bool:
        """Whether something it said waits to be read."""
        return bool(self._selector.select(0))

    def read(self, wait_s: float) -> list[Event]:
        """The events that came, after waiting for some for at most `wait_s` seconds."""
        events = []
        for key, _ in self._selector.select(wait_s):
            chunk = self._read(key)
            if key.fileobj is self._stderr:
                self._tail = (self._tail + chunk)[-_TAIL_BYTES:]
            else:
                events += self._events(chunk)
        return events

    def _read(self, key: selectors.SelectorKey) -> bytes:
        try:
            chunk = os.read(key.fd, _CHUNK_BYTES)
        except BlockingIOError:
            return b""
        if not chunk:
            self._selector.unregister(key.fileobj)
        return chunk

    def _events(self, chunk: bytes) -> list[Event]:
        *lines, self._pending = (self._pending + chunk).split(b"\n")
        self._pending = self._pending[-_LINE_LIMIT_BYTES:]
        return [event for line in lines if (event := _event(line))]

    def stop(self, grace_s: float) -> None:
        """Ask the group to end, and end it after `grace_s` seconds at the latest."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + grace_s
        while not self.has_ended() and (left_s := deadline - time.monotonic()) > 0:
            self.read(min(left_s, 0.05))  # it shall not wait for room in a pipe
        self.close()

    def close(self) -> int:
        """End what is left of the group and reap it; returns the exit status (-9 for signal 9)."""
        self._signal(signal.SIGKILL)
        status = self._process.wait()
        self._selector.close()
        for stream in (self._process.stdin, self._stdout, self._stderr):
            if stream is not None:
                stream.close()
        return status

    def _signal(self, number: int) -> None:
        if self._process.returncode is None:  # reaped, its number may be another's
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)


def _event(line: bytes) -> Event | None:
    """One event; anything else that the program prints is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("event"), str) else None

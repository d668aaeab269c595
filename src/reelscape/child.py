"""Run one function in a child process with limits; it dies with its parent and a stop frees the CPU at once.

The child is `python -m reelscape.child MODULE:FUNCTION`. Its standard input carries the arguments (one JSON line) and
then stays open as a lifeline: when it closes, the parent is gone and the child ends itself. Its standard output carries
JSON lines back: progress, warnings, then the result or the error. Whatever libraries print goes to the log.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import selectors
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from reelscape.errors import DiskFull, OutOfMemory, StageCrashed, TimeLimit, coded, from_dict
from reelscape.lifeline import die_with_parent
from reelscape.report import Event, Progress, Report, Warned

_POLL_S = 0.2
_TAIL_BYTES = 4096
_FULL_DISK_BYTES = 1 << 20
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
"""For the child, unless the user set them: numpy's threads spin and glibc's arenas waste memory. Without these two, the
poses of 40 pictures took 275 MB instead of 220 and a quarter more CPU time."""


@dataclass(frozen=True)
class Limits:
    """What a child may take: wall seconds, bytes of address space, bytes of one file, open files."""

    wall_s: float
    memory_bytes: int
    file_bytes: int = 8 << 30
    open_files: int = 256


def call(target: str, arguments: dict[str, Any], limits: Limits, report: Report, log_path: Path) -> Any:
    """Call `module:function(report=..., **arguments)` in a child and return its (JSON) result.

    Raises the error of the tree that the child raised; `TimeLimit`, `OutOfMemory`, `StageCrashed` when it was ended;
    `Cancelled` when `report` was told to stop.
    """
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with open(log_path, "ab") as log:
        log_start = log.tell()
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "reelscape.child", target],  # -P: no modules out of the current directory
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            env=_ENVIRONMENT | os.environ,
        )
    try:
        _send_arguments(process, {"limits": asdict(limits), "arguments": arguments})
        outcome = _relay(process, limits, report)
        _wait_briefly(process)
    finally:
        status = _end(process, report)
    return _result(outcome, status, log_path, log_start)


def _send_arguments(process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(message).encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass  # the child is gone already; its exit status tells why


def _relay(process: subprocess.Popen[bytes], limits: Limits, report: Report) -> dict[str, Any] | None:
    """Pass the child's progress on until it ends or says its result."""
    assert process.stdout is not None
    deadline = time.monotonic() + limits.wall_s
    selector = selectors.DefaultSelector()
    selector.register(process.stdout, selectors.EVENT_READ)
    pending = b""
    while True:
        report.check()
        if time.monotonic() > deadline:
            raise TimeLimit(f"The stage {report.stage} took longer than its limit of {limits.wall_s:.0f} s.")
        if not selector.select(_POLL_S):
            continue
        chunk = os.read(process.stdout.fileno(), 1 << 16)
        if not chunk:
            return None
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "result" in message or "error" in message:
                return dict(message)
            _relay_one(message, report)


def _relay_one(message: dict[str, Any], report: Report) -> None:
    if message["event"] == "progress":
        report.progress(message["fraction"], message["message"])
    elif message["event"] == "warned":
        report.warn(message["code"], message["message"])


def _wait_briefly(process: subprocess.Popen[bytes], limit_s: float = 0.5) -> None:
    """A child that has said its last word is just leaving: let its exit status stay its own."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until and os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.01)


def _end(process: subprocess.Popen[bytes], report: Report) -> int:
    """Kill what is left of the child's group, reap it and note its memory; returns the exit status."""
    assert process.stdin is not None and process.stdout is not None
    try:
        os.killpg(process.pid, signal.SIGKILL)  # not yet reaped, so the number is still ours
    except ProcessLookupError:
        pass
    process.stdin.close()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    report.child_peak_rss_bytes = max(report.child_peak_rss_bytes, usage.ru_maxrss * 1024)
    return process.returncode


def _tail(log_path: Path, start: int) -> bytes:
    """The end of what this child wrote: earlier ones wrote to the same log, and a log may be long."""
    with open(log_path, "rb") as log:
        log.seek(max(start, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
        return log.read()


def _result(outcome: dict[str, Any] | None, status: int, log_path: Path, log_start: int) -> Any:
    if outcome is not None and "result" in outcome:
        return outcome["result"]
    if outcome is not None:
        raise from_dict(outcome["error"])
    if status == -signal.SIGABRT and b"bad_alloc" in _tail(log_path, log_start):
        raise OutOfMemory()
    if shutil.disk_usage(log_path.parent).free < _FULL_DISK_BYTES:
        raise DiskFull()  # libraries end themselves when they cannot write
    if status == -signal.SIGKILL:
        raise OutOfMemory("A stage's process was killed by the system, most likely for its memory.")
    raise StageCrashed(f"A stage's process ended unexpectedly (exit status {status}).")


# ---- the child's side ----


def main() -> None:
    """Entry point of the child process."""
    channel = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    send = _sender(channel)
    message = json.loads(sys.stdin.buffer.readline())
    try:
        die_with_parent()
        _limit(Limits(**message["limits"]))
        module, name = sys.argv[1].split(":")
        function = getattr(importlib.import_module(module), name)
        send({"result": function(report=Report("child", _event_sender(send)), **message["arguments"])})
    except Exception as error:  # the border: every fault becomes a coded error for the parent
        send({"error": coded(error).as_dict()})
        with suppress(OSError):  # a full disk takes no log
            traceback.print_exc()
    os._exit(0)  # no destructors of native libraries, no waiting for their threads


def _sender(channel: IO[bytes]) -> Callable[[dict[str, Any]], None]:
    lock = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        with lock:
            channel.write(json.dumps(message).encode() + b"\n")

    return send


def _event_sender(send: Callable[[dict[str, Any]], None]) -> Callable[[Event], None]:
    def relay(event: Event) -> None:
        if isinstance(event, Progress | Warned):
            send(event.as_json())

    return relay


def _limit(limits: Limits) -> None:
    _lower(resource.RLIMIT_AS, limits.memory_bytes)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    _lower(resource.RLIMIT_CORE, 0)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _lower(kind: int, wanted: int) -> None:
    """Set a limit, unless whoever started us has set a lower one."""
    hard = resource.getrlimit(kind)[1]
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    main()

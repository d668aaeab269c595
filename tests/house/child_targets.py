"""Functions that the tests of reelscape.child call in a child process."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from typing import Any

import numpy as np

from reelscape.errors import NoFeatures
from reelscape.report import Report


def double(report: Report, x: int) -> dict[str, int]:
    print("libraries print what they like")
    report.progress(0.5, "half way")
    report.warn("odd", "something odd")
    return {"doubled": 2 * x}


def raise_coded(report: Report) -> None:
    raise NoFeatures("Nothing to see in 7 pictures.")


def raise_fault(report: Report) -> None:
    raise ZeroDivisionError("a fault of ours")


def crash(report: Report) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def abort(report: Report, words: str) -> None:
    sys.stderr.write(words)
    sys.stderr.flush()
    os.abort()


def environment(report: Report, names: list[str]) -> list[str | None]:
    return [os.environ.get(name) for name in names]


def open_files(report: Report) -> list[int]:
    return list(resource.getrlimit(resource.RLIMIT_NOFILE))


def be_killed(report: Report) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def take_memory(report: Report) -> int:
    return len(np.ones(8 << 30, np.uint8))


def sleep_with_grandchild(report: Report, pid_path: str) -> None:
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    with open(pid_path, "w") as stream:
        stream.write(f"{os.getpid()} {grandchild.pid}")
    while True:
        report.progress(0.1, "sleeping")
        time.sleep(0.05)


def take_cpu(report: Report, seconds: float) -> Any:
    start = time.process_time()
    while time.process_time() - start < seconds:
        pass
    return None


def hold_the_interpreter(report: Report, pid_path: str) -> None:
    """Native code that never lets another Python thread run."""
    with open(pid_path, "w") as stream:
        stream.write(f"{os.getpid()} {os.getpid()}")
    ctypes.PyDLL(None).sleep(60)

"""The machine that figures come from, and a fixed piece of work that makes figures of different days comparable."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from reelscape import __version__
from reelscape._native import instruction_set
from reelscape.resources import num_usable_cores

NUM_ROUNDS = 5


def describe() -> dict[str, Any]:
    """What is known of the machine and of this program; `load` is the average of the last minute."""
    return {
        "cpu": _cpu_model(),
        "num_cores": num_usable_cores(),
        "load": round(os.getloadavg()[0], 1),
        "kernel": instruction_set(),
        "reelscape": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "time": time.strftime("%Y-%m-%d %H:%M:%S"),
    }


def calibrate() -> dict[str, float]:
    """CPU ms of fixed work on one core: arithmetic in cache and sums over memory; the least and the median of rounds.

    Divide a figure by `arithmetic_ms` to compare machines, and days on one machine: neighbours slow both alike.
    """
    figures: dict[str, float] = {}
    for name, work in (("arithmetic", _arithmetic), ("memory", _memory_sums())):
        work()
        times_ms = [_cpu_ms(work) for _ in range(NUM_ROUNDS)]
        figures |= {f"{name}_ms": round(float(np.median(times_ms)), 2), f"{name}_min_ms": round(min(times_ms), 2)}
    return figures


def _cpu_ms(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return 1e3 * (time.process_time() - start)


def _arithmetic() -> None:
    """Float32 multiplications and additions on arrays that stay in the first-level cache."""
    x, factor = np.linspace(0, 1, 2048, dtype=np.float32), np.float32(0.999)
    for _ in range(60_000):
        np.multiply(x, factor, out=x)
        np.add(x, factor, out=x)


def _memory_sums() -> Callable[[], None]:
    """Sums over 64 MB, a few times."""
    values = np.ones(16 << 20, np.float32)

    def work() -> None:
        for _ in range(8):
            values.sum()

    return work


def _cpu_model() -> str:
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()

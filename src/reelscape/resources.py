"""What a piece of work cost: wall and CPU seconds, peak memory; and how many cores this process may use."""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

_RECLAIMABLE = ("inactive_file", "active_file", "slab_reclaimable")  # of memory.stat


def num_usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_s() -> float:
    """CPU seconds of this process and of its children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def available_bytes() -> int | None:
    """Memory that is free to use now, in this machine or container, or None where the system does not say."""
    known = [free for free in (_machine_free_bytes(), _container_free_bytes()) if free is not None]
    return min(known, default=None)


def _machine_free_bytes() -> int | None:
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return None


def _container_free_bytes(group_dir: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What the container's limit leaves (control groups, version 2); what the kernel caches gives way when needed."""
    try:
        limit_bytes = int((group_dir / "memory.max").read_text())
        used_bytes = int((group_dir / "memory.current").read_text())
        counts = dict(line.split() for line in (group_dir / "memory.stat").read_text().splitlines())
        cached_bytes = sum(int(counts[name]) for name in _RECLAIMABLE)
        return max(0, limit_bytes - used_bytes + cached_bytes)
    except (OSError, ValueError, KeyError):  # no limit is the word "max"
        return None


class Meter:
    """Starts on creation; `read` says what was used since."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), cpu_s()
        _reset_peak_rss()

    def read(self, child_peak_rss_bytes: int = 0) -> dict[str, float | int]:
        """wall_s, cpu_s (children included), peak_rss_bytes (this process' peak plus its largest child's)."""
        return {
            "wall_s": round(time.monotonic() - self._wall, 3),
            "cpu_s": round(cpu_s() - self._cpu, 3),
            "peak_rss_bytes": _peak_rss_bytes() + child_peak_rss_bytes,
        }


def _reset_peak_rss() -> None:
    """Start a new peak (Linux; elsewhere the peak is that of the whole process)."""
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as control:
            control.write("5")
    except OSError:
        pass


def _peak_rss_bytes() -> int:
    try:
        with open("/proc/self/status", encoding="ascii") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        scale = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale

"""`reelscape doctor`: what this machine can do, one line each; a line says so when something is amiss."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click

from reelscape import __version__
from reelscape.resources import available_bytes, num_usable_cores

PACKAGES = {"numpy": "numpy", "pycolmap": "pycolmap", "av": "av", "opencv-python-headless": "cv2", "pillow": "PIL"}
"""Names for pip, and for import."""

_NEEDED_MEMORY_BYTES = 2.5e9
_NEEDED_DISK_BYTES = 1e9
_IMPORT_LIMIT_S = 60


class Problem(Exception):
    """Something that a run needs is missing."""


@click.command("doctor")
def command() -> None:
    """Say what this machine can do; exit status 1 when a run cannot work on it."""
    found = findings()
    for name, text, _ in found:
        click.echo(f"{name:10} {text}")
    if not all(is_well for _, _, is_well in found):
        sys.exit(1)


def findings() -> list[tuple[str, str, bool]]:
    """What was found: a name, a sentence, and whether a run can work with it."""
    return [(name, *_told(check)) for name, check in CHECKS.items()]


def _told(check: Callable[[], str]) -> tuple[str, bool]:
    try:
        return check(), True
    except Problem as problem:
        return f"PROBLEM: {problem}", False
    except Exception as error:  # whatever is broken here is what a person wants to read
        return f"PROBLEM: {type(error).__name__}: {error}", False


def _program() -> str:
    return f"{__version__} on Python {platform.python_version()}, {platform.platform()}"


def _kernel() -> str:
    native = importlib.import_module("reelscape._native")
    return f"{native.instruction_set()} build"


def _cores() -> str:
    return f"{num_usable_cores()} usable of {os.cpu_count()}"


def _memory() -> str:
    free_bytes = available_bytes()
    if free_bytes is None:
        return "unknown"
    advice = "" if free_bytes > _NEEDED_MEMORY_BYTES else f"; a run may need {_NEEDED_MEMORY_BYTES / 1e9:g} GB"
    return f"{free_bytes / 1e9:.1f} GB free{advice}"


def _disk() -> str:
    free_bytes = shutil.disk_usage(Path.cwd()).free
    advice = "" if free_bytes > _NEEDED_DISK_BYTES else f"; a run needs about {_NEEDED_DISK_BYTES / 1e9:g} GB"
    return f"{free_bytes / 1e9:.0f} GB free in {Path.cwd()}{advice}"


def _libraries() -> str:
    """Versions; each is loaded in a process of its own, since a library that does not fit the CPU ends its process."""
    faults = {name: fault for name, module in PACKAGES.items() if (fault := _import_fault(module))}
    if faults:
        raise Problem("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)


def _import_fault(module: str) -> str:
    """Why a module cannot be imported; empty when it can."""
    program = [sys.executable, "-P", "-c", f"import {module}"]
    done = subprocess.run(program, capture_output=True, text=True, timeout=_IMPORT_LIMIT_S, check=False)
    last_words = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return last_words if done.returncode else ""


def _gpu() -> str:
    has_gpu = Path("/proc/driver/nvidia/gpus").is_dir() or shutil.which("nvidia-smi") is not None
    return ("an NVIDIA GPU is there" if has_gpu else "none found") + "; this version trains on the CPU"


CHECKS: dict[str, Callable[[], str]] = {
    "reelscape": _program,
    "kernel": _kernel,
    "cores": _cores,
    "memory": _memory,
    "disk": _disk,
    "libraries": _libraries,
    "gpu": _gpu,
}

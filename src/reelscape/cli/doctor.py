"""`reelscape doctor`: what this machine can do, one line each."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

import click

from reelscape import __version__
from reelscape._native import instruction_set
from reelscape.resources import num_usable_cores

PACKAGES = ("numpy", "pycolmap", "av", "opencv-python-headless", "pillow")


@click.command("doctor")
def command() -> None:
    """Say what this machine can do: cores, memory, disk, kernel, libraries, GPU."""
    for name, text in findings():
        click.echo(f"{name:10} {text}")


def findings() -> list[tuple[str, str]]:
    """What was found: a name and a sentence each."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return [
        ("reelscape", f"{__version__} on Python {platform.python_version()}, {platform.platform()}"),
        ("kernel", f"{instruction_set()} build"),
        ("cores", f"{num_usable_cores()} usable of {os.cpu_count()}"),
        ("memory", _memory()),
        ("disk", f"{shutil.disk_usage(tempfile.gettempdir()).free / 1e9:.0f} GB free in {tempfile.gettempdir()}"),
        ("libraries", versions),
        ("gpu", ("an NVIDIA GPU is there" if _has_gpu() else "none found") + "; this version trains on the CPU"),
    ]


def _memory() -> str:
    if sys.platform != "linux":
        return "unknown"
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1e6 for line in lines if line.endswith("kB")}
    advice = "" if sizes["MemAvailable"] > 3 else "; a balanced run needs about 2.5 GB"
    return f"{sizes['MemAvailable']:.1f} GB free of {sizes['MemTotal']:.1f} GB{advice}"


def _has_gpu() -> bool:
    return Path("/proc/driver/nvidia/gpus").is_dir() or shutil.which("nvidia-smi") is not None

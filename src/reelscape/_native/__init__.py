"""The C++ kernels: numpy arrays in, numpy arrays out. Picks the build that this CPU can run."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType


def _cpu_flags() -> set[str]:
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
            return next((set(line.split(":")[1].split()) for line in lines if line.startswith("flags")), set())
    except OSError:
        return set()


def instruction_set() -> str:
    """`x86_64_v3` on CPUs with AVX2, FMA and BMI2, else `baseline`."""
    needed = {"avx2", "fma", "bmi1", "bmi2", "f16c", "movbe", "abm"}
    built = importlib.util.find_spec("reelscape._native.x86_64_v3") is not None
    return "x86_64_v3" if built and needed <= _cpu_flags() else "baseline"


kernels: ModuleType = importlib.import_module(f"reelscape._native.{instruction_set()}")

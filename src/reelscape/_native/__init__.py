"""The C++ kernels: numpy arrays in, numpy arrays out. Picks the build that this CPU can run."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

_V3_FLAGS = {"avx2", "fma", "bmi1", "bmi2", "f16c", "movbe", "abm"}
_V4_FLAGS = _V3_FLAGS | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
_FLAGS_OF_BUILDS = {"x86_64_v4": _V4_FLAGS, "x86_64_v3": _V3_FLAGS, "baseline": set[str]()}


def _cpu_flags() -> set[str]:
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
            return next((set(line.split(":")[1].split()) for line in lines if line.startswith("flags")), set())
    except OSError:
        return set()


def instruction_sets() -> list[str]:
    """The builds that this CPU can run, the fastest first: with AVX-512, with AVX2 and FMA, and `baseline`."""
    flags = _cpu_flags()
    able = [name for name, needed in _FLAGS_OF_BUILDS.items() if needed <= flags]
    return [name for name in able if importlib.util.find_spec(f"reelscape._native.{name}")]


def instruction_set() -> str:
    """The build in use."""
    return instruction_sets()[0]


kernels: ModuleType = importlib.import_module(f"reelscape._native.{instruction_set()}")

"""How a whole short training gains from more threads, and whether its result stays the same to the bit."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from reelscape.cameras import Scene
from reelscape.config import TrainConfig
from reelscape.gaussians import Gaussians
from reelscape.report import Report
from reelscape.resources import Meter, num_usable_cores
from reelscape.splat.trainer import train


def measure_threads(scene: Scene, config: TrainConfig, repeats: int) -> list[dict[str, Any]]:
    """Train with 1, 2 and all cores in turn: wall and CPU seconds (least of repeats), speed against 1, equality."""
    counts = sorted({1, 2, num_usable_cores()})
    costs: dict[int, list[dict[str, float | int]]] = {count: [] for count in counts}
    results: dict[int, Gaussians] = {}
    for _ in range(repeats):
        for count in counts:  # in turn, so that a busy minute hits all of them
            meter = Meter()
            results[count] = train(scene, replace(config, num_threads=count), Report("train")).gaussians
            costs[count].append(meter.read())
    wall_s = {count: min(float(cost["wall_s"]) for cost in costs[count]) for count in counts}
    return [
        {
            "num_threads": count,
            "wall_s": round(wall_s[count], 2),
            "cpu_s": round(min(float(cost["cpu_s"]) for cost in costs[count]), 2),
            "speedup": round(wall_s[1] / wall_s[count], 2),
            "is_equal": _equal(results[1], results[count]),
        }
        for count in counts
    ]


def _equal(one: Gaussians, other: Gaussians) -> bool:
    """Whether all bits are the same."""
    pairs = [(getattr(one, each.name), getattr(other, each.name)) for each in fields(Gaussians)]
    return all(a.shape == b.shape and np.array_equal(a.view(np.uint32), b.view(np.uint32)) for a, b in pairs)

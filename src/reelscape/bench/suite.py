"""The parts of the benchmark in order: each gives figures for the JSON file, and a table as soon as it has them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reelscape.bench import curves, tables
from reelscape.bench.machine import calibrate, describe
from reelscape.bench.room import make_room
from reelscape.bench.steps import PAIRS_PER_PIXEL, SIZES, measure_steps
from reelscape.bench.threads import measure_threads
from reelscape.cameras import Scene
from reelscape.config import TrainConfig

PARTS = ("steps", "threads", "curves")
FORMAT_VERSION = 1


@dataclass(frozen=True)
class Extent:
    """How much is measured: repeats, gaussians of a step, the room's pictures, lengths of trainings in steps."""

    step_repeats: int
    training_repeats: int
    num_gaussians: tuple[int, ...]
    room_size: tuple[int, int]
    num_pictures: int
    num_steps: tuple[int, ...]
    threads_steps: int


QUICK = Extent(3, 1, tuple(PAIRS_PER_PIXEL), (270, 480), 40, (150, 300), 100)
FULL = Extent(7, 3, tuple(PAIRS_PER_PIXEL), (540, 960), 80, (300, 600, 1200, 2000, 4000), 300)


@dataclass(frozen=True)
class Plan:
    """What to measure: `parts` of PARTS, on the scenes of `run_dirs` (the sample room when there are none)."""

    extent: Extent = QUICK
    parts: tuple[str, ...] = PARTS
    run_dirs: tuple[Path, ...] = ()
    config: TrainConfig = field(default_factory=TrainConfig)


Say = Callable[[str], None]
Scenes = list[tuple[str, Scene]]


def run(plan: Plan, say: Say = print) -> dict[str, Any]:
    """All parts of the plan; `say` gets each table when it is ready. Raises what reading a scene and training raise."""
    scenes = [(each.resolve().name, curves.scene_of(each)) for each in plan.run_dirs]
    figures: dict[str, Any] = {"format": FORMAT_VERSION, "machine": describe(), "calibration": calibrate()}
    say(tables.machine_lines(figures["machine"], figures["calibration"]))
    with TemporaryDirectory() as folder:
        if not scenes and set(plan.parts) - {"steps"}:
            scenes = [("room", make_room(Path(folder), plan.extent.room_size, plan.extent.num_pictures))]
        if "steps" in plan.parts:
            figures["steps"] = _steps(plan.extent, say)
        if "threads" in plan.parts:
            figures["threads"] = _threads(plan, scenes, say)
        if "curves" in plan.parts:
            figures["curves"] = _curves(plan, scenes, say)
    figures["load_at_end"] = round(os.getloadavg()[0], 1)
    return figures


def _steps(extent: Extent, say: Say) -> list[dict[str, Any]]:
    rows = [measure_steps(n, size, extent.step_repeats).as_json() for n in extent.num_gaussians for size in SIZES]
    say("One training step: CPU ms of all threads by phase, medians\n\n" + tables.steps_table(rows))
    return rows


def _threads(plan: Plan, scenes: Scenes, say: Say) -> list[dict[str, Any]]:
    name, scene = scenes[0]
    config = replace(plan.config, num_steps=plan.extent.threads_steps)
    rows = measure_threads(scene.select(curves.split(scene)[0]), config, plan.extent.training_repeats)
    say(f"Threads: a whole training of {config.num_steps} steps on {name}\n\n" + tables.threads_table(rows))
    return rows


def _curves(plan: Plan, scenes: Scenes, say: Say) -> list[dict[str, Any]]:
    rows = []
    for name, scene in scenes:
        trainings = []
        for num_steps in plan.extent.num_steps:
            config = replace(plan.config, num_steps=num_steps)
            trainings.append(
                curves.median_of([curves.measure(scene, config) for _ in range(plan.extent.training_repeats)])
            )
        rows.append(curves.summary(name, trainings))
    say("Trainings with every 8th view held out, scored at full size\n\n" + tables.trainings_table(rows))
    say("CPU-s to a quality on held-out views, best of these trainings\n\n" + tables.goals_table(rows))
    return rows

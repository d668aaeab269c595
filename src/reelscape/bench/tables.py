"""The measured figures as tables for people; Markdown, so that they can be pasted into docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Columns in line, numbers to the right."""
    cells = [list(head), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = [" | ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
    lines.insert(1, " | ".join("-" * (width - 1) + ":" for width in widths))
    return "".join(f"| {line} |\n" for line in lines)


def _text(cell: Any) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "NO"
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)


def machine_lines(machine: dict[str, Any], calibration: dict[str, float]) -> str:
    """Two lines that belong to every figure."""
    return (
        f"{machine['cpu']}, {machine['num_cores']} cores, load {machine['load']}, {machine['kernel']} kernel, "
        f"{machine['time']}\nCalibration, CPU ms, median (least): arithmetic {calibration['arithmetic_ms']} "
        f"({calibration['arithmetic_min_ms']}), memory {calibration['memory_ms']} ({calibration['memory_min_ms']})\n"
    )


def steps_table(rows: list[dict[str, Any]]) -> str:
    """Medians by phase, and the least total."""
    phases = list(rows[0]["median_ms"])
    head = ["gaussians", "picture", *phases, "least total", "tile pairs", "pairs/pixel"]
    return table(
        head,
        [
            [
                row["num_gaussians"],
                "{}x{}".format(*row["size"]),
                *row["median_ms"].values(),
                row["min_ms"]["total"],
                row["num_tile_pairs"],
                row["pairs_per_pixel"],
            ]
            for row in rows
        ],
    )


def threads_table(rows: list[dict[str, Any]]) -> str:
    """Wall and CPU seconds by number of threads."""
    head = ["threads", "wall s", "CPU-s", "speed-up", "same bits"]
    names = ("num_threads", "wall_s", "cpu_s", "speedup", "is_equal")
    return table(head, [[f"{row[n]:.2f}" if n == "speedup" else row[n] for n in names] for row in rows])


def goals_table(curves: list[dict[str, Any]]) -> str:
    """CPU seconds to each quality, best of the trainings of a scene."""
    goals = list(curves[0]["cpu_s_to_db"])
    head = ["scene", *(f"{goal} dB" for goal in goals)]
    return table(head, [[curve["scene"], *curve["cpu_s_to_db"].values()] for curve in curves])


def trainings_table(curves: list[dict[str, Any]]) -> str:
    """Where each training ended."""
    head = ["scene", "steps", "CPU-s", "wall s", "PSNR dB", "SSIM", "gaussians", "peak MB"]
    rows = []
    for curve in curves:
        for training in curve["trainings"]:
            _, cpu_s, wall_s, psnr_db = training["points"][-1]
            quality = [f"{psnr_db:.2f}", f"{training['ssim']:.3f}"]
            sizes = [training["num_gaussians"], training["peak_rss_bytes"] // 10**6]
            rows.append([curve["scene"], training["num_steps"], cpu_s, wall_s, *quality, *sizes])
    return table(head, rows)

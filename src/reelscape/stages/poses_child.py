"""The poses stage's work, in its child process: pictures in, pinhole pictures with cameras in the world frame out."""

from __future__ import annotations

import time
from typing import Any

import cv2

from reelscape.config import METHODS, PosesConfig
from reelscape.errors import BadSetting, TooFewFrames, TooFewPhotos
from reelscape.formats.colmap import write_model
from reelscape.report import Report
from reelscape.sfm.accept import MIN_REGISTERED
from reelscape.sfm.gravity import down_of_path, find_segments, refine_down
from reelscape.sfm.ladder import Attempt, Task, climb
from reelscape.sfm.mapping import silence_colmap
from reelscape.sfm.orient import world_frame
from reelscape.sfm.pictures import Pictures, parse_pictures
from reelscape.sfm.solution import Solution
from reelscape.sfm.undistort import undistort_images, undistorted_model
from reelscape.sfm.watch import Span
from reelscape.workspace import Workspace, atomic, read_json

_LOST_SHARE_TO_WARN = 0.05
_SHARE_OF_TIME = 0.95
"""Of the stage's time limit; the rest is for writing the products."""


def solve(*, report: Report, root: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Find the cameras of the chosen frames in the run folder `root` and write `images/` and `sparse/`.

    Returns the stage's facts. Raises the errors under `PosesError`, and `TooFewFrames` or `TooFewPhotos`.
    """
    silence_colmap()
    cv2.setNumThreads(1)
    workspace, config = Workspace(root), PosesConfig(**settings)
    pictures = parse_pictures(read_json(workspace.frames_index_path))
    _check(pictures, config)
    workspace.sfm_dir.mkdir(parents=True, exist_ok=True)
    deadline_s = time.monotonic() + _SHARE_OF_TIME * config.time_limit_s
    task = Task(pictures, config, workspace.frames_dir, workspace.sfm_dir, deadline_s)
    best, attempts = climb(task, Span(report, 0.0, 0.9))
    assert best.solution is not None
    solution = _write(workspace, best.solution, Span(report, 0.9, 1.0))
    _warn_of_losses(pictures, solution, report)
    return _facts(pictures, solution, best, attempts)


def _check(pictures: Pictures, config: PosesConfig) -> None:
    if config.method not in METHODS:
        raise BadSetting(f"The method {config.method!r} is not one of {', '.join(METHODS)}.")
    if len(pictures) < MIN_REGISTERED:
        raise TooFewFrames() if pictures.is_video else TooFewPhotos()


def _write(workspace: Workspace, solution: Solution, span: Span) -> Solution:
    """Write both products; returns the solution in the world frame, for which the finished pictures are looked at."""
    with atomic(workspace.images_dir) as images_dir:
        images_dir.mkdir()
        message = f"Straightening {len(solution)} pictures"
        undistort_images(
            solution, workspace.frames_dir, images_dir, lambda row: span.say((row + 1) / len(solution), message)
        )
    segments = find_segments(undistorted_model(solution).cameras, workspace.images_dir)
    down = refine_down(down_of_path(solution.viewmats), segments, solution.points)
    frame = world_frame(solution, down)
    placed = solution.transformed(frame.rotation, frame.origin, frame.scale)
    with atomic(workspace.sparse_dir) as sparse_dir:
        sparse_dir.mkdir()
        write_model(sparse_dir, undistorted_model(placed))
    return placed


def _warn_of_losses(pictures: Pictures, solution: Solution, report: Report) -> None:
    lost = pictures.lost(solution.image_names)
    if len(pictures) - len(solution) <= _LOST_SHARE_TO_WARN * len(pictures):
        return
    where = ", ".join(_describe(run, pictures.is_video) for run in lost[:6]) + (" ..." if len(lost) > 6 else "")
    report.warn(
        "pictures_lost",
        f"{len(pictures) - len(solution)} of {len(pictures)} pictures could not be joined and were left out: {where}.",
    )


def _describe(run: dict[str, Any], is_video: bool) -> str:
    if is_video:
        return f"{run['start_s']:.1f} s to {run['end_s']:.1f} s"
    return str(run["first"]) if run["num_images"] == 1 else f"{run['first']} to {run['last']}"


def _facts(pictures: Pictures, solution: Solution, best: Attempt, attempts: list[Attempt]) -> dict[str, Any]:
    return {
        "num_images": len(pictures),
        "num_registered": len(solution),
        "mean_reprojection_error_px": round(solution.mean_error_px, 4),
        "num_points": len(solution.points),
        "method": best.method,
        "num_models": best.num_models,
        "focal_px": sorted({round(lens.focal_px, 2) for lens in solution.lenses}),
        "metric_scale": False,
        "lost": pictures.lost(solution.image_names),
        "checks": best.checks(),
        "attempts": [attempt.facts() for attempt in attempts],
    }

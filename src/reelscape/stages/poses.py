"""Stage 2: from chosen frames to pinhole pictures with cameras in the one world frame.

Reads `work/frames/` and `work/frames.json`; leaves `images/` (undistorted, same names) and `sparse/` (COLMAP format).

Facts: num_images, num_registered, num_points, num_models, mean_reprojection_error_px, method (the mapper that found the
path), focal_px (one per lens, of the pictures as they were), metric_scale, lost (runs of pictures left out, with their
seconds in a video), checks (what was seen before mapping), attempts (what was tried, in order).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from reelscape.child import Limits, call
from reelscape.config import PosesConfig
from reelscape.report import Report
from reelscape.workspace import Workspace

_MEMORY_BYTES = 16 << 30  # address space: every thread of a large machine reserves some of it


def run(workspace: Workspace, config: PosesConfig, report: Report) -> dict[str, Any]:
    """Find the cameras; returns the facts of the stage's report.

    Raises the errors under `PosesError`, and `TooFewFrames`, `TooFewPhotos`, `BadSetting`, `TimeLimit`, `OutOfMemory`
    or `Cancelled`.
    """
    arguments = {"root": str(workspace.root), "settings": asdict(config)}
    limits = Limits(config.time_limit_s, _MEMORY_BYTES)
    facts: dict[str, Any] = call(
        "reelscape.stages.poses_child:solve", arguments, limits, report, workspace.log_path("poses")
    )
    return facts

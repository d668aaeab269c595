"""Stage 1: from a video, a folder or a zip of photos to chosen frames on disk.

Leaves `work/frames/frame_<source index>.jpg` and the frame index `work/frames.json`:

    kind                    "video" or "photos"
    num_source_frames       frames of the video, or photos found
    fps, duration_s         of the video, by its time stamps; null for photos
    num_decoded, num_duplicates_dropped, num_damaged, codec, rotation_deg, source_width, source_height
    frames                  list of {name, source_index, time_s, width, height, sharpness, focal_px, original_name}

`source_index` counts every frame of the video in display order from 0 (photos: in natural order of names);
`sharpness` is the root mean square gradient; `focal_px` is the focal length that EXIF tells,
in pixels of the saved picture, or null; `original_name` is there for photos only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reelscape.child import Limits, call
from reelscape.config import FramesConfig
from reelscape.inputs import check_input
from reelscape.report import Report
from reelscape.workspace import Workspace, atomic, write_json

_MEMORY_BYTES = 4 << 30


def run(workspace: Workspace, config: FramesConfig, report: Report, input_path: Path) -> dict[str, Any]:
    """Choose frames of `input_path`; returns the facts of the stage's report.

    Raises the errors under `InputError`, and `TimeLimit`, `OutOfMemory` or `Cancelled`.
    """
    check_input(input_path)
    arguments = {
        "input_path": str(input_path.absolute()),
        "num_frames": config.num_frames,
        "max_side_px": config.max_side_px,
    }
    limits = Limits(config.time_limit_s, _MEMORY_BYTES)
    with atomic(workspace.frames_dir) as out_dir:
        out_dir.mkdir()
        arguments["out_dir"] = str(out_dir)
        index = call("reelscape.stages.frames_child:extract", arguments, limits, report, workspace.log_path("frames"))
    write_json(workspace.frames_index_path, index)
    return _facts(index)


def _facts(index: dict[str, Any]) -> dict[str, Any]:
    """The index without its list of frames; `width` and `height` are those of the first saved picture."""
    frames = index["frames"]
    facts = {key: value for key, value in index.items() if key != "frames"}
    return {"num_selected": len(frames), "width": frames[0]["width"], "height": frames[0]["height"], **facts}

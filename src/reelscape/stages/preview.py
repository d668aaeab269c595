"""Stage preview: scene.ply and sparse/ in; preview.jpg and turntable.mp4 out."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from reelscape import child
from reelscape.config import PreviewConfig
from reelscape.report import Report
from reelscape.workspace import Workspace, atomic

_MEMORY_BYTES = 8 << 30  # address space; the renderer really takes a few hundred MB


def run(workspace: Workspace, config: PreviewConfig, report: Report) -> dict[str, Any]:
    """Render a well-framed picture and a short closed camera flight, in a child process.

    Facts: preview_size_px, preview_cover (0..1), view (position, look_at, up of the picture; world frame),
    turntable_size_px, turntable_frames, preview_bytes, turntable_bytes.
    Raises `UnreadableScene`, `UnreadableModel`, and what ends a child (`TimeLimit`, `OutOfMemory`, `Cancelled`, ...).
    """
    with ExitStack() as stack:
        preview_path = stack.enter_context(atomic(workspace.preview_path))
        turntable_path = stack.enter_context(atomic(workspace.turntable_path))
        arguments = {
            "scene_path": str(workspace.scene_ply_path),
            "sparse_dir": str(workspace.sparse_dir),
            "preview_path": str(preview_path),
            "turntable_path": str(turntable_path),
            "settings": asdict(config),
        }
        limits = child.Limits(wall_s=config.time_limit_s, memory_bytes=_MEMORY_BYTES)
        facts = child.call(
            "reelscape.stages.preview_child:paint_all", arguments, limits, report, workspace.log_path("preview")
        )
    sizes = {"preview_bytes": workspace.preview_path, "turntable_bytes": workspace.turntable_path}
    return {**facts, **{name: path.stat().st_size for name, path in sizes.items()}}

"""Reelscape turns a phone video into a 3D scene.

    import reelscape
    reelscape.run("video.mp4", "scene")

Names are loaded on first use, so that importing the package (for its errors, say) loads no 3D code.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reelscape.cameras import Cameras, Scene
    from reelscape.config import (
        PRESETS,
        ExportConfig,
        FramesConfig,
        MeshConfig,
        PosesConfig,
        PreviewConfig,
        RunConfig,
        TrainConfig,
    )
    from reelscape.errors import ReelscapeError
    from reelscape.gaussians import Gaussians
    from reelscape.pipeline import RunOptions, run
    from reelscape.report import Ended, Event, Finished, Progress, Report, Snapshot, Started, Warned
    from reelscape.workspace import Workspace

__version__ = "0.1.0"

__all__ = [
    "PRESETS", "Cameras", "Ended", "Event", "ExportConfig", "Finished", "FramesConfig", "Gaussians", "MeshConfig",
    "PosesConfig", "PreviewConfig", "Progress", "ReelscapeError", "Report", "RunConfig", "RunOptions", "Scene",
    "Snapshot", "Started", "TrainConfig", "Warned", "Workspace", "run",
]  # fmt: skip

_HOMES = {
    "cameras": ("Cameras", "Scene"),
    "config": (
        "PRESETS", "ExportConfig", "FramesConfig", "MeshConfig", "PosesConfig", "PreviewConfig", "RunConfig",
        "TrainConfig",
    ),
    "errors": ("ReelscapeError",),
    "gaussians": ("Gaussians",),
    "pipeline": ("RunOptions", "run"),
    "report": ("Ended", "Event", "Finished", "Progress", "Report", "Snapshot", "Started", "Warned"),
    "workspace": ("Workspace",),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"reelscape.{home}"), name)
    raise AttributeError(f"module 'reelscape' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

"""Reelscape turns a phone video into a 3D scene.

    import reelscape
    reelscape.run("video.mp4", "scene")

Names are loaded on first use, so that importing the package (for its errors, say) loads no 3D code.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "run": "reelscape.pipeline",
    "RunConfig": "reelscape.config",
    "PRESETS": "reelscape.config",
    "ReelscapeError": "reelscape.errors",
    "Gaussians": "reelscape.gaussians",
    "Cameras": "reelscape.cameras",
    "Scene": "reelscape.cameras",
    "Report": "reelscape.report",
    "Workspace": "reelscape.workspace",
}

__all__ = ["PRESETS", "Cameras", "Gaussians", "ReelscapeError", "Report", "RunConfig", "Scene", "Workspace", "run"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'reelscape' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)

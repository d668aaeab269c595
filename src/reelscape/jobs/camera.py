"""From where a scene is first looked at: camera_data of the API, in right-up-back axes as SPZ and three.js."""

from __future__ import annotations

from typing import Any

from reelscape.jobs.models import Job

_NAMES = {"position": "position", "lookAt": "look_at", "up": "up"}
_DIGITS = 6


def first_camera(camera_type: str) -> dict[str, Any]:
    """The view of a scene that is not there yet, as the API's documents show it."""
    corners = {"position": (0.0, 0.0, 5.0), "lookAt": (0.0, 0.0, 0.0), "up": (0.0, 1.0, 0.0)}
    return {name: dict(zip("xyz", point, strict=True)) for name, point in corners.items()} | {"cameraType": camera_type}


def opening_camera(job: Job, report: dict[str, Any]) -> dict[str, Any] | None:
    """The view that the run of `report` found for `job`, unless the owner has set one meanwhile: then theirs."""
    if job.camera_is_set:
        return job.camera_data
    camera_type = str((job.camera_data or {}).get("cameraType") or "orbital")
    return _camera(report, camera_type) or job.camera_data


def _camera(report: dict[str, Any], camera_type: str) -> dict[str, Any] | None:
    """The view in a report (right-down-forward), turned; None when it has none."""
    view = (report.get("preview") or {}).get("view")
    if not view:
        return None
    turned = {name: _turned(view[key]) for name, key in _NAMES.items()}
    return {**turned, "cameraType": camera_type}


def _turned(point: list[float]) -> dict[str, float]:
    x, y, z = point
    return {"x": round(x, _DIGITS), "y": round(-y, _DIGITS) + 0.0, "z": round(-z, _DIGITS) + 0.0}

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
    camera = job.camera_data or first_camera("orbital")
    camera_type = str(camera.get("cameraType") or "orbital")
    ours = [first_camera(camera_type), _camera(job.report, camera_type)]  # before any run, and after an earlier one
    if camera not in ours:
        return job.camera_data
    return _camera(report, camera_type) or job.camera_data


def _camera(report: dict[str, Any] | None, camera_type: str) -> dict[str, Any] | None:
    """The view in a report (right-down-forward), turned; None when it has none."""
    view = ((report or {}).get("preview") or {}).get("view")
    if not view:
        return None
    turned = {name: _turned(view[key]) for name, key in _NAMES.items()}
    return {**turned, "cameraType": camera_type}


def _turned(point: list[float]) -> dict[str, float]:
    x, y, z = point
    return {"x": round(x, _DIGITS), "y": round(-y, _DIGITS) + 0.0, "z": round(-z, _DIGITS) + 0.0}

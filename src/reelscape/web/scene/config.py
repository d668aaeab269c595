"""What the viewer is told: the configuration of a finished scene, and how a scene in the making comes along."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone

from reelscape.jobs import engine, snapshots
from reelscape.jobs.models import Job
from reelscape.web.api_v1 import words
from reelscape.web.scene import access, files
from reelscape.web.scene.facts import duration

Config = dict[str, Any]

_SPLATS = {"spz": "scene.spz", "ply": "scene.ply"}
_STAGES = {
    "fetch": "fetching",
    "frames": "choosing pictures",
    "poses": "finding the camera path",
    "train": "training",
    "mesh": "making the mesh",
    "export": "finishing",
    "preview": "finishing",
}
"""The stages in a word or two."""


def viewer_config(request: HttpRequest, job: Job) -> Config | None:
    """The viewer's configuration, for this visitor; None when there is nothing to show (its products are gone)."""
    config: Config = {"title": job.title, "camera": job.camera_data}
    if poster := poster_path(request, job):
        config["poster"] = poster
    if not job.is_over:
        return {**config, "live": {"url": access.path_below(request, job, "live")}}
    there = files.sizes_bytes(job)
    if splats := {kind: file for kind, file in _SPLATS.items() if file in there}:
        count = ((job.report or {}).get("train") or {}).get("num_gaussians")
        paths = {kind: access.path_below(request, job, file) for kind, file in splats.items()}
        config["splats"] = paths | ({"count": count} if count else {})
    if "mesh.glb" in there:
        config["mesh"] = {"url": access.path_below(request, job, "mesh.glb"), "kind": "glb"}
    if access.owns(request, job):
        config["save"] = {"url": f"/scenes/{job.id}/view", "method": "POST", "csrf": get_token(request)}
    return config if "splats" in config or "mesh" in config else None


def poster_path(request: HttpRequest, job: Job) -> str | None:
    """The picture to begin with: of the scene, else of its video; None when there is neither."""
    if job.is_over and job.products.filter(name="preview", size_bytes__isnull=False).exists():
        return access.path_below(request, job, "preview.jpg")
    return access.path_below(request, job, files.THUMBNAIL_FILE) if files.has_thumbnail(job) else None


def live_state(request: HttpRequest, job: Job) -> dict[str, Any]:
    """How it stands with a job: what the viewer reads (viewer/README.md), and `text` and `more` for the page."""
    if job.status == Job.Status.FINISHED:
        return {"status": "finished", "config": viewer_config(request, job)}
    if job.is_over:
        return {"status": "failed", "message": job.error_message or "The scene could not be made."}
    shown = snapshots.newest(job)
    url = access.path_below(request, job, f"live/{shown.name}") if shown else ""
    return {
        "status": "running",
        "stage": _STAGES.get(job.stage, "waiting" if job.status == Job.Status.QUEUED else "starting"),
        "percent": round(100 * job.overall),
        "snapshot": {"step": shown.step, "url": url} if shown else None,
        "text": words.current_step(job),
        "more": _more(job),
    }


def _more(job: Job) -> str:
    """When it is to be expected, as far as that is known."""
    if job.status == Job.Status.QUEUED:
        place = engine.position(job)
        return "It is next." if place == 1 else f"{place - 1} before it."
    left_s = words.seconds_left(job, timezone.now())
    return "Time left: not known yet." if left_s is None else f"About {duration(left_s)} left."

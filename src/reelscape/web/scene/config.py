"""What the viewer is told: the configuration of a finished scene, and how a scene in the making comes along."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token

from reelscape.jobs.models import Job
from reelscape.web import live
from reelscape.web.scene import access, files

Config = dict[str, Any]

_SPLATS = {"spz": "scene.spz", "ply": "scene.ply"}


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


def live_state(request: HttpRequest, job: Job) -> live.State:
    """How it stands with a job: what the viewer reads (viewer/README.md), and more for the page."""
    if job.status == Job.Status.FINISHED:
        return {"status": "finished", "config": viewer_config(request, job)}
    if job.is_over:
        return live.failed(job)
    state = live.running(job, lambda shown: access.path_below(request, job, f"live/{shown.name}"))
    if state["snapshot"] is None:  # later there is more to see than a picture
        state["poster"] = poster_path(request, job)
    return state | ({"log": live.log(job)} if access.owns(request, job) else {})

"""The page of a scene, the same in a frame, and the news for both while the scene is made."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reelscape.jobs.models import Job
from reelscape.jobs.verbs import plain_name
from reelscape.web import live as live_news
from reelscape.web.api_open.view import CONTENT_POLICY, viewer_files
from reelscape.web.api_v1 import rows
from reelscape.web.api_v1.fields import METHODS
from reelscape.web.api_v1.requests import GAUSSIANS, STEPS
from reelscape.web.qualities import quality_of
from reelscape.web.scene import access, files, sharing
from reelscape.web.scene.config import live_state, poster_path, viewer_config
from reelscape.web.scene.facts import facts, stage_facts, warnings

_PAGE_POLICY = CONTENT_POLICY.replace("form-action 'none'", "form-action 'self'")
_EMBED_POLICY = CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
_DOWNLOADS = {
    "scene.spz": ("Splats, small (SPZ)", "for viewers and the web"),
    "scene.ply": ("Splats, whole (PLY)", "for SuperSplat and other editors"),
    "mesh.glb": ("Mesh (GLB)", "for Blender, game engines, phones"),
    "mesh.obj": ("Mesh (OBJ)", "for older programs"),
    "mesh.ply": ("Mesh (PLY)", "for MeshLab and CloudCompare"),
    "turntable.mp4": ("Video (MP4)", "a flight through the scene"),
    "preview.jpg": ("Picture (JPEG)", "the scene at its best"),
    "transforms.json": ("Cameras (JSON)", "for nerfstudio"),
}


@require_safe
def page(request: HttpRequest, job_id: str) -> HttpResponse:
    """The scene's page; `?embed=1` is the viewer alone, for frames.

    Who may not see it is not told whether it is there: a visitor is asked to sign in, anybody else gets 404.
    """
    if request.GET.get("embed"):
        return _embed(request, job_id)
    try:
        job = access.visible(request, job_id)
    except Http404:
        if request.user.is_authenticated:
            raise
        return redirect_to_login(request.path)
    answer = render(request, "scene.html", _shown(request, job))
    return _finished(answer, _PAGE_POLICY)


def _embed(request: HttpRequest, job_id: str) -> HttpResponse:
    """The viewer for a frame on any page: of public scenes alone, whoever asks. Of others a frame says one sentence."""
    job = access.found(job_id)
    shown: dict[str, Any] = {}
    if is_shown := job is not None and job.public:
        config = viewer_config(request, job)
        shown = {"job": job, "viewer": viewer_files(), "poster": poster_path(request, job)}
        if config is not None:
            shown["config"] = {name: value for name, value in config.items() if name != "save"} | {"embed": True}
    answer = render(request, "embed.html", shown, status=200 if is_shown else 404)
    answer.xframe_options_exempt = True
    return _finished(answer, _EMBED_POLICY)


def _finished(answer: HttpResponse, policy: str) -> HttpResponse:
    answer["Content-Security-Policy"] = policy
    answer["Cache-Control"] = "private, no-store"
    # The address may be a key, which other sites must not be told; without any referrer the page's own forms would
    # come from the origin "null", and be refused.
    answer["Referrer-Policy"] = "same-origin"
    return answer


@require_safe
def live(request: HttpRequest, job_id: str) -> HttpResponseBase:
    """How it stands, for the page with its viewer, which asks every few seconds."""
    return live_news.answer(request, live_state(request, access.watched(request, job_id)))


def _shown(request: HttpRequest, job: Job) -> dict[str, Any]:
    """What the template needs."""
    is_owner = access.owns(request, job)
    return {
        "job": job,
        "state": live_state(request, job),
        "status": rows.document(job)["status"],
        "config": viewer_config(request, job),
        "viewer": viewer_files(),
        "poster": poster_path(request, job),
        "live": access.path_below(request, job, "live"),
        "steps": live_news.steps(job) if job.status != Job.Status.FINISHED else [],
        "log": live_news.log(job) if is_owner else [],
        "facts": facts(job.report) if job.status == Job.Status.FINISHED else [],
        "stage_facts": stage_facts(job.report) if job.status == Job.Status.FINISHED else [],
        "warnings": warnings(job.report) if job.status == Job.Status.FINISHED else [],
        "downloads": _downloads(request, job),
        "card": sharing.card(job),
        "is_owner": is_owner,
        "embed_code": sharing.embed_code(job) if is_owner and job.public else "",
        "page_url": access.public_page_url(job),
        "choices": {"methods": METHODS, "gaussians": GAUSSIANS[1:], "steps": STEPS[1:], "quality": quality_of(job)},
    }


def _downloads(request: HttpRequest, job: Job) -> list[dict[str, Any]]:
    """The files to save, with what they are for."""
    there = files.sizes_bytes(job)
    stem = plain_name(job.title)
    return [
        {
            "name": name,
            "purpose": purpose,
            "path": access.path_below(request, job, file),
            "size_bytes": there[file],
            "file_name": f"{stem}_{file}" if file.startswith("mesh") else f"{stem}.{file.rpartition('.')[2]}",
        }
        for file, (name, purpose) in _DOWNLOADS.items()
        if file in there
    ]

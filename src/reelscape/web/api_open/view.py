"""The page of an open file, for people: a viewer, a job's progress, or a download."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reelscape.errors import NotFound
from reelscape.jobs import open_files
from reelscape.jobs.models import Asset, Job
from reelscape.kinds import Kind
from reelscape.web.api_open.scene_config import file_config, job_config

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self'",
        "connect-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the viewer needs: WebAssembly, and blob: for the pictures inside a GLB. No script or style of the page's own."""

_MANIFEST_PATH = Path(__file__).parents[1] / "static/viewer/manifest.json"
_WORDS = {
    Kind.ZIP: "an archive",
    Kind.PICTURE: "a picture",
    Kind.VIDEO: "a video",
    Kind.GLTF: "a glTF scene that points at further files",
    Kind.OBJ: "a 3D model in the OBJ format",
    Kind.OPAQUE: "of no kind that can be shown",
}


@require_safe
def page(request: HttpRequest, file_id: UUID, extension: str) -> HttpResponse:
    """The page; 404 for a file that is not open."""
    try:
        asset = open_files.find(file_id, extension)
        shown = _shown(asset, request.GET.get("job", ""))
    except NotFound:
        raise Http404 from None
    answer = render(request, "view.html", shown)
    answer["Content-Security-Policy"] = CONTENT_POLICY
    answer["Referrer-Policy"] = "no-referrer"  # the address is a capability
    answer["Cache-Control"] = "private, no-store"
    return answer


def _shown(asset: Asset, job_id: str) -> dict[str, Any]:
    """What the template needs. Raises NotFound."""
    kind = open_files.kind(asset)
    job = _job_of(asset, job_id)
    is_finished = job is not None and job.status == Job.Status.FINISHED
    config = job_config(job) if job is not None and is_finished else file_config(asset, kind)
    return {
        "title": open_files.file_name(asset),
        "asset": asset,
        "kind": _WORDS.get(kind, "a 3D scene"),
        "is_video": kind is Kind.VIDEO,
        "file": open_files.file_path(asset),
        "preview": open_files.preview_path(asset),
        "preview_url": open_files.preview_url((_picture_of(job) if job_id and job else None) or asset),
        "page_url": open_files.view_url(asset) + (f"?job={job.id}" if job_id and job else ""),
        "job": None if is_finished else job,
        "live": _live(job),
        "config": config,
        "viewer": viewer_files() if config is not None else None,
    }


def _live(job: Job | None) -> dict[str, Any] | None:
    """What the page needs to show the early scenes of a job; None for no job, or one that is over."""
    files = viewer_files()
    if job is None or job.is_over or files is None:
        return None
    url = f"/api/live/{job.id}"
    return {"url": url, "config": {"title": job.title, "live": {"url": url}}, **files}


def _picture_of(job: Job) -> Asset | None:
    return job.products.filter(name="preview", size_bytes__isnull=False).first()


def _job_of(asset: Asset, job_id: str) -> Job | None:
    """The job that makes, or made, a scene of a video: the one that is asked for; without a wish one that is finished
    before all others, then the newest. Raises NotFound for a job of something else.
    """
    jobs = list(asset.jobs.filter(is_open=True).order_by("-created_at"))
    if job_id:
        wished = next((job for job in jobs if str(job.id) == job_id), None)
        if wished is None:
            raise NotFound()
        return wished
    return next((job for job in jobs if job.status == Job.Status.FINISHED), jobs[0] if jobs else None)


@cache
def viewer_files() -> dict[str, str] | None:
    """The addresses of the built viewer; None where it was not built."""
    try:
        names = json.loads(_MANIFEST_PATH.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return {part: f"viewer/{names[part]}" for part in ("script", "style")}

"""What other sites are told of a public scene: OpenGraph and Twitter cards, oEmbed (oembed.com), the embed code."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from reelscape.jobs.models import Job
from reelscape.web.scene import access, files

WIDTH_PX, HEIGHT_PX = 960, 540
_SIDES = {"width": WIDTH_PX, "height": HEIGHT_PX}
_LEAST_PX = 120
_PAGE = re.compile(r"/scenes/([0-9a-fA-F-]{36})/?")


def card(job: Job) -> dict[str, Any] | None:
    """What the tags of a page say; None for a job that is not public: its page says nothing to programs."""
    if not job.public:
        return None
    page, there = access.public_page_url(job), files.sizes_bytes(job)
    sizes = (job.report or {}).get("preview") or {}
    return {
        "url": page,
        "image": f"{page}preview.jpg" if "preview.jpg" in there else None,
        "image_size_px": sizes.get("preview_size_px"),
        "video": f"{page}turntable.mp4" if "turntable.mp4" in there else None,
        "video_size_px": sizes.get("turntable_size_px"),
        "oembed": f"{settings.REELSCAPE.public_url}/oembed?{urlencode({'url': page, 'format': 'json'})}",
    }


def embed_code(job: Job, width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> str:
    """The HTML that shows the scene in a frame on another page."""
    return format_html(
        '<iframe src="{}?embed=1" title="{}" width="{}" height="{}" '
        'style="border:0;max-width:100%" allow="fullscreen" loading="lazy"></iframe>',
        access.public_page_url(job),
        job.title,
        width_px,
        height_px,
    )


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """The oEmbed answer for the address of a public scene; for all others 404."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse("Only format=json is offered.\n", "text/plain; charset=utf-8", status=501)
    job = _named(request.GET.get("url", ""))
    if job is None:
        raise Http404
    width_px, height_px = (_size_px(request, f"max{side}", whole) for side, whole in _SIDES.items())
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
    return JsonResponse(_document(job, width_px, height_px), headers=headers)


def _document(job: Job, width_px: int, height_px: int) -> dict[str, Any]:
    told = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Reelscape",
        "provider_url": settings.REELSCAPE.public_url,
        "title": job.title,
        "html": embed_code(job, width_px, height_px),
        "width": width_px,
        "height": height_px,
    }
    shown = card(job) or {}
    if shown.get("image") and shown["image_size_px"]:  # an address without its size is not allowed
        width, height = shown["image_size_px"]
        told |= {"thumbnail_url": shown["image"], "thumbnail_width": width, "thumbnail_height": height}
    return told


def _named(url: str) -> Job | None:
    """The public job whose page has that address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    match = _PAGE.fullmatch(parts.path)
    if match is None or f"{parts.scheme}://{parts.netloc}" != settings.REELSCAPE.public_url:
        return None
    job = access.found(match[1])
    return job if job is not None and job.public else None


def _size_px(request: HttpRequest, name: str, whole_px: int) -> int:
    """The size that fits what the asking site can take."""
    text = request.GET.get(name, "")
    return min(whole_px, max(_LEAST_PX, int(text))) if re.fullmatch(r"[0-9]{1,6}", text) else whole_px

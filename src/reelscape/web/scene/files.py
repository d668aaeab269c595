"""The files of a scene at addresses of its own: whoever may see the scene may read them, from one moment to the next.

Signed addresses of blobs would go on working for a while after a scene was made private.
"""

from __future__ import annotations

from pathlib import Path

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from reelscape.errors import NotAvailable, RateLimited
from reelscape.jobs import snapshots, verbs
from reelscape.jobs.files import store
from reelscape.jobs.models import Job
from reelscape.jobs.publication import PRODUCTS
from reelscape.web.api_v1.answers import refusal
from reelscape.web.scene import access
from reelscape.web.sending import send_changing

THUMBNAIL_FILE = "thumbnail.png"
NAMES = {file: name for name, (file, _) in PRODUCTS.items()} | {THUMBNAIL_FILE: verbs.THUMBNAIL}
"""What the files of a scene are called in addresses, and the products behind them."""


@require_safe
@xframe_options_exempt
def product(request: HttpRequest, job_id: str, file: str) -> HttpResponseBase:
    """A product of a scene, or the picture of its video."""
    job = access.visible(request, job_id)
    try:
        asset = verbs.product(job, NAMES[file])
    except (KeyError, NotAvailable):
        raise Http404 from None
    return _send(request, store().path(asset.key), asset.content_type)


@require_safe
def snapshot(request: HttpRequest, job_id: str, snapshot: str) -> HttpResponseBase:
    """The newest early scene of a running job; an older one is gone."""
    job = access.watched(request, job_id)
    path = snapshots.path_of(job, snapshot)
    if path is None:
        raise Http404
    return _send(request, path, snapshots.CONTENT_TYPE)


def sizes_bytes(job: Job) -> dict[str, int]:
    """The files that there are, by their names in addresses."""
    there = dict(job.products.filter(size_bytes__isnull=False).values_list("name", "size_bytes"))
    return {file: int(there[name] or 0) for file, name in NAMES.items() if name in there}


def has_thumbnail(job: Job) -> bool:
    """Whether the picture of the video is drawn."""
    try:
        verbs.product(job, verbs.THUMBNAIL)
    except NotAvailable:
        return False
    return True


def _send(request: HttpRequest, path: Path, content_type: str) -> HttpResponseBase:
    try:
        return send_changing(request, path, content_type)
    except FileNotFoundError:
        raise Http404 from None
    except RateLimited as error:
        return refusal(request, error)

"""The page of a scene: for whoever holds a signed address, and for everybody when the job is public."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reelscape.errors import NotAvailable
from reelscape.jobs import verbs
from reelscape.jobs.models import Job
from reelscape.web.api_v1 import rows

_SALT = "reelscape.scene"
_DOWNLOADS = {"ply": "PLY", "spz": "SPZ", "transforms": "Cameras (transforms.json)", "turntable": "Turntable (MP4)"}


def page_url(job: Job) -> str:
    """The absolute address of the page; signed and expiring unless the job is public."""
    url = f"{settings.REELSCAPE.public_url}/scenes/{job.id}/"
    return url if job.public else f"{url}?token={signing.dumps(str(job.id), salt=_SALT)}"


@require_safe
def page(request: HttpRequest, job_id: str) -> HttpResponse:
    """Turntable, preview and downloads of a scene; 404 for a job that this visitor may not see."""
    job = _visible(job_id, request.GET.get("token", ""))
    nonce = secrets.token_urlsafe(16)
    products = _products(job)
    downloads = [(label, products[name]) for name, label in _DOWNLOADS.items() if name in products]
    state = rows.document(job)["status"]
    shown = {"job": job, "state": state, "products": products, "downloads": downloads, "nonce": nonce}
    answer = render(request, "scene.html", shown)
    answer["Content-Security-Policy"] = _policy(nonce)
    answer["Referrer-Policy"] = "no-referrer"  # the address is a key
    answer["Cache-Control"] = "private, no-store"
    return answer


def _visible(job_id: str, token: str) -> Job:
    try:
        job = rows.described(Job.objects.filter(id=UUID(job_id))).first()
    except ValueError:
        raise Http404 from None
    if job is None or not (job.public or _opens(token, job)):
        raise Http404
    return job


def _opens(token: str, job: Job) -> bool:
    try:
        named = signing.loads(token, salt=_SALT, max_age=settings.REELSCAPE.download_expiry_s)
    except signing.BadSignature:
        return False
    return bool(named == str(job.id))


def _products(job: Job) -> dict[str, str]:
    """Signed addresses of what is there."""
    found = {}
    for name in (*_DOWNLOADS, "preview"):
        try:
            found[name] = verbs.artifact_url(job, name)
        except NotAvailable:
            continue
    return found


def _policy(nonce: str) -> str:
    own = f"'self' {settings.REELSCAPE.public_url}"
    return f"default-src 'none'; img-src {own}; media-src {own}; style-src 'nonce-{nonce}'; frame-ancestors 'none'"

"""The page of a scene: for its owner, whoever holds a signed address, and everybody when the job is public."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reelscape.errors import NotAvailable
from reelscape.jobs import verbs
from reelscape.jobs.models import Job
from reelscape.jobs.publication import PRODUCTS
from reelscape.web.api_v1 import rows

_SALT = "reelscape.scene"
_DOWNLOADS = {
    "ply": "PLY, for SuperSplat and other editors",
    "spz": "SPZ, small, for viewers",
    "transforms": "Cameras, for nerfstudio (transforms.json)",
    "turntable": "Video (MP4)",
}


def page_url(job: Job) -> str:
    """The absolute address of the page; signed and expiring unless the job is public."""
    url = f"{settings.REELSCAPE.public_url}/scenes/{job.id}/"
    return url if job.public else f"{url}?token={signing.dumps(str(job.id), salt=_SALT)}"


@require_safe
def page(request: HttpRequest, job_id: str) -> HttpResponse:
    """Turntable, preview and downloads of a scene.

    Who may not see it is not told whether it is there: a visitor is asked to sign in, anybody else gets 404.
    """
    job = _visible(request, job_id)
    if job is None and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if job is None:
        raise Http404
    nonce = secrets.token_urlsafe(16)
    products = _products(job)
    downloads = [(label, *products[name]) for name, label in _DOWNLOADS.items() if name in products]
    state = rows.document(job)["status"]
    shown = {"job": job, "state": state, "products": products, "downloads": downloads, "nonce": nonce}
    answer = render(request, "scene.html", shown)
    answer["Content-Security-Policy"] = _policy(nonce)
    answer["Referrer-Policy"] = "no-referrer"  # the address is a key
    answer["Cache-Control"] = "private, no-store"
    return answer


def _visible(request: HttpRequest, job_id: str) -> Job | None:
    """The job, if there is one that this visitor may see."""
    try:
        job = rows.described(Job.objects.filter(id=UUID(job_id))).first()
    except ValueError:
        return None
    is_visible = job is not None and (
        job.public or job.owner_id == request.user.pk or _opens(request.GET.get("token", ""), job)
    )
    return job if is_visible else None


def _opens(token: str, job: Job) -> bool:
    try:
        named = signing.loads(token, salt=_SALT, max_age=settings.REELSCAPE.download_expiry_s)
    except signing.BadSignature:
        return False
    return bool(named == str(job.id))


def _products(job: Job) -> dict[str, tuple[str, int]]:
    """Signed addresses of what is there, and sizes in bytes."""
    found = {}
    for name in PRODUCTS:
        try:
            found[name] = verbs.artifact_url(job, name), verbs.product(job, name).size_bytes or 0
        except NotAvailable:
            continue
    return found


def _policy(nonce: str) -> str:
    own = f"'self' {settings.REELSCAPE.public_url}"
    return f"default-src 'none'; img-src {own}; media-src {own}; style-src 'nonce-{nonce}'; frame-ancestors 'none'"

"""Who may look at a scene: its owner, whoever holds a signed address, and everybody when it is public.

Who may not is not told whether it is there: every answer is the one that an unknown scene gets.
"""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest

from reelscape.jobs.models import Job
from reelscape.web.api_v1 import rows

_SALT = "reelscape.scene"
_TOKEN = "token"


def public_page_url(job: Job) -> str:
    """The absolute address of the page, for whoever may see it without a token."""
    return f"{settings.REELSCAPE.public_url}/scenes/{job.id}/"


def page_url(job: Job) -> str:
    """The absolute address of the page; signed and expiring unless the job is public."""
    url = public_page_url(job)
    return url if job.public else f"{url}?{urlencode({_TOKEN: signing.dumps(str(job.id), salt=_SALT)})}"


def visible(request: HttpRequest, job_id: str) -> Job:
    """The job, if this visitor may see it. Raises Http404."""
    return _if_seen(request, found(job_id))


def watched(request: HttpRequest, job_id: str) -> Job:
    """As `visible`, without what documents tell of the products: it is asked for again and again. Raises Http404."""
    try:
        return _if_seen(request, Job.objects.filter(id=UUID(job_id)).first())
    except ValueError:
        raise Http404 from None


def _if_seen(request: HttpRequest, job: Job | None) -> Job:
    if job is None or not (job.public or owns(request, job) or _opens(_token(request), job)):
        raise Http404
    return job


def own(request: HttpRequest, job_id: str) -> Job:
    """The visitor's own job. Raises Http404."""
    job = found(job_id)
    if job is None or not owns(request, job):
        raise Http404
    return job


def found(job_id: str) -> Job | None:
    """The job of that id, whosever it is."""
    try:
        return rows.described(Job.objects.filter(id=UUID(job_id))).defer(None).first()
    except ValueError:
        return None


def owns(request: HttpRequest, job: Job) -> bool:
    """Whether the visitor has signed in as the job's owner."""
    return request.user.is_authenticated and job.owner_id == request.user.pk


def path_below(request: HttpRequest, job: Job, name: str) -> str:
    """The address of a part of the scene for this visitor, who brings the same token there."""
    path, token = f"/scenes/{job.id}/{name}", _token(request)
    return f"{path}?{urlencode({_TOKEN: token})}" if token and not job.public and not owns(request, job) else path


def _token(request: HttpRequest) -> str:
    return request.GET.get(_TOKEN, "")


def _opens(token: str, job: Job) -> bool:
    try:
        named = signing.loads(token, salt=_SALT, max_age=settings.REELSCAPE.download_expiry_s)
    except signing.BadSignature:
        return False
    return bool(named == str(job.id))

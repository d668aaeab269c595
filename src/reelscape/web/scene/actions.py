"""What the owner does on the page of a scene: the verbs of the API, asked for by forms of a session."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from rest_framework.exceptions import APIException

from reelscape.errors import BadRequest, ReelscapeError
from reelscape.jobs import verbs
from reelscape.jobs.models import Job
from reelscape.web.api_v1.answers import as_ours, json_failure
from reelscape.web.api_v1.requests import JobChange, JobSettings, read
from reelscape.web.qualities import QUALITIES, columns
from reelscape.web.scene import access

Action = Callable[[HttpRequest, Job], str]
AFTER_DELETION = "/mine/"


def _form(act: Action) -> Callable[[HttpRequest, str], HttpResponse]:
    """A view for a form: does it to the visitor's own job, says how it went, and shows the page again."""

    @require_POST
    @wraps(act)
    def view(request: HttpRequest, job_id: str) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(f"/scenes/{job_id}/")
        job = access.own(request, job_id)
        try:
            messages.success(request, act(request, job))
        except (ReelscapeError, APIException) as raised:
            error = as_ours(raised) or BadRequest()
            messages.error(request, f"{error.message} {error.advice}".strip())
        is_left = Job.objects.filter(id=job.id).exists()
        return redirect(f"/scenes/{job.id}/" if is_left else AFTER_DELETION)

    return view


@_form
def cancel(request: HttpRequest, job: Job) -> str:
    """Stop the job."""
    verbs.cancel(job)
    return "The job is cancelled."


@_form
def retry(request: HttpRequest, job: Job) -> str:
    """Run the job again, with the quality of the form or numbers of its own."""
    quality = request.POST.get("quality", "")
    numbers = columns(quality) if quality in QUALITIES else {}
    verbs.retry(job, **read(JobSettings, request.POST).columns | numbers)
    return "The job waits for its turn again."


@_form
def change(request: HttpRequest, job: Job) -> str:
    """Change the title, or whether everybody may see the scene."""
    given = {name: request.POST[name] for name in ("title", "public") if name in request.POST}
    read(JobChange, given, instance=job, partial=True).save()
    if "public" not in given:
        return "The title is changed."
    is_public = Job.objects.values_list("public", flat=True).get(id=job.id)
    return "Everybody can see the scene now." if is_public else "The scene is private now; links to it lead nowhere."


@_form
def delete(request: HttpRequest, job: Job) -> str:
    """Remove the job with all that came of it."""
    verbs.delete(job)
    return f"“{job.title}” is deleted."


@require_POST
def save_view(request: HttpRequest, job_id: str) -> HttpResponse:
    """Keep the view that the viewer sends, `{"camera_data": {...}}`, as the one that the scene opens with."""
    job = access.own(request, job_id)
    try:
        given = json.loads(request.body)
        if not isinstance(given, dict) or "camera_data" not in given:
            raise BadRequest("The body must be an object with camera_data.")
        read(JobChange, {"camera_data": given["camera_data"]}, instance=job, partial=True).save()
    except ValueError:
        return json_failure(BadRequest("The body is not JSON."))
    except (ReelscapeError, APIException) as raised:
        return json_failure(as_ours(raised) or BadRequest())
    return JsonResponse({"success": True})

"""The upload page, and what it asks of the server: an address for each file, then a job.

The script sends a file in parts to a signed address (`web.tus`). Without script the same form brings one file itself,
to an address of its own, because its body must not be read before the view does: so there is no hidden field to check,
and a signed token of the user in the address keeps other sites from sending it.
"""

from __future__ import annotations

from pathlib import PurePath
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from reelscape.errors import BadRequest, BadSignature, NotFound, ReelscapeError
from reelscape.jobs import uploads, verbs
from reelscape.jobs.models import Asset
from reelscape.web.api_v1.answers import json_failure, status_of
from reelscape.web.multipart import form_file
from reelscape.web.profile import SignedInRequest
from reelscape.web.qualities import QUALITIES

_SALT = "reelscape.form-upload"


class SceneForm(forms.Form):
    """What a new scene shall be."""

    title = forms.CharField(max_length=255, required=False)
    public = forms.BooleanField(required=False)
    quality = forms.ChoiceField(choices=[(name, name) for name in QUALITIES], required=False)

    def submission(self, blob_name: str, file_name: str = "") -> verbs.Submission:
        """The wish in the words of the verbs; without a title the file's name is it. Raises BadRequest."""
        if not self.is_valid():
            field, problems = next(iter(self.errors.items()))
            raise BadRequest(f"{field.capitalize()}: {problems[0]}")
        max_gaussians, num_steps = QUALITIES[self.cleaned_data["quality"] or "balanced"]
        title = self.cleaned_data["title"] or PurePath(file_name).stem
        return verbs.Submission(
            blob_name=blob_name,
            title=" ".join(title.split())[:255],
            public=self.cleaned_data["public"],
            max_gaussians=max_gaussians,
            num_steps=num_steps,
        )


@never_cache
@login_required
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    """The form."""
    return _page(request)


@never_cache
@login_required
@require_POST
def address(request: SignedInRequest) -> HttpResponse:
    """A fresh signed address for `name`; that of the upload `blob_name` if it can still go on."""
    try:
        asset = _begun(request.user, request.POST.get("blob_name", "")) or _new(request)
    except ReelscapeError as error:
        return json_failure(error)
    # On the origin that the page came from, whichever of its names that is: the policy allows no other.
    path = verbs.upload_url(asset).removeprefix(settings.REELSCAPE.public_url)
    return JsonResponse({"url": path, "blob_name": asset.key})


@never_cache
@login_required
@require_POST
def submit(request: SignedInRequest) -> HttpResponse:
    """Queue a job for the upload `blob_name`; answers where its page is, also when the first answer was lost."""
    blob_name = request.POST.get("blob_name", "")
    try:
        wish = SceneForm(request.POST).submission(blob_name)
        job = verbs.jobs_of(request.user).filter(video__key=blob_name).first() or verbs.submit(request.user, wish)
    except ReelscapeError as error:
        return json_failure(error)
    return JsonResponse({"page": f"/scenes/{job.id}/"}, status=201)


@csrf_exempt  # the token in the address is checked instead
@never_cache
@login_required
@require_POST
def plain_form(request: SignedInRequest) -> HttpResponse:
    """One file with the form, from a browser without script."""
    try:
        _check_token(request)
        with form_file(request, "file", _extension, client=str(request.user.pk)) as part:
            form = SceneForm(part.fields)
            form.submission("", part.name)  # what is wrong with the form is told before anything is stored
            asset = uploads.store_new(request.user, _extension(part.name), part.path)
        job = verbs.submit(request.user, form.submission(asset.key, part.name))
    except ReelscapeError as error:
        return _page(request, error)
    return redirect(f"/scenes/{job.id}/")


def _page(request: SignedInRequest, problem: ReelscapeError | None = None) -> HttpResponse:
    shown = {
        "problem": problem,
        "token": signing.dumps(request.user.pk, salt=_SALT),
        "extensions": ",".join(f".{name}" for name in verbs.VIDEO_TYPES),
        "limit_bytes": settings.REELSCAPE.upload_limit_bytes,
        "limit_mb": settings.REELSCAPE.upload_limit_bytes // 1_000_000,
    }
    return render(request, "upload.html", shown, status=status_of(problem) if problem else 200)


def _check_token(request: SignedInRequest) -> None:
    try:
        named = signing.loads(request.GET.get("token", ""), salt=_SALT, max_age=settings.REELSCAPE.upload_expiry_s)
    except signing.BadSignature:
        named = None
    if named != request.user.pk:
        raise BadSignature("This page was too old: choose the file again.")


def _extension(file_name: str) -> str:
    """Raises UnknownExtension."""
    return verbs.accepted_extension(PurePath(file_name).suffix)


def _new(request: SignedInRequest) -> Asset:
    return verbs.new_upload(request.user, _extension(request.POST.get("name", "")))


def _begun(user: User, blob_name: str) -> Asset | None:
    """An upload of the user, complete or not."""
    try:
        return verbs.upload_of(user, UUID(PurePath(blob_name).stem))
    except (ValueError, NotFound):
        return None

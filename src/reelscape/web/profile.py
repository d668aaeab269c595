"""The page of a user: the API keys."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reelscape.errors import AccountError
from reelscape.web import keys


def facts(request: HttpRequest) -> dict[str, bool | str]:
    """What all pages may show: a context processor."""
    config = settings.REELSCAPE
    return {"may_sign_up": config.signup, "sends_mail": bool(config.mail_url), "public_url": config.public_url}


class SignedInRequest(HttpRequest):
    user: User


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """GET shows the keys; POST makes one and shows it, this once."""
    if request.method == "GET":
        return _page(request)
    name = request.POST.get("name", "")
    try:
        row, key = keys.create(request.user, name)
    except AccountError as error:
        return _page(request, 400, name=name, problem=error.message)
    return _page(request, new_key=key, new_name=row.name)


@login_required
@require_POST
def revoke_key(request: SignedInRequest, prefix: str) -> HttpResponse:
    """End one of the user's own keys."""
    try:
        row = keys.revoke(request.user, prefix)
        messages.success(request, f"The API key “{row.name}” is revoked.")
    except AccountError as error:
        messages.error(request, error.message)
    return redirect("profile")


def _page(request: SignedInRequest, status: int = 200, **shown: str) -> HttpResponse:
    return render(request, "account/profile.html", {"keys": keys.live_keys(request.user), **shown}, status=status)

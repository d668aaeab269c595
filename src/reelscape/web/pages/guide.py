"""The guide to the API for people, with this server's own address in the commands."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """The shortest way from a key to a scene."""
    limit_mb = settings.REELSCAPE.upload_limit_bytes // 1_000_000
    return render(request, "docs.html", {"api": f"{settings.REELSCAPE.public_url}/api/v1", "limit_mb": limit_mb})

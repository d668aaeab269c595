"""The guide to the APIs for people, and their references, with this server's own address in the commands."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reelscape.web.api_open import openapi as open_api
from reelscape.web.api_v1 import openapi as api_v1
from reelscape.web.pages.openapi_words import Reference

_DOCUMENTS = {
    "api": (api_v1.document, "API reference", "/api/v1/openapi.json"),
    "api-open": (open_api.document, "Open API reference", "/api/openapi.json"),
}


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """The shortest way from a key to a scene."""
    limit_mb = settings.REELSCAPE.upload_limit_bytes // 1_000_000
    return render(request, "docs.html", {"api": f"{settings.REELSCAPE.public_url}/api/v1", "limit_mb": limit_mb})


@require_safe
def reference(request: HttpRequest, name: str) -> HttpResponse:
    """Every route of an API, drawn from its OpenAPI document."""
    if name not in _DOCUMENTS:
        raise Http404
    _, title, path = _DOCUMENTS[name]
    shown = {"reference": _reference(name), "title": title, "document": path, "is_open": name == "api-open"}
    return render(request, "reference.html", shown)


@cache
def _reference(name: str) -> Reference:
    return Reference(_DOCUMENTS[name][0]())

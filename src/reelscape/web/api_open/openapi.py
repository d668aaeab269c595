"""The OpenAPI document of the open surface, drawn from the code once per process."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from reelscape.web.api_v1.openapi import OpenDocument, drawn


@cache
def document() -> dict[str, Any]:
    """The document as the address below serves it."""
    found = drawn("api/", "reelscape.web.api_open.urls")
    found["paths"] = {route.rstrip("/"): operations for route, operations in found["paths"].items()}
    found["info"] |= {
        "title": "Reelscape: files and reconstruction",
        "description": "A file host and reconstruction by upload or address. Whoever knows an id may read it.",
    }
    return found


class AsJson(OpenDocument):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> JsonResponse:
        """The document."""
        return JsonResponse(document())

"""The OpenAPI document, drawn from the code once per process."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a key is sent."""

    target_class = "reelscape.web.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The header."""
        text = "`Api-Key ` and your key, e.g. `Api-Key abcdefgh.0123456789`."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": text}


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


@require_safe
def as_json(request: HttpRequest) -> JsonResponse:
    """For programs."""
    return JsonResponse(_document())


@require_safe
def as_yaml(request: HttpRequest) -> HttpResponse:
    """For people."""
    text = OpenApiYamlRenderer().render(_document())  # type: ignore[no-untyped-call]
    return HttpResponse(text, content_type="application/yaml")

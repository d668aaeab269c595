"""The OpenAPI document, drawn from the code once per process."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import include, path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reelscape.web.api_v1.endpoint import Endpoint


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a key is sent."""

    target_class = "reelscape.web.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The header."""
        text = "`Api-Key ` and your key, e.g. `Api-Key abcdefgh.0123456789`."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": text}


@cache
def document() -> dict[str, Any]:
    """The document of /api/v1/ as the addresses below serve it."""
    return drawn("api/v1/", "reelscape.web.api_v1.urls")


def drawn(prefix: str, urls: str) -> dict[str, Any]:
    """The document of the routes of a module that stand below `prefix`."""
    generator = SchemaGenerator(patterns=[path(prefix, include(urls))])  # type: ignore[no-untyped-call]
    found: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


class OpenDocument(Endpoint):
    """For everybody: it holds nobody's data."""

    authentication_classes = ()
    permission_classes = ()


class Start(OpenDocument):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Where to read on, for who opens the API's address itself."""
        url = settings.REELSCAPE.public_url
        pages = {"guide": "llms.txt", "openapi": "api/v1/openapi.json", "keys": "accounts/profile/"}
        return Response({name: f"{url}/{path}" for name, path in pages.items()})


class AsJson(OpenDocument):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> JsonResponse:
        return JsonResponse(document())


class AsYaml(OpenDocument):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        text = OpenApiYamlRenderer().render(document())  # type: ignore[no-untyped-call]
        return HttpResponse(text, content_type="application/yaml")

"""What all endpoints share: JSON out whatever is asked for, and errors that the OpenAPI names."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from reelscape.web.api_v1.documents import Problem

_MEANINGS = {
    400: "The request cannot be carried out as it is.",
    401: "No API key, or one that is wrong, revoked or expired.",
    404: "There is no such job or file, or it is another user's.",
    409: "The job, or the upload, is not in a state for that.",
    413: "The body is larger than 1 MB: the video goes to the address of generate-upload-url.",
    415: "The body is neither JSON nor a form.",
    429: "Too many requests: wait as many seconds as Retry-After says.",
    507: "The server has no room left.",
}


class JsonAlways(BaseContentNegotiation):
    """Answers JSON whatever Accept names: who follows a download may ask for pictures alone."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser for the body's type, if any."""
        return next((parser for parser in parsers if _reads(parser.media_type, request.content_type)), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The first renderer."""
        return renderers[0], renderers[0].media_type


def _reads(media_type: str, content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == media_type


class Endpoint(APIView):
    """An endpoint of the API."""

    content_negotiation_class = JsonAlways


def problems(*statuses: int, body: bool = False) -> dict[int, OpenApiResponse]:
    """The errors of an endpoint for its OpenAPI, with those that all have; `body`: it reads one."""
    own = {401, 429, *statuses} | ({400, 413, 415} if body else set())
    return {status: OpenApiResponse(Problem, _MEANINGS[status]) for status in sorted(own)}

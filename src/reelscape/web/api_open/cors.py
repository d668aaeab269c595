"""Pages of any origin may use the open surface: nothing there depends on cookies. /api/v1 has its own setting."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

_OPEN = re.compile(r"/api/(?:upload|files|preview|reconstruct|live|openapi\.json)(?:/|\Z)")
_METHODS = "GET, HEAD, POST, DELETE, OPTIONS"
_SENT = "Authorization, Content-Type, If-None-Match, If-Range, Range, X-Delete-Token"
_SEEN = "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Last-Modified, Retry-After"
_KEPT_S = 86_400


def open_to_pages(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer OPTIONS and mark every answer of the open surface, errors too; never for requests with credentials.

    No error is kept by a cache: what is not there may come, and what is busy now is not so later.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not _OPEN.match(request.path):
            return get_response(request)
        response = _options() if request.method == "OPTIONS" else get_response(request)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = _SEEN
        if response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response

    return middleware


def _options() -> HttpResponse:
    allowed = {"Access-Control-Allow-Methods": _METHODS, "Access-Control-Allow-Headers": _SENT}
    return HttpResponse(status=204, headers={"Allow": _METHODS, "Access-Control-Max-Age": str(_KEPT_S), **allowed})

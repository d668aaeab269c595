"""What holds for every request and answer: whose word is believed, how often one may ask, what a page may load."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from reelscape.errors import RateLimited
from reelscape.web.addresses import PASSED_ON, comes_from_trusted_proxy
from reelscape.web.api_v1.answers import refusal
from reelscape.web.throttles import WINDOW_S, address_wait_s

View = Callable[[HttpRequest], HttpResponseBase]

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")
"""Headers by which a proxy tells of its client, and anybody else could claim anything."""

_PASSED_ON = (*FORWARDED, "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""A page loads from its own origin only and holds no script or style of its own text."""


def only_trusted_forwarding(get_response: View) -> View:
    """Take away what anybody but a trusted proxy claims about the client, so that nothing further in can believe it.

    That it was claimed is noted: a proxy that nobody told us of may have passed the request on.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not comes_from_trusted_proxy(request):
            request.META[PASSED_ON] = any(name in request.META for name in _PASSED_ON)
            for name in FORWARDED:
                request.META.pop(name, None)
        return get_response(request)

    return middleware


def address_limit(get_response: View) -> View:
    """Refuse an address that asks too often, on every route and before anything is looked up.

    Every 429 says when to come back: those of allauth's own limits would not.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        wait_s = address_wait_s(request)
        response = refusal(request, RateLimited(), wait_s) if wait_s else get_response(request)
        if response.status_code == 429:
            response.headers.setdefault("Retry-After", str(WINDOW_S))
        return response

    return middleware


def content_policy(get_response: View) -> View:
    """Give every answer the policy, unless its view has set one of its own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        return response

    return middleware

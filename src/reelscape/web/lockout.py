"""What axes asks this service: whose log-in fails, and what to say to who failed too often; what the log says of it."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from reelscape.web.addresses import client_address
from reelscape.web.throttles import count

_TOLD_PER_MINUTE, _TOLD_PER_MINUTE_OF_ADDRESS = 60, 10

log = logging.getLogger(__name__)


def user_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name that a log-in tries: a user name or an e-mail address, in small letters as neither minds the case."""
    given = credentials or {}
    name = given.get("username") or given.get("email") or request.POST.get("login") or request.POST.get("username")
    return str(name or "").lower()[:255]


def tell(sender: Any, request: HttpRequest | None = None, **_: Any) -> None:
    """Log that somebody could not sign in; not the name, since people type passwords there too."""
    address = client_address(request) if request is not None else "the command line"
    if not count(f"told:{address}", _TOLD_PER_MINUTE_OF_ADDRESS) and not count("told", _TOLD_PER_MINUTE):
        log.warning("a sign-in failed; it came from %s", address)


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any]) -> HttpResponse:
    """The page for who must wait."""
    wait_s = int(settings.AXES_COOLOFF_TIME.total_seconds())
    context = {"minutes": wait_s // 60}
    page = render(request, "account/locked_out.html", context, status=429)
    page.headers["Retry-After"] = str(wait_s)
    return page

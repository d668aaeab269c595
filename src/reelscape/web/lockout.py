"""What axes asks this service: whose log-in fails, and what to say to who failed too often."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def user_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name that a log-in tries: a user name or an e-mail address, in small letters as neither minds the case."""
    given = credentials or {}
    name = given.get("username") or given.get("email") or request.POST.get("login") or request.POST.get("username")
    return str(name or "").lower()[:255]


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any]) -> HttpResponse:
    """The page for who must wait."""
    wait_s = int(settings.AXES_COOLOFF_TIME.total_seconds())
    context = {"minutes": wait_s // 60}
    page = render(request, "account/locked_out.html", context, status=429)
    page.headers["Retry-After"] = str(wait_s)
    return page

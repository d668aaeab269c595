"""Who may send something to the open surface, and how much. Reading by id needs no key ever."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from reelscape.jobs import open_files
from reelscape.web.addresses import client_address, limited_as, was_passed_on
from reelscape.web.throttles import KeyThrottle, count

if TYPE_CHECKING:  # REST framework's views load the throttles: they are not there yet
    from rest_framework.views import APIView

_HOUR_S = 3600


class MaySend(BasePermission):
    """Whoever has a key, and without one whom the setting `open_access` lets in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether this request may send something. One that names credentials is never taken for a guest's."""
        if request.user.is_authenticated:
            return True
        return not request.headers.get("Authorization") and needs_no_key(request._request)


class SendsPerAddress(BaseThrottle):
    """Limits how often one client address may send something."""

    def __init__(self) -> None:
        self._wait_s = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether the address is within its limit."""
        self._wait_s = count(_counter("sends", request._request), settings.REELSCAPE.open_posts_per_minute_ip)
        return self._wait_s == 0

    def wait(self) -> float:
        """Seconds until the next try."""
        return self._wait_s


THROTTLES = (KeyThrottle, SendsPerAddress)


def needs_no_key(request: HttpRequest) -> bool:
    """Whether `open_access` lets this request in without a key.

    From loopback means: the client, the name it asks for and the public address are all on this machine. A proxy in
    front that we were not told of also comes from loopback, and may ask for a loopback name: whatever carries a header
    of proxies then needs a key. One that adds none cannot be told from a client: REELSCAPE_PUBLIC_URL closes that.
    """
    config = settings.REELSCAPE
    if config.open_access != "loopback":
        return bool(config.open_access == "anyone")
    if was_passed_on(request):
        return False
    names = [urlsplit(url).hostname for url in (f"//{request.get_host()}", config.public_url)]
    return all(_is_loopback(host) for host in (client_address(request), *names))


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def owner_of(request: Request) -> User:
    """Whose the sent thing is: the owner of the key, else the guest."""
    user: Any = request.user
    return user if user.is_authenticated else open_files.guest()


def charge_bytes(request: HttpRequest, size_bytes: int) -> None:
    """Count an upload against its address. Raises Throttled when that has sent too much within the hour."""
    limit_bytes = settings.REELSCAPE.open_bytes_per_hour_ip
    if wait_s := count(_counter("bytes", request), limit_bytes, size_bytes, _HOUR_S):
        raise Throttled(wait_s)


def _counter(what: str, request: HttpRequest) -> str:
    return f"open-{what}:{limited_as(client_address(request))}"

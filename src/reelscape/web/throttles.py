"""How often one may ask: counters per minute of API keys, addresses, and wrong keys of an address.

The counters lie in Django's cache, which is the memory of the process: right for one web process. Several web machines
need a cache that they share (Django's database cache, or Redis); each would allow the full rate otherwise.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from reelscape.web.addresses import limited_address
from reelscape.web.models import ApiKey

if TYPE_CHECKING:  # REST framework's views load this module: they are not there yet
    from rest_framework.views import APIView

WINDOW_S = 60
_PROVEN_S = 3600


def count(counter: str, limit: int, amount: int = 1, window_s: int = WINDOW_S) -> int:
    """Count `amount` more in this minute, or other window: the seconds to wait if that makes more than `limit`, else 0.

    A limit of 0 is none.
    """
    if limit <= 0:
        return 0
    name = _window(counter, window_s)
    cache.add(name, 0, 2 * window_s)
    try:
        number = cache.incr(name, amount)
    except ValueError:  # the cache made room between the two lines
        return 0
    return seconds_left(window_s) if number > limit else 0


def seconds_left(window_s: int = WINDOW_S) -> int:
    """Seconds until the next minute (or other window) of the counters begins, at least 1."""
    return window_s - int(time.time()) % window_s


def _window(counter: str, window_s: int = WINDOW_S) -> str:
    return f"rate:{counter}:{int(time.time()) // window_s}"


def address_wait_s(request: HttpRequest) -> int:
    """Count a request of an address: the seconds that it has to wait, 0 when it is within the limit."""
    return count(f"ip:{limited_address(request)}", settings.REELSCAPE.requests_per_minute_ip)


class KeyThrottle(BaseThrottle):
    """Limits what one API key may ask, from however many addresses."""

    def __init__(self) -> None:
        self._wait_s = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether the key is within its limit; a request without a key is no concern of this one."""
        if isinstance(request.auth, ApiKey):
            self._wait_s = count(f"key:{request.auth.prefix}", settings.REELSCAPE.requests_per_minute)
        return self._wait_s == 0

    def wait(self) -> float:
        """Seconds until the next try."""
        return self._wait_s


class KeyGuesses:
    """Wrong keys of one address. Beyond the limit no key is looked up any more until the minute is over.

    Others behind the same address (an office, a campus) are not shut out with the one who guesses: a key that was right
    from this address within the past hour goes on working. That helps no guesser, since it takes the whole key.
    """

    def __init__(self, request: HttpRequest, key: str) -> None:
        self._counter = f"guesses:{limited_address(request)}"
        self._limit = settings.REELSCAPE.failures_per_minute_ip
        fingerprint = hashlib.sha256(key.encode(errors="replace")).hexdigest()
        self._proven = f"proven:{self._counter}:{fingerprint}"

    def wait_s(self) -> int:
        """Seconds until this key may be tried; 0 for now."""
        is_spent = 0 < self._limit <= cache.get(_window(self._counter), 0)
        return seconds_left() if is_spent and not cache.get(self._proven) else 0

    def note(self, is_right: bool) -> None:
        """Remember how the key turned out."""
        if is_right:
            cache.set(self._proven, True, _PROVEN_S)
        else:
            cache.delete(self._proven)
            count(self._counter, self._limit)

"""Who asks: the header `Authorization: Api-Key ...`."""

from __future__ import annotations

import re
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import OperationalError
from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from reelscape.errors import BadApiKey
from reelscape.web.models import ApiKey
from reelscape.web.throttles import KeyGuesses

_KEY = re.compile(r"([A-Za-z0-9]{8})\.[A-Za-z0-9]{32}")
_NOTED_EVERY = timedelta(minutes=1)


class ApiKeyAuthentication(BaseAuthentication):
    """The owner of a live key."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The user and the key; None when the header is not there or speaks of something else.

        Raises BadApiKey, Throttled (too many wrong keys from this address).
        """
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "api-key":
            return None
        key = rest.strip()
        guesses = KeyGuesses(request, key)
        if wait_s := guesses.wait_s():
            raise Throttled(wait_s)
        found = _find(key)
        guesses.note(found is not None)
        if found is None:
            raise BadApiKey()
        _note_use(found)
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        """What a 401 names in WWW-Authenticate."""
        return "Api-Key"


def _find(key: str) -> ApiKey | None:
    """The live key of an active user. It is found by its prefix, which is no secret; the hash is compared in constant
    time."""
    shape = _KEY.fullmatch(key)
    if shape is None:
        return None
    found: ApiKey | None = ApiKey.objects.filter(prefix=shape[1], revoked=False).select_related("user").first()
    is_good = found is not None and found.is_valid(key) and not found.has_expired and found.user.is_active
    return found if is_good else None


def _note_use(key: ApiKey) -> None:
    """Written at most once a minute, since clients poll; a database that is busy is no reason to refuse a good key."""
    now = timezone.now()
    if key.last_used_at is not None and now - key.last_used_at < _NOTED_EVERY:
        return
    is_due = Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTED_EVERY)
    try:
        ApiKey.objects.filter(is_due, pk=key.pk).update(last_used_at=now)
    except OperationalError:
        pass

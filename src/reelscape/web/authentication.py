"""Who asks: the header `Authorization: Api-Key ...`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from reelscape.errors import BadApiKey
from reelscape.web.models import ApiKey


class ApiKeyAuthentication(BaseAuthentication):
    """The owner of a live key."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The user and the key; None when the header is not there. Raises BadApiKey."""
        word, _, key = request.headers.get("Authorization", "").partition(" ")
        if word.lower() != "api-key":
            return None
        found = self._find(key.strip())
        self._note_use(found)
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        """What a 401 names in WWW-Authenticate."""
        return "Api-Key"

    def _find(self, key: str) -> ApiKey:
        try:
            found: Any = ApiKey.objects.get_from_key(key)
        except ApiKey.DoesNotExist:
            raise BadApiKey() from None
        if found.has_expired or not found.user.is_active:
            raise BadApiKey()
        return found  # type: ignore[no-any-return]

    def _note_use(self, key: ApiKey) -> None:
        """Written at most once a minute: a client that polls must not make the database write each time."""
        now = timezone.now()
        if key.last_used_at is None or (now - key.last_used_at).total_seconds() > 60:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)

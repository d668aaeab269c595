"""API keys of a user: made (shown once), listed, revoked. Only their hashes are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from reelscape.errors import BadKeyName, KeyNotFound
from reelscape.web.models import ApiKey

MAX_NAME_CHARS = 50


def create(user: User, name: str, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
    """A new key: its row, and the key itself, which nobody can read again. Raises BadKeyName."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise BadKeyName(f"A name has 1 to {MAX_NAME_CHARS} visible characters.")
    try:
        with transaction.atomic():
            expired = ApiKey.objects.filter(user=user, revoked=False, expiry_date__lte=timezone.now())
            expired.filter(name=name).update(revoked=True)  # a dead key keeps no name
            made: Any = ApiKey.objects.create_key(user=user, name=name, expiry_date=expires_at)
    except IntegrityError:
        raise BadKeyName("An API key with this name already exists.") from None
    return made  # type: ignore[no-any-return]


def live_keys(user: User) -> QuerySet[ApiKey]:
    """The keys of a user that work, newest first."""
    never, later = Q(expiry_date=None), Q(expiry_date__gt=timezone.now())
    found: QuerySet[ApiKey] = ApiKey.objects.filter(never | later, user=user, revoked=False)
    return found


def revoke(user: User, name_or_prefix: str) -> ApiKey:
    """End a key of a user, for good. Raises KeyNotFound."""
    keys = live_keys(user)
    found = keys.filter(prefix=name_or_prefix).first() or keys.filter(name=name_or_prefix).first()
    if found is None:
        raise KeyNotFound()
    found.revoked = True
    found.save(update_fields=["revoked"])
    return found

"""What signing in leaves behind: sessions, and the failures that lock an account."""

from __future__ import annotations

from axes.models import AccessAttempt  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone


def forget_old() -> None:
    """Remove sessions that have expired, and failures that lock nobody any more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME).delete()

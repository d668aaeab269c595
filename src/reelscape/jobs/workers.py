"""Who is there to make scenes: every worker signs in every few seconds, external ones with each of their calls."""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from reelscape.jobs.models import Worker

SIGN_IN_EVERY_S = 5.0
_FORGOTTEN_AFTER = timedelta(days=7)
_begun = time.monotonic()


def sign_in(name: str) -> None:
    """Note that the worker lives; those that were not seen for a week are forgotten."""
    now = timezone.now()
    Worker.objects.update_or_create(name=name[:100], defaults={"last_seen": now})
    Worker.objects.filter(last_seen__lt=now - _FORGOTTEN_AFTER).delete()


def any_alive() -> bool:
    """Whether a worker was seen within `worker_silence_s`. This process must have been up for as long to deny it: the
    workers may just be starting beside it.
    """
    silence_s = settings.REELSCAPE.worker_silence_s
    if time.monotonic() - _begun < silence_s:
        return True
    return Worker.objects.filter(last_seen__gte=timezone.now() - timedelta(seconds=silence_s)).exists()

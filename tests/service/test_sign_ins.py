"""What signing in leaves behind goes when its time is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from reelscape.jobs import sign_ins
from reelscape.jobs.worker import errands_of

pytestmark = pytest.mark.django_db


def test_expired_sessions_and_old_failures_go_and_others_stay() -> None:
    now, moment = timezone.now(), timedelta(minutes=1)
    for name, expire_date in {"old": now - moment, "live": now + moment}.items():
        Session.objects.create(session_key=name, expire_date=expire_date)
    limit = settings.AXES_COOLOFF_TIME
    for name, age in {"old": limit + moment, "counts": limit - moment}.items():
        attempt = AccessAttempt.objects.create(username=name, ip_address="192.0.2.1", failures_since_start=3)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=now - age)
    sign_ins.forget_old()
    assert [session.session_key for session in Session.objects.all()] == ["live"]
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["counts"]


def test_the_worker_does_so_once_an_hour() -> None:
    (errand,) = (errand for errand in errands_of("worker") if errand.run is sign_ins.forget_old)
    assert errand.every_s == 3600

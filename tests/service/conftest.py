"""Tests of the service: Django is set up before their modules name its models."""

from typing import Any

import django
import pytest

django.setup()


@pytest.fixture(autouse=True)
def passwords_cost_little(settings: Any) -> None:
    """Django's own hash is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def counters_start_anew() -> None:
    """No test meets the limits because of what others asked."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def workers_may_just_be_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds the workers silent because of how long others took."""
    from reelscape.jobs import workers

    monkeypatch.setattr(workers, "_begun", workers.time.monotonic())


@pytest.fixture(autouse=True)
def nothing_is_left_incoming() -> Any:
    """Uploads that a test leaves half done do not meet the next one."""
    from django.conf import settings

    yield
    for path in settings.REELSCAPE.incoming_dir.iterdir():
        path.unlink()

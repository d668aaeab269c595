"""Tests of the service: Django is set up before their modules name its models."""

import django
import pytest

django.setup()


@pytest.fixture(autouse=True)
def counters_start_anew() -> None:
    """No test meets the limits because of what others asked."""
    from django.core.cache import cache

    cache.clear()

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
def commits_are_seen() -> Any:
    """The transaction around a test never commits: what waits for a commit is done at the end of the outermost block
    within it, as it would be without that transaction.
    """
    from django.db import transaction

    leave, on_commit = transaction.Atomic.__exit__, transaction.on_commit

    def leave_and_commit(self: Any, *raised: Any) -> None:
        leave(self, *raised)
        commit(self.using)

    def on_commit_of_test(func: Any, using: Any = None, robust: bool = False) -> None:
        on_commit(func, using, robust)
        commit(using)

    def commit(using: Any) -> None:
        connection = transaction.get_connection(using)
        if connection.in_atomic_block and getattr(connection.atomic_blocks[-1], "_from_testcase", False):
            waiting, connection.run_on_commit = connection.run_on_commit, []
            for _, func, _ in waiting:
                func()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transaction.Atomic, "__exit__", leave_and_commit)
        patch.setattr(transaction, "on_commit", on_commit_of_test)
        yield


@pytest.fixture(autouse=True)
def nothing_is_left_incoming() -> Any:
    """Uploads that a test leaves half done do not meet the next one."""
    from django.conf import settings

    yield
    for path in settings.REELSCAPE.incoming_dir.iterdir():
        path.unlink()

"""Room: uploads are refused while a running job still finds enough."""

from __future__ import annotations

import io
import os
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from tests.service.made_addresses import made_address
from tests.service.made_jobs import made_upload
from tests.service.made_work import configure

from reelscape.errors import StorageFull
from reelscape.jobs import quota, uploads, verbs
from reelscape.storage.partial import Note

pytestmark = pytest.mark.django_db
GB = 1 << 30


@pytest.fixture
def ann(settings: Any) -> User:
    configure(settings)
    return User.objects.create_user("ann")


def has_room(check: Any, wanted_bytes: int) -> bool:
    try:
        check(wanted_bytes)
    except StorageFull:
        return False
    return True


@pytest.mark.parametrize(("quota_bytes", "headroom_bytes"), [(100 * GB, GB), (400_000_000, 100_000_000)])
def test_uploads_leave_of_the_quota_what_a_run_needs(
    ann: User, settings: Any, monkeypatch: pytest.MonkeyPatch, quota_bytes: int, headroom_bytes: int
) -> None:
    monkeypatch.setattr(quota, "free_bytes", lambda: 10_000 * GB)
    monkeypatch.setattr(quota, "used_bytes", lambda: 1000)
    configure(settings, disk_quota_bytes=quota_bytes)
    left_bytes = quota_bytes - 1000
    assert has_room(quota.check_room, left_bytes) and not has_room(quota.check_room, left_bytes + 1)
    assert has_room(uploads.check_length, 1)
    assert has_room(quota.check_upload_room, left_bytes - headroom_bytes)
    assert not has_room(quota.check_upload_room, left_bytes - headroom_bytes + 1)


@pytest.mark.parametrize(("free_bytes", "headroom_bytes"), [(50 * GB, GB), (1000, 250)])
def test_uploads_leave_of_the_disk_what_a_run_needs(
    ann: User, settings: Any, monkeypatch: pytest.MonkeyPatch, free_bytes: int, headroom_bytes: int
) -> None:
    monkeypatch.setattr(quota, "free_bytes", lambda: free_bytes)
    configure(settings, disk_reserve_bytes=100)
    assert has_room(quota.check_room, free_bytes - 100)
    assert has_room(quota.check_upload_room, free_bytes - headroom_bytes - 100)
    assert not has_room(quota.check_upload_room, free_bytes - headroom_bytes - 99)


def test_an_address_is_refused_before_a_running_job_lacks_room(ann: User, settings: Any) -> None:
    made_upload(ann, b"x" * 1000)
    configure(settings, disk_quota_bytes=quota.used_bytes() + 100)
    quota.check_room(0)  # what a job asks
    with pytest.raises(StorageFull):
        verbs.new_upload(ann, "mp4")


def test_what_is_still_to_come_of_uploads_in_parts_counts_while_they_go_on(ann: User, settings: Any) -> None:
    used_bytes = quota.used_bytes()
    configure(settings, disk_quota_bytes=(used_bytes + 10_000) * 2)
    parts = uploads.partial_of(made_address().asset)
    assert has_room(quota.check_upload_room, 5000)
    parts.declare(Note(10_000 + used_bytes, time.time() + 60))
    assert not has_room(quota.check_upload_room, 5000)
    parts.append(io.BytesIO(b"p" * 100).read, 0, 100)
    assert quota.pending_bytes(parts.folder, 60) == 9900 + used_bytes
    for path in (parts.path, parts.note_path):
        os.utime(path, (time.time() - 1000,) * 2)
    assert has_room(quota.check_upload_room, 5000)


def test_an_account_may_have_a_share(ann: User, settings: Any) -> None:
    bob = User.objects.create_user("bob")
    configure(settings, user_quota_bytes=1000)
    made_upload(ann, b"x" * 999)
    verbs.new_upload(ann, "mp4")
    made_upload(ann, b"x")
    with pytest.raises(StorageFull, match="one account"):
        verbs.new_upload(ann, "mp4")
    verbs.new_upload(bob, "mp4")

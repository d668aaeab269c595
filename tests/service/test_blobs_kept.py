"""What a killed server or a broken upload leaves is made up for, and no more is kept than must be."""

from __future__ import annotations

import fcntl
import io
import os
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests.service.made_addresses import VIDEO, Address, left_incoming, made_address

from reelscape.jobs import uploads, verbs
from reelscape.jobs.files import store
from reelscape.jobs.models import Asset
from reelscape.storage.local import LocalStore
from reelscape.storage.partial import Note

pytestmark = pytest.mark.django_db
LONG_AGO = time.time() - 100_000


def incoming_file(name: str, written_at: float = LONG_AGO) -> Path:
    path: Path = settings.REELSCAPE.incoming_dir / name
    path.write_bytes(b"left")
    os.utime(path, (written_at, written_at))
    return path


def unnoted() -> Address:
    """As a server leaves it that was killed between taking the file and noting it."""
    address = made_address()
    path = store().path(address.asset.key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(VIDEO)
    return address


def test_submit_finds_a_blob_that_was_not_noted() -> None:
    address = unnoted()
    assert verbs.submit(address.asset.owner, verbs.Submission(address.asset.key)).video == address.asset
    assert address.stored() == VIDEO


def test_a_repeated_put_finds_it_too() -> None:
    address = unnoted()
    answer = Client().put(address.url, b"other")
    assert answer.status_code == 409 and address.stored() == VIDEO


def test_the_sweep_finds_it_too() -> None:
    address = unnoted()
    uploads.sweep_incoming()
    assert address.stored() == VIDEO


def test_what_nobody_writes_any_more_is_removed() -> None:
    incoming_file("upload-left")
    incoming_file("tmpxyz.upload.mp4")
    incoming_file("upload-fresh", time.time())
    with incoming_file("upload-going-on").open("rb") as going_on:
        fcntl.flock(going_on, fcntl.LOCK_EX)
        assert uploads.sweep_incoming() == 2
        assert left_incoming() == ["upload-fresh", "upload-going-on"]


def test_a_file_that_is_being_written_is_locked(tmp_path: Path) -> None:
    with uploads.spooled(tmp_path, io.BytesIO(VIDEO).read, len(VIDEO)) as path:
        os.utime(path, (LONG_AGO, LONG_AGO))
        assert uploads.incoming.sweep(tmp_path) == 0 and path.read_bytes() == VIDEO
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("expires_in_s", "written_ago_s", "kept"), [(60, 100_000, True), (-60, 100, True), (-60, 100_000, False)]
)
def test_parts_are_kept_until_their_address_expires(expires_in_s: float, written_ago_s: float, kept: bool) -> None:
    parts = uploads.partial_of(made_address().asset)
    parts.declare(Note(len(VIDEO), time.time() + expires_in_s))
    parts.append(io.BytesIO(b"part").read, 0, 4)
    os.utime(parts.path, (time.time() - written_ago_s,) * 2)
    assert uploads.sweep_incoming() == (0 if kept else 1) and parts.path.exists() == parts.note_path.exists() == kept


def test_parts_of_no_upload_are_removed() -> None:
    incoming_file(f"{uuid.uuid4().hex}.partial")
    incoming_file("no-number.note", time.time())
    stored = made_address()
    incoming_file(f"{stored.asset.id.hex}.partial")
    Client().put(stored.url, VIDEO)
    assert uploads.sweep_incoming() == 2 and left_incoming() == [] and stored.stored() == VIDEO


@pytest.mark.parametrize("text", ["", '{"length_bytes": 5', "[]", '{"other": 1}'])
def test_a_note_that_was_cut_off_stops_no_sweep(text: str) -> None:
    broken, whole = (uploads.partial_of(made_address().asset) for _ in range(2))
    whole.declare(Note(4, time.time() - 10_000))
    whole.append(io.BytesIO(b"part").read, 0, 4)
    broken.path.write_bytes(b"part")
    broken.note_path.write_text(text)
    os.utime(broken.path, (LONG_AGO, LONG_AGO))
    assert uploads.sweep_incoming() == 1
    assert left_incoming() == [] and Asset.objects.filter(size_bytes=4).count() == 1


def test_a_blob_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, source = LocalStore(tmp_path / "blobs"), tmp_path / "source"
    synced: list[tuple[bool, bool]] = []
    fsync = os.fsync

    def watch(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        synced.append((path.is_dir(), bool(list(here.keys()))))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watch)
    for key, store_it in (("videos/a.mp4", here.take), ("jobs/1/scene.ply", here.put)):
        source.write_bytes(VIDEO)
        store_it(key, source)
        assert synced == [(False, False), (True, True)], key
        synced.clear()
        here.delete(key)


def test_rows_that_never_got_a_file_are_removed() -> None:
    used, unused, young, in_parts = (made_address().asset for _ in range(4))
    verbs.stored(used, 5)
    uploads.partial_of(in_parts).declare(Note(100, time.time() + 60))
    old = timezone.now() - timedelta(days=2)
    Asset.objects.exclude(id=young.id).update(created_at=old)
    uploads.sweep_incoming()
    assert set(Asset.objects.all()) == {used, young, in_parts} and unused.id is not None


def test_a_folder_that_goes_with_its_last_blob_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = LocalStore(tmp_path / "blobs")
    source = tmp_path / "source"
    source.write_bytes(VIDEO)
    link = os.link

    def late_link(old: Path, new: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        new.parent.rmdir()
        link(old, new)

    monkeypatch.setattr(os, "link", late_link)
    here.take("videos/a.mp4", source)
    assert here.path("videos/a.mp4").read_bytes() == VIDEO and not source.exists()
    with pytest.raises(FileNotFoundError):
        here.take("videos/b.mp4", source)


def test_what_a_killed_put_left_in_the_store_is_no_blob(tmp_path: Path) -> None:
    here = LocalStore(tmp_path)
    source = tmp_path.parent / "source"
    source.write_bytes(VIDEO)
    here.put("jobs/1/scene.ply", source)
    (tmp_path / "jobs/1/.scene.spz.part").write_bytes(b"half")
    assert list(here.keys()) == ["jobs/1/scene.ply"] and here.size_bytes() == len(VIDEO)

"""How much room is left: below the operator's quota, and on the disk beyond its reserve."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet, Sum

from reelscape.errors import StorageFull
from reelscape.jobs.models import Asset
from reelscape.storage.partial import pending_bytes

_RUN_BYTES = 1 << 30  # what one run may take while it works
_PENDING_FOR_S = 900  # an upload in parts that rests for longer holds no room


def check_room(wanted_bytes: int, headroom_bytes: int = 0) -> None:
    """Raise StorageFull when `wanted_bytes` more would not fit.

    Of `headroom_bytes`, a quarter of the free disk and a quarter of the quota are asked for at most.
    """
    config, free = settings.REELSCAPE, free_bytes()
    if free - wanted_bytes - min(headroom_bytes, free // 4) < config.disk_reserve_bytes:
        raise StorageFull("The disk of the server is full.")
    quota_bytes = config.disk_quota_bytes
    if quota_bytes and used_bytes() + wanted_bytes + min(headroom_bytes, quota_bytes // 4) > quota_bytes:
        raise StorageFull("The server's quota for files is used up.")


def check_upload_room(wanted_bytes: int) -> None:
    """Raise StorageFull when an upload of that length would not leave what one run needs, beside uploads on their way.

    So uploads are refused before the jobs that run meanwhile lack room.
    """
    check_room(wanted_bytes + pending_bytes(settings.REELSCAPE.incoming_dir, _PENDING_FOR_S), _RUN_BYTES)


def check_share(owner: User) -> None:
    """Raise StorageFull when the files of an account take all that one account may."""
    limit_bytes = settings.REELSCAPE.user_quota_bytes
    if limit_bytes and _stored_bytes(owner.assets.all()) >= limit_bytes:
        raise StorageFull("Your files take all the room that this server gives to one account.")


def free_bytes() -> int:
    """What the disk of the data folder has left."""
    return shutil.disk_usage(settings.REELSCAPE.data_dir).free


def used_bytes() -> int:
    """What files and run folders take together."""
    stored_bytes = _stored_bytes(Asset.objects.all())
    return stored_bytes + runs.size_bytes() + folder_bytes(settings.REELSCAPE.incoming_dir)


def _stored_bytes(assets: QuerySet[Asset]) -> int:
    return assets.aggregate(total=Sum("size_bytes"))["total"] or 0


class RunsSize:
    """What the run folders take. They hold many files, so a figure is good for a while: twenty times as long as it
    took to measure, which costs a twentieth of one core at most.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._size_bytes = 0
        self._good_until = 0.0

    def size_bytes(self) -> int:
        """The figure, measured anew if it is too old."""
        with self._lock:
            begun = time.monotonic()
            if begun >= self._good_until:
                self._size_bytes = folder_bytes(settings.REELSCAPE.runs_dir)
                ended = time.monotonic()
                self._good_until = ended + _GOOD_FOR * (ended - begun)
            return self._size_bytes

    def forget(self) -> None:
        """Measure at the next question: something was removed."""
        self._good_until = 0.0


_GOOD_FOR = 20
runs = RunsSize()


def folder_bytes(folder: Path) -> int:
    """What the files below `folder` take; nothing for those that vanish meanwhile, or that the store links too."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                status = os.lstat(os.path.join(parent, name))  # noqa: PTH118 (a walk of strings)
            except OSError:
                continue
            total += status.st_size if status.st_nlink == 1 else 0
    return total

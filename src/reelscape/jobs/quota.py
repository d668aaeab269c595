"""How much room is left: below the operator's quota, and on the disk beyond its reserve."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from reelscape.errors import StorageFull
from reelscape.jobs.models import Asset


def check_room(wanted_bytes: int) -> None:
    """Raise StorageFull when `wanted_bytes` more would not fit."""
    config = settings.REELSCAPE
    if shutil.disk_usage(config.data_dir).free - wanted_bytes < config.disk_reserve_bytes:
        raise StorageFull("The disk of the server is full.")
    if config.disk_quota_bytes and used_bytes() + wanted_bytes > config.disk_quota_bytes:
        raise StorageFull("The server's quota for files is used up.")


def used_bytes() -> int:
    """What files and run folders take together."""
    stored = Asset.objects.aggregate(total=Sum("size_bytes"))["total"] or 0
    return stored + folder_bytes(settings.REELSCAPE.runs_dir) + folder_bytes(settings.REELSCAPE.incoming_dir)


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

"""Small pictures of uploaded videos, drawn as soon as a job is submitted, also while a scene is made.

`reelscape picture` draws them in a child with limits of its own. A picture that cannot be drawn is simply not there.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.utils import timezone

from reelscape.errors import StorageFull
from reelscape.jobs import quota
from reelscape.jobs.files import PREVIEW_SUFFIX, preview_key, store
from reelscape.jobs.models import Asset, Job
from reelscape.jobs.process import RunProcess
from reelscape.jobs.verbs import THUMBNAIL

PROGRAM = (sys.executable, "-P", "-m", "reelscape.cli", "picture")
_TIME_LIMIT_S = 60.0  # the command has a limit of its own; this one is for when it hangs
_failed: set[UUID] = set()  # until the worker starts again

log = logging.getLogger(__name__)


def draw_due() -> None:
    """Draw the pictures of the uploads that are waiting for one."""
    while (video := _next()) is not None:
        try:
            quota.check_room(0)
            _draw(video)
        except (OSError, StorageFull) as error:
            log.warning("no picture of %s: %s", video.key, error)
            _failed.add(video.id)


def _next() -> Asset | None:
    """The video of an active job that waits for its picture, if any."""
    picture = Asset.objects.filter(key=Concat(OuterRef("key"), Value(PREVIEW_SUFFIX)))
    videos = Asset.objects.filter(jobs__status__in=(Job.Status.QUEUED, Job.Status.RUNNING), size_bytes__isnull=False)
    return videos.exclude(Exists(picture)).exclude(extension="zip").exclude(id__in=_failed).first()


def _draw(video: Asset) -> None:
    """Draw and store the picture, unless the video is deleted meanwhile. Raises OSError."""
    key = preview_key(video.key)
    with tempfile.TemporaryDirectory(prefix="reelscape-picture-") as folder:
        drawn = Path(folder) / "picture.png"
        _run([*PROGRAM, str(store().path(video.key)), str(drawn), "--lifeline"])
        size_bytes = store().put(key, drawn)
    with transaction.atomic():
        is_kept = Asset.objects.filter(id=video.id).exists()
        if is_kept:
            Asset.objects.create(
                owner_id=video.owner_id,
                kind=Asset.Kind.PRODUCT,
                key=key,
                name=THUMBNAIL,
                extension="png",
                content_type="image/png",
                size_bytes=size_bytes,
                stored_at=timezone.now(),
            )
    if not is_kept:
        store().delete(key)


def _run(program: list[str]) -> None:
    """Run a program to its end. Raises TimeoutError, ChildProcessError and other kinds of OSError."""
    process = RunProcess(program)
    deadline = time.monotonic() + _TIME_LIMIT_S
    try:
        while not process.has_ended() and time.monotonic() < deadline:
            process.read(0.1)
        is_over = process.has_ended()
    finally:
        status = process.close()
    if not is_over:
        raise TimeoutError(f"not drawn within {_TIME_LIMIT_S:g} s")
    if status != 0:
        raise ChildProcessError(f"exit status {status}: {process.last_words.strip()[-300:]}")

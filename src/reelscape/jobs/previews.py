"""Pictures of open files, drawn by `reelscape picture` in a child when they are asked for the first time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.cache import cache

from reelscape.errors import StorageFull
from reelscape.jobs import quota
from reelscape.jobs.drawing import draw
from reelscape.jobs.files import preview_key, store
from reelscape.jobs.models import Asset, Job

AT_ONCE = 2
_ASKING = 8  # drawing or waiting for that: more would hold too many threads of the web process
_WAIT_S = 10.0
_FAILED_FOR_S = 600

_drawing = threading.BoundedSemaphore(AT_ONCE)
_asking = threading.BoundedSemaphore(_ASKING)

log = logging.getLogger(__name__)


def preview_of(asset: Asset) -> Path | None:
    """The PNG of a file; of a video whose scene is there, that of the scene. None when there is none at this moment."""
    source = _source(asset)
    path = store().path(preview_key(source.key))
    if not path.is_file():
        with _turn() as is_ours:
            if is_ours and not path.is_file():
                _try(source)
    return path if path.is_file() else None


def _source(asset: Asset) -> Asset:
    """The file that the picture is drawn from."""
    finished = Job.objects.filter(video_id=asset.id, status=Job.Status.FINISHED, is_open=True)
    products = Asset.objects.filter(job__in=finished, name="preview", size_bytes__isnull=False)
    return products.order_by("-stored_at").first() or asset


@contextmanager
def _turn() -> Iterator[bool]:
    """A turn to draw, waited for a little; False when there is none."""
    if not _asking.acquire(blocking=False):
        yield False
        return
    try:
        is_ours = _drawing.acquire(timeout=_WAIT_S)
        try:
            yield is_ours
        finally:
            if is_ours:
                _drawing.release()
    finally:
        _asking.release()


def _try(source: Asset) -> None:
    """Draw the picture; a failure is remembered for a while, so that it costs no child with every request.

    No card is kept in the picture's place: what failed for want of time or memory may succeed later.
    """
    failure = f"no-preview:{source.id}"
    if cache.get(failure):
        return
    try:
        quota.check_room(0)
        _draw(source)
    except (OSError, StorageFull) as error:
        log.warning("no picture of %s: %s", source.key, error)
        cache.set(failure, True, _FAILED_FOR_S)


def _draw(source: Asset) -> None:
    """Draw and store the picture, unless the file is deleted meanwhile. Raises OSError."""
    draw(source)
    if not Asset.objects.filter(id=source.id).exists():
        store().delete(preview_key(source.key))

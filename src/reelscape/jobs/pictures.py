"""Small pictures of uploaded videos, drawn as soon as a job is submitted, also while a scene is made.

`reelscape picture` draws them in a child with limits of its own. A picture that cannot be drawn is simply not there.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.utils import timezone

from reelscape.errors import StorageFull
from reelscape.jobs import quota
from reelscape.jobs.drawing import draw
from reelscape.jobs.files import PREVIEW_SUFFIX, preview_key, store
from reelscape.jobs.models import Asset, Job
from reelscape.jobs.verbs import THUMBNAIL

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
    size_bytes = draw(video)
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

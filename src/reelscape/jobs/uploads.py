"""What becomes of the bytes that users send: each upload is stored once and whole, or leaves nothing behind.

A complete file is first linked into the store and then noted in its row. Whoever asks for a row whose note is missing
finds the blob (`verbs.is_complete`), so a server killed between the two loses no upload.
"""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from reelscape.errors import (
    EmptyUpload,
    LengthRequired,
    NotFound,
    UploadInUse,
    UploadOffset,
    UploadSpent,
    UploadTooLarge,
)
from reelscape.jobs import quota, verbs
from reelscape.jobs.errands import one_of_many
from reelscape.jobs.files import store
from reelscape.jobs.models import Asset
from reelscape.storage import incoming, partial
from reelscape.storage.incoming import Read, spooled
from reelscape.storage.partial import Partial

_PAUSE_S = 3600  # an upload in parts that was written to within this time is going on, even past its expiry
_UNUSED_S = 86_400


def awaited(key: str) -> Asset:
    """The row whose file is still to come to `key`. Raises NotFound, UploadSpent."""
    asset = upload_at(key)
    if verbs.is_complete(asset):
        raise UploadSpent()
    return asset


def upload_at(key: str) -> Asset:
    """The row of an upload. Raises NotFound."""
    asset = Asset.objects.filter(key=key, kind=Asset.Kind.UPLOAD).first()
    if asset is None:
        raise NotFound()
    return asset


def check_length(length_bytes: int | None, limit_bytes: int | None = None) -> int:
    """The length of a file that may come; the limit is by default that of the settings.

    Raises LengthRequired, EmptyUpload, UploadTooLarge, StorageFull.
    """
    if length_bytes is None:
        raise LengthRequired()
    if length_bytes <= 0:
        raise EmptyUpload()
    if length_bytes > (limit_bytes or settings.REELSCAPE.upload_limit_bytes):
        raise UploadTooLarge()
    quota.check_upload_room(length_bytes)
    return length_bytes


def receive(asset: Asset, read: Read, length_bytes: int) -> None:
    """Store the next `length_bytes` of a body as the file of `asset`.

    Raises UploadTruncated (the upload may be repeated), UploadSpent (another one was faster), StorageFull, NotFound.
    """
    with spooled(settings.REELSCAPE.incoming_dir, read, length_bytes) as path:
        keep(asset, path)
    partial_of(asset).discard()


def keep(asset: Asset, path: Path) -> None:
    """Move a complete file of the incoming folder into the store, for `asset`. Raises UploadSpent, NotFound."""
    size_bytes = path.stat().st_size
    try:
        store().take(asset.key, path)
    except FileExistsError:
        verbs.is_complete(asset)
        raise UploadSpent() from None
    if not verbs.stored(asset, size_bytes):
        store().delete(asset.key)
        raise NotFound()


def store_new(owner: User, extension: str, path: Path) -> Asset:
    """A new upload of `owner` from a complete file of the incoming folder. Raises UnknownExtension, StorageFull."""
    asset = verbs.new_upload(owner, extension)
    try:
        keep(asset, path)
    except BaseException:
        asset.delete()
        raise
    return asset


def give_up(asset: Asset) -> None:
    """Remove an upload and what has arrived of it. Raises UploadInUse when a job needs it, if only for a retry."""
    with transaction.atomic():  # no job comes between the look and the removal
        if asset.jobs.exists():
            raise UploadInUse()
        verbs.delete_upload(asset)
    partial_of(asset).discard()


def partial_of(asset: Asset) -> Partial:
    """The upload in parts of `asset`, begun or not."""
    return Partial(settings.REELSCAPE.incoming_dir, asset.id.hex)


def finish_partial(asset: Asset) -> bool:
    """Store the upload in parts of `asset` if all of it has arrived; whether it had. Raises UploadSpent, NotFound."""
    parts = partial_of(asset)
    note = parts.note()
    if note is None or not note.length_bytes or parts.offset_bytes() != note.length_bytes:
        return False
    with parts.complete(note.length_bytes) as path:
        keep(asset, path)
    return True


def sweep_incoming() -> int:
    """Remove what broken uploads left, and note what a killed server did not; returns how many files were removed.

    Safe at any time, beside running uploads. Uploads in parts are kept until their address expires.
    """
    folder: Path = settings.REELSCAPE.incoming_dir
    removed = incoming.sweep(folder, kept_suffixes=partial.SUFFIXES)
    for parts in partial.all_partials(folder):
        with one_of_many(parts.path.name):
            removed += _sweep_partial(parts)
    unused_since = timezone.now() - timedelta(seconds=max(_UNUSED_S, settings.REELSCAPE.upload_expiry_s))
    for asset in Asset.objects.filter(kind=Asset.Kind.UPLOAD, size_bytes=None).iterator():
        with one_of_many(asset.key):
            if not verbs.is_complete(asset) and asset.created_at < unused_since and partial_of(asset).note() is None:
                asset.delete()
    return removed


def _sweep_partial(parts: Partial) -> bool:
    """Store an upload in parts that is whole, remove one that nobody may go on with; whether it was removed."""
    asset = _row_of(parts)
    if asset is not None and not verbs.is_complete(asset):
        with suppress(UploadOffset, UploadSpent, NotFound):
            if finish_partial(asset):
                return False
        if max(parts.expires_at(), parts.written_at() + _PAUSE_S) > time.time():
            return False
    parts.discard()
    return True


def _row_of(parts: Partial) -> Asset | None:
    with suppress(ValueError):
        return Asset.objects.filter(id=uuid.UUID(parts.name)).first()
    return None

"""What can be done with uploads and jobs. Every surface (both APIs, the pages, the command line) goes through here."""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from reelscape.errors import (
    BadBlobName,
    BlobNotFound,
    Cancelled,
    JobNotOver,
    JobOver,
    NotAvailable,
    NotFound,
    UnknownExtension,
)
from reelscape.jobs import engine, limits, quota, webhooks
from reelscape.jobs.camera import first_camera
from reelscape.jobs.database import is_full
from reelscape.jobs.files import preview_key, product_prefix, remove_blobs, remove_run, signer, store
from reelscape.jobs.models import Asset, Job

VIDEO_TYPES = {
    "mp4": "video/mp4", "m4v": "video/x-m4v", "mov": "video/quicktime", "avi": "video/x-msvideo",
    "mkv": "video/x-matroska", "webm": "video/webm", "zip": "application/zip",
}  # fmt: skip
THUMBNAIL = "thumbnail"
_BLOB_NAME = re.compile(r"videos/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[a-z0-9]{1,8}")


@dataclass(frozen=True)
class Submission:
    """What a new job shall be. `camera_type` is orbital or drone."""

    blob_name: str
    title: str = ""
    public: bool = False
    method: str = "glomap"
    max_gaussians: int | None = None
    num_steps: int | None = None
    camera_type: str = "orbital"
    webhook_url: str = ""
    webhook_secret: str = ""


def accepted_extension(text: str) -> str:
    """An extension as we write it: mp4 for `.MP4`. Raises UnknownExtension."""
    plain = text.strip().lstrip(".").lower()
    if not plain:
        raise UnknownExtension("The file's name has no extension.")
    if plain not in VIDEO_TYPES:
        raise UnknownExtension(f"Files of the type {plain[:20]!r} are not accepted.")
    return plain


def new_upload(owner: User, extension: str) -> Asset:
    """A row for a file that is going to be uploaded. Raises UnknownExtension, StorageFull, TooManyUploads."""
    plain = accepted_extension(extension)
    quota.check_upload_room(0)
    quota.check_share(owner)
    limits.check_open_uploads(owner)
    number = uuid.uuid4()
    key = f"videos/{number}.{plain}"
    return Asset.objects.create(
        id=number, owner=owner, key=key, name="upload", extension=plain, content_type=VIDEO_TYPES[plain]
    )


def upload_url(asset: Asset) -> str:
    """The signed address that takes the file of `asset`, once."""
    return signer().url(asset.key, "w", settings.REELSCAPE.upload_expiry_s)


def stored(asset: Asset, size_bytes: int) -> bool:
    """Note that the file of `asset` is complete; False when the row was deleted meanwhile."""
    asset.size_bytes, asset.stored_at = size_bytes, timezone.now()
    row = Asset.objects.filter(id=asset.id)
    return row.update(size_bytes=asset.size_bytes, stored_at=asset.stored_at) == 1


def is_complete(asset: Asset) -> bool:
    """Whether the file of `asset` is there. Makes up for a server that was killed before it could note so."""
    size_bytes = None if asset.is_stored else store().size_of(asset.key)
    return asset.is_stored or (size_bytes is not None and stored(asset, size_bytes))


def submit(owner: User, wish: Submission) -> Job:
    """Queue a job for an upload of `owner`.

    Raises BadBlobName, BlobNotFound, StorageFull, TooManyJobs; UrlForbidden, BadRequest for its webhook.
    """
    if not _BLOB_NAME.fullmatch(wish.blob_name):
        raise BadBlobName()
    quota.check_room(0)
    with transaction.atomic():  # no removal of the upload comes between the look and the job
        video = Asset.objects.filter(owner=owner, key=wish.blob_name, kind=Asset.Kind.UPLOAD).first()
        if video is None or not is_complete(video) or not store().exists(video.key):
            raise BlobNotFound()
        limits.check_waiting_jobs(owner)
        _check_webhook(wish)
        return _new_job(video, wish)


def _check_webhook(wish: Submission) -> None:
    if wish.webhook_url:
        webhooks.check_url(wish.webhook_url)
    if wish.webhook_secret:
        webhooks.check_secret(wish.webhook_secret)


def _new_job(video: Asset, wish: Submission) -> Job:
    return Job.objects.create(
        owner_id=video.owner_id,
        video=video,
        title=wish.title or wish.blob_name.removeprefix("videos/"),
        public=wish.public,
        method=wish.method,
        max_gaussians=wish.max_gaussians or settings.REELSCAPE.default_max_gaussians,
        num_steps=wish.num_steps or settings.REELSCAPE.default_num_steps,
        camera_data=first_camera(wish.camera_type),
        webhook_url=wish.webhook_url,
        webhook_secret=wish.webhook_secret,
    )


def jobs_of(owner: User) -> QuerySet[Job]:
    """The jobs of a user, newest first: the only way to anybody's jobs."""
    return Job.objects.filter(owner=owner).order_by("-created_at", "id")


def cancel(job: Job) -> None:
    """Stop a waiting or running job. Raises JobOver."""
    if not engine.cancel(job, Cancelled("The job was cancelled.")):
        raise JobOver()


def retry(job: Job, **changes: Any) -> None:
    """Queue a job that is over again, with other settings if wanted (columns of the row); what still holds is reused.

    Raises JobNotOver, BlobNotFound (the upload is gone), StorageFull, TooManyJobs.
    """
    is_kept = job.video is not None and store().exists(job.video.key)
    if not is_kept and (job.video is not None or not job.video_url):
        raise BlobNotFound("The video of this job is not kept any more.")
    quota.check_room(0)
    limits.check_waiting_jobs(job.owner)
    if not engine.requeue(job, **changes):
        raise JobNotOver()


def product(job: Job, name: str) -> Asset:
    """A product of a job by its name (ply, spz, ...), or the picture of its video. Raises NotAvailable."""
    if name == THUMBNAIL and job.video is not None:
        found = Asset.objects.filter(key=preview_key(job.video.key)).first()
    else:
        found = job.products.filter(name=name, size_bytes__isnull=False).first()
    if found is None:
        raise NotAvailable()
    return found


def artifact_url(job: Job, name: str) -> str:
    """A signed address of a product, which saves under the job's title. Raises NotAvailable."""
    found = product(job, name)
    file_name = product_file_name(job.title, name, found.extension)
    return signer().url(found.key, "r", settings.REELSCAPE.download_expiry_s, file_name)


def product_file_name(title: str, name: str, extension: str) -> str:
    """The name to save a product under: the title, and what it is unless the extension says so.

    The suffix of a video at the end of the title says nothing of a product.
    """
    stem, dot, suffix = title.rpartition(".")
    plain = plain_name(stem if dot and suffix.lower() in VIDEO_TYPES else title)
    return f"{plain}{'' if name == extension else '_' + name}.{extension}"


def plain_name(title: str) -> str:
    """A title as the stem of a file name, in the letters of its language."""
    kept = "".join(char if char in "._-" or unicodedata.category(char)[0] in "LMN" else " " for char in title)
    return "_".join(kept.split()).strip("._")[:60] or "scene"


def delete(job: Job) -> None:
    """Remove a job with everything that came of it: products, run folder, its upload unless another job needs it.

    All rows go at once, and the files when that is certain: a kill in between leaves files that the next sweep removes.
    A worker that runs the job finds no row to hold, and ends the run. On a full disk not even rows can go: then the
    files go first, which makes room.
    """
    _delete(job.id, job.video, Job.objects.all())


def expire(job: Job) -> None:
    """Remove a job whose time has come as `delete` does, unless it was queued again just now.

    An open upload stays when the job is not open: it has a time of its own.
    """
    keeps_video = job.video is not None and job.video.is_open and not job.is_open
    _delete(job.id, None if keeps_video else job.video, Job.objects.exclude(status__in=Job.ACTIVE))


def _delete(job_id: uuid.UUID, video: Asset | None, among: QuerySet[Job]) -> None:
    try:
        _delete_rows(job_id, video, among)
    except OperationalError as error:
        if not is_full(error):
            raise
        _remove_files(job_id)
        _delete_rows(job_id, video, among)


def _delete_rows(job_id: uuid.UUID, video: Asset | None, among: QuerySet[Job]) -> None:
    with transaction.atomic():
        if not among.filter(id=job_id).exists():
            return
        if video is not None and not video.jobs.exclude(id=job_id).exists():
            delete_upload(video)
        transaction.on_commit(partial(_remove_files, job_id), robust=True)
        Job.objects.filter(id=job_id).delete()


def _remove_files(job_id: uuid.UUID) -> None:
    remove_blobs(product_prefix(job_id))
    remove_run(job_id)


def upload_of(owner: User, upload_id: uuid.UUID) -> Asset:
    """An upload of a user. Raises NotFound, also for that of another."""
    found = Asset.objects.filter(owner=owner, id=upload_id, kind=Asset.Kind.UPLOAD).first()
    if found is None:
        raise NotFound("There is no such upload.")
    return found


def delete_upload(asset: Asset) -> None:
    """Remove an upload and its picture: the rows, and the blobs when that is certain."""
    with transaction.atomic():
        for key in (asset.key, preview_key(asset.key)):
            Asset.objects.filter(key=key).delete()
            transaction.on_commit(partial(store().delete, key), robust=True)

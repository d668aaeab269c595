"""Files that whoever knows their id may read: uploads of the open surface, and the products of its jobs.

The id is the capability: 122 random bits. Who uploaded a file holds a second secret, the token that deletes it.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from pathlib import Path, PurePath

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.crypto import salted_hmac

from reelscape.errors import NotAVideo, NotFound, UnknownFileType, WrongDeleteToken
from reelscape.jobs import quota, uploads, verbs
from reelscape.jobs.files import store
from reelscape.jobs.models import Asset, Job
from reelscape.kinds import Kind, kind_of

GUEST = "guest"
VIDEO_EXTENSIONS = ("mp4", "m4v", "mov", "avi", "mkv", "webm")
EXTENSIONS = ("glb", "ply", "bin", "omxl", "stl", *VIDEO_EXTENSIONS)

_OPAQUE_TYPE = "application/octet-stream"
_TYPES = {Kind.GLB: "model/gltf-binary", Kind.GLTF: "model/gltf+json", Kind.STL: "model/stl"}


def guest() -> User:
    """The owner of what comes without a key: an account that nobody can sign in to. Made when it is first needed."""
    locked = {"is_active": False, "password": make_password(None)}
    return User.objects.get_or_create(username=GUEST, defaults=locked)[0]


def accepted_extension(file_name: str) -> str:
    """The extension of a file that is accepted, as we write it: mp4 for `A.MP4`. Raises UnknownFileType."""
    extension = PurePath(file_name).suffix.lstrip(".").lower()
    if extension not in EXTENSIONS:
        raise UnknownFileType(f"Files of the type {extension[:20]!r} are not accepted.")
    return extension


def fetched_token(job: Job) -> str:
    """The token that deletes the video that is fetched for a job: it can be told before the file is there."""
    return salted_hmac("reelscape.fetched", str(job.id), algorithm="sha256").hexdigest()


def open_upload(owner: User, extension: str, file_name: str, path: Path, token: str = "") -> tuple[Asset, str]:
    """A new open file of `owner` from a complete file of the incoming folder; returns it and the token that deletes it,
    which is a new one if none is given.

    Raises NotAVideo (the extension says video, the content does not), StorageFull, OSError.
    """
    kind = kind_of(path)
    if extension in VIDEO_EXTENSIONS and kind is not Kind.VIDEO:
        raise NotAVideo()
    quota.check_room(0)
    number, token = uuid.uuid4(), token or secrets.token_urlsafe(32)
    asset = Asset.objects.create(
        id=number,
        owner=owner,
        key=f"{'videos' if is_video(extension) else 'files'}/{number}.{extension}",
        name="upload",
        extension=extension,
        content_type=_content_type(kind, extension),
        file_name="".join(letter for letter in file_name if letter.isprintable())[:255],
        is_open=True,
        delete_token_hash=_hash(token),
    )
    try:
        uploads.keep(asset, path)
    except BaseException:
        asset.delete()
        raise
    return asset, token


def is_video(extension: str) -> bool:
    """Whether a file of that extension is one to make a scene of."""
    return extension in VIDEO_EXTENSIONS


def _content_type(kind: Kind, extension: str) -> str:
    """By what the file is. Nothing that a browser would run has an entry: it could only ever save such a file."""
    if kind is Kind.VIDEO:
        return verbs.VIDEO_TYPES[extension] if is_video(extension) else _OPAQUE_TYPE
    return _TYPES.get(kind, _OPAQUE_TYPE)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def find(file_id: uuid.UUID, extension: str) -> Asset:
    """An open file. Raises NotFound, also for a file that is not open."""
    is_open = Q(is_open=True) | Q(job__is_open=True)
    rows = Asset.objects.filter(is_open, id=file_id, extension=extension, size_bytes__isnull=False)
    asset = rows.select_related("job").first()
    if asset is None:
        raise NotFound()
    return asset


def kind(asset: Asset) -> Kind:
    """What the file is, by its content. Raises NotFound when it was deleted just now."""
    try:
        return kind_of(store().path(asset.key))
    except FileNotFoundError:
        raise NotFound() from None


def file_name(asset: Asset) -> str:
    """The name to save it under."""
    if asset.job is not None:
        return verbs.product_file_name(asset.job.title, asset.name, asset.extension)
    return asset.file_name or f"{asset.id}.{asset.extension}"


def file_url(asset: Asset) -> str:
    """The address of the file."""
    return f"{settings.REELSCAPE.public_url}{file_path(asset)}"


def file_path(asset: Asset) -> str:
    """The address of the file, without the server."""
    return f"/api/files/{asset.id}.{asset.extension}"


def preview_url(asset: Asset) -> str:
    """The address of its picture."""
    return f"{settings.REELSCAPE.public_url}{preview_path(asset)}"


def preview_path(asset: Asset) -> str:
    """The address of its picture, without the server."""
    return f"/api/preview/{asset.id}.{asset.extension}"


def view_url(asset: Asset) -> str:
    """The address of its page."""
    return f"{settings.REELSCAPE.public_url}/view/{asset.id}.{asset.extension}"


def delete(asset: Asset, token: str) -> None:
    """Remove an upload with all that came of it: jobs, products, pictures, run folders. Raises WrongDeleteToken."""
    if not secrets.compare_digest(_hash(token), asset.delete_token_hash):
        raise WrongDeleteToken()
    for job in asset.jobs.all():
        verbs.delete(job)  # the last one takes the upload along
    left = Asset.objects.filter(id=asset.id).first()
    if left is not None:
        verbs.delete_upload(left)

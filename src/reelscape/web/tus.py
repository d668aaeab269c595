"""Uploads in parts on a signed write address, by the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload).

The address is that of a PUT: the upload begins with its first PATCH, which tells the whole length in Upload-Length
unless `POST /api/v1/uploads/` told it. A part that breaks off is kept as far as it came.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from reelscape.errors import (
    BadUploadHeader,
    LengthRequired,
    UnknownTusVersion,
    UnsupportedMediaType,
    UploadTooLarge,
)
from reelscape.jobs import quota, uploads, verbs
from reelscape.jobs.models import Asset
from reelscape.storage.partial import Note, Partial
from reelscape.web.slots import UPLOADS
from reelscape.web.transfer import body_of, check_access, content_length, number

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-defer-length", "creation-with-upload", "termination", "expiration")
SPOKEN = {"Tus-Resumable": VERSION}
"""Stands on every answer of the protocol."""
PART_TYPE = "application/offset+octet-stream"


def options(request: HttpRequest, key: str = "") -> HttpResponse:
    """What the server can do; asks for no signature."""
    headers = {
        **SPOKEN,
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Max-Size": str(settings.REELSCAPE.upload_limit_bytes),
    }
    return HttpResponse(status=204, headers=headers)


def head(request: HttpRequest, key: str) -> HttpResponse:
    """How much has arrived."""
    _check(request, key)
    asset = uploads.upload_at(key)
    if verbs.is_complete(asset) or uploads.finish_partial(asset):
        arrived = {"Upload-Offset": str(asset.size_bytes), "Upload-Length": str(asset.size_bytes)}
    else:
        parts = uploads.partial_of(asset)
        note = parts.note()
        told = {"Upload-Length": str(note.length_bytes)} if note and note.length_bytes else {"Upload-Defer-Length": "1"}
        arrived = {"Upload-Offset": str(parts.offset_bytes()), **told}
    return HttpResponse(status=200, headers={**arrived, "Cache-Control": "no-store"})


def patch(request: HttpRequest, key: str) -> HttpResponse:
    """Append a part; the last one completes the upload."""
    _check(request, key)
    asset = uploads.awaited(key)
    if request.content_type != PART_TYPE:
        raise UnsupportedMediaType(f"A part has the Content-Type {PART_TYPE}.")
    offset = header_number(request, "Upload-Offset")
    if offset is None:
        raise BadUploadHeader("The header Upload-Offset is missing.")
    expires_at = float(request.GET["se"])
    offset = append(request, asset, offset, expires_at)
    return HttpResponse(status=204, headers={"Upload-Offset": str(offset), "Upload-Expires": http_date(expires_at)})


def delete(request: HttpRequest, key: str) -> HttpResponse:
    """Give an upload up that is not complete: its address holds no longer."""
    _check(request, key)
    uploads.give_up(uploads.awaited(key))
    return HttpResponse(status=204)


def append(request: HttpRequest, asset: Asset, offset_bytes: int, expires_at: float) -> int:
    """Append the request's body to the upload, which is stored when it is whole; returns the new offset."""
    parts = uploads.partial_of(asset)
    arriving_bytes = content_length(request)
    if arriving_bytes is None:
        raise LengthRequired()
    length_bytes = declare(parts, header_number(request, "Upload-Length"), expires_at)
    if offset_bytes + arriving_bytes > (length_bytes or settings.REELSCAPE.upload_limit_bytes):
        raise UploadTooLarge("The part goes beyond the length of the upload.")
    quota.check_room(arriving_bytes)
    with UPLOADS.held(str(asset.owner_id)):
        offset_bytes = parts.append(body_of(request), offset_bytes, arriving_bytes)
    uploads.finish_partial(asset)
    return offset_bytes


def declare(parts: Partial, length_bytes: int | None, expires_at: float) -> int | None:
    """Note what is newly known of the upload; returns its length, if that is known.

    Raises BadUploadHeader for a length other than the one told before, and what `uploads.check_length` raises.
    """
    note = parts.note()
    known = note.length_bytes if note else None
    if length_bytes is None or length_bytes == known:
        length_bytes = known
    elif known is not None or length_bytes < parts.offset_bytes():
        raise BadUploadHeader(f"The Upload-Length was {known or parts.offset_bytes()} or more before.")
    else:
        uploads.check_length(length_bytes)
    if note != Note(length_bytes, expires_at):
        parts.declare(Note(length_bytes, expires_at))
    return length_bytes


def header_number(request: HttpRequest, name: str) -> int | None:
    """A header that holds a whole number of bytes, if it is there. Raises BadUploadHeader."""
    text = request.headers.get(name)
    value = number(text)
    if text is not None and value is None:
        raise BadUploadHeader(f"The header {name} holds no whole number from 0.")
    return value


def check_version(request: HttpRequest) -> None:
    """Raise UnknownTusVersion unless the client speaks ours, or does not say."""
    if request.headers.get("Tus-Resumable", VERSION) != VERSION:
        raise UnknownTusVersion()


def _check(request: HttpRequest, key: str) -> None:
    check_access(request, key, "w")
    check_version(request)

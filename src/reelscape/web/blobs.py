"""The signed addresses of files: PUT stores an upload, GET sends a file. The signature is all that is asked for.

A write address also takes its file in parts (`web.tus`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt

from reelscape.errors import (
    MethodNotAllowed,
    NotFound,
    PartsNotOffered,
    ReelscapeError,
    StorageFull,
    UnknownTusVersion,
)
from reelscape.jobs import uploads
from reelscape.jobs.database import is_full
from reelscape.jobs.files import store
from reelscape.jobs.models import Asset
from reelscape.web import tus
from reelscape.web.api_v1.answers import json_failure
from reelscape.web.sending import etag_of, send_file
from reelscape.web.slots import UPLOADS
from reelscape.web.transfer import body_of, check_access, content_length

View = Callable[[HttpRequest, str], HttpResponseBase]

CONTENT_POLICY = "sandbox; default-src 'none'"
_SHOWN = ("image/jpeg", "image/png", "video/mp4")  # what a browser may show in place; it saves everything else


@csrf_exempt
def blob(request: HttpRequest, key: str) -> HttpResponseBase:
    """Whatever is asked of /blobs/KEY."""
    method = _method(request)
    try:
        if method not in METHODS:
            raise MethodNotAllowed()
        response = METHODS[method](request, key)
    except ReelscapeError as error:
        response = _refusal(error)
    except OperationalError as error:
        if not is_full(error):
            raise
        response = _refusal(StorageFull())
    if method in _TUS_METHODS or request.GET.get("sp") == "w":
        response.headers["Tus-Resumable"] = tus.VERSION
    return response


def _method(request: HttpRequest) -> str:
    """The method; a client that can only POST names another in a header, as tus has it."""
    named = request.headers.get("X-HTTP-Method-Override", "").upper()
    return named if request.method == "POST" and named in _TUS_METHODS else str(request.method)


def _refusal(error: ReelscapeError) -> HttpResponseBase:
    response = json_failure(error)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(METHODS)
    if isinstance(error, UnknownTusVersion):
        response.headers["Tus-Version"] = tus.VERSION
    return response


def head(request: HttpRequest, key: str) -> HttpResponseBase:
    """Of a write address: how much has arrived; of a read address: what GET would answer."""
    return tus.head(request, key) if request.GET.get("sp") == "w" else get(request, key)


def put(request: HttpRequest, key: str) -> HttpResponse:
    """Store the body as the file that this address awaits: whole, and once."""
    check_access(request, key, "w")
    asset = uploads.awaited(key)
    if "comp" in request.GET or "Content-Range" in request.headers:  # one block of an Azure client would pass for all
        raise PartsNotOffered()
    length_bytes = uploads.check_length(content_length(request))
    with UPLOADS.held(str(asset.owner_id)):
        uploads.receive(asset, body_of(request), length_bytes)
    return HttpResponse(status=201, headers={"ETag": etag_of(store().path(key))})


def get(request: HttpRequest, key: str) -> HttpResponseBase:
    """Send the file, or the asked range of it."""
    check_access(request, key, "r")
    asset = Asset.objects.filter(key=key).first()
    if asset is None:
        raise NotFound()
    headers = {
        "Content-Type": asset.content_type,
        "Content-Disposition": _disposition(asset, request.GET.get("fn", "")),
        "Content-Security-Policy": CONTENT_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }
    try:
        return send_file(request, store().path(key), headers)
    except FileNotFoundError:
        raise NotFound() from None


def _disposition(asset: Asset, file_name: str) -> str:
    """Save under the name that the address carries; show pictures and videos that have none.

    A name in other letters stands beside one in ASCII, for clients that know no better (RFC 6266).
    """
    plain = "".join(letter for letter in file_name if letter.isprintable())
    shown = not plain and asset.content_type in _SHOWN
    if plain.isascii():
        return content_disposition_header(not shown, plain) or "inline"
    ascii_name = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).lstrip("._")
    fallback = ascii_name if "." in ascii_name else f"scene.{asset.extension}"
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(plain, safe='')}"


METHODS: Mapping[str, View] = {
    "GET": get,
    "HEAD": head,
    "PUT": put,
    "PATCH": tus.patch,
    "DELETE": tus.delete,
    "OPTIONS": tus.options,
}
_TUS_METHODS = ("PATCH", "DELETE", "OPTIONS")

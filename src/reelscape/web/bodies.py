"""Small bodies (JSON, forms) arrive whole, bounded in size and in time, before anything else looks at the request.

Django would read them where it first needs a field, for as long as the client takes, and write files of any size to the
disk: for its check of forms also of visitors who have no account.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from reelscape.errors import BadRequest, LengthRequired, ReelscapeError, RequestTimeout, UploadTooLarge
from reelscape.web.addresses import limited_address
from reelscape.web.api_v1.answers import refusal
from reelscape.web.slots import BODIES
from reelscape.web.transfer import body_of, content_length

LIMIT_BYTES = 1 << 20
DEADLINE_S = 10.0
"""For the whole body. One that does not come at all is ended by `web.pace`, since a read waits for its bytes."""

_PIECE_BYTES = 1 << 12
_WITH_FILES = ("/blobs/", "/api/v1/upload", "/api/upload", "/upload/file/")
"""What paths start with whose views take files, and bound them: a body there is left for them to read."""


def small_bodies(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Give a request its whole body, or refuse it: 411, 413, 408, and 429 for a client of many that do not come on."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(_WITH_FILES):
            try:
                _keep(request, _read(request, _check_length(request)))
            except ReelscapeError as error:
                return refusal(request, error)
        return get_response(request)

    return middleware


def _check_length(request: HttpRequest) -> int:
    """How long the body is, in bytes. Raises LengthRequired, UploadTooLarge."""
    length_bytes = content_length(request)
    if length_bytes is None and "Transfer-Encoding" in request.headers:
        raise LengthRequired("The request does not say how long its body is.")
    if (length_bytes or 0) > LIMIT_BYTES:
        raise UploadTooLarge("The body is larger than 1 MB, the most for anything but an upload of a file.")
    return length_bytes or 0


def _read(request: HttpRequest, length_bytes: int) -> bytes:
    """The body. Raises RateLimited, RequestTimeout, BadRequest."""
    if not length_bytes:
        return b""
    read, body, deadline = body_of(request), bytearray(), time.monotonic() + DEADLINE_S
    with BODIES.held(limited_address(request), request.META.get("REMOTE_ADDR", "")):
        while piece := read(min(_PIECE_BYTES, length_bytes - len(body))):
            body += piece
            if len(body) < length_bytes and time.monotonic() > deadline:
                raise RequestTimeout()
    if len(body) < length_bytes:
        raise BadRequest("The request's body broke off before its end.")
    return bytes(body)


def _keep(request: HttpRequest, body: bytes) -> None:
    """Leave the body where Django itself leaves one that it has read."""
    request._body = body
    request._stream = io.BytesIO(body)

"""What requests that carry files have in common: who may, how long the body is, and the body itself."""

from __future__ import annotations

import re

from django.http import HttpRequest, UnreadablePostError

from reelscape.errors import BadSignature
from reelscape.jobs.files import signer
from reelscape.storage.incoming import Read
from reelscape.storage.signing import Permission

_NUMBER = re.compile(r"[0-9]{1,18}")


def check_access(request: HttpRequest, key: str, permission: Permission) -> None:
    """Raise BadSignature or LinkExpired unless the request's query allows this access. A doubled parameter is wrong."""
    query = request.GET
    if any(len(query.getlist(name)) > 1 for name in ("se", "sp", "fn", "sig")):
        raise BadSignature()
    signer().check(key, permission, query.dict())


def number(text: str | None) -> int | None:
    """A header that holds a whole number from 0; None when it does not."""
    return int(text) if text is not None and _NUMBER.fullmatch(text) else None


def content_length(request: HttpRequest) -> int | None:
    """How long the body says it is, in bytes; None when it does not say, e.g. a chunked one."""
    return number(request.META.get("CONTENT_LENGTH"))


def body_of(request: HttpRequest) -> Read:
    """Reads the body; a client that is gone looks like the end of it."""

    def read(size: int) -> bytes:
        try:
            return request.read(size)
        except UnreadablePostError:
            return b""

    return read

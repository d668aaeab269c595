"""Videos that are fetched for users: the order to the process that fetches, and what becomes of the file."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path, PurePath
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction

from reelscape.errors import NotAVideo, UrlNotVideo
from reelscape.jobs import fetch_child, open_files, verbs
from reelscape.jobs.engine import Claim
from reelscape.jobs.fetch_child import STAGE, Order
from reelscape.jobs.models import Asset, Job
from reelscape.jobs.public_addresses import Target

__all__ = ["PROGRAM", "STAGE", "allowed_target", "is_listed", "keep", "order_line"]

PROGRAM = (sys.executable, "-P", "-m", "reelscape.jobs.fetch_child")
_EBML_HEAD_BYTES = 64


def allowed_target(url: str) -> Target:
    """The address, if its form and its scheme are allowed. Raises UrlForbidden."""
    return fetch_child.allowed_target(url, settings.REELSCAPE.fetch_hosts)


def is_listed(target: Target) -> bool:
    """Whether the operator allows the host although it is private or without TLS."""
    return target.is_among(settings.REELSCAPE.fetch_hosts)


def order_line(job: Job, path: Path) -> bytes:
    """The order to fetch the video of `job` into the file at `path`."""
    config = settings.REELSCAPE
    order = Order(job.video_url, str(path), config.open_upload_limit_bytes, config.fetch_hosts, config.fetch_ca_path)
    return json.dumps(asdict(order)).encode() + b"\n"


def keep(claim: Claim, job: Job, path: Path) -> Asset | None:
    """Make the fetched file the video of the job; None, and nothing is left, when the claim is lost.

    Raises UrlNotVideo, StorageFull.
    """
    name = PurePath(unquote(urlsplit(job.video_url).path)).name
    try:
        asset, _ = open_files.open_upload(job.owner, _extension(name, path), name, path, open_files.fetched_token(job))
    except NotAVideo as error:
        raise UrlNotVideo() from error
    with transaction.atomic():
        if claim.update(video=asset):
            return asset
    verbs.delete_upload(asset)
    return None


def _extension(name: str, path: Path) -> str:
    """That of the name in the address when it is one of videos, else by the first bytes of the file."""
    extension = PurePath(name).suffix.lstrip(".").lower()
    if open_files.is_video(extension):
        return extension
    with path.open("rb") as file:
        head = file.read(_EBML_HEAD_BYTES)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm" if b"webm" in head else "mkv"
    if head.startswith(b"RIFF"):
        return "avi"
    return "mov" if head[4:12] == b"ftypqt  " else "mp4"

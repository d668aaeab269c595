"""Signed addresses for tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User

from reelscape.jobs import verbs
from reelscape.jobs.files import signer, store
from reelscape.jobs.models import Asset

VIDEO = bytes(range(256)) * 40


@dataclass(frozen=True)
class Address:
    """An upload that is awaited, and where."""

    asset: Asset
    url: str

    def stored(self) -> bytes | None:
        """The bytes of the file, if row and store agree that it is there."""
        self.asset.refresh_from_db()
        path = store().path(self.asset.key)
        assert self.asset.is_stored == path.exists()
        if not self.asset.is_stored:
            return None
        data = path.read_bytes()
        assert self.asset.size_bytes == len(data)
        return data


def made_address(name: str = "ann") -> Address:
    owner, _ = User.objects.get_or_create(username=name)
    asset = verbs.new_upload(owner, "mp4")
    return Address(asset, local(verbs.upload_url(asset)))


def read_url(asset: Asset, file_name: str = "") -> str:
    return local(signer().url(asset.key, "r", 60, file_name))


def local(url: str) -> str:
    """The path and query of an address, for the test client."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def left_incoming() -> list[str]:
    """What lies in the folder of uploads on their way."""
    folder: Path = settings.REELSCAPE.incoming_dir
    return sorted(path.name for path in folder.iterdir())

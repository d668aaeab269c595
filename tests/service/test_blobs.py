"""Signed addresses: one PUT stores a file whole, GET sends it, and nothing else gets through."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from reelscape.jobs import verbs
from reelscape.jobs.files import signer, store
from reelscape.jobs.models import Asset

pytestmark = pytest.mark.django_db
VIDEO = bytes(range(256)) * 40


def local(url: str) -> str:
    """The path and query of an address, for the test client."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def left_incoming() -> list[Path]:
    return sorted(settings.REELSCAPE.incoming_dir.iterdir())


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("ann", password="a long pass phrase")


@pytest.fixture
def asset(owner: User) -> Asset:
    return verbs.new_upload(owner, "mp4")


@pytest.fixture
def url(asset: Asset) -> str:
    return local(verbs.upload_url(asset))


def test_a_put_is_stored_once(client: Client, asset: Asset, url: str) -> None:
    answer = client.put(
        url, VIDEO, content_type="application/x-www-form-urlencoded", headers={"x-ms-blob-type": "BlockBlob"}
    )
    assert answer.status_code == 201 and answer["ETag"]
    asset.refresh_from_db()
    assert asset.size_bytes == len(VIDEO) and store().path(asset.key).read_bytes() == VIDEO
    assert left_incoming() == []
    again = client.put(url, VIDEO)
    assert again.status_code == 409 and again.json()["code"] == "upload_spent"


def test_a_get_sends_the_file(client: Client, asset: Asset, url: str) -> None:
    client.put(url, VIDEO)
    answer = client.get(local(signer().url(asset.key, "r", 60, "my scene.mp4")))
    assert answer.status_code == 200 and answer.getvalue() == VIDEO
    assert answer["Content-Type"] == "video/mp4"

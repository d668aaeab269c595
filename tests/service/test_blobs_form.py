"""A whole file in a form, as `curl -F` sends it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.service.made_addresses import VIDEO, Address, left_incoming
from tests.service.made_jobs import API, Caller, made_caller

from reelscape.jobs.models import Asset
from reelscape.web import multipart

pytestmark = pytest.mark.django_db
URL = f"{API}/upload/"
FORM = "multipart/form-data; boundary=BOUNDARY"


@pytest.fixture
def caller() -> Caller:
    return made_caller("ann")


def form(name: str = "a.mp4", data: bytes = VIDEO, field: str = "file") -> bytes:
    head = f'--BOUNDARY\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    return head.encode() + data + b"\r\n--BOUNDARY--\r\n"


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert left_incoming() == [] and not Asset.objects.exists()


@pytest.mark.parametrize("url", [URL, URL.rstrip("/")])
def test_a_form_is_stored(caller: Caller, url: str) -> None:
    other = SimpleUploadedFile("other.mp4", b"another file")
    file = SimpleUploadedFile("My Vidéo.MOV", VIDEO)
    answer = caller.client.post(url, {"title": "x", "other": other, "file": file})
    assert answer.status_code == 201 and answer.json()["size_bytes"] == len(VIDEO)
    asset = Asset.objects.get(key=answer.json()["blob_name"])
    assert asset.owner == caller.user and asset.extension == "mov" and left_incoming() == []
    assert Address(asset, "").stored() == VIDEO


def test_the_file_is_written_once(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[int, int]] = []

    def keep(asset: Asset, path: Path) -> None:
        taken.append((path.stat().st_ino, path.stat().st_dev))
        original(asset, path)

    original = multipart.uploads.keep
    monkeypatch.setattr(multipart.uploads, "keep", keep)
    asset_key = caller.client.post(URL, form(), content_type=FORM).json()["blob_name"]
    blob = multipart.settings.REELSCAPE.blobs_dir / asset_key
    assert taken == [(blob.stat().st_ino, blob.stat().st_dev)]


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (form("a.exe"), FORM, 400, "unknown_extension"),
        (form("noextension"), FORM, 400, "unknown_extension"),
        (form("a." + "m" * 500), FORM, 400, "unknown_extension"),
        (form("a." + "m" * 5000), FORM, 400, "bad_request"),
        (form(".." + "/" * 300 + "\x00.mp4\x00"), FORM, 400, "unknown_extension"),
        (form(data=b""), FORM, 400, "empty_upload"),
        (form(field="video"), FORM, 400, "bad_request"),
        (b"--BOUNDARY--\r\n", FORM, 400, "bad_request"),
        (b"nothing of a form", FORM, 400, "bad_request"),
        (form(), "multipart/form-data", 400, "bad_request"),
        (form(), "multipart/form-data; boundary=\xe9", 400, "bad_request"),
        (form(), "application/json", 415, "unsupported_media_type"),
        (form()[:-14] + b"x", FORM + "X", 400, "bad_request"),
    ],
)
def test_a_form_that_cannot_be_used(caller: Caller, body: bytes, kind: str, status: int, code: str) -> None:
    refused(caller.client.post(URL, body, content_type=kind), status, code)


@pytest.mark.parametrize(
    ("length", "status", "code"), [("", 411, "length_required"), (str(1 << 31), 413, "upload_too_large")]
)
def test_a_length_that_cannot_be_is_refused_unread(caller: Caller, length: str, status: int, code: str) -> None:
    refused(caller.client.generic("POST", URL, form(), content_type=FORM, CONTENT_LENGTH=length), status, code)


@pytest.mark.parametrize("missing", [1, 5, 20, 5000, 10_300])
def test_a_form_that_breaks_off_stores_nothing(caller: Caller, missing: int) -> None:
    whole = form()
    cut: Any = {"wsgi.input": io.BytesIO(whole[:-missing]), "CONTENT_LENGTH": str(len(whole))}
    refused(caller.client.generic("POST", URL, whole, content_type=FORM, **cut), 400, "upload_truncated")


def test_a_file_beyond_the_limit_in_a_form_below_it(caller: Caller, settings: Any) -> None:
    settings.REELSCAPE = multipart.settings.REELSCAPE.__class__(
        **{**vars(settings.REELSCAPE), "upload_limit_bytes": len(VIDEO) - 1}
    )
    refused(caller.client.post(URL, form(), content_type=FORM), 413, "upload_too_large")


def test_a_form_needs_a_key() -> None:
    answer = Client().post(URL, form(), content_type=FORM)
    refused(answer, 401, "not_authenticated")

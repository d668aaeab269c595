"""The file host: what goes in comes out again by its id, for everybody who knows it, and nothing runs anywhere."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.service.made_addresses import left_incoming
from tests.service.made_jobs import made_caller, made_job, made_product

from reelscape.jobs.models import Asset

pytestmark = pytest.mark.django_db
GLB = struct.pack("<4sII", b"glTF", 2, 24) + struct.pack("<I4s", 4, b"JSON") + b"{}  "
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PLY = b"ply\nformat binary_little_endian 1.0\nelement vertex 1000000000\nproperty float x\nend_header\n"


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")


def upload(client: Client, name: str = "scan.glb", data: bytes = GLB, **more: Any) -> Any:
    return client.post("/api/upload", {"file": SimpleUploadedFile(name, data)}, **more)


def path_of(url: str) -> str:
    assert url.startswith(f"{settings.REELSCAPE.public_url}/")
    return url.removeprefix(settings.REELSCAPE.public_url)


def body(answer: Any) -> bytes:
    return b"".join(answer)


def test_a_mesh_is_stored_and_given_back(client: Client) -> None:
    answer = upload(client)
    told = answer.json()
    assert answer.status_code == 200
    assert (told["filename"], told["size"], told["kind"]) == ("scan.glb", len(GLB), "glb")
    assert told["url"] == f"{settings.REELSCAPE.public_url}/api/files/{told['id']}.glb"
    assert told["view"] == f"{settings.REELSCAPE.public_url}/view/{told['id']}.glb"
    assert "job_id" not in told and left_incoming() == []
    back = client.get(path_of(told["url"]))
    assert (back.status_code, body(back)) == (200, GLB)
    assert back["Content-Type"] == "model/gltf-binary"

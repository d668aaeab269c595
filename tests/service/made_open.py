"""Uploads to the open surface, as a client on this machine sends them."""

from __future__ import annotations

import struct
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

GLB = struct.pack("<4sII", b"glTF", 2, 24) + struct.pack("<I4s", 4, b"JSON") + b"{}  "
MP4 = b"\x00\x00\x00\x18ftypisom" + bytes(500)
PLY_HEAD = "ply\nformat binary_little_endian 1.0\nelement vertex {}\nproperty float x\n{}end_header\n"


def local_client(**headers: str) -> Client:
    """A client that asks from loopback for a loopback name; what goes wrong inside is an answer."""
    return Client(raise_request_exception=False, SERVER_NAME="127.0.0.1", headers=headers)


def upload(client: Client, name: str = "scan.glb", data: bytes = GLB, **more: Any) -> Any:
    return client.post("/api/upload", {"file": SimpleUploadedFile(name, data)}, **more)


def uploaded(name: str = "scan.glb", data: bytes = GLB) -> dict[str, Any]:
    """The answer of a good upload."""
    answer = upload(local_client(), name, data)
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def path_of(url: str) -> str:
    """An absolute address as the test client takes it."""
    assert url.startswith(f"{settings.REELSCAPE.public_url}/")
    return url.removeprefix(settings.REELSCAPE.public_url)


def preview_of(told: dict[str, Any]) -> str:
    return path_of(told["url"]).replace("/api/files/", "/api/preview/")


def got(client: Client, path: str, **more: Any) -> Any:
    """The answer to a GET, its body read to the end into `data`."""
    answer: Any = client.get(path, **more)
    answer.data = b"".join(answer)
    answer.close()
    return answer

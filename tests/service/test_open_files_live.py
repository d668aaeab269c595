"""The file host behind a really started web process: what depends on the connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.service.live_server import LiveServer

BIG = b"x" * 8_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = LiveServer.make(tmp_path_factory.mktemp("data"))
    server.start()
    yield server
    server.kill()


def stored(server: LiveServer) -> list[Path]:
    return [path for folder in ("blobs", "incoming") for path in (server.data_dir / folder).rglob("*.*")]


def test_a_client_that_is_still_sending_hears_why_it_is_refused(server: LiveServer) -> None:
    answer = httpx.post(f"{server.url}/api/upload", files={"file": ("setup.exe", BIG)})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_file_type")
    assert stored(server) == []


def test_a_form_of_unknown_length_is_refused(server: LiveServer) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    answer = httpx.post(f"{server.url}/api/upload", content=iter([b"--B\r\n"]), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "length_required")


def test_up_down_and_away(server: LiveServer) -> None:
    told = httpx.post(f"{server.url}/api/upload", files={"file": ("a.bin", BIG)}).raise_for_status().json()
    assert httpx.get(told["url"]).content == BIG
    part = httpx.get(told["url"], headers={"Range": "bytes=-5"})
    assert (part.status_code, part.content) == (206, b"xxxxx")
    away = httpx.delete(told["url"], headers={"X-Delete-Token": told["delete_token"]})
    assert away.status_code == 204 and stored(server) == []

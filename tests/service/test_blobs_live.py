"""Uploads and downloads against a really started web process: what breaks off, stalls, or is killed."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.service.live_server import LiveServer

from reelscape.storage.signing import Signer
from reelscape.web import listening
from reelscape.web.slots import DOWNLOADS, UPLOADS

VIDEO = os.urandom(3_000_000)
PART = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    given = {"upload_limit_bytes": "5000000", "trusted_proxies": "127.0.0.1"}
    live = LiveServer.make(tmp_path_factory.mktemp("live") / "data", **given)
    live.start()
    yield live
    live.kill()


def send(server: LiveServer, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> socket.socket:
    """A request of exactly these bytes; the connection stays open."""
    parts = urlsplit(url)
    lines = [f"{method} {parts.path}?{parts.query} HTTP/1.1", f"Host: 127.0.0.1:{server.port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    line = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    line.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
    return line


def answer(line: socket.socket) -> tuple[int, str]:
    """Status and error code of the answer."""
    with closing(line):
        text = b""
        while b"\r\n\r\n" not in text or not text.rstrip().endswith(b"}"):
            chunk = line.recv(1 << 16)
            text += chunk
            if not chunk:
                break
    head, _, body = text.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["code"] if body else ""


def eventually(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not (done := happened()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return done


def incoming(server: LiveServer) -> list[Path]:
    return list((server.data_dir / "incoming").iterdir())


def size_of_row(server: LiveServer, key: str) -> int | None:
    with closing(sqlite3.connect(server.data_dir / "reelscape.sqlite3")) as database:
        found: int | None = database.execute("SELECT size_bytes FROM jobs_asset WHERE key = ?", [key]).fetchone()[0]
        return found


def is_stored(server: LiveServer, key: str) -> bool:
    blob = server.data_dir / "blobs" / key
    return blob.exists() and blob.read_bytes() == VIDEO and size_of_row(server, key) == len(VIDEO)


def test_a_put_of_the_documents(server: LiveServer) -> None:
    url, key = server.new_upload()
    headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/x-www-form-urlencoded"}
    assert httpx.put(url, content=VIDEO, headers=headers).status_code == 201
    assert is_stored(server, key) and incoming(server) == []


def test_a_chunked_body_is_refused(server: LiveServer) -> None:
    url, key = server.new_upload()
    chunked = {"Transfer-Encoding": "chunked"}
    for headers in (chunked, {"Content-Length": "5"} | chunked):
        assert answer(send(server, "PUT", url, headers, b"5\r\nhello\r\n0\r\n\r\n")) == (411, "length_required")
    assert httpx.patch(url, content=iter([b"part"]), headers=PART | {"Upload-Offset": "0"}).status_code == 411
    assert size_of_row(server, key) is None


@pytest.mark.parametrize("tell_at_once", [True, False])
def test_a_client_that_breaks_off_leaves_nothing(server: LiveServer, tell_at_once: bool) -> None:
    url, key = server.new_upload()
    line = send(server, "PUT", url, {"Content-Length": str(len(VIDEO))}, VIDEO[:1_000_000])
    assert eventually(lambda: incoming(server) != [])
    if tell_at_once:
        line.shutdown(socket.SHUT_WR)
        assert answer(line) == (400, "upload_truncated")
    line.close()
    assert eventually(lambda: incoming(server) == [])
    assert httpx.put(url, content=VIDEO).status_code == 201 and is_stored(server, key)


def test_what_is_too_large_is_refused_unread(server: LiveServer) -> None:
    url, _ = server.new_upload()
    assert answer(send(server, "PUT", url, {"Content-Length": "5000001"})) == (413, "upload_too_large")
    headers = {"Content-Length": "999999999999", "Authorization": f"Api-Key {server.api_key}"}
    form = headers | {"Content-Type": "multipart/form-data; boundary=x"}
    assert answer(send(server, "POST", f"{server.url}/api/v1/upload/", form)) == (413, "upload_too_large")


@pytest.mark.parametrize(
    "target",
    [
        "/blobs/..%2f..%2fetc/passwd",
        "/blobs/%00",
        "/blobs/" + "k" * 5000,
        "/blobs/\xff\xfe",
        "/blobs/a?sig=%00&se=x&sp=w",
    ],
)
def test_odd_targets_are_refused(server: LiveServer, target: str) -> None:
    for method in ("GET", "PUT", "HEAD"):
        line = send(server, method, "http://x/", {"Content-Length": "0"})
        line.close()
        with closing(socket.create_connection(("127.0.0.1", server.port), timeout=10)) as line:
            request = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
            line.sendall(request.encode("latin-1"))
            assert 400 <= int(line.recv(4096).split()[1]) < 500


def test_oversized_headers_are_refused(server: LiveServer) -> None:
    url, _ = server.new_upload()
    with closing(send(server, "PUT", url, {"X-Long": "x" * 600_000, "Content-Length": "1"}, b"x")) as line:
        assert line.recv(4096).startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))
    assert httpx.get(f"{server.url}/healthz").is_success


def test_files_come_back_whole_and_in_ranges(server: LiveServer) -> None:
    url, key = server.new_upload()
    httpx.put(url, content=VIDEO)
    signer = Signer(server.url, (server.data_dir / "secret_key").read_text().strip().encode())
    address = signer.url(key, "r", 60, "scene.mp4")
    whole = httpx.get(address)
    assert whole.content == VIDEO and whole.headers["Content-Length"] == str(len(VIDEO))
    head = httpx.head(address)
    assert head.headers["Content-Length"] == str(len(VIDEO)) and head.headers["ETag"] == whole.headers["ETag"]
    part = httpx.get(address, headers={"Range": "bytes=1000000-1999999"})
    assert part.status_code == 206 and part.content == VIDEO[1_000_000:2_000_000]
    assert httpx.get(address, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_a_form_of_a_real_client(server: LiveServer) -> None:
    headers = {"Authorization": f"Api-Key {server.api_key}"}
    stored = httpx.post(f"{server.url}/api/v1/upload/", headers=headers, files={"file": ("a.mp4", VIDEO, "video/mp4")})
    assert stored.status_code == 201 and is_stored(server, stored.json()["blob_name"]) and incoming(server) == []


def test_what_a_listener_accepts_ends_when_the_client_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(listening._OPTIONS, "TCP_USER_TIMEOUT", 300)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert listening.set_up_listeners() >= 1
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            accepted.settimeout(20)
            with pytest.raises(TimeoutError, match="Connection timed out"):  # not the 20 s: those say "timed out"
                while True:
                    accepted.send(bytes(1 << 20))


def test_the_web_process_ends_silent_connections(server: LiveServer) -> None:
    def kept_alive() -> bool:
        with closing(socket.create_connection(("127.0.0.1", server.port))) as line:
            here = f"{line.getsockname()[1]:04X}"
            table = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
            timers = [row[5][:2] for row in table if row[2].endswith(f":{here}")]
            return timers == ["02"]  # the server's side waits to ask whether the client is there

    assert eventually(kept_alive)


def test_slow_clients_do_not_keep_others_waiting(server: LiveServer) -> None:
    """Neither themselves, on another page, nor others: one client has a few places, all together have some."""
    url, key = server.new_upload()
    httpx.put(url, content=VIDEO)
    signer = Signer(server.url, (server.data_dir / "secret_key").read_text().strip().encode())
    os.truncate(server.data_dir / "blobs" / key, 30_000_000)  # more than a connection buffers
    address = signer.url(key, "r", 60)
    lines = [send(server, "GET", address, {}) for _ in range(DOWNLOADS.per_client)]
    addresses = [server.new_upload()[0] for _ in range(UPLOADS.per_client)]
    lines += [send(server, "PUT", address, {"Content-Length": "9999"}, b"slow") for address in addresses]
    assert eventually(lambda: len(incoming(server)) == UPLOADS.per_client)
    url, _ = server.new_upload()
    assert answer(send(server, "PUT", url, {"Content-Length": "3"}, b"abc")) == (429, "rate_limited")
    assert httpx.get(address, timeout=5).status_code == 429
    elsewhere = {"X-Forwarded-For": "203.0.113.9"}
    assert httpx.get(address, headers=elsewhere, timeout=5).status_code == 200
    for line in lines:
        line.close()
    assert eventually(lambda: incoming(server) == []) and httpx.put(url, content=VIDEO).status_code == 201
    assert eventually(lambda: httpx.get(address).status_code == 200)


def test_a_resumable_upload_survives_a_killed_server(server: LiveServer) -> None:
    url, key = server.new_upload()
    headers = PART | {"Upload-Offset": "0", "Upload-Length": str(len(VIDEO)), "Content-Length": str(len(VIDEO))}
    line = send(server, "PATCH", url, headers, VIDEO[:1_500_000])
    assert eventually(lambda: any(path.stat().st_size >= 1_000_000 for path in incoming(server)))
    server.kill()
    line.close()
    server.start()
    offset = int(httpx.head(url, headers=PART).headers["Upload-Offset"])
    assert 1_000_000 <= offset <= 1_500_000 and size_of_row(server, key) is None
    rest = httpx.patch(url, content=VIDEO[offset:], headers=PART | {"Upload-Offset": str(offset)})
    assert rest.status_code == 204 and is_stored(server, key) and incoming(server) == []


def test_a_put_that_a_killed_server_broke_off_may_be_repeated(server: LiveServer) -> None:
    url, key = server.new_upload()
    line = send(server, "PUT", url, {"Content-Length": str(len(VIDEO))}, VIDEO[:1_500_000])
    assert eventually(lambda: incoming(server) != [])
    server.kill()
    line.close()
    server.start()
    assert httpx.put(url, content=VIDEO).status_code == 201 and is_stored(server, key)

"""Small bodies: bounded in size and time, few at once of one client, and never files on the disk."""

from __future__ import annotations

import io
import json
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.service.live_server import LiveServer
from tests.service.live_service import wait_for
from tests.service.made_addresses import left_incoming
from tests.service.made_jobs import API, made_caller

from reelscape.errors import RateLimited
from reelscape.web import bodies
from reelscape.web.pace import Pace, Sample, is_slow
from reelscape.web.slots import BODIES, DOWNLOADS, UPLOADS, Slots

PATHS = ["/accounts/login/", "/healthz", "/nowhere", f"{API}/submit-job/", f"{API}/jobs"]
FORM = "multipart/form-data; boundary=BOUNDARY"


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError("the body was read")


def post(path: str, **environ: Any) -> Any:
    return Client(enforce_csrf_checks=True).generic("POST", path, b"", content_type=FORM, **environ)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_a_large_body_is_refused_unread_wherever_no_file_is_taken(path: str) -> None:
    answer = post(path, CONTENT_LENGTH=str(bodies.LIMIT_BYTES + 1), **{"wsgi.input": Unread()})
    assert answer.status_code == 413
    assert path.startswith("/api/") == answer["Content-Type"].startswith("application/json")
    chunked = post(path, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input": Unread()})
    assert chunked.status_code == 411


@pytest.mark.django_db
def test_a_file_in_a_form_that_takes_none_is_skipped() -> None:
    assert settings.FILE_UPLOAD_HANDLERS == []
    file = SimpleUploadedFile("a.mp4", b"v" * 100_000)
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"file": file})
    assert answer.status_code == 403 and not answer.wsgi_request.FILES and left_incoming() == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["json", "form"])
def test_a_small_body_reaches_its_view(kind: str) -> None:
    client, fields = made_caller("ann").client, {"file_extension": "mp4"}
    kinds = {"json": {"data": json.dumps(fields), "content_type": "application/json"}, "form": {"data": fields}}
    assert client.post(f"{API}/generate-upload-url/", **kinds[kind]).status_code == 200


@pytest.mark.django_db
def test_a_body_that_breaks_off_or_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    client, long = made_caller("ann").client, json.dumps({"file_extension": "mp4", "x": "x" * 20_000})
    path, kind = f"{API}/generate-upload-url/", "application/json"
    short: Any = {"wsgi.input": io.BytesIO(long[:-1].encode()), "CONTENT_LENGTH": str(len(long))}
    cut = client.generic("POST", path, long, content_type=kind, **short)
    assert (cut.status_code, cut.json()["code"]) == (400, "bad_request")
    monkeypatch.setattr(bodies, "DEADLINE_S", -1.0)
    late = client.post(path, long, content_type=kind)
    assert (late.status_code, late.json()["code"]) == (408, "request_timeout")


@pytest.mark.django_db
def test_bodies_of_one_client_leave_room_for_others() -> None:
    def ask(address: str) -> int:
        given: Any = {"content_type": "application/json", "REMOTE_ADDR": address}
        return Client().post(f"{API}/submit-job/", "{}", **given).status_code

    with ExitStack() as holds:
        for _ in range(BODIES.per_client):
            holds.enter_context(BODIES.held("2001:db8:1:2::"))
        assert ask("2001:db8:1:2::7") == 429
        assert ask("2001:db8:1:3::7") == 401
    assert ask("2001:db8:1:2::7") == 401


@pytest.mark.parametrize("slots", [UPLOADS, DOWNLOADS, BODIES])
def test_one_client_cannot_take_all(slots: Slots) -> None:
    assert slots.per_client <= slots.number / 2
    held = [slots.take("one") for _ in range(slots.per_client)]
    with pytest.raises(RateLimited):
        slots.take("one")
    held.append(slots.take("another"))
    slots.give_back(held.pop(0))
    held.append(slots.take("one"))
    for hold in held:
        slots.give_back(hold)


def test_a_client_that_waits_too_long_is_known_by_its_peer() -> None:
    slots = Slots(2, per_client=2)
    with slots.held("client", "192.0.2.1"):
        assert slots.overdue(-1.0) == {"192.0.2.1"}
        assert slots.overdue(60.0) == set()
    assert slots.overdue(-1.0) == set()


# Connections on which nothing moves


def known(*moved: int, silent_s: float = 0.0, is_owed: bool = False) -> list[Sample]:
    """A sample each second."""
    return [Sample(float(at_s), moved_bytes, silent_s, is_owed) for at_s, moved_bytes in enumerate(moved)]


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (known(100, 101, 102, 103, silent_s=3), True),  # a body that drips
        (known(100, 5100, 9100, 9200, silent_s=3), False),  # one that comes
        (known(100, 100, silent_s=9), False),  # not known for long enough
        (known(100, 100, 600, 600, silent_s=1), False),  # one that asks now and then
        (known(100, 200, 300, 400, is_owed=True), True),  # a file that is hardly taken
        (known(100, 4000, 8000, 12_000, is_owed=True), False),  # one that is taken
        (known(*range(0, 50_000, 10_000), 40_000, 40_000, 40_100, silent_s=3), True),  # one that came, and stopped
    ],
)
def test_what_is_too_slow(samples: list[Sample], expected: bool) -> None:
    assert is_slow(samples, window_s=2.0) is expected


def connections(number: int) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of connections over loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for _ in range(number):
            client = socket.create_connection(listener.getsockname())
            yield client, listener.accept()[0]


def is_ended(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        while line.recv(1 << 20):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def test_connections_on_which_next_to_nothing_moves_are_ended() -> None:
    # Both ends are sockets of this process: of the two, the one that sends is never silent, and so is left alone.
    (drip, slow), (quick, steady), (deaf, sender) = connections(3)
    watch = Pace(window_s=0.5)
    sender.setblocking(False)
    for _ in range(9):
        with suppress(BrokenPipeError):
            drip.send(b"x")
        quick.send(bytes(4000))
        steady.recv(4000)
        with suppress(OSError):
            while True:
                sender.send(bytes(1 << 16))
        watch.look()
        time.sleep(0.1)
    assert is_ended(slow) and not is_ended(steady) and not is_ended(quick)
    with pytest.raises(OSError, match="Broken pipe"):
        sender.send(b"x")
    for line in (drip, slow, quick, steady, deaf, sender):
        line.close()


def test_a_body_that_is_overdue_is_ended_sooner() -> None:
    ((ours, line),) = connections(1)
    watch = Pace(window_s=60.0, body_window_s=0.3)
    for _ in range(5):
        ours.send(b"x")
        watch.look()
        time.sleep(0.1)
    assert not is_ended(line)
    with BODIES.held("client", "127.0.0.1"):
        time.sleep(0.35)
        ours.send(b"x")
        assert watch.look() >= 1
    assert is_ended(line)
    ours.close()
    line.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    live = LiveServer.make(tmp_path_factory.mktemp("live") / "data")
    live.start()
    yield live
    live.kill()


def begun(server: LiveServer, head: str, body: bytes = b"x") -> socket.socket:
    """A request whose body stops where the others begin."""
    line = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    line.sendall(f"{head} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode() + body)
    return line


def test_many_slow_bodies_hold_nobody_up_and_are_ended(server: LiveServer) -> None:
    wanted = b"Content-Length: 100\r\nContent-Type: application/json\r\n\r\nx"
    lines = [begun(server, "POST /accounts/login/", wanted) for _ in range(80)]
    started = time.monotonic()
    for _ in range(20):
        assert httpx.get(f"{server.url}/healthz", timeout=3).is_success
    refused = wait_for(lambda: answered(lines, 80 - BODIES.per_client))
    assert {status(line) for line in refused} == {429}
    waiting = [line for line in lines if line not in refused]
    wait_for(lambda: answered(waiting, BODIES.per_client))
    assert {status(line) for line in waiting} <= {None, 400}
    assert bodies.DEADLINE_S <= time.monotonic() - started < bodies.DEADLINE_S + 10
    again = httpx.post(f"{server.url}/api/v1/jobs/", json={}, timeout=3)
    assert again.status_code == 401
    for line in lines:
        line.close()


def answered(lines: list[socket.socket], number: int) -> list[socket.socket]:
    """Those of `lines` that have an answer or were ended, once there are so many."""
    found, _, _ = select.select(lines, [], [], 0)
    return found if len(found) >= number else []


def status(line: socket.socket) -> int | None:
    """The status of the answer; None when the connection ends without one."""
    try:
        head = line.recv(4096)
    except ConnectionError:
        return None
    return int(head.split()[1]) if head else None


def test_a_large_or_chunked_body_is_refused_by_the_real_server(server: LiveServer) -> None:
    with begun(server, "POST /accounts/login/", b"Content-Length: 99999999999\r\n\r\n") as line:
        assert status(line) == 413
    with begun(server, "POST /api/v1/submit-job/", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n") as line:
        assert status(line) == 411
    assert list((server.data_dir / "incoming").iterdir()) == []

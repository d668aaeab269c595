"""The client against a really started web process, over connections that really break."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.service.live_server import LiveServer, free_port

from reelscape import errors
from reelscape.client import Client, uploads

MEGABYTE = 1 << 20


class BreakingLine:
    """Passes bytes on to a port, and breaks each of its first connections after so many bytes."""

    def __init__(self, target_port: int, breaks: list[int]) -> None:
        self.breaks = breaks
        self.passed_bytes = 0
        self._target_port = target_port

    def carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target_port)) as server:
            back = threading.Thread(target=self._copy, args=(server, client, []), daemon=True)
            back.start()
            self._copy(client, server, self.breaks)
            back.join(5)

    def _copy(self, source: socket.socket, target: socket.socket, breaks: list[int]) -> None:
        """Copy until the source ends, or until as many bytes have passed as the next break says."""
        passed = 0
        with suppress(OSError):
            while chunk := source.recv(1 << 16):
                target.sendall(chunk)
                passed += len(chunk)
                self.passed_bytes += len(chunk)
                if breaks and passed >= breaks[0]:
                    breaks.pop(0)
                    break
            for end in (source, target):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def breaking_line(target_port: int, port: int, breaks: list[int]) -> Iterator[BreakingLine]:
    line = BreakingLine(target_port, breaks)
    with socket.create_server(("127.0.0.1", port)) as listener:
        threads: list[threading.Thread] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threads.append(threading.Thread(target=line.carry, args=(listener.accept()[0],), daemon=True))
                    threads[-1].start()

        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        yield line
        listener.shutdown(socket.SHUT_RDWR)
        acceptor.join(5)
        for thread in threads:
            thread.join(5)


@pytest.fixture
def port() -> int:
    """Where the line begins, and so what the server's addresses name."""
    return free_port()


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator[LiveServer]:
    made = LiveServer.make(tmp_path / "data", public_url=f"http://127.0.0.1:{port}")
    made.start()
    yield made
    made.kill()


@pytest.fixture
def line(server: LiveServer, port: int) -> Iterator[BreakingLine]:
    with breaking_line(server.port, port, [3 * MEGABYTE, 4 * MEGABYTE]) as made:
        yield made


def test_an_upload_goes_on_where_the_line_broke(
    server: LiveServer, line: BreakingLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PAUSES_S", (0.05,) * 5)
    video = tmp_path / "long.mp4"
    video.write_bytes(bytes(range(256)) * (40 << 10))
    with Client(server.url, server.api_key) as client:
        blob_name = client.upload(video)
        job = client.submit(blob_name, title="Long")
        assert job.status == "Queued"
        with pytest.raises(errors.NotAvailable):
            client.download(job, "ply", tmp_path / "scene.ply")
        with pytest.raises(errors.BadRequest):
            client.submit(blob_name, training_num_steps=5)
    assert (server.data_dir / "blobs" / blob_name).read_bytes() == video.read_bytes()
    assert line.breaks == []
    assert line.passed_bytes < video.stat().st_size + 3 * MEGABYTE  # from the start it would be 7 more

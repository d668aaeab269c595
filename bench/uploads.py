"""Files of 500 MB to and from a really started server: speed, and how much its memory grows.

    python bench/uploads.py [MEGABYTES]

The server and this client share the machine, so the speed is that of both together; the load stands in the table.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from reelscape.storage.signing import Signer

T = TypeVar("T")

MB = 1_000_000
_BOUNDARY = "----a-boundary-that-no-video-holds"


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    below = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        below += [int(child) for child in (task / "children").read_text().split()]
    return [pid, *(one for child in below for one in tree(child))]


def private_bytes(pid: int) -> int:
    """What the process and all below it hold for themselves alone."""
    total = 0
    for member in tree(pid):
        try:
            text = Path(f"/proc/{member}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(1024 * int(size) for size in re.findall(r"Private_(?:Clean|Dirty):\s+(\d+) kB", text))
    return total


class Watch:
    """The most memory that a process tree took while the block ran, in bytes above its start."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.growth_bytes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        start = private_bytes(self.pid)
        while not self._stop.wait(0.05):
            self.growth_bytes = max(self.growth_bytes, private_bytes(self.pid) - start)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()


@contextmanager
def served(data_dir: Path) -> Iterator[tuple[int, str]]:
    """A service on `data_dir`: its process and address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = [sys.executable, "-m", "reelscape.cli", "serve", "--data", str(data_dir), "--port", str(port)]
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            if ask(port, "GET", "/readyz", {}).status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


def ask(port: int, method: str, target: str, headers: dict[str, str], *bodies: bytes | Path) -> HTTPResponse:
    """One request; files go out by sendfile, so that this side takes little of the processor."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.putrequest(method, target)
    length = sum(len(body) if isinstance(body, bytes) else body.stat().st_size for body in bodies)
    for name, value in (headers | {"Content-Length": str(length)}).items():
        connection.putheader(name, value)
    connection.endheaders()
    for body in bodies:
        if isinstance(body, bytes):
            connection.sock.sendall(body)
        else:
            with body.open("rb") as file:
                connection.sock.sendfile(file)
    return connection.getresponse()


def api_key(data_dir: Path) -> str:
    program = [sys.executable, "-m", "reelscape.cli", "apikey", "create", "bench", "--user", "admin"]
    made = subprocess.run([*program, "--data", str(data_dir)], capture_output=True, text=True, check=True)
    return made.stdout.strip()


def main(size_mb: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data_dir, video = Path(folder, "data"), Path(folder, "video.mp4")
        video.write_bytes(os.urandom(MB) * size_mb)
        small = Path(folder, "small.mp4")
        small.write_bytes(b"x" * MB)
        with served(data_dir) as (pid, url):
            client = Client(urlsplit(url).port or 0, api_key(data_dir), url, data_dir)
            client.form(small)
            client.get(client.put(small))  # everything is imported and warm
            print(f"{'request':10} {'MB/s':>8} {'growth MB':>10}   load")
            stored = measure(pid, "PUT", size_mb, lambda: client.put(video))
            measure(pid, "form", size_mb, lambda: client.form(video))
            measure(pid, "PATCH", size_mb, lambda: client.patch(video))
            measure(pid, "GET", size_mb, lambda: client.get(stored))


def measure(pid: int, name: str, size_mb: int, action: Callable[[], T]) -> T:
    with Watch(pid) as watch:
        start = time.perf_counter()
        found = action()
        seconds = time.perf_counter() - start
    print(f"{name:10} {size_mb / seconds:8.0f} {watch.growth_bytes / MB:10.1f}   {os.getloadavg()[0]:.1f}", flush=True)
    return found


class Client:
    """The requests that are measured; uploads return the blob's name."""

    def __init__(self, port: int, key: str, url: str, data_dir: Path) -> None:
        self.port = port
        self.headers = {"Authorization": f"Api-Key {key}"}
        self.signer = Signer(url, (data_dir / "secret_key").read_text().strip().encode())

    def put(self, video: Path) -> str:
        target, name = self._address()
        self._checked(ask(self.port, "PUT", target, {"x-ms-blob-type": "BlockBlob"}, video))
        return name

    def patch(self, video: Path) -> str:
        target, name = self._address()
        size = str(video.stat().st_size)
        headers = {"Upload-Offset": "0", "Upload-Length": size, "Content-Type": "application/offset+octet-stream"}
        self._checked(ask(self.port, "PATCH", target, headers, video))
        return name

    def form(self, video: Path) -> str:
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="video.mp4"\r\n\r\n'
        headers = self.headers | {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
        tail = f"\r\n--{_BOUNDARY}--\r\n"
        answer = ask(self.port, "POST", "/api/v1/upload/", headers, head.encode(), video, tail.encode())
        return str(json.loads(self._checked(answer))["blob_name"])

    def get(self, name: str) -> int:
        answer = ask(self.port, "GET", _target(self.signer.url(name, "r", 600)), {})
        buffer, total = bytearray(1 << 18), 0
        while got := answer.readinto(buffer):
            total += got
        return total

    def _address(self) -> tuple[str, str]:
        headers = self.headers | {"Content-Type": "application/json"}
        wish = b'{"file_extension": "mp4"}'
        given = json.loads(self._checked(ask(self.port, "POST", "/api/v1/generate-upload-url/", headers, wish)))
        return _target(given["url"]), given["blob_name"]

    def _checked(self, answer: HTTPResponse) -> bytes:
        body = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{answer.status}: {body!r}")
        return body


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)

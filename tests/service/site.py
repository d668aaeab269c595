"""A web site on loopback that gives videos, and bad ones, with and without TLS; and a bait that nobody may touch."""

from __future__ import annotations

import select
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

VIDEO = b'{  "ftyp": "so it passes for a video, and the stand-in of the run reads a plan"}'


@dataclass
class Site:
    """`video` is what /video.mp4 gives; `to` is where /away leads; /drip and /hang take `drip_s`."""

    port: int = 0
    scheme: str = "http"
    video: bytes = VIDEO
    kind: str = "video/mp4"
    status: int = 200
    to: str = ""
    drip_s: float = 20.0
    asked: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"{self.scheme}://{self.host}/{path}"


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Site]:
    """A site for as long as the block lasts."""
    site = Site()
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            part = self.path.split("?")[0].strip("/")
            {
                "away": self._away,
                "drip": self._drip,
                "cut": self._cut,
                "endless": self._endless,
                "hang": self._hang,
            }.get(part, self._video)()

        def _head(self, status: int, **headers: object) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), str(value))
            self.end_headers()

        def _video(self) -> None:
            self._head(site.status, Content_Type=site.kind, Content_Length=len(site.video))
            self.wfile.write(site.video)

        def _away(self) -> None:
            self._head(302, Location=site.to, Content_Length=0)

        def _cut(self) -> None:
            self._head(200, Content_Type=site.kind, Content_Length=len(site.video) + 9)
            self.wfile.write(site.video)

        def _endless(self) -> None:
            self._head(200, Content_Type=site.kind)
            while not ended.is_set():
                self.wfile.write(site.video)

        def _drip(self) -> None:
            self._head(200, Content_Type=site.kind, Content_Length=1 << 28)
            until = time.monotonic() + site.drip_s
            while time.monotonic() < until and not ended.wait(0.05):
                self.wfile.write(bytes(40_000))

        def _hang(self) -> None:
            ended.wait(site.drip_s)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # the other side is gone
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        site.scheme = "https"
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Bait:
    """Listens where nobody may come."""

    listener: socket.socket

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def is_untouched(self) -> bool:
        """Whether nobody has as much as connected."""
        return not select.select([self.listener], [], [], 0.05)[0]


@contextmanager
def baited() -> Iterator[Bait]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Bait(listener)


@dataclass(frozen=True)
class Authority:
    """A throw-away certificate authority, and a certificate with its key for 127.0.0.1 that it signed."""

    ca_path: Path
    certificate_path: Path


def made_authority(folder: Path) -> Authority:
    """Skips the test where there is no openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl command to make certificates with")

    def run(*arguments: str) -> None:
        subprocess.run([openssl, *arguments], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test authority",
        "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    run("req", *key, "-keyout", "site.key", "-out", "site.csr", "-subj", "/CN=site")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    run("x509", "-req", "-in", "site.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
        "-extfile", "names", "-out", "site.crt")  # fmt: skip
    both = folder / "site.pem"
    both.write_bytes((folder / "site.key").read_bytes() + (folder / "site.crt").read_bytes())
    return Authority(folder / "ca.pem", both)

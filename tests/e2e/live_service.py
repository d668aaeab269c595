"""A really started `reelscape serve` on a data folder and a port of its own, making small scenes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

COMMAND = [sys.executable, "-m", "reelscape.cli"]
SMALL_SCENES = {
    "REELSCAPE_PRESET": "draft",
    "REELSCAPE_DEFAULT_NUM_STEPS": "300",
    "REELSCAPE_DEFAULT_MAX_GAUSSIANS": "10000",
    "REELSCAPE_WEBHOOK_HOSTS": "127.0.0.1",
}


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], limit_s: float) -> None:
    """Wait until the condition is true, or fail."""
    until = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.1)


@dataclass
class LiveService:
    """May be stopped and started again; its log is at `log_path`."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/v1"

    @property
    def log_path(self) -> Path:
        return self.data_dir.with_suffix(".log")

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--data", str(self.data_dir), "--port", str(self.port)],
                env=os.environ | SMALL_SCENES | self.settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_for(self._is_ready, limit_s=60)

    def _is_ready(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self.log_path.read_text()
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        """As an operator does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=30) == 0
        self.process = None

    def new_key(self, name: str) -> str:
        """An API key of the first account."""
        return self._command("apikey", "create", name, "--user", "admin")

    def new_user(self, name: str) -> str:
        """An account; returns its password."""
        return self._command("user", "create", name)

    def _command(self, *words: str) -> str:
        program = [*COMMAND, *words, "--data", str(self.data_dir)]
        return subprocess.run(program, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


@contextmanager
def live_service(data_dir: Path, **settings: str) -> Iterator[LiveService]:
    """The service for as long as the block lasts; `settings` are names and texts of its environment."""
    service = LiveService(data_dir, settings=settings)
    service.start()
    try:
        yield service
    finally:
        if service.process is not None:
            service.stop()

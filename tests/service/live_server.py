"""A really started web process on a data folder of its own, for what the test client cannot show."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

_PREPARE = """
import json, sys
from pathlib import Path
from reelscape.web.opening import open_data_dir
config = open_data_dir(Path(sys.argv[1]))
(config.data_dir / "static").mkdir(exist_ok=True)
from django.contrib.auth.models import User
from django.core.management import call_command
from reelscape.web.models import ApiKey
call_command("migrate", verbosity=0)
print(ApiKey.objects.create_key(name="test", user=User.objects.create_user("ann"))[1])
"""


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LiveServer:
    """The web process as `reelscape serve` starts it, without the worker."""

    data_dir: Path
    port: int
    api_key: str
    environ: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def make(cls, data_dir: Path, **settings: str) -> LiveServer:
        port = free_port()
        given = {"data_dir": str(data_dir), "public_url": f"http://127.0.0.1:{port}", **settings}
        environ = os.environ | {f"REELSCAPE_{name.upper()}": text for name, text in given.items()}
        made = subprocess.run(
            [sys.executable, "-c", _PREPARE, str(data_dir)], env=environ, capture_output=True, check=True, text=True
        )
        return cls(data_dir, port, made.stdout.strip(), environ)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = [sys.executable, "-P", "-m", "reelscape.web.server", "127.0.0.1", str(self.port)]
        self.process = subprocess.Popen(program, env=self.environ, stdin=subprocess.PIPE, start_new_session=True)
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            try:
                if httpx.get(f"{self.url}/healthz").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the web process does not answer")

    def kill(self) -> None:
        """End the whole tree at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
            self.process = None

    def new_upload(self) -> tuple[str, str]:
        """A fresh signed address, and the key behind it."""
        answer = httpx.post(
            f"{self.url}/api/v1/generate-upload-url/",
            headers={"Authorization": f"Api-Key {self.api_key}"},
            json={"file_extension": "mp4"},
        ).raise_for_status()
        given = json.loads(answer.content)
        return given["url"], given["blob_name"]

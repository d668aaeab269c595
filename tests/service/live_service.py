"""`reelscape serve` really started, with a stand-in for runs; a mark in their environment tells its processes."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from tests.service.live_server import free_port
from tests.service.made_work import FAKE_RUN

_MARK = "TEST_MARK"  # not one that runs are not given
_CLI = (sys.executable, "-P", "-m", "reelscape.cli")
ROLES = {
    "serve": r"reelscape\.cli serve",
    "web": r"reelscape\.web\.server",
    "worker": r"reelscape\.cli worker",
    "run": r"fake_run\.py|reelscape\.cli run",
    "stage": r"stage\.lock|reelscape\.child",
}
"""What the command lines of the processes hold."""


def wait_for(found: Callable[[], Any], limit_s: float = 20.0, what: str = "it") -> Any:
    """What `found` gives as soon as it is true."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.03)
    raise AssertionError(f"{what} did not happen within {limit_s:g} s")


class LiveService:
    """A service on a data folder; `settings` are those of ServiceConfig, as text."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir, self.port = data_dir, free_port()
        self.log_path = data_dir.with_name(f"{data_dir.name}.log")
        self._mark = uuid.uuid4().hex
        given = {"run_command": ",".join(FAKE_RUN), **settings}
        named = {f"REELSCAPE_{name.upper()}": text for name, text in given.items()}
        clean = {name: text for name, text in os.environ.items() if not name.startswith("REELSCAPE_")}
        clean.pop("DJANGO_SETTINGS_MODULE", None)
        self.environ = clean | named | {_MARK: self._mark, "PYTHONWARNINGS": "default"}
        self.process: subprocess.Popen[bytes] | None = None
        self.key = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def start(self, *options: str) -> None:
        """Start it and wait until it is ready."""
        program = [*_CLI, "serve", "--data", str(self.data_dir), "--port", str(self.port), *options]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                program, env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(self.is_ready, 60, "readiness")
        self.key = self.key or self.command("apikey", "create", "tests", "--user", "admin")

    def is_ready(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self.log
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/readyz").is_success
        return False

    def command(self, *arguments: str) -> str:
        """What a command beside it prints."""
        program = [*_CLI, *arguments, "--data", str(self.data_dir)]
        done = subprocess.run(program, env=self.environ, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout.strip()

    def stop(self) -> float:
        """Ask it to stop; returns how long it took, in seconds."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(15) == 0, self.log
        return time.monotonic() - begun

    def end(self) -> None:
        """End whatever is left of it: the processes that carry its mark."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def pids(self, role: str = "") -> list[int]:
        """Its processes that live, or those of one role."""
        pattern = re.compile(ROLES[role]) if role else re.compile("")
        return [pid for pid, line in _processes(f"{_MARK}={self._mark}") if pattern.search(line)]

    def kill(self, *roles: str) -> None:
        """SIGKILL to all processes of these roles."""
        pids = [pid for role in roles for pid in self.pids(role)]
        assert pids, roles
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if "serve" in roles and self.process is not None:
            self.process.wait()

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Api-Key {self.key}"}
        return httpx.request(method, f"{self.url}/api/v1/{path}", headers=headers, timeout=30, **options)

    def submit(self, video: bytes | dict[str, Any], **wish: Any) -> str:
        """Upload a video, or a plan of the stand-in, and submit it; returns the job's number."""
        given = self.ask("POST", "generate-upload-url/", json={"file_extension": "mp4"}).raise_for_status().json()
        content = video if isinstance(video, bytes) else json.dumps(video).encode()
        httpx.put(given["url"], content=content).raise_for_status()
        job = self.ask("POST", "submit-job/", json={"blob_name": given["blob_name"], "title": "t", **wish})
        return str(job.raise_for_status().json()["job_id"])

    def row(self, job_id: str) -> dict[str, Any]:
        """The job's row as it stands in the database."""
        with sqlite3.connect(self.data_dir / "reelscape.sqlite3", timeout=20) as database:
            database.row_factory = sqlite3.Row
            found = database.execute("SELECT * FROM jobs_job WHERE id = ?", (uuid.UUID(job_id).hex,)).fetchone()
        database.close()
        return dict(found) if found else {}

    def running(self) -> list[str]:
        """The jobs that wait or run."""
        if not self.pids("web"):
            return []
        return [job["job_id"] for job in self.ask("GET", "jobs/").json() if job["status"] not in ("Finished", "Failed")]

    def wait_status(self, job_id: str, status: str, limit_s: float = 40.0) -> dict[str, Any]:
        """The row as soon as it has that status."""
        wait_for(lambda: self.row(job_id).get("status") == status, limit_s, f"{status} ({self.row(job_id)})")
        return self.row(job_id)

    def wait_stage(self, job_id: str, stage: str) -> None:
        """Until the process of a stage runs."""
        wait_for(
            lambda: self.begun(job_id).count(stage) and self.pids("stage"), 40, f"stage {stage}: {self.row(job_id)}"
        )

    def diary(self, job_id: str) -> list[str]:
        """What the stand-in noted."""
        path = self.data_dir / "runs" / job_id / "diary.txt"
        return path.read_text().splitlines() if path.exists() else []

    def begun(self, job_id: str) -> list[str]:
        """The stages in the order in which they were begun."""
        return [line.split()[1] for line in self.diary(job_id) if line.startswith("begin")]

    def ended(self, job_id: str) -> list[str]:
        """The stages in the order in which they were finished."""
        return [line.split()[1] for line in self.diary(job_id) if line.startswith("end")]


def _processes(mark: str) -> list[tuple[int, str]]:
    """Number and command line of the living processes with `mark` in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environ = (folder / "environ").read_bytes()
            if mark.encode() not in environ.split(b"\0") or int(folder.name) == os.getpid():
                continue
            found.append((int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()))
        except OSError:
            continue
    return found

"""How fast the service answers while it makes a scene, and with a long queue.

python bench/service.py [--job real|busy] [--clients 100] [--seconds 60] [--queued 1000]
Starts a service of its own in a temporary folder. `real` trains a made video for as long as it takes, `busy` keeps all
cores busy with nothing. Every poll opens a connection of its own, as scripts do. Exit status 1 when a limit is missed.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reelscape.client import Client
from reelscape.sample import SampleConfig, write_sample

POLL_EVERY_S = 5.0
LIMITS_MS = {"poll": 100.0, "submit": 50.0, "position": 50.0}  # of the 99th percentile
NUM_POSITIONS = 300
COMMAND = [sys.executable, "-m", "reelscape.cli"]
ENVIRON = os.environ | {
    "REELSCAPE_DEFAULT_NUM_STEPS": "40000",
    "REELSCAPE_REQUESTS_PER_MINUTE": "0",
    "REELSCAPE_REQUESTS_PER_MINUTE_IP": "0",
}
BUSY_RUN = """
import json, multiprocessing, os, sys, time
def spin():
    while os.getppid() != 1:
        sum(range(10_000))
print(json.dumps({"event": "started", "stage": "train"}), flush=True)
for _ in range(os.cpu_count()):
    multiprocessing.Process(target=spin, daemon=True).start()
sys.stdin.read()
"""


@dataclass(frozen=True)
class Service:
    """Where the service is and what opens it."""

    port: int
    key: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def timed(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[float, dict[str, Any]]:
        """Milliseconds of one request over a new connection, and its answer."""
        headers = {"Authorization": f"Api-Key {self.key}", "Content-Type": "application/json"}
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, f"/api/v1/{path}", json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        taken_ms = 1e3 * (time.perf_counter() - began)
        connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {told}")
        return taken_ms, told


@contextmanager
def started(folder: Path, job: str) -> Iterator[Service]:
    """A service in `folder` for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environ = dict(ENVIRON)
    if job == "busy":
        (folder / "busy.py").write_text(BUSY_RUN)
        environ["REELSCAPE_RUN_COMMAND"] = f"{sys.executable},{folder / 'busy.py'}"
    words = ["--data", str(folder / "data")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port), *words], env=environ, stdout=log, stderr=log
        )
    try:
        wait_until_ready(port)
        made = subprocess.run(
            [*COMMAND, "apikey", "create", "bench", "--user", "admin", *words],
            capture_output=True,
            text=True,
            check=True,
        )
        yield Service(port, made.stdout.strip())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_until_ready(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the service does not start")


def upload_video(service: Service, folder: Path) -> str:
    path = folder / "room.mp4"
    write_sample(path, SampleConfig(seconds=4.0, fps=6.0, size=(270, 480), texel_m=0.006))
    with Client(service.url, service.key) as client:
        return client.upload(path)


def start_job(service: Service, blob_name: str) -> str:
    """A job that has come to its training."""
    job_id = str(service.timed("POST", "submit-job/", {"blob_name": blob_name})[1]["job_id"])
    for _ in range(240):
        status = service.timed("GET", f"jobs/{job_id}/")[1]["status"]
        if status == "Generating 3D scene":
            return job_id
        time.sleep(0.5)
    raise RuntimeError(f"the job is still {status}")


def poll(service: Service, job_id: str, num_clients: int, seconds: float) -> list[float]:
    """Milliseconds of all polls of clients that each ask every 5 s, at times of their own."""
    times_ms: list[float] = []
    until = time.monotonic() + seconds

    def ask(first_s: float) -> None:
        time.sleep(first_s)
        while time.monotonic() < until:
            times_ms.append(service.timed("GET", f"jobs/{job_id}/")[0])
            time.sleep(POLL_EVERY_S)

    threads = [threading.Thread(target=ask, args=(random.uniform(0, POLL_EVERY_S),)) for _ in range(num_clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times_ms


def fill_queue(service: Service, blob_name: str, count: int) -> tuple[list[float], list[str]]:
    """Milliseconds of each submit, and the jobs."""
    answers = [service.timed("POST", "submit-job/", {"blob_name": blob_name, "title": f"{n}"}) for n in range(count)]
    return [taken_ms for taken_ms, _ in answers], [str(told["job_id"]) for _, told in answers]


def ask_positions(service: Service, job_ids: list[str]) -> list[float]:
    """Milliseconds of the detail of waiting jobs, whose status tells the position."""
    times_ms = []
    for job_id in random.choices(job_ids, k=NUM_POSITIONS):
        taken_ms, told = service.timed("GET", f"jobs/{job_id}/")
        assert "position" in told["status"], told["status"]
        times_ms.append(taken_ms)
    return times_ms


def show(name: str, what: str, times_ms: list[float]) -> bool:
    """One line of the table; whether the limit holds."""
    ordered = sorted(times_ms)
    p50, p99 = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99))
    holds = p99 < LIMITS_MS[name]
    load = os.getloadavg()[0]
    print(
        f"{what:52} {len(ordered):6d} {p50:8.1f} {p99:8.1f} {ordered[-1]:8.1f} {LIMITS_MS[name]:8.0f} "
        f"{'yes' if holds else 'NO':>5} {load:6.1f}",
        flush=True,
    )
    return holds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--job", default="real", choices=("real", "busy"))
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--queued", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, started(Path(temporary), options.job) as service:
        blob_name = upload_video(service, Path(temporary))
        job_id = start_job(service, blob_name)
        print(f"{os.cpu_count()} cores\n{'':52} {'count':>6} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8} "
              f"{'limit':>8} {'holds':>5} {'load':>6}")  # fmt: skip
        polled = poll(service, job_id, options.clients, options.seconds)
        holds = [show("poll", f"status, {options.clients} clients every 5 s, beside a {options.job} job", polled)]
        submitted, job_ids = fill_queue(service, blob_name, options.queued)
        holds.append(show("submit", f"submit, up to {options.queued} queued", submitted))
        holds.append(show("position", f"position in a queue of {options.queued}", ask_positions(service, job_ids)))
    sys.exit(0 if all(holds) else 1)


if __name__ == "__main__":
    main()

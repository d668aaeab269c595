"""How the service bears many people who watch one scene being made.

python bench/watchers.py [--watchers 100] [--seconds 60] [--job real|busy]
Starts a service of its own, as bench/service.py does. Every watcher does what the page does: over one connection that
stays open it asks for the news every 3 s, with the ETag of the answer before, and loads each early scene it is told
of. Meanwhile files of 5 MB are uploaded and the API is asked. Exit status 1 when a request fails.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from service import Service, started, upload_video

POLL_EVERY_S, UPLOAD_EVERY_S, UPLOAD_BYTES = 3.0, 2.0, 5_000_000
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass
class Tally:
    """Milliseconds by kind of request, statuses, and the bytes of all answers."""

    times_ms: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    num_bytes: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, taken_ms: float, status: object, num_bytes: int) -> None:
        with self._lock:
            self.times_ms.setdefault(kind, []).append(taken_ms)
            self.statuses[f"{kind} {status}"] += 1
            self.num_bytes[kind] += num_bytes


@dataclass
class Asker:
    """One connection that stays open."""

    service: Service
    tally: Tally

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=30)

    def ask(
        self, kind: str, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> tuple[Any, bytes]:
        """The answer and its body; (None, b"") when there was none."""
        began = time.perf_counter()
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            self.tally.note(kind, 1e3 * (time.perf_counter() - began), type(error).__name__, 0)
            return None, b""
        self.tally.note(kind, 1e3 * (time.perf_counter() - began), answer.status, len(content))
        return answer, content


def watch(asker: Asker, path: str, until: float) -> None:
    """What the page and its viewer do."""
    etag, shown = "", ""
    time.sleep(random.uniform(0, POLL_EVERY_S))
    while time.monotonic() < until:
        answer, content = asker.ask("news", "GET", path, {"If-None-Match": etag} if etag else {})
        if answer is not None and answer.status == 200:
            etag = answer.headers["ETag"]
            url = (json.loads(content).get("snapshot") or {}).get("url", "")
            if url and url != shown:
                asker.ask("early scene", "GET", url, {})
                shown = url
        time.sleep(POLL_EVERY_S)


def use(asker: Asker, until: float) -> None:
    """What others do meanwhile: upload, and ask the API."""
    key = {"Authorization": f"Api-Key {asker.service.key}"}
    body = json.dumps({"file_extension": "mp4"}).encode()
    while time.monotonic() < until:
        began = time.monotonic()
        asker.ask("API, list of jobs", "GET", "/api/v1/jobs/", key)
        headers = key | {"Content-Type": "application/json"}
        answer, content = asker.ask("API, new upload", "POST", "/api/v1/generate-upload-url/", headers, body)
        if answer is not None:
            address = urlsplit(json.loads(content)["url"])
            asker.ask("upload of 5 MB", "PUT", f"{address.path}?{address.query}", {}, bytes(UPLOAD_BYTES))
        time.sleep(max(0.0, UPLOAD_EVERY_S - (time.monotonic() - began)))


def web_cpu_s(port: int) -> float:
    """CPU seconds of the web process and its children so far."""
    found: dict[int, tuple[int, float, bool]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parts = (folder / "stat").read_text().rpartition(")")[2].split()
            line = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        is_web = b"reelscape.web.server" in line and str(port).encode() in line
        found[int(folder.name)] = (int(parts[1]), (int(parts[11]) + int(parts[12])) / _TICKS_PER_S, is_web)
    ours = {pid for pid, (_, _, is_web) in found.items() if is_web}
    ours |= {pid for pid, (parent, _, _) in found.items() if parent in ours}
    return sum(found[pid][1] for pid in ours)


def start_public_job(service: Service, blob_name: str) -> str:
    """A public job that has come to its training."""
    told = service.timed("POST", "submit-job/", {"blob_name": blob_name, "public": True})[1]
    for _ in range(600):
        if service.timed("GET", f"jobs/{told['job_id']}/")[1]["status"] == "Generating 3D scene":
            return str(told["job_id"])
        time.sleep(0.5)
    raise RuntimeError("the job does not come to its training")


def run(service: Service, job_id: str, num_watchers: int, seconds: float) -> tuple[Tally, float]:
    """What all requests took, and the CPU seconds of the web process."""
    tally, until, before_s = Tally(), time.monotonic() + seconds, web_cpu_s(service.port)
    path = f"/scenes/{job_id}/live"
    threads = [threading.Thread(target=watch, args=(Asker(service, tally), path, until)) for _ in range(num_watchers)]
    threads.append(threading.Thread(target=use, args=(Asker(service, tally), until)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally, web_cpu_s(service.port) - before_s


def show(tally: Tally) -> None:
    print(f"{'':20} {'count':>6} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'max ms':>8} {'mean B':>9}")
    for kind, times_ms in sorted(tally.times_ms.items()):
        ordered = sorted(times_ms)
        p50, p95, p99 = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95, 0.99))
        mean_bytes = tally.num_bytes[kind] / len(ordered)
        print(f"{kind:20} {len(ordered):6d} {p50:8.1f} {p95:8.1f} {p99:8.1f} {ordered[-1]:8.1f} {mean_bytes:9.0f}")
    print(", ".join(f"{name}: {number}" for name, number in sorted(tally.statuses.items())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--watchers", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--job", default="real", choices=("real", "busy"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, started(Path(temporary), options.job) as service:
        job_id = start_public_job(service, upload_video(service, Path(temporary)))
        for num_watchers in dict.fromkeys((0, options.watchers)):
            tally, cpu_s = run(service, job_id, num_watchers, options.seconds)
            print(f"\n{num_watchers} watchers for {options.seconds:g} s beside a {options.job} job, {os.cpu_count()} "
                  f"cores, load {os.getloadavg()[0]:.1f}: {cpu_s:.1f} CPU-s of the web process")  # fmt: skip
            show(tally)
        is_well = all(int(name.split()[-1]) < 400 for name in tally.statuses if name.split()[-1].isdigit())
    sys.exit(0 if is_well and all(name.split()[-1].isdigit() for name in tally.statuses) else 1)


if __name__ == "__main__":
    main()

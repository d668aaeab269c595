"""A disk that is really full, as a small tmpfs: the job fails clearly, and the service goes on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest
from tests.service.live_service import LiveService, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root mounts a tmpfs")
DISK_BYTES = 24 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no tmpfs may be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def service(disk: Path, tmp_path: Path) -> Iterator[LiveService]:
    service = LiveService(disk / "data", disk_reserve_bytes="0")
    service.log_path = tmp_path / "log"
    try:
        service.start()
        yield service
    finally:
        service.end()


def fill(path: Path) -> None:
    """Let a file take all the room that is left."""
    with suppress(OSError), open(path, "ab", buffering=0) as file:
        while True:
            file.write(bytes(1 << 12))


def change_until_refused(service: LiveService, job_id: str) -> httpx.Response:
    """The answer to a change of a row that has no room."""
    for _ in range(200):
        answer = service.ask("PATCH", f"jobs/{job_id}/", json={"title": "x" * 200})
        if not answer.is_success:
            return answer
    raise AssertionError("all changes found room")


def test_a_run_that_fills_the_disk_fails_and_the_next_one_works(service: LiveService, disk: Path) -> None:
    free_bytes = shutil.disk_usage(disk).free
    job_id = service.submit({"big": 8 << 20, "stage_s": 0.3})
    row = service.wait_status(job_id, "failed")
    assert row["error_code"] in ("disk_full", "storage_full") and row["advice"]
    wait_for(lambda: shutil.disk_usage(disk).free > free_bytes - (6 << 20), 5, "room")
    service.wait_status(service.submit({}), "finished")
    assert service.is_ready()


def test_deleting_makes_room_on_a_disk_without_any(service: LiveService, disk: Path) -> None:
    jobs = [service.submit({"big": 1 << 20}) for _ in range(2)]
    for job_id in jobs:
        service.wait_status(job_id, "finished")
    fill(disk / "other")
    assert httpx.get(f"{service.url}/readyz").status_code == 503
    with closing(sqlite3.connect(service.data_dir / "reelscape.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT 1 FROM jobs_job").fetchone()  # who reads keeps SQLite's log from starting anew
        assert change_until_refused(service, jobs[0]).status_code == 507
        for job_id in jobs:
            assert service.ask("DELETE", f"jobs/{job_id}/").status_code == 204
    assert shutil.disk_usage(disk).free > 1 << 20
    assert httpx.get(f"{service.url}/readyz").is_success


def test_a_disk_that_others_fill_fails_the_job_when_there_is_room_again(service: LiveService, disk: Path) -> None:
    job_id = service.submit({"big": 4 << 20, "stage_s": 1.5})
    service.wait_stage(job_id, "train")
    fill(disk / "other")
    row = service.wait_status(job_id, "failed")
    assert row["error_code"] in ("disk_full", "storage_full")
    assert not (service.data_dir / "runs" / job_id).exists()
    (disk / "other").unlink()
    service.wait_status(service.submit({}), "finished")

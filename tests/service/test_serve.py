"""`reelscape serve`: the first start, what it refuses, how it stops, and what it never loads."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.service.live_server import free_port
from tests.service.live_service import LiveService, wait_for

from reelscape import serving
from reelscape.errors import HostUnknown, PortInUse
from reelscape.serving import Address, Child

CLI = (sys.executable, "-P", "-m", "reelscape.cli")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LiveService]:
    service = LiveService(tmp_path / "data")
    try:
        yield service
    finally:
        service.end()


def refused(*arguments: str) -> str:
    """What a start that is refused says."""
    done = subprocess.run([*CLI, "serve", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    return done.stderr


def test_first_start_and_restart(service: LiveService) -> None:
    service.start()
    assert service.log.count("  admin  ") == 1 and f"ready at {service.url}" in service.log
    assert f"Its data folder: {service.data_dir}" in service.log
    assert f"reelscape apikey create NAME --user admin --data {service.data_dir}" in service.log
    password = service.log.split("  admin  ")[1].split()[0]
    assert len(password) >= 12 and "admin" in service.command("user", "list")
    assert (service.data_dir / "secret_key").stat().st_mode & 0o777 == 0o600
    for path, status in {"healthz": 200, "readyz": 200, "static/admin/css/base.css": 200, "api/v1/jobs/": 401}.items():
        assert httpx.get(f"{service.url}/{path}").status_code == status, path
    assert service.stop() < 4.0
    assert service.log.endswith("Stopped. A job in work goes on at the next start.\n")
    service.start()
    assert service.log.count("  admin  ") == 1 and password not in service.log.split("ready at")[-1]
    assert httpx.get(f"{service.url}/readyz").is_success


def test_it_starts_quickly_and_loads_nothing_of_the_3d_half(service: LiveService) -> None:
    service.start()
    assert sum(cpu_s(pid) for pid in service.pids()) < 6.0  # three processes, the first start, a slow machine
    for role in ("serve", "web", "worker"):
        for pid in service.pids(role):
            loaded = Path(f"/proc/{pid}/maps").read_text()
            assert "python" in loaded
            assert not [name for name in ("numpy", "pycolmap", "cv2", "_native", "/av/") if name in loaded], role


def test_a_request_that_hangs_does_not_hold_up_the_stop(service: LiveService) -> None:
    service.start()
    with socket.create_connection(("127.0.0.1", service.port)) as slow:
        slow.sendall(b"PUT /blobs/videos/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf")
        begun = time.monotonic()
        service.stop()
        assert time.monotonic() - begun < 8.0
    wait_for(lambda: not service.pids(), 2.0)


def test_a_second_signal_ends_it_at_once(service: LiveService) -> None:
    service.start()
    job_id = service.submit({"stage_s": 60, "deaf": True})
    service.wait_stage(job_id, "frames")
    assert service.process is not None
    for _ in range(2):
        service.process.send_signal(signal.SIGINT)
        time.sleep(0.1)
    assert service.process.wait(3.0) in (0, 130)
    wait_for(lambda: not service.pids(), 1.0)


def test_a_second_signal_waits_for_no_lock(tmp_path: Path) -> None:
    """It comes while the first one's stop waits for a child: whatever that holds, the handler must not want."""
    script = (
        "import os, signal\n"
        "from reelscape.serving import Child, _stop_on_signals\n"
        "child = Child('it', ('http.server', '--bind', '127.0.0.1', '0'))\n"
        "child.keep_running()\n"
        "print(child._process.pid, flush=True)\n"
        "_stop_on_signals([child])\n"
        "with child._process._waitpid_lock:\n"
        "    for _ in range(2):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 128 + signal.SIGTERM
    wait_for(lambda: not _lives(int(done.stdout)), 5)


def _lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and ") Z " not in stat.read_text()


def test_one_serve_and_one_worker_per_folder(service: LiveService) -> None:
    service.start()
    said = refused("--data", str(service.data_dir), "--port", str(free_port()))
    assert "[data_dir_busy]" in said and str(service.data_dir) in said
    done = subprocess.run(
        [*CLI, "worker", "--data", str(service.data_dir)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1 and "[data_dir_busy]" in done.stderr


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert "[port_in_use]" in refused("--data", str(tmp_path / "data"), "--port", port)


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refused("--data", str(tmp_path / "file"), "--port", str(free_port()))
    assert "[output_not_writable]" in said and "is a file, not a folder" in said


def test_a_public_url_that_is_none_is_told(tmp_path: Path) -> None:
    assert "[bad_setting]" in refused("--data", str(tmp_path / "data"), "--public-url", "scenes.example.org")


def test_addresses() -> None:
    assert Address("127.0.0.1", 8000).url == "http://127.0.0.1:8000"
    assert Address("::1", 8000).url == "http://[::1]:8000"
    everywhere = Address("0.0.0.0", 81)
    assert everywhere.is_everywhere and everywhere.url == f"http://{serving.lan_address()}:81"
    assert "0.0.0.0" not in everywhere.url
    with pytest.raises(HostUnknown):
        Address("192.0.2.1", free_port()).check()
    with pytest.raises(HostUnknown, match="The name 'no such host' cannot be found"):
        Address("no such host", free_port()).check()


def test_a_port_of_the_system_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Address, "_bind_errno", lambda address: errno.EACCES)
    with pytest.raises(HostUnknown, match="port 80 needs administrator rights"):
        Address("127.0.0.1", 80).check()


def test_a_port_that_is_just_being_freed_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    other = socket.create_server(("127.0.0.1", 0))
    address = Address("127.0.0.1", other.getsockname()[1])
    monkeypatch.setattr(serving, "_PORT_PATIENCE_S", 0.1)
    with pytest.raises(PortInUse):
        address.check()
    monkeypatch.setattr(serving, "_PORT_PATIENCE_S", 5.0)
    monkeypatch.setattr(serving.time, "sleep", lambda pause_s: other.close())
    address.check()


def cpu_s(pid: int) -> float:
    """CPU seconds that a process has taken."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def child_of(*program: str) -> Iterator[Child]:
    child = Child("it", program)
    try:
        yield child
    finally:
        child.kill()


def test_a_child_that_ends_is_started_again_with_growing_pauses(caplog: pytest.LogCaptureFixture) -> None:
    with child_of("no_such_module") as child:
        wait_for(lambda: child.keep_running() or len(caplog.records) == 2, 10)
    pauses = [float(record.getMessage().split(" in ")[1].split()[0]) for record in caplog.records]
    assert pauses == [0.4, 0.8]


def test_the_whole_group_of_a_dead_child_ends(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(
        "import os, pathlib, time\n"
        "if os.fork():\n"
        "    time.sleep(0.2); os._exit(1)\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\n"
        "time.sleep(60)\n"
    )
    with child_of("runpy") as child:
        child._program = [sys.executable, str(tmp_path / "parent.py")]
        child.keep_running()
        pid = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(), 5))
        wait_for(lambda: not child.is_running(), 5)
        child.keep_running()
        wait_for(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text(), 2)

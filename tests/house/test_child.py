"""Child processes: results, errors, limits, and that nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reelscape import child, errors
from reelscape.report import Event, Progress, Report, Warned

LIMITS = child.Limits(wall_s=30.0, memory_bytes=2 << 30)


@pytest.fixture(autouse=True)
def _targets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_gone(pids: list[int], limit_s: float) -> bool:
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def read_pids(path: Path) -> list[int]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        numbers = path.read_text().split() if path.exists() else []
        if len(numbers) == 2:
            return [int(number) for number in numbers]
        time.sleep(0.02)
    raise AssertionError("the child never started")


def test_result_progress_and_warnings_come_back(tmp_path: Path) -> None:
    events: list[Event] = []
    report = Report("poses", events.append)
    result = child.call("child_targets:double", {"x": 21}, LIMITS, report, tmp_path / "log")
    assert result == {"doubled": 42}
    assert events == [Progress("poses", 0.5, "half way"), Warned("poses", "odd", "something odd")]
    assert report.warnings == [{"code": "odd", "message": "something odd"}]
    assert report.child_peak_rss_bytes > 5 << 20
    assert "libraries print" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("raise_coded", errors.NoFeatures),
        ("raise_fault", errors.UnexpectedError),
        ("crash", errors.StageCrashed),
        ("be_killed", errors.OutOfMemory),
        ("take_memory", errors.OutOfMemory),
    ],
)
def test_every_end_becomes_an_error_of_the_tree(tmp_path: Path, target: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        child.call(f"child_targets:{target}", {}, LIMITS, Report("frames"), tmp_path / "log")
    if target == "raise_coded":
        assert str(caught.value) == "Nothing to see in 7 pictures."


def test_time_limit_ends_the_whole_group(tmp_path: Path) -> None:
    limits = child.Limits(wall_s=1.5, memory_bytes=2 << 30)
    with pytest.raises(errors.TimeLimit):
        child.call(
            "child_targets:sleep_with_grandchild",
            {"pid_path": str(tmp_path / "pids")},
            limits,
            Report("poses"),
            tmp_path / "log",
        )
    assert wait_until_gone(read_pids(tmp_path / "pids"), limit_s=1.0)


def test_cancel_frees_the_machine_at_once(tmp_path: Path) -> None:
    report = Report("poses")
    pids: list[int] = []

    def stop() -> None:
        pids.extend(read_pids(tmp_path / "pids"))
        report.cancel.set()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(errors.Cancelled):
        child.call(
            "child_targets:sleep_with_grandchild",
            {"pid_path": str(tmp_path / "pids")},
            LIMITS,
            report,
            tmp_path / "log",
        )
    thread.join()
    assert wait_until_gone(pids, limit_s=1.0)


@pytest.mark.parametrize("target", ["sleep_with_grandchild", "hold_the_interpreter"])
def test_child_dies_with_a_killed_parent(target: str, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from reelscape import child; from reelscape.report import Report\n"
        f"child.call('child_targets:{target}', {{'pid_path': sys.argv[1]}},"
        " child.Limits(60, 2 << 30), Report('poses'), Path(sys.argv[2]))"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "pids"), str(tmp_path / "log")])
    pids = read_pids(tmp_path / "pids")
    parent.kill()
    parent.wait()
    assert wait_until_gone(pids, limit_s=5.0)


def test_modules_in_the_current_directory_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "child_targets.py").write_text("raise SystemExit('a stranger was run')\n")
    (tmp_path / "json.py").write_text("raise SystemExit('a stranger was run')\n")
    monkeypatch.chdir(tmp_path)
    result = child.call("child_targets:double", {"x": 1}, LIMITS, Report("poses"), tmp_path / "log")
    assert result == {"doubled": 2}


def test_the_child_is_told_to_save_memory_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("MALLOC_ARENA_MAX", "7")
    arguments = {"names": ["OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX"]}
    assert child.call("child_targets:environment", arguments, LIMITS, Report("poses"), tmp_path / "log") == ["1", "7"]


def test_a_lower_limit_from_outside_is_kept(tmp_path: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from reelscape import child; from reelscape.report import Report\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))\n"
        "limits = child.Limits(60, 2 << 30, open_files=256)\n"
        "assert child.call('child_targets:open_files', {}, limits, Report('poses'), Path(sys.argv[1])) == [100, 100]\n"
        "limits = child.Limits(60, 2 << 30, open_files=50)\n"
        "assert child.call('child_targets:open_files', {}, limits, Report('poses'), Path(sys.argv[1])) == [50, 50]\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "log")], check=True)


def test_a_limit_that_cannot_be_set_is_an_error_of_the_tree(tmp_path: Path) -> None:
    limits = child.Limits(wall_s=30.0, memory_bytes=2 << 30, open_files=-7)
    with pytest.raises(errors.UnexpectedError):
        child.call("child_targets:double", {"x": 1}, limits, Report("poses"), tmp_path / "log")


def test_last_words_of_an_earlier_child_are_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("terminate called after throwing an instance of 'std::bad_alloc'\n")
    with pytest.raises(errors.StageCrashed):
        child.call("child_targets:abort", {"words": ""}, LIMITS, Report("poses"), tmp_path / "log")
    with pytest.raises(errors.OutOfMemory):
        child.call("child_targets:abort", {"words": "std::bad_alloc"}, LIMITS, Report("poses"), tmp_path / "log")


def test_cpu_seconds_of_children_are_counted(tmp_path: Path) -> None:
    from reelscape.resources import Meter

    meter = Meter()
    child.call("child_targets:take_cpu", {"seconds": 0.5}, LIMITS, Report("poses"), tmp_path / "log")
    assert meter.read()["cpu_s"] >= 0.5

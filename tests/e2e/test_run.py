"""The command line on a made video, with real processes: products, resume, kill, stop, refusals."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests import tolerances
from tests.e2e.align import align_cameras

from reelscape.formats.ply import read_ply
from reelscape.formats.spz import read_spz
from reelscape.formats.transforms import read_transforms
from reelscape.sample import SampleConfig, read_cameras, truth_dir, write_sample

COMMAND = [sys.executable, "-m", "reelscape.cli"]
QUICK = ["--preset", "draft", "--steps", "300", "--max-gaussians", "10000", "--eval", "--no-mesh"]


def reelscape(*arguments: str | Path, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=timeout_s, check=False
    )


def read_report(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "report.json").read_text()))


def wait_for(condition: Any, limit_s: float = 120) -> None:
    until = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


def group_members(pid: int) -> list[int]:
    """Processes that descend from `pid`, itself excluded."""
    found, parents = [], {pid}
    for path in sorted(Path("/proc").glob("[0-9]*"), key=lambda p: int(p.name)):
        try:
            fields = (path / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) in parents:
            parents.add(int(path.name))
            found.append(int(path.name))
    return found


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "room with spaces & ünï.mp4"
    write_sample(path, SampleConfig(seconds=4.0, fps=6.0, size=(270, 480), texel_m=0.006))
    return path


@pytest.fixture(scope="module")
def finished(video: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """A finished run, and its events."""
    out = tmp_path_factory.mktemp("run") / "scene"
    done = reelscape("run", video, "--out", out, "--events", "--keep", *QUICK)
    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    yield out, [json.loads(line) for line in done.stdout.splitlines()]


def test_products_are_all_there_and_agree(finished: tuple[Path, Any]) -> None:
    out, _ = finished
    report = read_report(out)
    assert report["status"] == "finished" and report["error"] is None
    assert report["poses"]["num_registered"] == report["poses"]["num_images"] == report["frames"]["num_selected"] == 24
    gaussians = read_ply(out / "scene.ply")
    assert len(gaussians) == len(read_spz(out / "scene.spz")) == report["train"]["num_gaussians"] <= 10_000
    assert report["train"]["psnr_db"] > tolerances.SMALL_RUN_PSNR_DB
    names = sorted(path.name for path in (out / "images").iterdir())
    assert all(re.fullmatch(r"frame_\d{6}\.jpg", name) for name in names) and len(names) == 24
    assert sorted(read_transforms(out / "transforms.json").image_names) == names
    assert (out / "turntable.mp4").read_bytes()[4:8] == b"ftyp"
    assert np.asarray(Image.open(out / "preview.jpg")).std() > 20
    assert set(report["preview"]["view"]) == {"position", "look_at", "up"}
    assert set(report["artifacts"]) == {path.name for path in out.iterdir()} - {"report.json", "reports", "work"}
    assert [stage["name"] for stage in report["stages"]] == ["frames", "poses", "train", "mesh", "export", "preview"]


def test_held_out_views_score_what_the_report_says(finished: tuple[Path, Any]) -> None:
    out, _ = finished
    renders = sorted((out / "eval" / "render").glob("*.png"))
    assert len(renders) == read_report(out)["train"]["num_eval_images"] == 3
    scores = []
    for render in renders:
        a, b = (np.asarray(Image.open(p), float) for p in (render, out / "eval" / "photo" / render.name))
        assert a.shape == b.shape
        scores.append(10 * np.log10(255**2 / ((a - b) ** 2).mean()))
    assert np.mean(scores) == pytest.approx(read_report(out)["train"]["psnr_db"], abs=1e-3)


def test_cameras_agree_with_the_truth(finished: tuple[Path, Any], video: Path) -> None:
    out, _ = finished
    fit = align_cameras(read_transforms(out / "transforms.json"), read_cameras(truth_dir(video)))
    assert fit.center_rmse_share < tolerances.SAMPLE_CENTERS_SHARE
    assert fit.median_rotation_deg < tolerances.SAMPLE_ROTATIONS_DEG
    assert fit.up_error_deg < tolerances.SAMPLE_UP_DEG


def test_events_tell_the_whole_story(finished: tuple[Path, list[dict[str, Any]]]) -> None:
    out, events = finished
    assert [event["stage"] for event in events if event["event"] == "started"] == [
        stage["name"] for stage in read_report(out)["stages"]
    ]
    overall = [event["overall"] for event in events if event["event"] == "progress"]
    assert overall == sorted(overall) and overall[-1] == 1.0
    snapshots = [event for event in events if event["event"] == "snapshot"]
    assert len(snapshots) >= 5
    assert read_spz(Path(snapshots[-1]["path"])).sh_degree == 0
    assert events[-1] == {"event": "ended", "stage": "run", "status": "finished", "error": None}


def test_resume_after_success_does_nothing_again(finished: tuple[Path, Any], video: Path, tmp_path: Path) -> None:
    out = tmp_path / "scene"
    shutil.copytree(finished[0], out)
    before = {path.name: path.read_bytes() for path in (out / "reports").iterdir()}
    done = reelscape("run", video, "--out", out, "--resume", "--keep", *QUICK)
    assert done.returncode == 0 and done.stderr.count("reused") == 6
    assert {path.name: path.read_bytes() for path in (out / "reports").iterdir()} == before


def closed_pipe() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


def lost_terminal() -> int:
    leader, follower = os.openpty()
    os.close(leader)
    return follower


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("broken", [closed_pipe, full_disk, lost_terminal])
def test_a_reader_that_goes_away_does_not_fail_the_run(
    stream: str, broken: Callable[[], int], finished: tuple[Path, Any], video: Path, tmp_path: Path
) -> None:
    out = tmp_path / "scene"
    shutil.copytree(finished[0], out)
    events = ["--events"] if stream == "stdout" else []
    descriptor = broken()
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {stream: descriptor}
    command = [*COMMAND, "run", str(video), "--out", str(out), "--resume", "--keep", *QUICK, *events]
    done = subprocess.run(command, timeout=60, check=False, **streams)
    os.close(descriptor)
    assert done.returncode == 0 and not done.stderr and not done.stdout
    assert read_report(out)["status"] == "finished"


def test_killed_in_training_and_resumed_gives_the_same_scene(
    finished: tuple[Path, Any], video: Path, tmp_path: Path
) -> None:
    out = tmp_path / "scene"
    shutil.copytree(finished[0], out)
    for name in ("train", "mesh", "export", "preview"):
        (out / "reports" / f"{name}.json").unlink()
    poses = (out / "reports" / "poses.json").read_bytes()
    often = ["--set", "train.checkpoint_every_s=0.2"]
    arguments = [*COMMAND, "run", str(video), "--out", str(out), "--resume", "--keep", *QUICK, *often]
    checkpoint = out / "work" / "train" / "checkpoint.npz"
    assert not checkpoint.exists()
    process = subprocess.Popen(arguments, stderr=subprocess.DEVNULL)
    wait_for(checkpoint.exists)
    time.sleep(0.3)
    assert process.poll() is None
    process.kill()
    process.wait()
    done = reelscape(*arguments[len(COMMAND) :], "--events")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    training = [event for event in events if event["event"] == "progress" and event["stage"] == "train"]
    assert training[0]["fraction"] > 0.01, "it began again"
    assert (out / "reports" / "poses.json").read_bytes() == poses
    assert (out / "scene.ply").read_bytes() == (finished[0] / "scene.ply").read_bytes()


@pytest.mark.parametrize(
    ("stage", "number"), [("poses", signal.SIGINT), ("poses", signal.SIGHUP), ("train", signal.SIGTERM)]
)
def test_a_stop_is_clean_and_quick(stage: str, number: signal.Signals, video: Path, tmp_path: Path) -> None:
    out = tmp_path / "scene"
    process = subprocess.Popen(
        [*COMMAND, "run", str(video), "--out", str(out), "--events", *QUICK], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "progress" and event["stage"] == stage and event["fraction"] > 0.02:
            break
    children = group_members(process.pid)
    process.send_signal(number)
    asked = time.monotonic()
    last = json.loads(process.stdout.read().splitlines()[-1])
    assert process.wait() == 130
    assert time.monotonic() - asked < tolerances.STOP_WITHIN_S
    process.stdout.close()
    assert last["event"] == "ended" and last["error"]["code"] == "cancelled"
    assert sorted(path.name for path in out.iterdir()) == ["report.json", "reports", "work"]
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "unreadable_media"), (b"#EXTM3U\nhttp://127.0.0.1:9/x.ts\n", "unreadable_media")]
)
def test_a_bad_file_is_refused_in_words(content: bytes, code: str, tmp_path: Path) -> None:
    bad = tmp_path / "-bad $HOME.mp4"
    bad.write_bytes(content)
    done = reelscape("run", "--out", tmp_path / "out", "--", bad)
    assert done.returncode == 1
    assert f"[{code}]" in done.stderr and "Traceback" not in done.stderr
    error = read_report(tmp_path / "out")["error"]
    assert error["code"] == code and error["message"] and error["advice"]


def test_refusals_before_the_run(video: Path, finished: tuple[Path, Any], tmp_path: Path) -> None:
    assert "out_dir_not_empty" in reelscape("run", video, "--out", finished[0]).stderr
    (tmp_path / "mine.txt").write_text("mine")
    done = reelscape("run", video, "--out", tmp_path, "--events")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "out_dir_not_ours"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert reelscape("run", video).returncode == 2


def test_doctor_and_help_work() -> None:
    done = reelscape("doctor")
    assert done.returncode == 0 and "kernel" in done.stdout
    assert "sample" in reelscape("--help").stdout

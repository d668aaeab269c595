"""kill -9 of a real run, once in every stage: it finishes, and no finished stage is made again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.live_service import LiveService, wait_for
from tests.service.made_work import STAGES

DATA = os.environ.get("REELSCAPE_DATA")
pytestmark = [
    pytest.mark.videos,
    pytest.mark.skipif(DATA is None or sys.platform != "linux", reason="needs REELSCAPE_DATA and /proc"),
]
SMALL_RUN = (
    sys.executable, "-P", "-m", "reelscape.cli", "run", "--frames", "24", "--set", "frames.max_side_px=480",
    "--set", "preview.turntable_frames=24", "--set", "train.checkpoint_every_s=1",
)  # fmt: skip
KILLED = {
    "frames": ("worker",),
    "poses": ("stage",),
    "train": ("run",),
    "export": ("worker",),
    "preview": ("serve", "web", "worker", "run"),
}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LiveService]:
    service = LiveService(tmp_path / "data", run_command=",".join(SMALL_RUN), preset="draft")
    try:
        service.start()
        yield service
    finally:
        service.end()


def test_a_real_run_survives_a_kill_in_every_stage(service: LiveService) -> None:
    assert DATA is not None
    video = (Path(DATA) / "videos" / "office_15fps.mp4").read_bytes()
    settings = {"training_max_num_gaussians": 10_000, "training_num_steps": 1000, "reconstruction_method": "colmap"}
    job_id = service.submit(video, **settings)
    reports = service.data_dir / "runs" / job_id / "reports"
    finished: dict[str, int] = {}
    for stage, roles in KILLED.items():
        wait_for(lambda: STAGES.index(service.row(job_id)["stage"] or "frames") >= STAGES.index(stage), 120)  # noqa: B023
        if roles == ("stage",):
            wait_for(lambda: service.pids("stage"), 20)
        finished |= {path.stem: path.stat().st_mtime_ns for path in reports.glob("*.json") if path.stem in STAGES}
        service.kill(*roles)
        wait_for(lambda: len(service.pids("run")) <= 1, 2.0)
        if "serve" in roles:
            wait_for(lambda: not service.pids(), 2.0)
            service.start()
    row = service.wait_status(job_id, "finished", 120)
    assert {"frames", "poses", "train"} <= set(finished)
    assert {stage: (reports / f"{stage}.json").stat().st_mtime_ns for stage in finished} == finished
    assert row["attempt"] >= len(KILLED) - 1 and row["percent_complete"] == 100
    assert "lookAt" in row["camera_data"] and '"z": 5.0' not in row["camera_data"]
    service.stop()
    assert not service.pids()

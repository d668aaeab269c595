"""Runs of a table of small stages: resume, fingerprints, failure, refusal, cancel."""

from __future__ import annotations

import errno
import json
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reelscape import errors, pipeline
from reelscape.config import PRESETS, ExportConfig, PosesConfig, RunConfig, TrainConfig
from reelscape.inputs import hash_input
from reelscape.pipeline import RunOptions, Stage
from reelscape.report import Ended, Event, Finished, Progress, Report
from reelscape.workspace import Workspace

RESUME = RunOptions(resume=True)


class Stages:
    """A table like the real one, of stages that only write their files; `ran` lists what ran, `fail` breaks one."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.fail: dict[str, BaseException] = {}

    def table(self) -> tuple[Stage, ...]:
        return tuple(replace(stage, run=self._runner(stage)) for stage in pipeline.STAGES)

    def _runner(self, stage: Stage) -> Any:
        def run(workspace: Workspace, config: RunConfig, report: Report, video: Path) -> dict[str, Any]:
            assert all(path.exists() for path in stage.inputs(workspace))
            report.progress(0.5, "half")
            self.ran.append(stage.name)
            if stage.name in self.fail:
                raise self.fail[stage.name]
            for path in stage.outputs(workspace):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"{stage.name}")
            return {"num_selected": 9, "psnr_db": None}

        return run


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> Stages:
    made = Stages()
    monkeypatch.setattr(pipeline, "STAGES", made.table())
    return made


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "in.mp4"
    path.write_bytes(b"video")
    return path


ALL = ["frames", "poses", "train", "mesh", "export", "preview"]


def test_a_run_publishes_reports_and_cleans_up(stages: Stages, video: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    summary = pipeline.run(video, tmp_path / "out", sink=events.append)
    assert stages.ran == ALL
    assert summary == json.loads((tmp_path / "out" / "report.json").read_text())
    assert summary["status"] == "finished" and summary["error"] is None
    assert [stage["name"] for stage in summary["stages"]] == ALL
    assert all(stage["wall_s"] >= 0 and stage["peak_rss_bytes"] > 0 for stage in summary["stages"])
    assert not (tmp_path / "out" / "work").exists()
    assert {"scene.ply", "scene.spz", "images", "sparse"} <= set(summary["artifacts"])
    overall = [event.overall for event in events if isinstance(event, Progress)]
    assert overall == sorted(overall) and overall[-1] == 1.0
    assert events[-1] == Ended("run", "finished", None)


def test_resume_of_a_finished_run_does_nothing(stages: Stages, video: Path, tmp_path: Path) -> None:
    pipeline.run(video, tmp_path / "out")
    stages.ran.clear()
    events: list[Event] = []
    summary = pipeline.run(video, tmp_path / "out", options=RESUME, sink=events.append)
    assert stages.ran == []
    assert summary["status"] == "finished" and "scene.ply" in summary["artifacts"]
    assert [event.reused for event in events if isinstance(event, Finished)] == [True] * 6


def test_changed_training_keeps_the_poses(stages: Stages, video: Path, tmp_path: Path) -> None:
    pipeline.run(video, tmp_path / "out")
    before = (tmp_path / "out" / "reports" / "poses.json").read_bytes()
    stages.ran.clear()
    pipeline.run(video, tmp_path / "out", PRESETS["draft"], RESUME)
    assert stages.ran == ["train", "mesh", "export", "preview"]
    assert (tmp_path / "out" / "reports" / "poses.json").read_bytes() == before


def test_changed_poses_make_the_frames_again_when_they_are_gone(stages: Stages, video: Path, tmp_path: Path) -> None:
    pipeline.run(video, tmp_path / "out")
    stages.ran.clear()
    pipeline.run(video, tmp_path / "out", RunConfig(poses=PosesConfig(method="glomap")), RESUME)
    assert stages.ran == ALL


def test_a_limit_does_not_make_anything_stale(stages: Stages, video: Path, tmp_path: Path) -> None:
    pipeline.run(video, tmp_path / "out")
    stages.ran.clear()
    pipeline.run(video, tmp_path / "out", RunConfig(train=TrainConfig(num_threads=3, checkpoint_every_s=1.0)), RESUME)
    assert stages.ran == []


def test_another_video_makes_everything_stale(stages: Stages, video: Path, tmp_path: Path) -> None:
    stages.fail["train"] = errors.TooFewPoints()
    with pytest.raises(errors.TooFewPoints):
        pipeline.run(video, tmp_path / "out")
    stages.fail.clear()
    stages.ran.clear()
    video.write_bytes(b"another")
    pipeline.run(video, tmp_path / "out", options=RESUME)
    assert stages.ran == ALL


def test_a_finished_scene_is_not_given_up_for_another_video(stages: Stages, video: Path, tmp_path: Path) -> None:
    pipeline.run(video, tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    video.write_bytes(b"another")
    with pytest.raises(errors.OutDirOtherInput):
        pipeline.run(video, tmp_path / "out", options=RESUME)
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before


def test_a_mistyped_input_does_not_take_the_folder(stages: Stages, video: Path, tmp_path: Path) -> None:
    with pytest.raises(errors.InputNotFound):
        pipeline.run(tmp_path / "typo.mp4", tmp_path / "out")
    pipeline.run(video, tmp_path / "out")
    assert stages.ran == ALL


def test_a_listener_that_breaks_at_the_end_changes_nothing(stages: Stages, video: Path, tmp_path: Path) -> None:
    def listen(event: Event) -> None:
        if isinstance(event, Ended):
            raise ValueError

    assert pipeline.run(video, tmp_path / "out", sink=listen)["status"] == "finished"


def test_something_else_than_a_configuration_is_refused(stages: Stages, video: Path, tmp_path: Path) -> None:
    with pytest.raises(errors.BadSetting, match="RunConfig"):
        pipeline.run(video, tmp_path / "out", "draft")  # type: ignore[arg-type]


def test_a_lost_product_is_made_again(stages: Stages, video: Path, tmp_path: Path) -> None:
    pipeline.run(video, tmp_path / "out")
    stages.ran.clear()
    (tmp_path / "out" / "scene.spz").unlink()
    pipeline.run(video, tmp_path / "out", options=RESUME)
    assert stages.ran == ["export", "preview"]


def test_a_failure_leaves_no_product_and_resumes(stages: Stages, video: Path, tmp_path: Path) -> None:
    stages.fail["train"] = errors.TooFewPoints()
    with pytest.raises(errors.TooFewPoints):
        pipeline.run(video, tmp_path / "out")
    assert sorted(found.name for found in (tmp_path / "out").iterdir()) == ["report.json", "reports", "work"]
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["status"] == "failed" and report["error"]["code"] == "too_few_points"
    assert report["frames"] and report["train"] == {}
    stages.fail.clear()
    stages.ran.clear()
    pipeline.run(video, tmp_path / "out", options=RESUME)
    assert stages.ran == ["train", "mesh", "export", "preview"]


def test_a_fault_becomes_an_unexpected_error_with_a_log(stages: Stages, video: Path, tmp_path: Path) -> None:
    stages.fail["poses"] = ZeroDivisionError("oops")
    with pytest.raises(errors.UnexpectedError, match="ZeroDivisionError: oops"):
        pipeline.run(video, tmp_path / "out")
    assert "ZeroDivisionError" in (tmp_path / "out" / "work" / "logs" / "run.log").read_text()


def test_cancel_is_reported_and_resumes(stages: Stages, video: Path, tmp_path: Path) -> None:
    cancel = threading.Event()

    def stop_in_train(event: Event) -> None:
        if event.stage == "train":
            cancel.set()

    with pytest.raises(errors.Cancelled):
        pipeline.run(video, tmp_path / "out", sink=stop_in_train, cancel=cancel)
    assert json.loads((tmp_path / "out" / "report.json").read_text())["error"]["code"] == "cancelled"
    stages.ran.clear()
    pipeline.run(video, tmp_path / "out", options=RESUME)
    assert stages.ran == ["train", "mesh", "export", "preview"]


def test_folders_that_are_not_ours_are_not_touched(stages: Stages, video: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "holiday"
    foreign.mkdir()
    (foreign / "photo.jpg").write_bytes(b"x")
    for options in (RunOptions(), RESUME):
        with pytest.raises(errors.OutDirNotOurs):
            pipeline.run(video, foreign, options=options)
    assert [found.name for found in foreign.iterdir()] == ["photo.jpg"]


def test_an_earlier_run_is_refused_without_resume(stages: Stages, video: Path, tmp_path: Path) -> None:
    pipeline.run(video, tmp_path / "out")
    with pytest.raises(errors.OutDirNotEmpty):
        pipeline.run(video, tmp_path / "out")


def test_two_runs_do_not_share_a_folder(stages: Stages, video: Path, tmp_path: Path) -> None:
    caught: list[Exception] = []

    def start_another(event: Event) -> None:
        if isinstance(event, Finished) and event.stage == "frames":
            try:
                pipeline.run(video, tmp_path / "out", options=RESUME)
            except errors.OutDirBusy as error:
                caught.append(error)

    pipeline.run(video, tmp_path / "out", sink=start_another)
    assert len(caught) == 1


def test_missing_input_and_bad_settings(stages: Stages, video: Path, tmp_path: Path) -> None:
    with pytest.raises(errors.InputNotFound):
        pipeline.run(tmp_path / "no.mp4", tmp_path / "out")
    with pytest.raises(errors.BadSetting, match=r"train\.num_steps is 3"):
        pipeline.run(video, tmp_path / "other", RunConfig(train=TrainConfig(num_steps=3)))
    with pytest.raises(errors.BadSetting, match="magic"):
        pipeline.run(video, tmp_path / "other", RunConfig(poses=PosesConfig(method="magic")))
    assert not (tmp_path / "other").exists()


def test_settings_by_name() -> None:
    config = RunConfig().with_settings({"train.seed": "7", "poses.method": "glomap", "train.num_steps": 500})
    assert (config.train.seed, config.poses.method, config.train.num_steps) == (7, "glomap", 500)
    assert RunConfig().with_settings(config.by_name()) == config


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("train.magic", 1), ("train", 1), ("train.num_steps", "many"), ("train.num_steps", 800.5),
        ("train.num_steps", True), ("train.seed", -1), ("train.full_size_share", "nan"), ("frames.num_frames", 3),
    ],
)  # fmt: skip
def test_settings_that_are_refused(name: str, value: object) -> None:
    with pytest.raises(errors.BadSetting):
        RunConfig().with_settings({name: value})


def test_a_resume_finds_the_settings_of_the_earlier_run(stages: Stages, video: Path, tmp_path: Path) -> None:
    config = RunConfig(export=ExportConfig(spz_version=2))
    pipeline.run(video, tmp_path / "out", config)
    assert pipeline.stored_config(tmp_path / "out") == config
    assert pipeline.stored_config(tmp_path) is None


def test_a_foreign_folder_with_reports_in_it_is_not_ours(stages: Stages, video: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "reports").mkdir(parents=True)
    (project / "report.json").write_text("{}")
    (project / "images").mkdir()
    for options in (RunOptions(), RESUME):
        with pytest.raises(errors.OutDirNotOurs):
            pipeline.run(video, project, options=options)
    assert sorted(path.name for path in project.iterdir()) == ["images", "report.json", "reports"]


def test_a_mistyped_input_leaves_a_finished_scene_alone(stages: Stages, video: Path, tmp_path: Path) -> None:
    pipeline.run(video, tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    with pytest.raises(errors.InputNotFound):
        pipeline.run(tmp_path / "typo.mp4", tmp_path / "out", options=RESUME)
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before


def test_the_output_may_not_lie_inside_the_input(stages: Stages, tmp_path: Path) -> None:
    (tmp_path / "album").mkdir()
    with pytest.raises(errors.OutDirInsideInput):
        pipeline.run(tmp_path / "album", tmp_path / "album" / "scene")
    assert not (tmp_path / "album" / "scene").exists()


def test_an_output_that_is_a_file_is_refused(stages: Stages, video: Path) -> None:
    with pytest.raises(errors.OutDirUnwritable):
        pipeline.run(video, video)


def test_inputs_that_cannot_be_opened(stages: Stages, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(errors.InputUnreadable):
        pipeline.run(tmp_path / "pipe.mp4", tmp_path / "out")


def test_a_photo_folder_is_known_by_content_and_names(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff.jpg")).write_bytes(b"1")
    first = hash_input(tmp_path)
    assert first["size_bytes"] == 1
    (tmp_path / "b.jpg").write_bytes(b"2")
    assert hash_input(tmp_path)["sha256"] != first["sha256"]


def test_a_failed_stage_stands_in_the_report(stages: Stages, video: Path, tmp_path: Path) -> None:
    stages.fail["poses"] = errors.CameraStill()
    with pytest.raises(errors.CameraStill):
        pipeline.run(video, tmp_path / "out")
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [stage["name"] for stage in report["stages"]] == ["frames", "poses"]
    assert not (tmp_path / "out" / "reports" / "poses.json").exists()


def test_ctrl_c_in_a_program_of_one_s_own_is_reported(stages: Stages, video: Path, tmp_path: Path) -> None:
    stages.fail["train"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        pipeline.run(video, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "report.json").read_text())["error"]["code"] == "cancelled"


def test_a_full_disk_is_reported_as_such(stages: Stages, video: Path, tmp_path: Path) -> None:
    stages.fail["train"] = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(errors.DiskFull):
        pipeline.run(video, tmp_path / "out")

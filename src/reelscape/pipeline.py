"""A run: the ordered table of stages, what of an earlier run still holds, and one report at the end."""

from __future__ import annotations

import fcntl
import os
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reelscape.config import PRESETS, RunConfig, fingerprint, validate
from reelscape.errors import (
    DiskFull,
    OutDirBusy,
    OutDirNotEmpty,
    OutDirNotOurs,
    OutOfMemory,
    ReelscapeError,
    UnexpectedError,
)
from reelscape.media.hashing import hash_input
from reelscape.report import Ended, Event, Finished, Progress, Report, Sink, Started
from reelscape.resources import Meter
from reelscape.stages import export, frames, poses, preview, train
from reelscape.workspace import Workspace, remove

Facts = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """One row of the table.

    `share` is its usual part of a run's time; `version` changes when its results do; `inputs` are the paths that must
    be there before it can run, `outputs` those it leaves.
    """

    name: str
    share: float
    version: int
    settings: Callable[[RunConfig], Any]
    run: Callable[[Workspace, RunConfig, Report, Path], Facts]
    inputs: Callable[[Workspace], list[Path]]
    outputs: Callable[[Workspace], list[Path]]


STAGES = (
    Stage(
        "frames", 0.06, 1, lambda c: c.frames,
        lambda w, c, r, video: frames.run(w, c.frames, r, video),
        lambda w: [],
        lambda w: [w.frames_dir, w.frames_index_path],
    ),
    Stage(
        "poses", 0.30, 1, lambda c: c.poses,
        lambda w, c, r, video: poses.run(w, c.poses, r),
        lambda w: [w.frames_dir, w.frames_index_path],
        lambda w: [w.images_dir, w.sparse_dir],
    ),
    Stage(
        "train", 0.55, 1, lambda c: c.train,
        lambda w, c, r, video: train.run(w, c.train, r),
        lambda w: [w.images_dir, w.sparse_dir],
        lambda w: [w.scene_ply_path],
    ),
    Stage(
        "export", 0.02, 1, lambda c: c.export,
        lambda w, c, r, video: export.run(w, c.export, r),
        lambda w: [w.scene_ply_path, w.sparse_dir],
        lambda w: [w.scene_spz_path, w.transforms_path],
    ),
    Stage(
        "preview", 0.07, 1, lambda c: c.preview,
        lambda w, c, r, video: preview.run(w, c.preview, r),
        lambda w: [w.scene_ply_path, w.sparse_dir],
        lambda w: [w.preview_path, w.turntable_path],
    ),
)  # fmt: skip


@dataclass(frozen=True)
class RunOptions:
    """How a run treats its folder: go on with an earlier run (`resume`), keep what only the pipeline needs (`keep`)."""

    resume: bool = False
    keep: bool = False


FRESH = RunOptions()


def run(
    input_path: Path | str,
    out_dir: Path | str,
    config: RunConfig = PRESETS["balanced"],
    options: RunOptions = FRESH,
    sink: Sink = lambda event: None,
    cancel: threading.Event | None = None,
) -> dict[str, Any]:
    """Turn a video, a folder or a zip of photos into a scene under `out_dir`; returns what report.json holds.

    `sink` is called with every event, `cancel` stops the run. Raises an error of the tree in `reelscape.errors`; the
    same error stands in report.json unless the folder itself was refused (OutputError) or a setting was (BadSetting).
    """
    validate(config)
    workspace = Workspace(out_dir)
    with _claimed(workspace, options):
        return _Run(Path(input_path), workspace, config, sink, cancel or threading.Event()).go(options.keep)


@contextmanager
def _claimed(workspace: Workspace, options: RunOptions) -> Iterator[None]:
    """Hold the run folder: refuse one that is not ours, not empty, or in use."""
    root = workspace.root
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DiskFull(f"The folder {root} cannot be made: {error.strerror}.") from error
    if any(root.iterdir()) and not workspace.reports_dir.is_dir():
        raise OutDirNotOurs(f"The folder {root} holds files that no run of this program made.")
    handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutDirBusy(f"Another run is working in {root}.") from error
        if workspace.reports_dir.is_dir() and not options.resume:
            raise OutDirNotEmpty(f"The folder {root} already holds a run.")
        yield
    finally:
        os.close(handle)


class _Run:
    """One run through the stages."""

    def __init__(
        self, input_path: Path, workspace: Workspace, config: RunConfig, sink: Sink, cancel: threading.Event
    ) -> None:
        self._input_path, self._workspace, self._config = input_path, workspace, config
        self._sink, self._cancel = sink, cancel
        self._input: Facts = {"name": input_path.name}
        self._reports: dict[str, Facts] = {}

    def go(self, keep: bool) -> dict[str, Any]:
        """Run what must be run, publish the products, write report.json whatever happens."""
        error: ReelscapeError | None = None
        try:
            self._workspace.reports_dir.mkdir(parents=True, exist_ok=True)
            remove(self._workspace.report_path)
            self._workspace.reopen()
            self._run_stages()
            artifacts = self._workspace.publish()
            if not keep:
                self._workspace.drop_work()
        except Exception as raised:  # the border: whatever happens, the report says it
            error, artifacts = self._coded(raised), []
        summary = self._summary(error, artifacts)
        self._write_summary(summary)
        self._sink(Ended("run", summary["status"], summary["error"]))
        if error:
            raise error
        return summary

    def _run_stages(self) -> None:
        self._input |= hash_input(self._input_path)
        first = self._first_stale()
        for position, stage in enumerate(STAGES):
            if position < first:
                self._reports[stage.name] = self._workspace.read_json(self._workspace.stage_report_path(stage.name))
                self._sink(Finished(stage.name, 0.0, reused=True))
            else:
                self._run_stage(position, stage)

    def _first_stale(self) -> int:
        """Position of the first stage to run: its report does not hold any more, or a later one lacks its inputs."""
        stale = [not self._holds(position) for position in range(len(STAGES))]
        first = stale.index(True) if True in stale else len(STAGES)
        while 0 < first < len(STAGES) and not all(path.exists() for path in STAGES[first].inputs(self._workspace)):
            first -= 1
        return first

    def _holds(self, position: int) -> bool:
        """Whether the stage was finished with these settings and inputs, and its products are still there."""
        stage, workspace = STAGES[position], self._workspace
        found = workspace.read_json(workspace.stage_report_path(stage.name)) or {}
        needed = [path for path in stage.outputs(workspace) if workspace.products_dir in path.parents]
        return found.get("fingerprint") == self._fingerprint(position) and all(path.exists() for path in needed)

    def _fingerprint(self, position: int) -> str:
        """Settings and versions of this stage and of all before it, and the input's hash."""
        chain = [
            [stage.name, stage.version, fingerprint(stage.settings(self._config))] for stage in STAGES[: position + 1]
        ]
        return fingerprint(chain, self._input["sha256"])

    def _run_stage(self, position: int, stage: Stage) -> None:
        workspace = self._workspace
        for later in STAGES[position:]:
            remove(workspace.stage_report_path(later.name))
        report = Report(stage.name, self._overall_sink(position), self._cancel)
        report.check()
        self._sink(Started(stage.name))
        meter = Meter()
        facts = stage.run(workspace, self._config, report, self._input_path)
        used = meter.read(report.child_peak_rss_bytes)
        self._reports[stage.name] = {
            "stage": stage.name,
            "fingerprint": self._fingerprint(position),
            **used,
            "warnings": report.warnings,
            "facts": facts,
        }
        workspace.write_json(workspace.stage_report_path(stage.name), self._reports[stage.name])
        report.progress(1.0, "done")
        self._sink(Finished(stage.name, used["wall_s"]))

    def _overall_sink(self, position: int) -> Sink:
        """The sink, with each stage's progress put into the whole run's."""
        before, total = sum(stage.share for stage in STAGES[:position]), sum(stage.share for stage in STAGES)
        share = STAGES[position].share

        def send(event: Event) -> None:
            if isinstance(event, Progress):
                event = replace(event, overall=round((before + share * event.fraction) / total, 4))
            self._sink(event)

        return send

    def _coded(self, raised: Exception) -> ReelscapeError:
        """The error of the tree for whatever was raised; the traceback of a fault goes to the log."""
        if isinstance(raised, ReelscapeError):
            return raised
        if isinstance(raised, MemoryError):
            return OutOfMemory()
        if isinstance(raised, OSError) and raised.errno in (
            13,
            27,
            28,
            30,
            122,
        ):  # no access, too large, full, read-only
            return DiskFull(f"{raised.strerror}: {raised.filename or self._workspace.root}.")
        try:
            with open(self._workspace.log_path("run"), "a", encoding="utf-8") as log:
                traceback.print_exception(raised, file=log)
        except OSError:
            pass
        return UnexpectedError(f"{type(raised).__name__}: {raised}")

    def _summary(self, error: ReelscapeError | None, artifacts: list[str]) -> dict[str, Any]:
        facts = {name: report["facts"] for name, report in self._reports.items()}
        return {
            "status": "failed" if error else "finished",
            "error": error.as_dict() if error else None,
            "input": self._input,
            "frames": facts.get("frames", {}),
            "poses": facts.get("poses", {}),
            "train": facts.get("train", {}),
            "stages": [
                {"name": name, **{key: report[key] for key in ("wall_s", "cpu_s", "peak_rss_bytes")}}
                for name, report in self._reports.items()
            ],
            "warnings": [warning for report in self._reports.values() for warning in report["warnings"]],
            "artifacts": artifacts,
        }

    def _write_summary(self, summary: dict[str, Any]) -> None:
        try:
            self._workspace.write_json(self._workspace.report_path, summary)
        except OSError:
            pass  # a full disk: the error itself still reaches the caller

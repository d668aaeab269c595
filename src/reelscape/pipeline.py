"""A run: the ordered table of stages, what of an earlier run still holds, and one report at the end."""

from __future__ import annotations

import fcntl
import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reelscape import __version__
from reelscape.config import PRESETS, RunConfig, fingerprint, validate
from reelscape.errors import (
    BadSetting,
    Cancelled,
    OutDirBusy,
    OutDirInsideInput,
    OutDirNotEmpty,
    OutDirNotOurs,
    OutDirOtherInput,
    OutDirUnwritable,
    ReelscapeError,
    UnexpectedError,
    coded,
)
from reelscape.inputs import check_input, hash_input
from reelscape.report import Ended, Event, Finished, Progress, Report, Sink, Started
from reelscape.resources import Meter
from reelscape.stages import export, frames, mesh, poses, preview, train
from reelscape.workspace import Workspace, read_json, remove, write_json

PROGRAM = "reelscape"
Facts = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """One row of the table.

    `share` is its usual part of a run's time; `version` changes when its results do; `inputs` are the paths that must
    be there before it can run, `outputs` those it may leave (its report says which it did).
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
        "frames", 0.05, 1, lambda c: c.frames,
        lambda w, c, r, video: frames.run(w, c.frames, r, video),
        lambda w: [],
        lambda w: [w.frames_dir, w.frames_index_path],
    ),
    Stage(
        "poses", 0.29, 1, lambda c: c.poses,
        lambda w, c, r, video: poses.run(w, c.poses, r),
        lambda w: [w.frames_dir, w.frames_index_path],
        lambda w: [w.images_dir, w.sparse_dir],
    ),
    Stage(
        "train", 0.50, train.VERSION, lambda c: c.train,
        lambda w, c, r, video: train.run(w, c.train, r),
        lambda w: [w.images_dir, w.sparse_dir],
        lambda w: [w.scene_ply_path],
    ),
    Stage(
        "mesh", 0.08, mesh.VERSION, lambda c: c.mesh,
        lambda w, c, r, video: mesh.run(w, c.mesh, r),
        lambda w: [w.scene_ply_path, w.sparse_dir],
        lambda w: w.mesh_paths,
    ),
    Stage(
        "export", 0.02, 1, lambda c: c.export,
        lambda w, c, r, video: export.run(w, c.export, r),
        lambda w: [w.scene_ply_path, w.sparse_dir],
        lambda w: [w.scene_spz_path, w.transforms_path],
    ),
    Stage(
        "preview", 0.06, 2, lambda c: c.preview,
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
    same error stands in report.json unless the folder was refused (OutputError), a setting was (BadSetting), or the
    input is not there (InputNotFound, InputUnreadable).
    """
    validate(config)
    workspace, source = Workspace(out_dir), Path(input_path)
    check_input(source)
    with _claimed(workspace, source, options):
        return _Run(source, workspace, config, sink, cancel or threading.Event()).go(options.keep)


def stored_config(out_dir: Path | str) -> RunConfig | None:
    """The settings of the earlier run in `out_dir`, if there is one."""
    found = read_json(Workspace(out_dir).run_path)
    if not isinstance(found, dict) or found.get("program") != PROGRAM:
        return None
    try:
        return RunConfig().with_settings(found["settings"])
    except (BadSetting, KeyError, TypeError, AttributeError):
        return None


@contextmanager
def _claimed(workspace: Workspace, source: Path, options: RunOptions) -> Iterator[None]:
    """Hold the run folder: refuse one that is not ours, holds a run already, is in use, or cannot be written."""
    root = workspace.root
    if source.is_dir() and root.resolve().is_relative_to(source.resolve()):
        raise OutDirInsideInput(f"The output folder {root} lies inside the input folder {source}.")
    if root.exists() and not root.is_dir():
        raise OutDirUnwritable(f"{root} is a file; --out needs a folder.")
    try:
        root.mkdir(parents=True, exist_ok=True)
        is_empty = next(root.iterdir(), None) is None
        handle = os.open(root, os.O_RDONLY)
    except OSError as error:
        raise OutDirUnwritable(f"The folder {root} cannot be used: {error.strerror}.") from error
    try:
        _lock(handle, root)
        found = read_json(workspace.run_path)
        is_ours = isinstance(found, dict) and found.get("program") == PROGRAM
        if not is_empty and not is_ours:
            raise OutDirNotOurs(f"The folder {root} holds files that no run of this program made.")
        if is_ours and not options.resume:
            raise OutDirNotEmpty(f"The folder {root} already holds a run.")
        yield
    finally:
        os.close(handle)


def _lock(handle: int, root: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutDirBusy(f"Another run is working in {root}.") from error
    except OSError:
        pass  # a file system without locks: two runs in one folder are then the caller's care


class _Run:
    """One run through the stages."""

    def __init__(
        self, source: Path, workspace: Workspace, config: RunConfig, sink: Sink, cancel: threading.Event
    ) -> None:
        self._source, self._workspace, self._config = source, workspace, config
        self._sink, self._cancel = sink, cancel
        self._input: Facts = {"name": source.name}
        self._reports: dict[str, Facts] = {}
        self._began_s = time.monotonic()
        self._is_open = False  # whether anything in the folder was changed

    def go(self, keep: bool) -> dict[str, Any]:
        """Run what must be run, publish the products, write report.json whatever happens."""
        try:
            if not self._workspace.run_path.exists():
                self._sign()
            self._run_stages()
            if not keep:
                self._workspace.drop_work()
        except BaseException as raised:  # the border: whatever happens, the report says it
            error = Cancelled() if isinstance(raised, KeyboardInterrupt) else self._coded(raised)
            self._end(error)
            if isinstance(raised, Exception):
                raise error from raised
            raise
        return self._end(None)

    def _end(self, error: ReelscapeError | None) -> dict[str, Any]:
        """Write report.json and say that the run is over."""
        summary = self._summary(error)
        if error is None or self._is_open or not self._workspace.published():
            try:
                write_json(self._workspace.report_path, summary)
            except OSError:  # a full disk: features can be found again, a report cannot
                remove(self._workspace.sfm_dir)
                with suppress(OSError):
                    write_json(self._workspace.report_path, summary)
        with suppress(Exception):  # whoever listens cannot undo a run that is over
            self._sink(Ended("run", summary["status"], summary["error"]))
        return summary

    def _run_stages(self) -> None:
        self._input |= hash_input(self._source, Report("run", cancel=self._cancel).check)
        self._refuse_another_input()
        first = self._first_stale()
        for stage in STAGES[:first]:
            self._reports[stage.name] = read_json(self._workspace.stage_report_path(stage.name))
            self._sink(Finished(stage.name, 0.0, reused=True))
        if first < len(STAGES):
            self._open()
            for position in range(first, len(STAGES)):
                self._run_stage(position)
            self._workspace.publish()

    def _refuse_another_input(self) -> None:
        """A finished scene is not given up for another video by mistake."""
        earlier = (read_json(self._workspace.run_path) or {}).get("input_sha256")
        if earlier and earlier != self._input["sha256"] and self._workspace.published():
            raise OutDirOtherInput(f"{self._workspace.root} holds the scene of another input than {self._source.name}.")

    def _open(self) -> None:
        """From here on the folder changes: take an earlier scene back into the making."""
        self._is_open = True
        self._sign()
        remove(self._workspace.report_path)
        self._workspace.reopen()

    def _sign(self) -> None:
        """Make the folder ours, and keep the settings for a resume that names none."""
        asked = {"program": PROGRAM, "version": __version__, "settings": self._config.by_name()}
        write_json(self._workspace.run_path, asked | {"input_sha256": self._input.get("sha256")})

    def _first_stale(self) -> int:
        """Position of the first stage to run: its report does not hold any more, or a later one lacks its inputs."""
        stale = [not self._holds(position) for position in range(len(STAGES))]
        first = stale.index(True) if True in stale else len(STAGES)
        while 0 < first < len(STAGES) and not self._are_there(STAGES[first].inputs(self._workspace)):
            first -= 1
        return first

    def _holds(self, position: int) -> bool:
        """Whether the stage was finished with these settings and inputs, and its products are still there."""
        workspace = self._workspace
        found = read_json(workspace.stage_report_path(STAGES[position].name)) or {}
        products = [workspace.products_dir / name for name in found.get("products", [])]
        return found.get("fingerprint") == self._fingerprint(position) and self._are_there(products)

    def _products(self, stage: Stage) -> list[str]:
        """Names of the products that the stage has left."""
        products_dir = self._workspace.products_dir
        made = [path for path in stage.outputs(self._workspace) if products_dir in path.parents and path.exists()]
        return [path.relative_to(products_dir).as_posix() for path in made]

    def _are_there(self, paths: list[Path]) -> bool:
        return all(self._workspace.find(path).exists() for path in paths)

    def _fingerprint(self, position: int) -> str:
        """Settings and versions of this stage and of all before it, and the input's hash."""
        chain = [
            [stage.name, stage.version, fingerprint(stage.settings(self._config))] for stage in STAGES[: position + 1]
        ]
        return fingerprint(chain, self._input["sha256"])

    def _run_stage(self, position: int) -> None:
        stage, workspace = STAGES[position], self._workspace
        for later in STAGES[position:]:
            remove(workspace.stage_report_path(later.name))
        report = Report(stage.name, self._overall_sink(position), self._cancel, run_began_s=self._began_s)
        report.check()
        self._sink(Started(stage.name))
        meter = Meter()
        record: Facts = {"stage": stage.name, "fingerprint": self._fingerprint(position), "facts": {}}
        try:
            record["facts"] = stage.run(workspace, self._config, report, self._source)
        finally:  # a stage that failed stands in report.json too, with what it cost and what it warned of
            self._reports[stage.name] = record
            record |= meter.read(report.child_peak_rss_bytes) | {"warnings": report.warnings}
        record["products"] = self._products(stage)
        write_json(workspace.stage_report_path(stage.name), record)
        report.progress(1.0, "done")
        self._sink(Finished(stage.name, record["wall_s"]))

    def _overall_sink(self, position: int) -> Sink:
        """The sink, with each stage's progress put into the whole run's."""
        before, total = sum(stage.share for stage in STAGES[:position]), sum(stage.share for stage in STAGES)
        share = STAGES[position].share

        def send(event: Event) -> None:
            if isinstance(event, Progress):
                event = replace(event, overall=round((before + share * event.fraction) / total, 4))
            self._sink(event)

        return send

    def _coded(self, raised: BaseException) -> ReelscapeError:
        """The error of the tree for whatever was raised; the traceback of a fault goes to the log."""
        error = coded(raised)
        if isinstance(error, UnexpectedError):
            try:
                path = self._workspace.log_path("run")
                path.parent.mkdir(parents=True, exist_ok=True)
                with open(path, "a", encoding="utf-8") as log:
                    traceback.print_exception(raised, file=log)
            except OSError:
                pass
        return error

    def _summary(self, error: ReelscapeError | None) -> dict[str, Any]:
        facts = {name: report["facts"] for name, report in self._reports.items()}
        return {
            "status": "failed" if error else "finished",
            "error": error.as_dict() if error else None,
            "input": self._input,
            "frames": facts.get("frames", {}),
            "poses": facts.get("poses", {}),
            "train": facts.get("train", {}),
            "mesh": facts.get("mesh", {}),
            "preview": facts.get("preview", {}),
            "stages": [
                {"name": name, **{key: report[key] for key in ("wall_s", "cpu_s", "peak_rss_bytes")}}
                for name, report in self._reports.items()
            ],
            "warnings": [warning for report in self._reports.values() for warning in report["warnings"]],
            "artifacts": [] if error else self._workspace.published(),
        }

"""Stands in for `reelscape run`: the same arguments, events, folder lock and lifelines; the video holds its plan.

The plan is JSON: `stage_s` seconds per stage, `train_s` of the training; `die` {stage: how often} kills itself there;
`fail` {stage: error}; `deaf` ignores SIGTERM; `big` bytes that each stage leaves; `exit` status without a word;
`frames` that it uses; `flat` makes no mesh; `snapshots` how many early scenes the training shows, one after the other;
`spz` an SPZ in base64 for them and for the scene.
Each stage runs in a child with a session and a lifeline of its own, as real ones do, and is noted in diary.txt.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from reelscape.lifeline import die_with_parent

STAGES = {"frames": 0.05, "poses": 0.29, "train": 0.50, "mesh": 0.08, "export": 0.02, "preview": 0.06}
FILES = ("scene.ply", "scene.spz", "transforms.json", "preview.jpg", "turntable.mp4")
MESHES = ("mesh.glb", "mesh.obj", "mesh.ply")
VIEW = {"position": [1.0, 2.0, 3.0], "look_at": [0.0, 0.5, -1.0], "up": [0.0, -1.0, 0.0]}
CANCELLED = {"code": "cancelled", "message": "The run was stopped on request.", "advice": "Use --resume."}

_STAGE_CHILD = """
import fcntl, os, sys, time
from reelscape.lifeline import die_with_parent
die_with_parent()
lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # another copy of a stage: an error that the run notes
time.sleep(float(sys.argv[2]))
"""


class Stop(Exception):
    pass


def say(event: str, stage: str, **fields: Any) -> None:
    print(json.dumps({"event": event, "stage": stage, **fields}), flush=True)


def main() -> None:
    video, options = Path(sys.argv[1]), sys.argv[2:]
    if "--lifeline" in options:
        die_with_parent()
    plan = json.loads(video.read_text())
    signal.signal(signal.SIGTERM, signal.SIG_IGN if plan.get("deaf") else stop)
    if "exit" in plan:
        print("Usage: no such option", file=sys.stderr)
        sys.exit(plan["exit"])
    root = Path(options[options.index("--out") + 1])
    root.mkdir(parents=True, exist_ok=True)
    lock = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        end({"code": "out_dir_busy", "message": f"Another run is working in {root}.", "advice": "Wait."})
    if any(root.iterdir()) and not (root / "reports").exists():
        end({"code": "out_dir_not_ours", "message": f"The folder {root} holds files.", "advice": "Use --out."})
    (root / "reports").mkdir(exist_ok=True)
    note(root, "arguments " + " ".join(options))
    try:
        error = run(root, plan)
    except Stop:
        error = CANCELLED
    (root / "report.json").write_text(
        json.dumps({"status": "failed" if error else "finished", "error": error} | more(plan))
    )
    end(error)


def more(plan: dict[str, Any]) -> dict[str, Any]:
    return {"preview": {"view": VIEW}} | plan.get("report", {})


def run(root: Path, plan: dict[str, Any]) -> dict[str, str] | None:
    before = 0.0
    for stage, share in STAGES.items():
        if (root / "reports" / f"{stage}.json").exists():
            say("finished", stage, wall_s=0.0, reused=True)
        else:
            say("started", stage)
            work(root, plan, stage, (before, share))
            if stage in plan.get("fail", {}):
                return dict(plan["fail"][stage])
            (root / "reports" / f"{stage}.json").write_text(json.dumps({"facts": facts(plan, stage)}))
            say("finished", stage, wall_s=0.1)
        before += share
    for name in FILES if plan.get("flat") else FILES + MESHES:
        (root / name).write_text(f"{name} of {os.getpid()}")
    if "spz" in plan:
        (root / "scene.spz").write_bytes(splats(plan))
    return None


def facts(plan: dict[str, Any], stage: str) -> dict[str, Any]:
    return {"num_selected": plan.get("frames", 20)} if stage == "frames" else {}


def work(root: Path, plan: dict[str, Any], stage: str, span: tuple[float, float]) -> None:
    note(root, f"begin {stage} {os.getpid()}")
    stage_s = plan.get("train_s" if stage == "train" else "", plan.get("stage_s", 0.0))
    program = [sys.executable, "-c", _STAGE_CHILD, str(root / "stage.lock"), str(stage_s)]
    child = subprocess.Popen(program, stdin=subprocess.PIPE, start_new_session=True)
    to_show = iter(range(1, plan.get("snapshots", 0) + 1) if stage == "train" else ())
    pause_s = stage_s / (plan.get("snapshots", 0) + 1)
    due_s = time.monotonic()
    try:
        while True:
            if time.monotonic() >= due_s and (step := next(to_show, 0)):
                show(root, plan, step)
                due_s += pause_s
            say("progress", stage, fraction=0.5, overall=round(span[0] + span[1] / 2, 4), message=f"half of {stage}")
            die_as_planned(root, plan, stage)
            try:
                status = child.wait(0.05)
                break
            except subprocess.TimeoutExpired:
                pass
    finally:
        child.kill()
        child.wait()
    if plan.get("big"):
        (root / "work").mkdir(exist_ok=True)
        (root / "work" / stage).write_bytes(bytes(plan["big"]))
    note(root, f"end {stage}" if status == 0 else f"OVERLAP {stage}")


def show(root: Path, plan: dict[str, Any], step: int) -> None:
    path = root / "work" / "snapshots" / f"step_{step}.spz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(splats(plan) or f"snapshot {step}".encode())
    say("snapshot", "train", path=str(path), step=step, num_gaussians=1, psnr_db=20.0)


def splats(plan: dict[str, Any]) -> bytes:
    return base64.b64decode(plan.get("spz", ""))


def die_as_planned(root: Path, plan: dict[str, Any], stage: str) -> None:
    deaths = (root / "diary.txt").read_text().count(f"death {stage}")
    if deaths < plan.get("die", {}).get(stage, 0):
        note(root, f"death {stage}")
        os.kill(os.getpid(), signal.SIGKILL)


def note(root: Path, line: str) -> None:
    with open(root / "diary.txt", "a") as diary:
        diary.write(line + "\n")


def stop(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stop


def end(error: dict[str, str] | None) -> None:
    say("ended", "run", status="failed" if error else "finished", error=error)
    sys.exit((130 if error["code"] == "cancelled" else 1) if error else 0)


if __name__ == "__main__":
    main()

"""One claim, one run: every way that a run can end, with a stand-in for the real one."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import threading
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from tests.service.made_jobs import made_product
from tests.service.made_work import (
    STAGES,
    blobs,
    configure,
    diary,
    on_event,
    queued_job,
    work_once,
    work_until_over,
)

from reelscape.errors import (
    Cancelled,
    DiskFull,
    InputError,
    OutDirBusy,
    OutDirUnwritable,
    PosesError,
    RunError,
    TrainError,
    by_code,
)
from reelscape.jobs import engine, quota, runner, verbs
from reelscape.jobs.advice import SERVICE_ADVICE, advice
from reelscape.jobs.camera import first_camera, opening_camera
from reelscape.jobs.files import run_dir, store
from reelscape.jobs.models import Delivery, Job
from reelscape.jobs.publication import PRODUCTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(settings: Any) -> User:
    configure(settings)
    return User.objects.create_user("ann")


def error(code: str, message: str = "It went wrong.") -> dict[str, str]:
    return {"code": code, "message": message, "advice": "Use --resume."}


def whole(stage: str) -> list[str]:
    return [f"begin {stage}", f"end {stage}"]


ALL_ONCE = [line for stage in STAGES for line in whole(stage)]


def test_a_job_becomes_products(ann: User) -> None:
    job = work_until_over(queued_job(ann, {}))
    assert (job.status, job.percent_complete, job.overall, job.message) == ("finished", 100.0, 1.0, "")
    assert {asset.name for asset in job.products.all()} == set(PRODUCTS)
    ply = job.products.get(name="ply")
    assert ply.key == f"jobs/{job.id}/1/scene.ply"
    assert (ply.extension, ply.size_bytes) == ("ply", (run_dir(job.id) / "scene.ply").stat().st_size)
    assert job.products.get(name="preview").content_type == "image/jpeg"
    assert len(blobs(job)) == len(PRODUCTS)
    assert job.report is not None and job.report["status"] == "finished"
    assert diary(job) == ALL_ONCE


def test_the_settings_of_the_job_reach_the_run(ann: User, settings: Any) -> None:
    configure(settings, preset="draft", num_threads=2)
    job = work_until_over(queued_job(ann, {}, method="colmap", max_gaussians=12_345, num_steps=77))
    arguments = (run_dir(job.id) / "diary.txt").read_text().splitlines()[0].split()
    given = dict(itertools.pairwise(arguments))
    assert given["--out"] == str(run_dir(job.id))
    assert (given["--preset"], given["--method"], given["--threads"]) == ("draft", "colmap", "2")
    assert (given["--max-gaussians"], given["--steps"]) == ("12345", "77")
    assert {"--events", "--lifeline", "--resume", "--keep"} <= set(arguments)


def test_without_a_run_command_it_is_this_program(ann: User, settings: Any) -> None:
    configure(settings)
    settings.REELSCAPE = type(settings.REELSCAPE)()
    program = runner.run_program(queued_job(ann, {}))
    assert program[1:5] == ["-P", "-m", "reelscape.cli", "run"]


@pytest.mark.parametrize(
    ("numbers", "preset"),
    [
        ((40_000, 600), "draft"),
        ((200_000, 6000), "best"),
        ((200_000, 7000), "balanced"),
        ((80_000, 2000), "balanced"),
    ],
)
def test_a_quality_is_the_whole_preset(ann: User, settings: Any, numbers: tuple[int, int], preset: str) -> None:
    configure(settings)
    settings.REELSCAPE = type(settings.REELSCAPE)()
    job = queued_job(ann, {})
    job.max_gaussians, job.num_steps = numbers
    program = runner.run_program(job)
    assert program[program.index("--preset") + 1] == preset


def test_the_row_follows_the_run(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued_job(ann, {"stage_s": 0.2})
    seen: list[tuple[str, float, float | None, str]] = []

    def look(event: dict[str, Any]) -> None:
        row = Job.objects.get(id=job.id)
        seen.append((row.stage, row.overall, row.percent_complete, row.message))

    on_event(monkeypatch, look)
    work_until_over(job)
    assert {stage for stage, *_ in seen} == {"", *STAGES}
    assert [overall for _, overall, *_ in seen] == sorted(overall for _, overall, *_ in seen)
    percents = [percent for *_, percent, _ in seen]
    assert percents[0] is None
    assert all(percent is None for (stage, _, percent, _) in seen if stage in ("frames", "poses"))
    given = [percent for percent in percents if percent is not None]
    assert given == sorted(given) and 0 < given[0] < given[-1] < 100
    assert "finding the camera path" in {message for *_, message in seen}


def test_an_error_of_the_run_fails_the_job(ann: User) -> None:
    job = queued_job(ann, {"fail": {"poses": error("camera_still", "The camera hardly moved.")}})
    job.webhook_url = "https://example.org"
    job.save()
    work_until_over(job)
    assert (job.status, job.error_code, job.error_message) == ("failed", "camera_still", "The camera hardly moved.")
    assert job.advice == by_code()["camera_still"].advice
    assert job.report is not None and job.report["error"]["code"] == "camera_still"
    assert job.stage == "poses" and run_dir(job.id).exists() and not blobs(job)
    assert Delivery.objects.get(job=job).event == "job.failed"


@pytest.mark.parametrize("code", ["time_limit", "unexpected_error", "bad_setting"])
def test_advice_is_for_users_of_the_service(ann: User, code: str) -> None:
    job = work_until_over(queued_job(ann, {"fail": {"train": error(code)}}))
    assert (job.error_code, job.advice) == (code, SERVICE_ADVICE[code])


def test_no_error_of_a_run_is_told_with_words_of_the_command_line() -> None:
    kinds = by_code().values()
    of_runs = [kind for kind in kinds if issubclass(kind, InputError | PosesError | TrainError | RunError)]
    told = {kind.code: advice(kind()) for kind in [*of_runs, DiskFull, OutDirUnwritable, OutDirBusy]}
    assert set(SERVICE_ADVICE) <= set(told)
    assert [code for code, text in told.items() if "--" in text or "work/logs" in text] == []


def test_no_place_of_the_machine_is_told(ann: User) -> None:
    job = queued_job(ann, {})
    assert job.video is not None
    path = store().path(job.video.key)
    said = error("unreadable_media", f"{path} and {path.name} in {run_dir(job.id)}/work of {run_dir(job.id)}.")
    path.write_text(json.dumps({"fail": {"frames": said}}))
    assert work_until_over(job).error_message == "the video and the video in work of the run."


def test_a_crash_is_tried_again_from_its_stage(ann: User) -> None:
    job = work_until_over(queued_job(ann, {"die": {"train": 2, "preview": 1}}))
    assert job.status == "finished" and job.attempt == 4
    deaths = ["begin train", "death train"]
    preview = ["begin preview", "death preview"]
    frames_poses = whole("frames") + whole("poses")
    assert diary(job) == [
        *frames_poses,
        *deaths,
        *deaths,
        *whole("train"),
        *whole("mesh"),
        *whole("export"),
        *preview,
        *whole("preview"),
    ]
    assert all(key.startswith(f"jobs/{job.id}/4/") for key in blobs(job))


def test_percent_never_falls_over_a_crash(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued_job(ann, {"die": {"preview": 1}, "stage_s": 0.1})
    work_once()
    job.refresh_from_db()
    reached = job.percent_complete
    assert job.status == "queued" and reached is not None and reached > 80
    seen: list[float | None] = []
    on_event(monkeypatch, lambda event: seen.append(Job.objects.get(id=job.id).percent_complete))
    work_until_over(job)
    assert seen and all(percent is not None and percent >= reached for percent in seen)


def test_a_run_that_always_dies_fails_after_three_tries(ann: User) -> None:
    job = work_until_over(queued_job(ann, {"die": {"poses": 99}}))
    assert (job.status, job.error_code, job.attempt) == ("failed", "worker_lost", 3)
    assert diary(job).count("begin frames") == 1


def test_a_run_that_runs_out_of_memory_says_so_at_last(ann: User) -> None:
    job = work_until_over(queued_job(ann, {"fail": {"train": error("out_of_memory")}}))
    assert (job.error_code, job.attempt, diary(job).count("begin train")) == ("out_of_memory", 3, 3)


def test_a_run_that_refuses_its_arguments_is_not_tried_again(ann: User) -> None:
    job = work_until_over(queued_job(ann, {"exit": 2}))
    assert (job.status, job.error_code, job.attempt) == ("failed", "unexpected_error", 1)
    assert "no such option" in job.error_message


def test_a_program_that_cannot_be_started_fails_the_job(ann: User, settings: Any) -> None:
    settings.REELSCAPE = type(settings.REELSCAPE)(
        data_dir=settings.REELSCAPE.data_dir, run_command=("/no/such/program",)
    )
    job = work_until_over(queued_job(ann, {}))
    assert (job.status, job.error_code) == ("failed", "unexpected_error")


def test_a_stop_of_the_worker_gives_the_job_back(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job, stopping = queued_job(ann, {"stage_s": 0.2}), threading.Event()
    on_event(monkeypatch, lambda event: stopping.set() if event["stage"] == "train" else None)
    work_once(stopping)
    job.refresh_from_db()
    assert (job.status, job.crashes, job.worker) == ("queued", 0, "")
    monkeypatch.undo()
    work_until_over(job)
    assert job.status == "finished" and diary(job).count("begin poses") == 1


def test_a_run_that_was_stopped_by_others_is_tried_again(ann: User) -> None:
    job = queued_job(ann, {"fail": {"poses": error("cancelled")}})
    work_once()
    job.refresh_from_db()
    assert (job.status, job.crashes) == ("queued", 1)


@pytest.mark.parametrize("deaf", [False, True])
def test_a_cancelled_job_ends_its_run(ann: User, monkeypatch: pytest.MonkeyPatch, deaf: bool) -> None:
    job = queued_job(ann, {"stage_s": 30, "deaf": deaf})
    begun: list[float] = []

    def cancel(event: dict[str, Any]) -> None:
        if event["event"] == "progress" and not begun:
            engine.cancel(job, Cancelled())
            begun.append(time.monotonic())

    on_event(monkeypatch, cancel)
    work_once()
    assert time.monotonic() - begun[0] < 2.0
    job.refresh_from_db()
    assert (job.status, job.error_code) == ("cancelled", "cancelled")
    assert run_dir(job.id).exists() and not blobs(job)


def test_a_deleted_job_leaves_nothing(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued_job(ann, {"stage_s": 0.3})
    prefix, folder = f"jobs/{job.id}/", run_dir(job.id)

    def delete(event: dict[str, Any]) -> None:
        if event["event"] == "finished" and Job.objects.exists():
            verbs.delete(job)

    on_event(monkeypatch, delete)
    work_once()
    assert not Job.objects.exists() and not list(store().keys(prefix))
    assert not [path for path in folder.parent.iterdir() if folder.name in path.name]


def test_a_lost_fence_leaves_no_blob(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued_job(ann, {})

    def take_over(event: dict[str, Any]) -> None:
        if event["event"] == "ended":
            Job.objects.filter(id=job.id).update(attempt=7)

    monkeypatch.setattr(runner._Attempt, "_checks", lambda self: [])
    monkeypatch.setattr(runner._Attempt, "_tell", lambda self: None)
    on_event(monkeypatch, take_over)
    work_once()
    job.refresh_from_db()
    assert (job.status, job.attempt, blobs(job)) == ("running", 7, [])


def test_products_of_an_earlier_attempt_are_replaced(ann: User) -> None:
    job = queued_job(ann, {})
    earlier = made_product(job, "ply")
    work_until_over(job)
    assert earlier.key not in blobs(job) and len(blobs(job)) == len(PRODUCTS)
    assert job.products.get(name="ply").id != earlier.id


def test_a_full_disk_fails_the_job_and_makes_room(ann: User, settings: Any) -> None:
    configure(settings, disk_quota_bytes=quota.used_bytes() + 50_000)
    quota.runs.forget()
    job = work_until_over(queued_job(ann, {"big": 100_000, "stage_s": 1.2}))
    assert (job.status, job.error_code) == ("failed", "storage_full")
    assert not run_dir(job.id).exists()
    quota.check_room(0)


def test_a_run_that_finds_the_disk_full_fails_the_job(ann: User) -> None:
    job = work_until_over(queued_job(ann, {"fail": {"train": error("disk_full")}}))
    assert (job.status, job.error_code, job.advice) == ("failed", "disk_full", SERVICE_ADVICE["disk_full"])
    assert not run_dir(job.id).exists()


def test_a_database_that_is_full_gets_room_from_the_job(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued_job(ann, {})
    fail = engine.fail

    def fail_when_there_is_room(*arguments: Any) -> bool:
        if run_dir(job.id).exists():
            raise OperationalError("database or disk is full")
        return fail(*arguments)

    def full(*arguments: Any) -> bool:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(runner, "publish", full)
    monkeypatch.setattr(engine, "fail", fail_when_there_is_room)
    work_until_over(job)
    assert (job.status, job.error_code) == ("failed", "storage_full")


def test_a_job_that_takes_too_long_fails(ann: User, settings: Any) -> None:
    configure(settings, job_time_limit_s=1)
    job = work_until_over(queued_job(ann, {"stage_s": 30}))
    assert (job.status, job.error_code) == ("failed", "time_limit")
    assert "1 s" in job.error_message


def test_a_video_that_is_gone_fails_the_job(ann: User) -> None:
    job = queued_job(ann, {})
    assert job.video is not None
    verbs.delete_upload(job.video)
    work_until_over(job)
    assert (job.status, job.error_code) == ("failed", "blob_not_found")


def test_a_folder_in_use_is_waited_for(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued_job(ann, {})
    run_dir(job.id).mkdir(parents=True)
    handle = os.open(run_dir(job.id), os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    refusals: list[str] = []

    def release(event: dict[str, Any]) -> None:
        if event["event"] == "ended" and event["error"]:
            refusals.append(event["error"]["code"])
            if len(refusals) == 2:
                os.close(handle)

    on_event(monkeypatch, release)
    work_until_over(job)
    assert (job.status, job.attempt, refusals) == ("finished", 1, ["out_dir_busy", "out_dir_busy"])


def test_a_folder_that_a_kill_left_half_made_is_made_anew(ann: User) -> None:
    job = queued_job(ann, {})
    run_dir(job.id).mkdir(parents=True)
    (run_dir(job.id) / "half").touch()
    work_until_over(job)
    assert (job.status, job.attempt) == ("finished", 1)
    assert not (run_dir(job.id) / "half").exists()


def test_the_camera_of_a_finished_job_is_that_of_its_preview(ann: User) -> None:
    job = work_until_over(queued_job(ann, {}, camera_data=first_camera("drone")))
    assert job.camera_data == {
        "position": {"x": 1.0, "y": -2.0, "z": -3.0},
        "lookAt": {"x": 0.0, "y": -0.5, "z": 1.0},
        "up": {"x": 0.0, "y": 1.0, "z": 0.0},
        "cameraType": "drone",
    }


def test_a_camera_that_the_owner_set_stays(ann: User) -> None:
    mine = first_camera("orbital") | {"position": {"x": 9.0, "y": 9.0, "z": 9.0}}
    assert work_until_over(queued_job(ann, {}, camera_data=mine, camera_is_set=True)).camera_data == mine


def test_a_retry_turns_its_own_camera_again(ann: User) -> None:
    job = work_until_over(queued_job(ann, {}))
    job.report = {"status": "failed"}  # of a retry that failed meanwhile
    other = {"preview": {"view": {"position": [5.0, 0.0, 0.0], "look_at": [0.0, 0.0, 0.0], "up": [0.0, -1.0, 0.0]}}}
    camera = opening_camera(job, other)
    assert camera is not None and camera["position"] == {"x": 5.0, "y": 0.0, "z": 0.0}

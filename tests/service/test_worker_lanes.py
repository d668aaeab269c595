"""The parts around a run: progress, the lane of errands, locks, recovery, room."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from tests.service.made_jobs import made_job, made_product
from tests.service.made_work import configure, queued_job

from reelscape import pipeline
from reelscape.errors import DataDirBusy, StorageFull
from reelscape.jobs import engine, quota
from reelscape.jobs import worker as worker_module
from reelscape.jobs.errands import Errand, run_errands
from reelscape.jobs.files import run_dir
from reelscape.jobs.locks import locked
from reelscape.jobs.models import Job
from reelscape.jobs.process import RunProcess
from reelscape.jobs.progress import FIRST_WORDS, TRAINING_STARTS, Progress, percent_complete
from reelscape.jobs.worker import lanes_of, work, worker_of

LONG_AGO = timedelta(hours=1)
EVENT = '{"event": "a"}'


@pytest.fixture
def ann(db: None, settings: Any) -> User:
    configure(settings)
    return User.objects.create_user("ann")


def test_percent_counts_from_where_the_pipeline_starts_to_train() -> None:
    names = [stage.name for stage in pipeline.STAGES]
    total = sum(stage.share for stage in pipeline.STAGES)
    before = sum(stage.share for stage in pipeline.STAGES[: names.index("train")])
    assert pytest.approx(before / total) == TRAINING_STARTS
    assert list(FIRST_WORDS) == ["fetch", *names]
    assert percent_complete(TRAINING_STARTS) == 0.0 and percent_complete(1.0) == 100.0


def test_progress_tells_only_news() -> None:
    progress = Progress(Job())
    progress.told(progress.news())
    assert progress.news() == {}
    assert progress.take({"event": "started", "stage": "train"}) is True
    progress.take({"event": "progress", "stage": "train", "overall": 0.67, "message": "x" * 300})
    news = progress.news()
    assert [(line["kind"], line["stage"]) for line in news.pop("history")][:1] == [("begun", "train")]
    assert news == {
        "stage": "train", "overall": 0.67, "percent_complete": 50.0, "message": "x" * 200, "overall_at_start": 0.67,
    }  # fmt: skip
    progress.take({"event": "progress", "stage": "train", "overall": 0.5, "message": "again"})
    assert progress.news()["overall"] == 0.67
    progress.take({"event": "progress", "stage": "train", "overall": 0.8})
    assert progress.news()["overall_at_start"] == 0.67


def test_an_errand_that_fails_does_not_stop_the_others(db: None) -> None:
    stopping, done = threading.Event(), list[str]()

    def fail() -> None:
        done.append("fail")
        raise RuntimeError("no")

    def work_well() -> None:
        done.append("well")
        if len(done) >= 6:
            stopping.set()

    run_errands((Errand("fails", 0.01, fail), Errand("works", 0.01, work_well)), stopping)
    assert done.count("fail") >= 2 and done.count("well") >= 2


def test_errands_come_at_their_own_pace(db: None) -> None:
    stopping, done = threading.Event(), list[str]()
    often = Errand("often", 0.02, lambda: done.append("often") or (len(done) > 8 and stopping.set()))
    run_errands((often, Errand("seldom", 60.0, lambda: done.append("seldom"))), stopping)
    assert done.count("seldom") == 1 and done.count("often") >= 8


def test_a_worker_has_errands() -> None:
    assert {name: {errand.name for errand in errands} for name, errands in lanes_of("w").items()} == {
        "errands": {"sign-in", "recovery", "incoming", "retention", "sign-ins"},
        "webhooks": {"webhooks"},
        "pictures": {"pictures"},
    }


@pytest.mark.django_db(transaction=True)
def test_recovery_does_not_wait_for_a_receiver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping, recovered, hanging = threading.Event(), threading.Event(), threading.Event()

    def hang() -> int:
        hanging.set()
        stopping.wait(20)
        return 0

    monkeypatch.setattr(worker_module.webhooks, "deliver_due", hang)
    monkeypatch.setattr(worker_module.pictures, "draw_due", lambda: None)
    monkeypatch.setattr(worker_module.uploads, "sweep_incoming", lambda: 0)
    monkeypatch.setattr(worker_module.retention, "clean_up", lambda: None)
    monkeypatch.setattr(worker_module.engine, "recover_silent", lambda name: hanging.wait(20) and recovered.set())
    monkeypatch.setattr(worker_module, "_make_next_scene", lambda worker, stop: not recovered.wait(10) or stop.set())
    work("me", stopping)
    assert recovered.is_set()


def test_a_worker_recovers_its_own_jobs_at_once(ann: User) -> None:
    mine = made_job(ann, status="running", worker="me", attempt=1, heartbeat_at=timezone.now())
    other = made_job(ann, status="running", worker="other", attempt=1, heartbeat_at=timezone.now())
    silent = made_job(ann, status="running", worker="gone", attempt=1, heartbeat_at=timezone.now() - LONG_AGO)
    asleep = made_job(ann, status="running", worker="me", attempt=1, heartbeat_at=timezone.now() - LONG_AGO)
    assert engine.recover_silent("me") == [silent.id]
    assert set(engine.recover_own("me")) == {mine.id, asleep.id}
    other.refresh_from_db()
    assert other.status == "running"
    assert [job.crashes for job in Job.objects.filter(status="queued")] == [1, 1, 1]


def test_a_fault_of_one_round_does_not_end_the_worker(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stopping, rounds = threading.Event(), list[int]()

    def fail(worker: str, stop: threading.Event) -> bool:
        rounds.append(1)
        if len(rounds) == 3:
            stop.set()
        raise OSError("no space left")

    monkeypatch.setattr(worker_module, "_AFTER_FAULT_S", 0.0)
    monkeypatch.setattr(worker_module, "_make_next_scene", fail)
    monkeypatch.setattr(worker_module, "lanes_of", lambda worker: {})
    work("me", stopping)
    assert len(rounds) == 3


def test_the_name_of_a_worker_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "_LOCK_PATIENCE_S", 0.2)
    with worker_of(tmp_path) as first, pytest.raises(DataDirBusy), worker_of(tmp_path):
        pass
    with worker_of(tmp_path) as second:
        assert first == second and len(first) > 12


def test_a_lock_that_is_just_being_freed_is_waited_for(tmp_path: Path) -> None:
    holder = locked(tmp_path / "x.lock", 0.0)
    holder.__enter__()
    threading.Timer(0.3, lambda: holder.__exit__(None, None, None)).start()
    with locked(tmp_path / "x.lock", 5.0):
        pass


def test_room_is_measured_rarely_and_at_once_after_a_removal(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[Path] = []

    def slow(folder: Path) -> int:
        measured.append(folder)
        time.sleep(0.02)
        return len(measured)

    monkeypatch.setattr(quota, "folder_bytes", slow)
    size = quota.RunsSize()
    assert [size.size_bytes() for _ in range(5)] == [1] * 5
    size.forget()
    assert size.size_bytes() == 2 and len(measured) == 2


def test_files_that_the_store_links_count_once(ann: User, settings: Any) -> None:
    job = made_job(ann)
    product = made_product(job, "ply", data=b"x" * 1000)
    run_dir(job.id).mkdir(parents=True)
    before = quota.folder_bytes(run_dir(job.id).parent)
    os.link(settings.REELSCAPE.blobs_dir / product.key, run_dir(job.id) / "scene.ply")
    (run_dir(job.id) / "other").write_bytes(b"y" * 10)
    assert quota.folder_bytes(run_dir(job.id).parent) - before == 10


def test_a_full_quota_is_refused(ann: User, settings: Any) -> None:
    configure(settings, disk_quota_bytes=1)
    queued_job(ann, {})
    with pytest.raises(StorageFull):
        quota.check_room(0)


def test_a_process_is_read_without_waiting_for_it() -> None:
    process = RunProcess(
        [sys.executable, "-c", 'import time; print(\'{"event": "a"}\\nnoise\\n[1]\', flush=True); time.sleep(60)']
    )
    deadline = time.monotonic() + 10
    while not (events := process.read(0.2)) and time.monotonic() < deadline:
        pass
    assert events == [{"event": "a"}] and not process.has_ended()
    begun = time.monotonic()
    process.stop(5.0)
    assert time.monotonic() - begun < 2.0


def test_the_last_words_of_a_process_are_kept_and_bounded() -> None:
    process = RunProcess([sys.executable, "-c", "import sys; sys.stderr.write('x' * 100_000 + 'the end')"])
    while not process.has_ended() or process.has_more():
        process.read(0.05)
    assert process.close() == 0
    assert process.last_words.endswith("the end") and len(process.last_words) <= 1 << 14


def test_a_run_is_nicer_than_the_worker_and_its_group_ends_with_it() -> None:
    script = "subprocess.Popen(['sleep', '60']); print(sys.argv[1], flush=True); sys.stdin.read()"
    process = RunProcess([sys.executable, "-c", f"import subprocess, sys; {script}", EVENT])
    while not process.read(0.1):
        pass
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
    assert process.close() == -signal.SIGKILL
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and _group_lives(process.pid):
        time.sleep(0.01)
    assert not _group_lives(process.pid)


def _group_lives(number: int) -> bool:
    try:
        os.killpg(number, 0)
    except ProcessLookupError:
        return False
    return True

"""kill -9 of every process in every stage: the job finishes, nothing is done twice, nothing is left running."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest
from tests.service.live_service import LiveService, wait_for
from tests.service.made_work import STAGES
from tests.service.receiver import receiving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
STAGE_S = 1.0


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    service = LiveService(tmp_path_factory.mktemp("kill") / "data", webhook_hosts="127.0.0.1")
    yield service
    service.end()


@pytest.fixture
def service(shared: LiveService) -> Iterator[LiveService]:
    """A running service, without jobs that go on."""
    if not shared.pids("serve"):
        shared.start()
    yield shared
    for job_id in shared.running():
        shared.ask("POST", f"jobs/{job_id}/cancel/")


def assert_each_finished_once(service: LiveService, job_id: str) -> None:
    assert service.ended(job_id) == list(STAGES)
    assert not [line for line in service.diary(job_id) if "OVERLAP" in line]
    assert service.row(job_id)["status"] == "finished"
    assert len(list((service.data_dir / "blobs" / "jobs" / job_id).rglob("scene.*"))) == 2


def assert_nothing_runs(service: LiveService) -> None:
    """Lifelines need a moment."""
    wait_for(lambda: not service.pids(), 2.0, f"an end of {service.pids()}")


@pytest.mark.parametrize("role", ["worker", "run"])
def test_a_kill_in_every_stage(service: LiveService, role: str) -> None:
    job_id = service.submit({"stage_s": STAGE_S})
    for stage in STAGES:
        service.wait_stage(job_id, stage)
        service.kill(role)
        wait_for(lambda: len(service.pids("run")) <= 1, 2.0, "an end of the old run")
    service.wait_status(job_id, "finished")
    assert_each_finished_once(service, job_id)
    assert [service.begun(job_id).count(stage) for stage in STAGES] == [2] * len(STAGES)
    assert service.row(job_id)["attempt"] == len(STAGES) + 1
    service.stop()
    assert_nothing_runs(service)


def test_a_kill_of_the_whole_tree_in_every_stage(service: LiveService) -> None:
    job_id = service.submit({"stage_s": STAGE_S})
    for stage in STAGES:
        service.wait_stage(job_id, stage)
        service.kill("serve", "web", "worker", "run")  # the stage's process is left to its lifeline
        assert_nothing_runs(service)
        service.start()
    service.wait_status(job_id, "finished")
    assert_each_finished_once(service, job_id)


def test_a_kill_of_serve_alone_leaves_nothing_and_a_new_one_goes_on(service: LiveService) -> None:
    job_id = service.submit({"stage_s": STAGE_S})
    service.wait_stage(job_id, "poses")
    service.kill("serve")
    service.start()  # at once: it waits for the folder and the port
    service.wait_status(job_id, "finished")
    assert_each_finished_once(service, job_id)
    assert len(service.pids("worker")) == 1 and len(service.pids("web")) == 2


def test_each_web_process_is_replaced_and_the_run_goes_on(service: LiveService) -> None:
    job_id = service.submit({"stage_s": 4 * STAGE_S})
    service.wait_stage(job_id, "poses")
    run = service.pids("run")
    for pick in (min, max):  # the main process, and the one that it forked
        before = service.pids("web")
        os.kill(pick(before), signal.SIGKILL)
        wait_for(lambda: len(service.pids("web")) == 2 and not set(service.pids("web")) & set(before), 20)  # noqa: B023
        wait_for(service.is_ready, 20, "an answer")
    assert service.pids("run") == run and service.row(job_id)["attempt"] == 1


def test_both_web_processes_killed_beside_serve_leave_no_orphan(service: LiveService) -> None:
    os.kill(min(service.pids("web")), signal.SIGKILL)
    service.kill("serve")
    assert_nothing_runs(service)


def test_a_run_that_always_kills_itself_fails_after_three_tries(service: LiveService) -> None:
    job_id = service.submit({"die": {"train": 99}})
    row = service.wait_status(job_id, "failed")
    assert (row["error_code"], row["attempt"], service.begun(job_id).count("train")) == ("worker_lost", 3, 3)


def test_cancel_frees_the_processor(service: LiveService) -> None:
    job_id = service.submit({"stage_s": 60, "deaf": True})
    waiting_id = service.submit({})
    service.wait_stage(job_id, "frames")
    begun = time.monotonic()
    assert service.ask("POST", f"jobs/{job_id}/cancel/").is_success
    wait_for(lambda: not service.pids("stage") and job_id not in str(service.pids("run")), 3.0)
    assert time.monotonic() - begun < 2.0
    service.wait_status(waiting_id, "finished")
    assert service.row(job_id)["status"] == "cancelled"


def test_delete_of_a_running_job_leaves_nothing(service: LiveService) -> None:
    num_uploads = len(list((service.data_dir / "blobs" / "videos").glob("*")))
    job_id = service.submit({"stage_s": STAGE_S})
    service.wait_stage(job_id, "poses")
    assert service.ask("DELETE", f"jobs/{job_id}/").is_success
    wait_for(lambda: not service.pids("run") and not service.pids("stage"), 3.0)
    wait_for(lambda: not list((service.data_dir / "runs").glob(f"*{job_id}*")), 3.0)
    assert not list((service.data_dir / "blobs").rglob(f"*{job_id}*"))
    assert len(list((service.data_dir / "blobs" / "videos").iterdir())) == num_uploads
    assert service.row(job_id) == {}


def test_a_stop_gives_the_job_back(service: LiveService) -> None:
    job_id = service.submit({"stage_s": STAGE_S})
    service.wait_stage(job_id, "poses")
    assert service.stop() < 4.0
    assert_nothing_runs(service)
    row = service.row(job_id)
    assert (row["status"], row["crashes"], row["attempt"]) == ("queued", 0, 1)
    service.start()
    service.wait_status(job_id, "finished")
    assert_each_finished_once(service, job_id)
    assert service.begun(job_id).count("frames") == 1


def test_short_tasks_do_not_wait_behind_a_scene(service: LiveService) -> None:
    job_id = service.submit({"stage_s": 60})
    service.wait_stage(job_id, "frames")
    with receiving() as receiver:
        waiting_id = service.submit({}, webhook_url=receiver.url)
        assert service.ask("POST", f"jobs/{waiting_id}/cancel/").is_success
        wait_for(lambda: receiver.calls, 5, "the call of the webhook")
    assert waiting_id in receiver.calls[0][1].decode()
    assert service.begun(job_id) == ["frames"] and service.row(job_id)["status"] == "running"

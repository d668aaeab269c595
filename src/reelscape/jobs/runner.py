"""One claim, one run: starts `reelscape run` for a job, relays what it says, and brings the job to its end."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db import OperationalError

from reelscape.errors import (
    BlobNotFound,
    DiskFull,
    OutDirBusy,
    ReelscapeError,
    StorageFull,
    TimeLimit,
    UnexpectedError,
    UrlTooSlow,
    coded,
    from_dict,
)
from reelscape.jobs import engine, fetch, quota, retention, run_report, snapshots
from reelscape.jobs.database import is_full, is_locked
from reelscape.jobs.engine import Claim
from reelscape.jobs.files import remove_run, run_dir, store
from reelscape.jobs.models import Job
from reelscape.jobs.presets import preset_of
from reelscape.jobs.process import Event, RunProcess
from reelscape.jobs.progress import Progress
from reelscape.jobs.publication import publish
from reelscape.storage.incoming import new_file

_LOOK_EVERY_S = 0.2
_FENCE_EVERY_S = 0.4
_TELL_EVERY_S = 0.5
_HEARTBEAT_EVERY_S = 5.0
_ROOM_EVERY_S = 1.0
_GRACE_S = 0.8  # between SIGTERM and SIGKILL
_LEAVE_S = 1.0  # for a run that has said its last word
_BUSY_FOR_S = 60.0
_BUSY_PAUSE_S = 0.5
_STOP_NEWS_S = 1.0
_LOCKED_PAUSE_S = 1.0
_SETTLE_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0)
_USAGE_STATUS = 2
_FULL_DISK_BYTES = 1 << 20
_CRASHES = ("stage_crashed", "out_of_memory")
_FOLDER_FAULTS = ("out_dir_not_ours", "out_dir_other_input", "unreadable_frame")

log = logging.getLogger(__name__)
T = TypeVar("T")


class _Lost(Exception):
    """The claim does not hold any more: cancelled, deleted, or another's."""


class _Stopping(Exception):
    """The worker is asked to stop."""


class _Died(Exception):
    """The run's process died; `error` is what it could still say."""

    def __init__(self, error: ReelscapeError | None = None) -> None:
        super().__init__(error.message if error else "without a word")
        self.error = error


def work_on(claim: Claim, stopping: threading.Event) -> None:
    """Work on a claimed job until it has ended, the claim is lost, or `stopping` is set."""
    job = claim.row.select_related("video").first()
    if job is None:
        return
    attempt = _Attempt(claim, job, stopping)
    log.info("job %s: attempt %d", job.id, claim.attempt)
    try:
        attempt.make_scene()
        log.info("job %s: finished", job.id)
    except _Lost:
        log.info("job %s: taken away", job.id)
    except _Stopping:
        _settle(attempt, partial(engine.give_back, claim))
    except _Died as died:
        log.warning("job %s: its process died: %s\n%s", job.id, died, attempt.last_words)
        _settle(attempt, partial(engine.crashed, claim, died.error))
    except Exception as raised:  # the border: whatever happens, the row says it
        _fail(attempt, raised)
    finally:
        snapshots.forget(claim)
    if not Job.objects.filter(id=job.id).exists():  # deleted while its run was still writing
        remove_run(job.id)


def _fail(attempt: _Attempt, raised: Exception) -> None:
    """Fail the job with the error that stands for what was raised."""
    claim, job = attempt.claim, attempt.job
    error = StorageFull() if is_full(raised) else coded(raised)
    log.info("job %s: failed, %s", job.id, error.code)
    if isinstance(error, UnexpectedError):
        log.error("job %s: %s\n%s", job.id, error.message, attempt.last_words, exc_info=raised)
    if isinstance(error, StorageFull | DiskFull):  # room is what the others need more than this one its retry
        remove_run(job.id)
        quota.runs.forget()
    _settle(attempt, partial(engine.fail, claim, error, attempt.report))


def _settle(attempt: _Attempt, write: Callable[[], object]) -> None:
    """Make the last change to the row; a full disk gets room from this job's own work first."""
    for pause_s in _SETTLE_PAUSES_S:
        time.sleep(pause_s)
        try:
            attempt.outlast_locks(write)
            return
        except OperationalError as error:
            if not is_full(error):
                raise
            remove_run(attempt.job.id)
    write()


@contextmanager
def _bearing_locks() -> Iterator[None]:
    """A block that is done again soon anyway: it may fail while another holds the database."""
    try:
        yield
    except OperationalError as error:
        if not is_locked(error):
            raise
        log.warning("the database is locked; a look at a job or news of it are left out")


class _Attempt:
    """One attempt at one job; `report` is what its run reported, as soon as that is known."""

    def __init__(self, claim: Claim, job: Job, stopping: threading.Event) -> None:
        self.claim, self.job = claim, job
        self.report: dict[str, Any] | None = None
        self.last_words = ""
        self._stopping = stopping
        self._progress = Progress(job)
        if job.history:
            self._progress.note("The run was interrupted, and goes on.")
        self._deadline = time.monotonic() + settings.REELSCAPE.job_time_limit_s

    def make_scene(self) -> None:
        """Run until there is a scene, and publish it. Raises a failed run's error, _Lost, _Stopping, _Died."""
        if self.job.video is None and self.job.video_url:
            self._fetch()
        if self.job.video is None or not store().exists(self.job.video.key):
            raise BlobNotFound("The video of this job is not kept any more.")
        self._check_room()
        error = self._run_patiently()
        if error is not None and error.code in _FOLDER_FAULTS:  # half made, by a kill: a new one
            remove_run(self.job.id)
            error = self._run_patiently()
        if error is not None:
            raise error
        if not self.outlast_locks(partial(publish, self.claim, self.job, self.report or {})):
            raise _Lost()

    def _fetch(self) -> None:
        """Fetch the video from its address and make it the job's. Raises what make_scene does."""
        self._progress.take({"event": "started", "stage": fetch.STAGE})
        self._tell()
        limit_s = settings.REELSCAPE.fetch_time_limit_s
        deadline = time.monotonic() + limit_s

        def check_time() -> None:
            if time.monotonic() > deadline:
                raise UrlTooSlow(f"Fetching the file took longer than this server's limit of {limit_s} s.")

        with new_file(settings.REELSCAPE.incoming_dir) as (_, path):
            process = RunProcess([*fetch.PROGRAM], fetch.order_line(self.job, path))
            ended, _ = self._supervise(process, [*self._checks(), _Paced(_ROOM_EVERY_S, check_time)])
            if ended is None:
                raise _Died()
            if ended.get("error"):
                raise from_dict(ended["error"])
            self.job.video = fetch.keep(self.claim, self.job, path)
        if self.job.video is None:
            raise _Lost()

    def outlast_locks(self, write: Callable[[], T]) -> T:
        """Do what must be done, again and again while another holds the database and the worker is not to stop."""
        while True:
            try:
                return write()
            except OperationalError as error:
                if not is_locked(error) or self._stopping.wait(_LOCKED_PAUSE_S):
                    raise
                log.warning("job %s: the database is locked; the change of its row waits", self.job.id)

    def _run_patiently(self) -> ReelscapeError | None:
        """Run; while an earlier copy is still ending in the folder, wait and try again."""
        patient_until = time.monotonic() + _BUSY_FOR_S
        while isinstance(error := self._run(), OutDirBusy):
            if time.monotonic() > patient_until:
                raise _Died(error)
            self._beat()
            if self._stopping.wait(_BUSY_PAUSE_S):
                raise _Stopping()
        return error

    def _run(self) -> ReelscapeError | None:
        """One child process; returns the error that it ended with, None when it made the scene."""
        run_report.forget(self.job)
        try:
            process = RunProcess(run_program(self.job))
        except OSError as error:
            raise UnexpectedError(f"The program that makes scenes cannot be started: {error.strerror}.") from error
        last_event, status = self._supervise(process, self._checks())
        self.report = run_report.read(self.job)
        return self._outcome(status, last_event)

    def _supervise(self, process: RunProcess, checks: list[_Paced]) -> tuple[Event | None, int]:
        """Let the process come to its end, whatever happens here; returns its `ended` event and its exit status."""
        try:
            last_event = self._relay(process, checks)
        except BaseException:
            process.stop(_GRACE_S)
            raise
        status = process.close()
        self.last_words = process.last_words
        return last_event, status

    def _relay(self, process: RunProcess, checks: list[_Paced]) -> Event | None:
        """Keep the row up to date until the process is over; returns its `ended` event, if it sent one."""
        ended: Event | None = None
        leave_until = float("inf")
        while time.monotonic() < leave_until:
            is_over = process.has_ended()
            for event in process.read(0.0 if is_over else _LOOK_EVERY_S):
                if event["event"] == "ended":
                    ended, leave_until = event, time.monotonic() + _LEAVE_S
                if event["event"] == "snapshot":
                    snapshots.keep(self.claim, event)
                if self._progress.take(event):
                    self._tell()
            for check in checks:
                check()
            if is_over and not process.has_more():
                break
            if self._stopping.is_set():
                raise _Stopping()
        self._tell()
        return ended

    def _checks(self) -> list[_Paced]:
        """What is looked after while a run goes on."""
        return [
            _Paced(_FENCE_EVERY_S, self._check_claim_holds),
            _Paced(_ROOM_EVERY_S, self._check_room),
            _Paced(_ROOM_EVERY_S, self._check_time),
            _Paced(_TELL_EVERY_S, self._tell),
            _Paced(_HEARTBEAT_EVERY_S, self._beat),
        ]

    def _outcome(self, status: int, ended: Event | None) -> ReelscapeError | None:
        """What the run's end means."""
        if ended is not None and ended.get("status") == "finished" and self.report is not None:
            return None
        if ended is None and status == _USAGE_STATUS:
            return UnexpectedError(f"The run refused its arguments: {(self.last_words.splitlines() or [''])[-1]}")
        if ended is None or not isinstance(ended.get("error"), dict):
            if quota.free_bytes() < _FULL_DISK_BYTES:
                return DiskFull()  # programs that cannot write end without a word
            raise _Died()
        error = run_report.plain_error(ended["error"], self.job)
        if error.code == "cancelled":  # not by us; a system that shuts down asks all processes at once
            raise _Stopping() if self._stopping.wait(_STOP_NEWS_S) else _Died()
        if error.code in _CRASHES:
            raise _Died(error)
        return error

    def _tell(self) -> None:
        """Write news of the run into the row."""
        news = self._progress.news()
        if news:
            with _bearing_locks():
                self._check_claim(**news)
                self._progress.told(news)

    def _beat(self) -> None:
        """Renew the heartbeat; raises _Lost."""
        with _bearing_locks():
            self._check_claim()

    def _check_claim(self, **changes: Any) -> None:
        """Renew the heartbeat, with `changes` of the row; raises _Lost."""
        if not self.claim.update(**changes):
            raise _Lost()

    def _check_claim_holds(self) -> None:
        """As `_beat`, without writing."""
        with _bearing_locks():
            if not self.claim.holds():
                raise _Lost()

    def _check_room(self) -> None:
        """Raise StorageFull when there is no room, and nothing that could make some."""
        with _bearing_locks():
            try:
                quota.check_room(0)
            except StorageFull:
                if not retention.make_room():
                    raise

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            limit_s = settings.REELSCAPE.job_time_limit_s
            raise TimeLimit(f"The job took longer than this server's limit of {limit_s} s.")


class _Paced:
    """Does something at most every so often."""

    def __init__(self, every_s: float, action: Callable[[], None]) -> None:
        self._every_s, self._action = every_s, action
        self._due = 0.0

    def __call__(self) -> None:
        """Do it, if it is due."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + self._every_s
            self._action()


def run_program(job: Job) -> list[str]:
    """The command line that makes the scene of `job`."""
    config = settings.REELSCAPE
    assert job.video is not None
    program = config.run_command or (sys.executable, "-P", "-m", "reelscape.cli", "run")
    options: dict[str, object] = {
        "--out": run_dir(job.id),
        "--preset": preset_of(job),
        "--method": job.method,
        "--max-gaussians": job.max_gaussians,
        "--steps": job.num_steps,
    }
    if config.num_threads:
        options["--threads"] = config.num_threads
    given = [str(part) for option in options.items() for part in option]
    return [*program, str(store().path(job.video.key)), *given, "--events", "--lifeline", "--resume", "--keep"]

"""What a run says to people and programs; and that trouble with saying it never fails the run."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest

from reelscape import errors, report
from reelscape.cli.output import Unfailing
from reelscape.cli.progress import Bars, JsonLines, PlainLines, RunProgress

SUMMARY: dict[str, Any] = {
    "train": {"psnr_db": 29.0, "num_eval_images": 3, "num_gaussians": 10},
    "poses": {"num_registered": 9, "num_images": 10},
}
EVENTS = (
    report.Started("frames"),
    report.Progress("frames", 0.5, "half", 0.1),
    report.Warned("frames", "video_long", "The video is long."),
    report.Finished("frames", 3.0),
    report.Finished("poses", 0.0, reused=True),
    report.Ended("run", "finished", None),
)


def closed_pipe() -> TextIO:
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w", encoding="utf-8")


def full_disk() -> TextIO:
    return open("/dev/full", "w", encoding="utf-8")


def lost_terminal() -> TextIO:
    leader, follower = os.openpty()
    os.close(leader)
    return os.fdopen(follower, "w", encoding="utf-8")


def closed_file() -> TextIO:
    stream = io.StringIO()
    stream.close()
    return stream


def tell_all(progress: RunProgress) -> None:
    for event in EVENTS:
        progress.show(event)
    progress.failed(errors.Cancelled())
    progress.succeeded(SUMMARY, Path("scene"))


@pytest.fixture(params=[closed_pipe, full_disk, lost_terminal, closed_file])
def broken(request: pytest.FixtureRequest) -> Iterator[TextIO]:
    made: Callable[[], TextIO] = request.param
    stream = made()
    yield stream
    stream.close()  # flushes: raises when anything is left that cannot be written


@pytest.mark.parametrize("kind", [JsonLines, PlainLines, Bars])
def test_a_stream_that_went_away_fails_nothing(kind: Callable[[Unfailing], RunProgress], broken: TextIO) -> None:
    tell_all(kind(Unfailing(broken)))


def test_a_stream_that_never_was_fails_nothing() -> None:
    out = Unfailing(None)
    assert not out.isatty()
    tell_all(PlainLines(out))


def test_programs_get_one_object_per_line() -> None:
    stream = io.StringIO()
    progress = JsonLines(Unfailing(stream))
    tell_all(progress)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert lines == [event.as_json() for event in EVENTS]


def test_a_refusal_is_an_ended_event_too() -> None:
    stream = io.StringIO()
    JsonLines(Unfailing(stream)).failed(errors.OutDirNotOurs())
    assert json.loads(stream.getvalue())["error"]["code"] == "out_dir_not_ours"


def test_people_get_sentences() -> None:
    stream = io.StringIO()
    tell_all(PlainLines(Unfailing(stream)))
    text = stream.getvalue()
    assert "frames: half (10%)" in text and "frames: done in 3.0 s" in text and "poses: reused" in text
    assert "[video_long]" in text and "[cancelled]" in text
    assert "10 gaussians from 9 of 10 pictures, 29.00 dB on 3 held-out views, 0 s." in text

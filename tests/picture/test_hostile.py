"""No file brings the drawing down: it is drawn, gets a card, or is refused with an error of the tree, in its limits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.made_shapes import write_stl
from tests.picture.hostile import CARD, DRAWN, HOSTILE, LARGE

from reelscape.errors import InputNotFound, InputUnreadable, NoPicture, ReelscapeError
from reelscape.kinds import Kind, kind_of
from reelscape.picture.draw_child import draw
from reelscape.picture.make import CARD_KINDS, LIMITS, make_picture, make_picture_or_card, write_card
from reelscape.report import Report

SIZE = (96, 64)
MAX_RSS_BYTES = 2 << 30
FAULTS = ("failed", "longer than", "more memory")  # words of what the child was ended for


@pytest.mark.parametrize("name", LARGE)
def test_in_its_limits(name: str, tmp_path: Path) -> None:
    path, out_path, report = tmp_path / name, tmp_path / "out.png", Report("picture")
    HOSTILE[name][0](path)
    started = time.monotonic()
    try:
        kind = make_picture(path, out_path, SIZE, report)
        happened = CARD if kind in CARD_KINDS else DRAWN
    except ReelscapeError as error:
        happened = error.code
        assert not any(fault in error.message for fault in FAULTS), error.message
    assert happened == HOSTILE[name][1]
    assert time.monotonic() - started < LIMITS.wall_s
    assert report.child_peak_rss_bytes < MAX_RSS_BYTES
    left = {name, "out.png"} if happened in (CARD, DRAWN) else {name}
    assert {found.name for found in tmp_path.iterdir()} == left


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in LARGE])
def test_refused_or_drawn(name: str, tmp_path: Path) -> None:
    write, due = HOSTILE[name]
    path, out_path = tmp_path / name, tmp_path / "out.png"
    write(path)
    kind = kind_of(path)
    if kind in CARD_KINDS:
        write_card(path, out_path, kind, SIZE)
        happened = CARD
    else:
        try:
            draw(str(path), str(out_path), kind, list(SIZE), Report("picture"))
            happened = DRAWN
        except ReelscapeError as error:
            happened = error.code
    assert due == happened
    if happened in (CARD, DRAWN):
        with Image.open(out_path) as picture:
            assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", SIZE)


def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    pipe, out_path = tmp_path / "pipe.glb", tmp_path / "out.png"
    os.mkfifo(pipe)
    assert kind_of(pipe) is Kind.OPAQUE and kind_of(Path("/dev/zero")) is Kind.OPAQUE
    for path in (pipe, tmp_path, Path("/dev/zero")):
        with pytest.raises(InputUnreadable):
            make_picture_or_card(path, out_path, SIZE, Report("picture"))
    with pytest.raises(InputNotFound):
        make_picture_or_card(tmp_path / "nothing.glb", out_path, SIZE, Report("picture"))
    assert not out_path.exists()


def screens_full_of_triangles(path: Path) -> Path:
    """A megabyte or so that takes the z-buffer very long."""
    corners = np.array([[[-50, -50, 0], [50, -50, 0], [0, 60, 0]]], np.float32).repeat(40_000, 0)
    corners[:, :, 1] += np.linspace(0, 1, len(corners), dtype=np.float32)[:, None]
    return write_stl(path, corners)


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    path, out_path = screens_full_of_triangles(tmp_path / "slow.stl"), tmp_path / "out.png"
    with pytest.raises(NoPicture, match=r"longer than 1.5 s"):
        make_picture(path, out_path, (2048, 2048), Report("picture"), replace(LIMITS, wall_s=1.5))
    assert [found.name for found in tmp_path.iterdir()] == ["slow.stl"]


def test_what_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    with pytest.raises(NoPicture, match="more memory"):
        make_picture(
            write_stl(tmp_path / "cube.stl"), tmp_path / "out.png", (2048, 2048), Report("picture"),
            replace(LIMITS, memory_bytes=700 << 20),
        )  # fmt: skip
    assert [found.name for found in tmp_path.iterdir()] == ["cube.stl"]


@pytest.mark.parametrize("is_signal", [True, False], ids=["sigterm", "lifeline"])
def test_it_ends_when_told_and_with_its_parent(is_signal: bool, tmp_path: Path) -> None:
    path, folder, words_path = screens_full_of_triangles(tmp_path / "slow.stl"), tmp_path / "tmp", tmp_path / "words"
    folder.mkdir()
    program = [sys.executable, "-m", "reelscape.cli", "picture", str(path), str(tmp_path / "out.png"), "--lifeline"]
    environment = os.environ | {"TMPDIR": str(folder)}
    with open(words_path, "wb") as words, subprocess.Popen(
        [*program, "--size", "2048x2048"], stdin=subprocess.PIPE, stderr=words, start_new_session=True, env=environment
    ) as process:  # fmt: skip
        try:
            while not list(folder.glob("*/log")):  # the child is being started
                assert process.poll() is None
                time.sleep(0.02)
            if is_signal:
                process.terminate()
            elif process.stdin is not None:
                process.stdin.close()
            assert process.wait(10) in ([130] if is_signal else [-signal.SIGKILL, -signal.SIGIO])
        finally:
            process.kill()
    assert (b"[cancelled]" in words_path.read_bytes()) == is_signal
    assert not (tmp_path / "out.png").exists()
    assert not is_signal or not list(folder.iterdir())


def test_a_card_instead_of_a_refusal(tmp_path: Path) -> None:
    path, out_path = tmp_path / "mesh.glb", tmp_path / "out.png"
    HOSTILE["glb-uri"][0](path)
    error = make_picture_or_card(path, out_path, SIZE, Report("picture"))
    assert error is not None and error.code == "no_picture"
    with Image.open(out_path) as picture:
        assert picture.size == SIZE and picture.mode == "RGB"

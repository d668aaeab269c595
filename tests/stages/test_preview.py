from __future__ import annotations

import threading
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from tests import tolerances
from tests.made_run import BLUE, RED, make_trained_run

from reelscape.config import PreviewConfig
from reelscape.errors import Cancelled, UnreadableScene
from reelscape.formats.colmap import read_scene
from reelscape.report import Event, Progress, Report
from reelscape.splat.viewpoint import default_view
from reelscape.stages import preview

SMALL = PreviewConfig(preview_side_px=320, turntable_side_px=160, turntable_frames=12)


def products(root: Path) -> set[str]:
    return {path.name for path in (root / "work" / "products").iterdir()}


def assert_red_above_blue(picture: np.ndarray) -> None:
    """The middle column of a picture [H, W, 3] uint8, away from its edge and from the line between the colours."""
    height, width = picture.shape[:2]
    column = picture[:, width // 2] / 255.0
    np.testing.assert_allclose(column[height // 5], RED, atol=tolerances.PAINTED_COLOR)
    np.testing.assert_allclose(column[-height // 5], BLUE, atol=tolerances.PAINTED_COLOR)


def test_picture_and_turntable_show_the_scene_upright(tmp_path: Path) -> None:
    workspace, events = make_trained_run(tmp_path), list[Event]()
    facts = preview.run(workspace, SMALL, Report("preview", events.append))
    with Image.open(workspace.preview_path) as picture:
        assert picture.size == (240, 320)  # the format of the pictures, 3 : 4
        assert_red_above_blue(np.asarray(picture))
    assert facts["preview_cover"] > 0.9
    with av.open(str(workspace.turntable_path)) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(frames) == facts["turntable_frames"] == 12
    assert frames[0].shape == (160, 120, 3)
    for frame in frames:
        assert_red_above_blue(frame)
    assert np.abs(frames[3].astype(int) - frames[9]).mean() > 1  # the ends of the swing differ
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions) and len(fractions) >= 12
    assert products(tmp_path) == {"scene.ply", "sparse", "preview.jpg", "turntable.mp4"}


def test_the_view_of_the_picture_is_told(tmp_path: Path) -> None:
    workspace = make_trained_run(tmp_path)
    view = preview.run(workspace, SMALL, Report("preview"))["view"]
    scene = read_scene(workspace.sparse_dir, workspace.sparse_dir)
    expected = default_view(scene.cameras, scene.points)
    for name in ("position", "look_at", "up"):
        np.testing.assert_allclose(view[name], getattr(expected, name), atol=tolerances.TOLD_VIEW)


def test_a_file_that_is_no_scene_is_refused_and_leaves_no_product(tmp_path: Path) -> None:
    workspace = make_trained_run(tmp_path)
    workspace.scene_ply_path.write_bytes(b"ply\nnothing more")
    with pytest.raises(UnreadableScene):
        preview.run(workspace, SMALL, Report("preview"))
    assert products(tmp_path) == {"scene.ply", "sparse"}


def test_a_stop_leaves_no_product(tmp_path: Path) -> None:
    workspace, cancel = make_trained_run(tmp_path), threading.Event()

    def stop_soon(event: Event) -> None:
        if isinstance(event, Progress) and event.fraction > 0.2:
            cancel.set()

    with pytest.raises(Cancelled):
        preview.run(workspace, SMALL, Report("preview", stop_soon, cancel))
    assert products(tmp_path) == {"scene.ply", "sparse"}

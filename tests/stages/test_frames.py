import json
import os
from pathlib import Path

import pytest
from tests.media.tiny_media import panned, write_photos, write_video

from reelscape.config import FramesConfig
from reelscape.errors import InputError, InputNotFound, InputUnreadable, by_code
from reelscape.report import Report
from reelscape.stages import frames
from reelscape.workspace import Workspace


def test_video_to_frames_and_index(tmp_path: Path) -> None:
    path = write_video(tmp_path / "made.mp4", panned([4 * i for i in range(12)]))
    odd = path.rename(tmp_path / "- an odd näme; $HOME (1).txt")
    workspace, events = Workspace(tmp_path / "run"), []
    report = Report("frames", sink=events.append)
    facts = frames.run(workspace, FramesConfig(max_side_px=128), report, odd)

    assert (facts["num_selected"], facts["num_decoded"], facts["kind"], facts["codec"]) == (12, 12, "video", "h264")
    assert (facts["width"], facts["height"]) == (128, 85)
    index = json.loads(workspace.frames_index_path.read_text())
    assert [f["name"] for f in index["frames"]] == sorted(p.name for p in workspace.frames_dir.iterdir())
    assert index["frames"][3]["name"] == "frame_000003.jpg"
    assert events
    assert report.child_peak_rss_bytes > 0


def test_photos_to_frames(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 9)
    facts = frames.run(Workspace(tmp_path / "run"), FramesConfig(), Report("frames"), tmp_path / "photos")
    assert (facts["kind"], facts["num_selected"]) == ("photos", 9)


def test_a_failure_leaves_no_frames(tmp_path: Path) -> None:
    path = write_video(tmp_path / "made.mp4", panned([0, 4, 8]))
    workspace = Workspace(tmp_path / "run")
    with pytest.raises(InputError):
        frames.run(workspace, FramesConfig(), Report("frames"), path)
    assert sorted(p.name for p in workspace.work_dir.iterdir()) == ["logs"]


def test_inputs_that_are_no_files(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "run")
    with pytest.raises(InputNotFound):
        frames.run(workspace, FramesConfig(), Report("frames"), tmp_path / "missing.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(InputUnreadable):
        frames.run(workspace, FramesConfig(), Report("frames"), tmp_path / "pipe.mp4")


DATA = os.environ.get("REELSCAPE_DATA")
EDGE_DIR = Path(DATA or ".") / "edge"
# What becomes of each file in this stage; the files not named here go on to the poses stage.
REFUSED = {
    " name with spaces & ünï (1);$HOME.mp4": "too_few_frames",
    "audio_only.mp4": "no_video_stream",
    "bitflips.mp4": "damaged_video",
    "cover_art_only.mp4": "no_video_stream",
    "ffconcat_renamed.mp4": "unreadable_media",
    "hls_playlist_renamed.mp4": "unreadable_media",
    "huge_8192.mp4": "picture_too_large",
    "jpeg_renamed.mp4": "no_video_stream",
    "lowres_64x114.mp4": "picture_too_small",
    "one_frame.mp4": "too_few_frames",
    "random_bytes.mp4": "unreadable_media",
    "text_renamed.mp4": "unreadable_media",
    "three_frames.mp4": "too_few_frames",
    "tiny_4x4.mp4": "picture_too_small",
    "truncated_moov_end.mp4": "unreadable_media",
    "two_frames_12h_apart.mp4": "too_few_frames",
    "zero_bytes.mp4": "unreadable_media",
    "zip_bomb_300MB.zip": "unsafe_archive",
    "zip_empty.zip": "too_few_photos",
    "zip_mixed_nested_macos.zip": "too_few_photos",
    "zip_no_images.zip": "too_few_photos",
    "zip_one_image.zip": "too_few_photos",
    "zip_path_traversal.zip": "unsafe_archive",
    "zip_symlink.zip": "unsafe_archive",
    "zip_truncated.zip": "bad_archive",
}


@pytest.mark.videos
@pytest.mark.skipif(not DATA, reason="REELSCAPE_DATA is not set")
@pytest.mark.parametrize("path", sorted(EDGE_DIR.glob("*.*")) if DATA else [], ids=lambda path: path.name)
def test_edge_files(tmp_path: Path, path: Path) -> None:
    if path.suffix == ".json":
        return
    workspace = Workspace(tmp_path / "run")
    if path.name in REFUSED:
        with pytest.raises(by_code()[REFUSED[path.name]]):
            frames.run(workspace, FramesConfig(), Report("frames"), path)
        assert not workspace.frames_dir.exists()
    else:
        facts = frames.run(workspace, FramesConfig(), Report("frames"), path)
        assert 8 <= facts["num_selected"] <= 80
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run"]

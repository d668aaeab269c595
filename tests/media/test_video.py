from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests import tolerances
from tests.media.tiny_media import SIZE, jpeg, panned, write_video

from reelscape.errors import DamagedVideo, NoVideoStream, PictureTooSmall, TooFewFrames, UnreadableMedia
from reelscape.media import decode
from reelscape.media.candidates import Candidate, CandidateStore
from reelscape.media.choose import STILL_FRAMES
from reelscape.media.video import extract_video
from reelscape.report import Report

STEADY = [4 * i for i in range(12)]


def _extract(path: Path, num_frames: int = 0, max_side_px: int = 960) -> tuple[dict[str, Any], Path, Report]:
    out_dir = path.parent / "out"
    out_dir.mkdir()
    report = Report("frames")
    return extract_video(path, out_dir, num_frames, max_side_px, report), out_dir, report


def _read(out_dir: Path, frame: dict[str, Any]) -> np.ndarray:
    return cv2.imread(str(out_dir / frame["name"]))[..., ::-1].astype(float)


@pytest.mark.parametrize(
    ("suffix", "codec", "pix_fmt"),
    [
        ("mp4", "libx264", "yuv420p"),
        ("mov", "libx265", "yuv420p10le"),
        ("webm", "libvpx-vp9", "yuv420p"),
        ("mkv", "libsvtav1", "yuv420p"),
        ("avi", "mjpeg", "yuvj420p"),
        ("mov", "prores_ks", "yuv422p10le"),
        ("mp4", "libx264", "yuv444p"),
        ("ts", "libx264", "yuv420p"),
    ],
)
def test_codecs_and_containers(tmp_path: Path, suffix: str, codec: str, pix_fmt: str) -> None:
    frames = panned(STEADY)
    index, out_dir, report = _extract(write_video(tmp_path / f"a.{suffix}", frames, codec, pix_fmt))
    assert [frame["source_index"] for frame in index["frames"]] == list(range(12))
    assert [frame["name"] for frame in index["frames"]] == sorted(path.name for path in out_dir.iterdir())
    assert report.warnings == []
    for frame, pixels in zip(index["frames"], frames, strict=True):
        assert np.abs(_read(out_dir, frame) - pixels).mean() < tolerances.PANNED_MEAN_LEVELS


@pytest.mark.parametrize("rotation_deg", [90, 180, 270])
def test_rotation_is_applied(tmp_path: Path, rotation_deg: int) -> None:
    upright = panned(STEADY)
    stored = [np.ascontiguousarray(np.rot90(pixels, -rotation_deg // 90)) for pixels in upright]
    index, out_dir, _ = _extract(write_video(tmp_path / "a.mp4", stored, rotation_deg=rotation_deg))
    assert index["rotation_deg"] == rotation_deg
    assert (index["frames"][0]["width"], index["frames"][0]["height"]) == SIZE
    assert np.abs(_read(out_dir, index["frames"][3]) - upright[3]).mean() < tolerances.PANNED_MEAN_LEVELS


def test_odd_size_is_scaled_to_the_limit(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", panned(STEADY, size=(321, 241)), pix_fmt="yuv444p")
    index, out_dir, _ = _extract(path, max_side_px=160)
    assert _read(out_dir, index["frames"][0]).shape == (120, 160, 3)
    assert index["source_width"] == 321


def test_variable_frame_rate_and_start_offset(tmp_path: Path) -> None:
    times_s = [5.0 + 0.1 * i + 0.02 * i * i for i in range(12)]
    index, _, _ = _extract(write_video(tmp_path / "a.mkv", panned(STEADY), times_s=times_s))
    assert [frame["time_s"] for frame in index["frames"]] == pytest.approx(times_s, abs=2e-3)
    assert index["duration_s"] == pytest.approx(times_s[-1] - times_s[0], abs=2e-3)


def test_exact_duplicates_are_dropped(tmp_path: Path) -> None:
    frames = [pixels for pixels in panned(STEADY) for _ in range(2)]
    index, _, _ = _extract(write_video(tmp_path / "a.mp4", frames))
    assert [frame["source_index"] for frame in index["frames"]] == list(range(0, 24, 2))
    assert index["num_duplicates_dropped"] == 12


def test_the_sharpest_of_each_slot(tmp_path: Path) -> None:
    frames = panned([2 * i for i in range(60)])
    blurred = [pixels if i % 5 == 2 else cv2.blur(pixels, (9, 9)) for i, pixels in enumerate(frames)]
    index, _, _ = _extract(write_video(tmp_path / "a.avi", blurred, "mjpeg", "yuvj420p"), num_frames=12)
    chosen = [frame["source_index"] for frame in index["frames"]]
    assert 10 <= len(chosen) <= 12
    assert np.mean([number % 5 == 2 for number in chosen]) > 0.8


def test_a_still_video_reaches_the_next_stage(tmp_path: Path) -> None:
    black = [np.zeros((160, 240, 3), np.uint8)] * 90
    index, out_dir, _ = _extract(write_video(tmp_path / "a.mp4", black))
    assert len(index["frames"]) == len(list(out_dir.iterdir())) == STILL_FRAMES


def test_too_few_frames(tmp_path: Path) -> None:
    with pytest.raises(TooFewFrames, match="7 of 7"):
        _extract(write_video(tmp_path / "a.mp4", panned(STEADY[:7])))


def test_few_different_frames_of_a_moving_camera(tmp_path: Path) -> None:
    frames = [pixels for pixels in panned([0, 20, 40, 60]) for _ in range(5)]
    with pytest.raises(TooFewFrames, match="4 of 20"):
        _extract(write_video(tmp_path / "a.mp4", frames))


def test_two_frames_a_day_apart_are_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(TooFewFrames):
        _extract(write_video(tmp_path / "a.mkv", panned([0, 4]), times_s=[0.0, 86400.0]))


def test_cut_off_video_keeps_what_decodes(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", panned([4 * i for i in range(40)]), "mjpeg", "yuvj420p")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    index, _, report = _extract(path)
    assert 15 <= len(index["frames"]) < 30
    assert [warning["code"] for warning in report.warnings] == ["video_damaged"]


def test_cut_off_too_early(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", panned([4 * i for i in range(40)]), "mjpeg", "yuvj420p")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 10])
    with pytest.raises(DamagedVideo):
        _extract(path)


def test_long_videos_leave_frames_out_and_keep_true_indices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_video(tmp_path / "a.mp4", panned([2 * i for i in range(60)]), "libx265")
    monkeypatch.setattr(decode, "MANY_FRAMES", 30)
    index, _, report = _extract(path)
    sources = [frame["source_index"] for frame in index["frames"]]
    assert 10 <= len(sources) < 50
    assert [frame["time_s"] for frame in index["frames"]] == pytest.approx([s / 10 for s in sources], abs=2e-3)
    assert [warning["code"] for warning in report.warnings] == ["video_long"]


@pytest.mark.parametrize("content", [b"", b"#EXTM3U\nhttp://127.0.0.1/\n", b"ffconcat version 1.0\n", bytes(5000)])
def test_no_video_at_all(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(UnreadableMedia):
        _extract(tmp_path / "a.mp4")


def test_a_picture_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(jpeg(panned([0])[0]))
    with pytest.raises(NoVideoStream):
        _extract(tmp_path / "a.mp4")


def test_small_pictures(tmp_path: Path) -> None:
    with pytest.raises(PictureTooSmall, match="96x64"):
        _extract(write_video(tmp_path / "a.mp4", panned(STEADY, size=(96, 64))))


def test_the_store_thins_itself(tmp_path: Path) -> None:
    """However many frames come, at most `capacity` pictures lie on disk, the sharpest ones among neighbours."""
    frame = decode.av.VideoFrame(64, 48, "yuv420p")
    store = CandidateStore(tmp_path, capacity=10, group_length=1, size=(64, 48), turn_deg=0)
    for order in range(100):
        store.offer(Candidate(order, None, 0.0, float(order % 16 == 5), False, False), frame)
        assert len(list(tmp_path.iterdir())) <= 10
    store.flush()
    assert [c.order for c in store.kept if c.sharpness] == list(range(5, 100, 16))

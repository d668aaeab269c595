from __future__ import annotations

import json
import resource
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner
from tests import tolerances
from tests.sample.rooms import TEXEL_M

from reelscape.cli.sample import command
from reelscape.errors import BadSetting, DiskFull
from reelscape.formats.transforms import read_transforms
from reelscape.sample import SampleConfig, default_room, read_cameras, read_mesh, render_frame, truth_dir, write_sample


@pytest.fixture(scope="module")
def video_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "room.mp4"
    arguments = [str(path), "--seconds", "0.8", "--fps", "10", "--size", "160x284", "--texel", str(TEXEL_M)]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert "8 frames" in result.output
    return path


def test_the_video_has_the_frames_of_the_truth(video_path: Path) -> None:
    with av.open(str(video_path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    cameras = read_cameras(truth_dir(video_path))
    assert len(frames) == len(cameras) == 8
    room = default_room(TEXEL_M)
    for row in (0, 7):
        rgb, _ = render_frame(room, cameras.viewmats[row], cameras.Ks[row], (160, 284))
        error = np.mean((rgb.astype(float) - frames[row]) ** 2)
        assert 10 * np.log10(255**2 / error) > tolerances.SAMPLE_VIDEO_PSNR_DB


def test_the_truth_is_complete(video_path: Path) -> None:
    folder = truth_dir(video_path)
    cameras = read_cameras(folder)
    assert cameras.image_names[3] == "frame_000003.jpg"
    np.testing.assert_allclose(read_transforms(folder / "transforms.json").viewmats, cameras.viewmats, atol=1e-9)
    assert len(json.loads((folder / "transforms.json").read_text())["frames"]) == 8
    with np.load(folder / "depth" / "frame_000000.npz") as stored:
        assert stored["depth"].shape == (284, 160) and stored["depth"].dtype == np.float32
        np.testing.assert_array_equal(stored["viewmat"], cameras.viewmats[0])
    vertices, triangles = read_mesh(folder / "mesh.ply")
    assert len(triangles) > 10_000 and triangles.max() < len(vertices)
    np.testing.assert_allclose(vertices.min(axis=0), (-2.6, -2.7, -2.2), atol=0.01)
    np.testing.assert_allclose(vertices.max(axis=0), (2.6, 0.0, 2.2), atol=0.01)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--size", "161x284"],
        ["--seconds", "0"],
        ["--seconds", "inf"],
        ["--seconds", "nan"],
        ["--fps", "0"],
        ["--fps", "nan"],
        ["--texel", "0"],
        ["--texel", "-inf"],
    ],
)
def test_bad_settings_are_explained_and_leave_nothing(tmp_path: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(command, [str(tmp_path / "x.mp4"), *arguments])
    assert result.exit_code == 1 and "Error: " in result.output and "[bad_setting]" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_size_of_another_form_is_a_usage_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [str(tmp_path / "x.mp4"), "--size", "nonsense"])
    assert result.exit_code == 2 and "540x960" in result.output


@pytest.mark.parametrize(
    ("name", "code"),
    [("x.truth", "bad_setting"), ("file/x.mp4", "output_not_writable"), ("theirs.mp4", "out_dir_not_ours")],
)
def test_places_that_cannot_be_used_are_refused_at_once(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "file").write_text("theirs")
    (tmp_path / "theirs.truth").mkdir()
    (tmp_path / "theirs.truth" / "diary").write_text("theirs")
    before = sorted(tmp_path.rglob("*"))
    result = CliRunner().invoke(command, [str(tmp_path / name)])
    assert result.exit_code == 1 and f"[{code}]" in result.output
    assert sorted(tmp_path.rglob("*")) == before


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(DiskFull):
            write_sample(tmp_path / "x.mp4", SampleConfig(1.0, 10, (160, 284), TEXEL_M))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_a_broken_off_video_leaves_what_was_there(tmp_path: Path) -> None:
    def stop(done: int, count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(tmp_path / "x.mp4", SampleConfig(1.0, 10, (160, 284), TEXEL_M), stop)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "x.mp4").write_bytes(b"earlier")
    (tmp_path / "x.truth").mkdir()
    (tmp_path / "x.truth" / "cameras.npz").write_bytes(b"earlier")
    with pytest.raises(KeyboardInterrupt):
        write_sample(tmp_path / "x.mp4", SampleConfig(1.0, 10, (160, 284), TEXEL_M), stop)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["cameras.npz", "x.mp4", "x.truth"]
    assert (tmp_path / "x.mp4").read_bytes() == b"earlier"
    with pytest.raises(BadSetting):
        write_sample(tmp_path / "x.mp4", SampleConfig(size=(32, 64)))

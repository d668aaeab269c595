from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests import tolerances

from reelscape.cameras import Cameras
from reelscape.errors import UnreadableScene
from reelscape.formats.transforms import read_transforms, write_transforms


def make_cameras(*sizes: tuple[int, int]) -> Cameras:
    """Cameras 2 units above the origin (y = -2), looking along +z, the first one without any turn."""
    viewmats, Ks = [], []
    for i, (width, height) in enumerate(sizes):
        c, s = np.cos(0.4 * i), np.sin(0.4 * i)
        viewmat = np.eye(4)
        viewmat[:3, :3] = [[c, 0, s], [0, 1, 0], [-s, 0, c]]
        viewmat[:3, 3] = -viewmat[:3, :3] @ (0.5 * i, -2, 1)
        viewmats.append(viewmat)
        Ks.append([[width, 0, width / 2 + 1], [0, width * 1.01, height / 2], [0, 0, 1]])
    names = tuple(f"frame_{i:06d}.jpg" for i in range(len(sizes)))
    return Cameras(names, np.array(viewmats), np.array(Ks, float), np.array(sizes, np.int64))


@pytest.mark.parametrize("sizes", [[(540, 960)] * 3, [(540, 960), (960, 540)], [(64, 48)]])
def test_what_is_written_is_read_back(tmp_path: Path, sizes: list[tuple[int, int]]) -> None:
    cameras = make_cameras(*sizes)
    write_transforms(tmp_path / "transforms.json", cameras)
    read = read_transforms(tmp_path / "transforms.json")
    assert read.image_names == cameras.image_names
    np.testing.assert_allclose(read.viewmats, cameras.viewmats, atol=tolerances.TRANSFORMS)
    np.testing.assert_allclose(read.Ks, cameras.Ks)
    np.testing.assert_array_equal(read.sizes, cameras.sizes)


def test_axes_are_opengl_in_a_world_with_z_up(tmp_path: Path) -> None:
    write_transforms(tmp_path / "transforms.json", make_cameras((540, 960)))
    content = json.loads((tmp_path / "transforms.json").read_text())
    frame = content["frames"][0]
    world_from_camera = np.array(frame["transform_matrix"])
    np.testing.assert_allclose(world_from_camera[:3, 3], [0, 1, 2])  # two units up; we looked along z, they along y
    np.testing.assert_allclose(world_from_camera[:3, :3] @ [0, 1, 0], [0, 0, 1])  # the picture's up is the world's
    np.testing.assert_allclose(world_from_camera[:3, :3] @ [0, 0, -1], [0, 1, 0])  # it looks ahead
    assert np.linalg.det(world_from_camera[:3, :3]) == pytest.approx(1)
    assert frame["file_path"] == "images/frame_000000.jpg"
    assert (content["w"], content["h"], content["camera_model"]) == (540, 960, "PINHOLE")
    np.testing.assert_allclose(np.array(content["applied_transform"]) @ [0, -2, 1, 1], world_from_camera[:3, 3])


def test_intrinsics_stand_in_each_frame_only_where_they_differ(tmp_path: Path) -> None:
    write_transforms(tmp_path / "transforms.json", make_cameras((540, 960), (960, 540)))
    content = json.loads((tmp_path / "transforms.json").read_text())
    assert "fl_x" not in content
    assert [frame["w"] for frame in content["frames"]] == [540, 960]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"frames": [{}]}', '{"frames": [{"transform_matrix": [[1]]}]}'])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "transforms.json").write_text(content)
    with pytest.raises(UnreadableScene):
        read_transforms(tmp_path / "transforms.json")

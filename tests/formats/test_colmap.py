"""The COLMAP folder: a round trip, and the same read by pycolmap, which wrote the book."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pycolmap
import pytest
from tests import tolerances

from reelscape.cameras import Cameras, Float, Observations, Rows
from reelscape.errors import UnreadableModel
from reelscape.formats.colmap import (
    SparseModel,
    quats_from_rotmats,
    read_model,
    read_scene,
    rotmats_from_quats,
    write_model,
)


def made_model(num_cameras: int = 5, num_points: int = 40) -> SparseModel:
    random = np.random.default_rng(3)
    viewmats = np.tile(np.eye(4), (num_cameras, 1, 1))
    viewmats[:, :3, :3] = rotmats_from_quats(random.normal(size=(num_cameras, 4)) * 0.1 + [1, 0, 0, 0])
    viewmats[:, :3, 3] = random.normal(size=(num_cameras, 3)) * 0.3 + [0, 0, 6]
    Ks = np.tile(np.array([[500.0, 0, 160], [0, 510, 120], [0, 0, 1]]), (num_cameras, 1, 1))
    sizes = np.tile(np.array([320, 240]), (num_cameras, 1))
    sizes[-1], Ks[-1, 0, 2] = (300, 240), 150
    names = tuple(f"frame_{7 * row:06d}.jpg" for row in range(num_cameras))
    points = random.normal(size=(num_points, 3))
    image_rows, point_rows = (grid.ravel() for grid in np.meshgrid(range(num_cameras), range(num_points)))
    in_camera = np.einsum("mij,mj->mi", viewmats[image_rows, :3, :3], points[point_rows]) + viewmats[image_rows, :3, 3]
    projected = np.einsum("mij,mj->mi", Ks[image_rows], in_camera)
    xys = projected[:, :2] / projected[:, 2:]
    return SparseModel(
        Cameras(names, viewmats, Ks, sizes),
        points,
        random.integers(0, 256, (num_points, 3)).astype(np.uint8),
        random.uniform(0.2, 1, num_points),
        Observations(image_rows, point_rows, xys),
    )


def by_image_and_point(seen: Observations) -> tuple[Rows, Rows, Float]:
    order = np.lexsort((seen.point_rows, seen.image_rows))
    return seen.image_rows[order], seen.point_rows[order], seen.xys[order]


def test_round_trip(tmp_path: Path) -> None:
    model = made_model()
    write_model(tmp_path, model)
    read = read_model(tmp_path)
    assert read.cameras.image_names == model.cameras.image_names
    np.testing.assert_allclose(read.cameras.viewmats, model.cameras.viewmats, atol=tolerances.COLMAP_EXACT)
    np.testing.assert_array_equal(read.cameras.Ks, model.cameras.Ks)
    np.testing.assert_array_equal(read.cameras.sizes, model.cameras.sizes)
    np.testing.assert_array_equal(read.points, model.points)
    np.testing.assert_array_equal(read.rgbs, model.rgbs)
    np.testing.assert_array_equal(read.errors_px, model.errors_px)
    for ours, theirs in zip(by_image_and_point(read.observations), by_image_and_point(model.observations), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert read_scene(tmp_path, tmp_path / "images").image_dir == tmp_path / "images"


def test_pycolmap_reads_what_we_write(tmp_path: Path) -> None:
    model = made_model()
    write_model(tmp_path, model)
    theirs = pycolmap.Reconstruction(tmp_path)
    assert (theirs.num_reg_images(), theirs.num_points3D()) == (5, 40)
    assert theirs.num_cameras() == 2  # equal intrinsics share one
    for row, name in enumerate(model.cameras.image_names):
        image = theirs.find_image_with_name(name)
        np.testing.assert_allclose(
            image.cam_from_world().matrix(), model.cameras.viewmats[row, :3], atol=tolerances.COLMAP_EXACT
        )
        np.testing.assert_allclose(image.camera.calibration_matrix(), model.cameras.Ks[row])
    theirs.update_point_3d_errors()
    assert theirs.compute_mean_reprojection_error() < tolerances.COLMAP_ERROR_PX  # tracks and sightings belong together


def test_we_read_what_pycolmap_writes(tmp_path: Path) -> None:
    options = pycolmap.SyntheticDatasetOptions()
    options.num_rigs, options.num_frames_per_rig, options.num_points3D = 1, 6, 50
    options.camera_model_id, options.camera_params = pycolmap.CameraModelId.SIMPLE_PINHOLE, [1280, 512, 384]
    theirs = pycolmap.synthesize_dataset(options)
    theirs.write(tmp_path)
    ours = read_model(tmp_path)
    assert len(ours.cameras) == 6 and len(ours.points) == theirs.num_points3D()
    for row, name in enumerate(ours.cameras.image_names):
        image = theirs.find_image_with_name(name)
        np.testing.assert_allclose(
            image.cam_from_world().matrix(), ours.cameras.viewmats[row, :3], atol=tolerances.COLMAP_EXACT
        )
    assert len(ours.observations) == theirs.compute_num_observations()


@pytest.mark.parametrize("angle", [0.0, 1e-9, 0.3, np.pi - 1e-9, np.pi])
def test_quaternions_of_every_angle(angle: float) -> None:
    axes = np.random.default_rng(0).normal(size=(20, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    quats = np.concatenate([np.full((20, 1), np.cos(angle / 2)), np.sin(angle / 2) * axes], axis=1)
    rotmats = rotmats_from_quats(quats)
    np.testing.assert_allclose(rotmats_from_quats(quats_from_rotmats(rotmats)), rotmats, atol=tolerances.COLMAP_EXACT)


@pytest.mark.parametrize("damage", ["missing", "cut", "distorted", "no rotation"])
def test_a_broken_model_is_refused_in_words(tmp_path: Path, damage: str) -> None:
    write_model(tmp_path, made_model())
    if damage == "missing":
        (tmp_path / "images.bin").unlink()
    elif damage == "cut":
        data = (tmp_path / "images.bin").read_bytes()
        (tmp_path / "images.bin").write_bytes(data[: len(data) // 2])
    elif damage == "no rotation":
        data = bytearray((tmp_path / "images.bin").read_bytes())
        data[12:44] = bytes(32)  # the first picture's quaternion
        (tmp_path / "images.bin").write_bytes(data)
    else:
        data = bytearray((tmp_path / "cameras.bin").read_bytes())
        data[12] = 4  # OPENCV
        (tmp_path / "cameras.bin").write_bytes(bytes(data))
    with pytest.raises(UnreadableModel, match="cannot be read"):
        read_model(tmp_path)


def test_reading_does_not_load_pycolmap() -> None:
    code = "import sys, reelscape.formats.colmap, reelscape.stages.poses; sys.exit('pycolmap' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

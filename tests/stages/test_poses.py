"""The poses stage from end to end, on made pictures whose cameras are known and on real clips."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests import tolerances
from tests.sfm.made_pictures import DOWN, FOCAL, make_frames, walk

from reelscape.cameras import Float, Scene
from reelscape.config import FramesConfig, PosesConfig
from reelscape.errors import BadSetting, CameraStill, NoFeatures, RotationOnly, TooFewFrames, TooFewPhotos
from reelscape.formats.colmap import read_model, read_scene
from reelscape.report import Event, Progress, Report
from reelscape.stages import frames, poses
from reelscape.workspace import Workspace, read_json, write_json

NUM_FRAMES = 20


def solve(workspace: Workspace, **settings: Any) -> tuple[dict[str, Any], list[Event]]:
    events: list[Event] = []
    return poses.run(workspace, PosesConfig(**settings), Report("poses", events.append)), events


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, dict[str, Any], list[Event]]:
    workspace = Workspace(tmp_path_factory.mktemp("video"))
    make_frames(workspace, walk(NUM_FRAMES))
    return workspace, *solve(workspace)


def align(centers: Float, true_centers: Float) -> tuple[Float, float]:
    """Rotation of the similarity that brings `centers` best onto the true ones, and its relative rmse."""
    a, b = centers - centers.mean(axis=0), true_centers - true_centers.mean(axis=0)
    u, d, vt = np.linalg.svd(b.T @ a)
    signs = np.diag([1, 1, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ signs @ vt
    scale = float((d * np.diag(signs)).sum() / (a**2).sum())
    rmse = np.sqrt(((scale * a @ rotation.T - b) ** 2).sum() / (b**2).sum())
    return rotation, float(rmse)


def errors_of(scene: Scene, viewmats: Float) -> tuple[float, float, float]:
    """Relative rmse of the centres, median angle of the rotations and angle of gravity, in degrees."""
    rotations = viewmats[:, :3, :3]
    true_centers = -np.einsum("cji,cj->ci", rotations, viewmats[:, :3, 3])
    turn, rmse = align(scene.cameras.centers, true_centers)
    relative = np.einsum("cij,jk,clk->cil", scene.cameras.viewmats[:, :3, :3], turn.T, rotations)
    angles = np.degrees(np.arccos(np.clip((np.trace(relative, axis1=1, axis2=2) - 1) / 2, -1, 1)))
    tilt = np.degrees(np.arccos(np.clip((turn @ DOWN) @ DOWN, -1, 1)))
    return rmse, float(np.median(angles)), float(tilt)


def assert_cameras_are_right(workspace: Workspace, viewmats: Float) -> None:
    rmse, angle_deg, tilt_deg = errors_of(read_scene(workspace.sparse_dir, workspace.images_dir), viewmats)
    assert rmse < tolerances.SFM_CENTERS
    assert angle_deg < tolerances.SFM_ROTATION_DEG
    assert tilt_deg < tolerances.SFM_UPRIGHT_DEG


def test_all_cameras_are_found_upright(solved: tuple[Workspace, dict[str, Any], list[Event]]) -> None:
    workspace, facts, _ = solved
    assert facts["num_images"] == facts["num_registered"] == NUM_FRAMES
    assert facts["method"] == "colmap" and facts["lost"] == []
    assert facts["mean_reprojection_error_px"] < tolerances.SFM_REPROJECTION_PX
    assert abs(facts["focal_px"][0] / FOCAL - 1) < tolerances.SFM_FOCAL
    assert [attempt["name"] for attempt in facts["attempts"]] == ["usual pairs"]
    assert_cameras_are_right(workspace, walk(NUM_FRAMES))


def test_the_products_belong_together(solved: tuple[Workspace, dict[str, Any], list[Event]]) -> None:
    workspace, facts, _ = solved
    model = read_model(workspace.sparse_dir)
    cameras, seen = model.cameras, model.observations
    assert len(model.points) == facts["num_points"] > 300
    assert sorted(path.name for path in workspace.images_dir.iterdir()) == list(cameras.image_names)
    for name, (width, height) in zip(cameras.image_names, cameras.sizes, strict=True):
        assert cv2.imread(str(workspace.images_dir / name)).shape == (height, width, 3)
    viewmats, Ks = cameras.viewmats[seen.image_rows], cameras.Ks[seen.image_rows]
    rays = np.einsum("mij,mj->mi", viewmats[:, :3, :3], model.points[seen.point_rows]) + viewmats[:, :3, 3]
    projected = np.einsum("mij,mj->mi", Ks, rays)
    off_px = np.linalg.norm(projected[:, :2] / projected[:, 2:] - seen.xys, axis=1)
    assert off_px.mean() < tolerances.SFM_REPROJECTION_PX  # the undistorted sightings fit the pinhole cameras
    assert model.rgbs.std() > 10


def test_progress_only_grows(solved: tuple[Workspace, dict[str, Any], list[Event]]) -> None:
    fractions = [event.fraction for event in solved[2] if isinstance(event, Progress)]
    assert fractions == sorted(fractions) and len(fractions) > 20 and fractions[-1] == 1


_KILLED_WRITER = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(20000));")
os._exit(0)
"""


def leave_logs_of_a_killed_mapper(sfm_dir: Path) -> None:
    """SQLite logs that were never folded back, where a mapper works on its copy of the database."""
    for path in (sfm_dir / "global.db", sfm_dir / "global" / "database.db"):
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-c", _KILLED_WRITER, str(path)], check=True)
        assert path.with_name(path.name + "-wal").stat().st_size > 20_000
        path.unlink()


def test_the_global_mapper_agrees(tmp_path: Path) -> None:
    """Also after an earlier one was killed, on the features that it left."""
    workspace = Workspace(tmp_path)
    make_frames(workspace, walk(12, step=0.6))
    solve(workspace)
    leave_logs_of_a_killed_mapper(workspace.sfm_dir)
    facts, _ = solve(workspace, method="glomap")
    assert facts["method"] == "glomap" and facts["num_registered"] == 12
    assert len(facts["attempts"]) == 1
    assert_cameras_are_right(workspace, walk(12, step=0.6))


def test_photos_need_no_order(tmp_path: Path) -> None:
    workspace, order = Workspace(tmp_path), np.random.default_rng(0).permutation(10)
    make_frames(workspace, walk(10, step=0.5)[order], kind="photos")
    facts, _ = solve(workspace)
    assert facts["num_registered"] == 10
    assert_cameras_are_right(workspace, walk(10, step=0.5)[order])


def turning(num: int) -> Float:
    viewmats = np.tile(walk(3)[1], (num, 1, 1))
    for row in range(num):
        angle = np.radians(1.5 * (row - num / 2))
        turn = np.eye(4)
        turn[:3, :3] = [[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]]
        viewmats[row] = turn @ viewmats[row]
    return viewmats


@pytest.mark.parametrize(
    ("viewmats", "error"),
    [
        (np.tile(walk(3)[1], (9, 1, 1)), CameraStill),
        (turning(14), RotationOnly),
        (walk(5), TooFewFrames),
    ],
)
def test_clips_without_a_path_are_refused(tmp_path: Path, viewmats: Float, error: type[Exception]) -> None:
    workspace = Workspace(tmp_path)
    make_frames(workspace, viewmats)
    with pytest.raises(error):
        solve(workspace)
    assert not workspace.sparse_dir.exists() and not workspace.images_dir.exists()


def test_empty_pictures_few_photos_and_unknown_methods_are_refused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    make_frames(workspace, walk(8), kind="photos")
    with pytest.raises(BadSetting, match="colmap, glomap"):
        solve(workspace, method="magic")
    index = read_json(workspace.frames_index_path)
    for frame in index["frames"]:
        cv2.imwrite(str(workspace.frames_dir / frame["name"]), np.full((480, 360, 3), 128, np.uint8))
    with pytest.raises(NoFeatures):
        solve(workspace)
    write_json(workspace.frames_index_path, {**index, "frames": index["frames"][:7]})
    with pytest.raises(TooFewPhotos):
        solve(workspace)


@pytest.mark.videos
@pytest.mark.skipif("REELSCAPE_DATA" not in os.environ, reason="needs the real videos")
@pytest.mark.parametrize("method", ["colmap", "glomap"])
def test_the_fox_agrees_with_its_reference(tmp_path: Path, method: str) -> None:
    data, workspace = Path(os.environ["REELSCAPE_DATA"]), Workspace(tmp_path)
    frames.run(workspace, FramesConfig(), Report("frames"), data / "videos" / "fox_5fps_rot90.mp4")
    facts, _ = solve(workspace, method=method)
    assert facts["num_registered"] == facts["num_images"] == 50
    scene = read_scene(workspace.sparse_dir, workspace.images_dir)
    rmse, angle_deg, _ = errors_of(scene, _fox_viewmats(data / "reference", scene.cameras.image_names))
    assert rmse < tolerances.FOX_CENTERS and angle_deg < tolerances.FOX_ROTATION_DEG


def _fox_viewmats(reference_dir: Path, names: tuple[str, ...]) -> Float:
    with (reference_dir / "fox_frames.csv").open() as table:
        photos = {int(row["video_frame"]): row["image"] for row in csv.DictReader(table)}
    listed = json.loads((reference_dir / "fox_transforms.json").read_text())["frames"]
    poses_of = {Path(frame["file_path"]).name: np.array(frame["transform_matrix"]) for frame in listed}
    world_from_cams = np.stack([poses_of[photos[int(name[6:12])]] for name in names])
    return np.linalg.inv(world_from_cams @ np.diag([1.0, -1, -1, 1]))  # the file's cameras look along -z

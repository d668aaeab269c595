from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from tests import tolerances
from tests.sample.rooms import CAMERAS, CONFIG, TEXEL_M, pixel_centers, project, rays

from reelscape._native import kernels
from reelscape.sample import Sensor, default_room, intrinsics, read_mesh, render_depth, render_frame
from reelscape.sample.mesh import Room, assemble, mipmaps
from reelscape.sample.patches import Patch
from reelscape.sample.truth import write_mesh


@pytest.fixture(scope="module")
def room() -> Room:
    return default_room(TEXEL_M)


def test_a_folded_patch_is_lit() -> None:
    """Its normals turn over amid a cell of the light map."""
    depths = np.array([0.0, 0.1, 0.2, 0.2, 0.1, 0.0, -0.1, -0.2, -0.3, -0.4, -0.5])
    points = np.stack(np.broadcast_arrays([[-0.1, 0.1]], 0.0, depths[:, None]), axis=2)
    room = assemble([Patch(points, lambda sheet: sheet.plain((1, 1, 1)))], 0.1, 0)
    assert room.colours.min() > 0


def first_hit(origin: np.ndarray, way: np.ndarray, corners: np.ndarray) -> float:
    """Distance to the nearest of triangles [T, 3, 3] (Moeller and Trumbore)."""
    a, e1, e2 = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    p, s = np.cross(way, e2), origin - a
    det = np.einsum("ti,ti->t", e1, p)
    det = np.where(np.abs(det) < 1e-14, np.inf, det)
    q = np.cross(s, e1)
    u, v, t = np.einsum("ti,ti->t", s, p) / det, q @ way / det, np.einsum("ti,ti->t", e2, q) / det
    return float(t[(u >= 0) & (v >= 0) & (u + v <= 1) & (t > 1e-6)].min(initial=np.inf))


def test_depth_is_where_rays_meet_the_mesh_file(room: Room, tmp_path: Path) -> None:
    write_mesh(tmp_path / "mesh.ply", room)
    vertices, triangles = read_mesh(tmp_path / "mesh.ply")
    corners = vertices.astype(np.float64)[triangles]
    pixels = np.random.default_rng(0).integers((0, 0), CONFIG.size, (30, 2))
    for row in (0, 25, 50):
        depth = render_depth(room, CAMERAS.viewmats[row], CAMERAS.Ks[row], CONFIG.size)
        origin, ways = rays(CAMERAS.viewmats[row], CAMERAS.Ks[row], pixels + 0.5)
        expected = [first_hit(origin, way, corners) for way in ways]
        np.testing.assert_allclose(depth[pixels[:, 1], pixels[:, 0]], expected, rtol=tolerances.SAMPLE_DEPTH)


def test_the_ray_caster_sees_what_the_rasterizer_draws(room: Room) -> None:
    caster = kernels.RayCaster(room.vertices, room.triangles)
    for row in (10, 40):
        depth = render_depth(room, CAMERAS.viewmats[row], CAMERAS.Ks[row], CONFIG.size).ravel()
        origin, ways = rays(CAMERAS.viewmats[row], CAMERAS.Ks[row], pixel_centers(CONFIG.size))
        origins = np.tile(origin, (len(ways), 1)).astype(np.float32)
        distance, triangle = caster.trace(origins, ways.astype(np.float32), 100.0, 2)
        assert (triangle >= 0).all(), "the room is closed"
        assert (np.abs(distance / depth - 1) > 1e-3).mean() < tolerances.SAMPLE_EDGE_SHARE


def test_a_point_keeps_its_place_and_colour_from_view_to_view(room: Room) -> None:
    pictures = [render_frame(room, CAMERAS.viewmats[row], CAMERAS.Ks[row], CONFIG.size) for row in (28, 31)]
    origin, ways = rays(CAMERAS.viewmats[28], CAMERAS.Ks[28], pixel_centers(CONFIG.size))
    points = origin + ways * pictures[0][1].reshape(-1, 1)
    pixels, depth = project(CAMERAS.viewmats[31], CAMERAS.Ks[31], points)
    inside = ((pixels > 1) & (pixels < np.array(CONFIG.size) - 1)).all(axis=1)
    column, row = pixels[inside].astype(int).T
    seen = np.abs(pictures[1][1][row, column] / depth[inside] - 1) < 0.01
    assert seen.mean() > tolerances.SAMPLE_OVERLAP
    first = pictures[0][0].reshape(-1, 3)[inside][seen].astype(float)
    second = pictures[1][0][row, column][seen].astype(float)
    assert np.median(np.abs(first - second)) < tolerances.SAMPLE_SAME_POINT_LEVELS


def test_every_frame_is_full_of_features(room: Room) -> None:
    size = (270, 480)
    sift = cv2.SIFT_create()
    for row in range(0, 60, 10):
        rgb, depth = render_frame(room, CAMERAS.viewmats[row], intrinsics(size), size, Sensor(noise=1.6))
        features = sift.detect(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), None)
        assert len(features) > tolerances.SAMPLE_NUM_FEATURES
        assert depth.min() > 0.3 and depth.max() < 8
        assert 60 < rgb.mean() < 180 and (rgb.max(axis=2) < 12).mean() < 0.02


def test_threads_change_nothing_and_the_seed_changes_only_noise(room: Room) -> None:
    def frame(num_threads: int, seed: int, noise: float = 2.0) -> np.ndarray:
        sensor = Sensor(2, noise, seed, num_threads)
        return render_frame(room, CAMERAS.viewmats[5], CAMERAS.Ks[5], CONFIG.size, sensor)[0]

    np.testing.assert_array_equal(frame(1, 3), frame(2, 3))
    difference = frame(1, 3).astype(float) - frame(1, 4)
    assert 2.0 < difference.std() < 4.0
    assert frame(1, 3, 0.0).tobytes() == frame(2, 4, 0.0).tobytes()


def test_far_texture_is_averaged_not_sampled() -> None:
    board = (np.indices((256, 256)).sum(axis=0) % 2 * 255).astype(np.uint8)
    texels = np.concatenate(mipmaps(np.repeat(board[..., None], 3, axis=2)))
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    uvs = ((corners[:, :2] + 1) / 2).astype(np.float32)
    triangles, zeros = np.array([[0, 1, 2], [0, 2, 3]], np.int32), np.zeros(2, np.int32)
    square = kernels.Rasterizer(corners, uvs, triangles, zeros, np.array([[0, 256, 256]]), texels)
    viewmat = np.eye(4)
    viewmat[2, 3] = 2.0
    rgb, depth = square.render(viewmat[None], intrinsics((40, 40), 90)[None], 40, 40, 0.0, 0, 1)
    inside = depth > 0
    assert inside.sum() == 400, "half the width and half the height"
    np.testing.assert_allclose(depth[inside], 2.0, rtol=1e-6)
    assert np.abs(rgb[inside].astype(int) - 128).max() <= 1


def test_wrong_arrays_are_refused() -> None:
    corners, uvs = np.zeros((3, 3), np.float32), np.zeros((3, 2), np.float32)
    texels, zero = np.zeros((1, 4), np.uint8), np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="triangle index"):
        kernels.Rasterizer(corners, uvs, np.array([[0, 1, 3]], np.int32), zero, np.array([[0, 1, 1]]), texels)
    with pytest.raises(ValueError, match="beyond the texels"):
        kernels.Rasterizer(corners, uvs, np.array([[0, 1, 2]], np.int32), zero, np.array([[0, 2, 1]]), texels)
    with pytest.raises(ValueError, match="triangle index"):
        kernels.RayCaster(corners, np.array([[0, 1, 3]], np.int32))

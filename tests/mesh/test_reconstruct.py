"""Depth maps to a mesh: the shape, the colours, what is thrown away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests import tolerances
from tests.mesh.made_views import RADIUS, WALL_Z, ball_views

from reelscape.mesh.cleaning import areas_of, decimated, pieces_of, smoothed, without_small_pieces
from reelscape.mesh.consistency import confidence, depth_noise, neighbours_of
from reelscape.mesh.reconstruct import MeshSettings, reconstruct

SETTINGS = MeshSettings(num_voxels=64, max_triangles=20_000)


def test_the_ball_and_the_wall_come_out_in_place_and_colour() -> None:
    mesh, measure = reconstruct(ball_views(12, noise=0.004), SETTINGS)
    to_ball = np.abs(np.linalg.norm(mesh.vertices, axis=1) - RADIUS)
    to_wall = np.abs(mesh.vertices[:, 2] - WALL_Z)
    assert (np.minimum(to_ball, to_wall) < measure.voxel).mean() > 0.97
    on_ball, on_wall = to_ball < 0.05, to_wall < 0.05
    assert on_ball.sum() > 200 and on_wall.sum() > 1000
    assert np.median(mesh.colors[on_ball], axis=0).tolist() == [0, 200, 0]
    assert np.median(mesh.colors[on_wall], axis=0).tolist() == [0, 0, 200]
    assert len(mesh) <= SETTINGS.max_triangles


def test_depth_noise_is_found() -> None:
    views = ball_views(12, noise=0.01)
    assert depth_noise(views, neighbours_of(views)) == pytest.approx(0.01, rel=tolerances.DEPTH_NOISE_RTOL)


def test_a_floater_in_one_view_is_not_believed() -> None:
    views = ball_views(12)
    depth = views[5].depth.copy()
    depth[10:20, 10:20] = 1.0
    views[5] = replace(views[5], depth=depth)
    weights = confidence(views, neighbours_of(views), 0.03, lambda row: None)
    assert (weights[5][10:20, 10:20] == 0).all()
    assert (weights[5][25:40, 30:50] > 0.8).mean() > 0.9
    mesh, _ = reconstruct(views, SETTINGS)
    assert mesh.vertices[:, 2].min() > -RADIUS - 0.1


def test_views_that_agree_on_nothing_give_no_triangles() -> None:
    rng = np.random.default_rng(0)
    views = [replace(view, depth=rng.uniform(0.5, 50, view.depth.shape).astype(np.float32)) for view in ball_views(6)]
    mesh, measure = reconstruct(views, SETTINGS)
    assert measure.confirmed_share < 0.1
    assert reconstruct([replace(v, depth=0 * v.depth) for v in views], SETTINGS)[1].confirmed_share == 0
    assert len(mesh.colors) == len(mesh.vertices)


def grid(count: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A flat square of `count` x `count` vertices, one apart."""
    x, y = np.meshgrid(np.arange(count), np.arange(count))
    vertices = np.stack([x + shift, y, 0 * x], axis=2).reshape(-1, 3).astype(np.float32)
    i = (np.arange(count - 1)[:, None] * count + np.arange(count - 1)).reshape(-1)
    triangles = np.concatenate([np.stack([i, i + 1, i + count], 1), np.stack([i + 1, i + count + 1, i + count], 1)])
    return vertices, triangles.astype(np.int32)


def test_small_pieces_go() -> None:
    (a, ta), (b, tb) = grid(10), grid(3, shift=100)
    vertices, triangles = np.concatenate([a, b]), np.concatenate([ta, tb + len(a)])
    assert len(set(pieces_of(triangles, len(vertices)))) == 2
    kept, still = without_small_pieces(vertices, triangles, 50.0)
    np.testing.assert_array_equal(kept, a)
    assert areas_of(kept, still).sum() == pytest.approx(81)


def test_smoothing_takes_noise_and_leaves_the_size() -> None:
    vertices, triangles = grid(40)
    bumpy = vertices + np.random.default_rng(0).normal(0, 0.1, vertices.shape).astype(np.float32) * [0, 0, 1]
    smooth = smoothed(bumpy.astype(np.float32), triangles, 5)
    assert smooth[:, 2].std() < 0.5 * bumpy[:, 2].std()
    assert np.ptp(smooth[:, 0]) == pytest.approx(39, rel=0.03)


def test_decimation_keeps_the_shape_and_leaves_no_degenerate_triangles() -> None:
    vertices, triangles = grid(60)
    vertices, triangles = decimated(vertices, triangles, 500)
    assert 2 <= len(triangles) <= 500
    assert areas_of(vertices, triangles).min() > 0
    assert areas_of(vertices, triangles).sum() == pytest.approx(59**2, rel=0.02)
    assert set(np.unique(triangles)) == set(range(len(vertices)))

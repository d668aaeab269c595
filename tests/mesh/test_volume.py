"""The native distance field against its numpy twin, and its surfaces against known shapes."""

from __future__ import annotations

import numpy as np
import pytest
from tests import tolerances
from tests.mesh.made_views import RADIUS, ball_views

from reelscape.mesh import twin
from reelscape.mesh.cleaning import edges_of
from reelscape.mesh.coloring import normals_of
from reelscape.mesh.depth_view import DepthView
from reelscape.mesh.volume import BLOCK, Box, Volume

LOW, VOXEL, BLOCKS, TRUNCATION = np.array([-0.83, -0.81, -0.79]), 0.07, (3, 3, 3), 0.2
SHAPE = (24, 24, 24)


def weights_of(views: list[DepthView]) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [rng.uniform(0.1, 1, view.depth.shape).astype(np.float32) for view in views]


def filled(views: list[DepthView], num_threads: int = 2, box: Box | None = None) -> Volume:
    volume = Volume(box or Box(LOW, VOXEL, BLOCKS), TRUNCATION, num_threads)
    weights = weights_of(views)
    for view, weight in zip(views, weights, strict=True):
        volume.touch(view, weight, 1)
    for view, weight in zip(views, weights, strict=True):
        volume.integrate(view, weight)
    return volume


def dense(volume: Volume) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums, weights and which samples exist, [X, Y, Z]."""
    sums, weights, there = np.zeros(SHAPE), np.zeros(SHAPE), np.zeros(SHAPE, bool)
    for place, block_sums, block_weights in zip(*volume.samples(), strict=True):
        part = tuple(slice(BLOCK * p, BLOCK * (p + 1)) for p in place)
        sums[part], weights[part], there[part] = block_sums.T, block_weights.T, True
    return sums, weights, there


def test_samples_agree_with_the_twin() -> None:
    views = ball_views(5, noise=0.01)
    sums, weights, there = dense(filled(views))
    true_sums, true_weights = twin.integrate(views, weights_of(views), LOW, VOXEL, SHAPE, TRUNCATION)
    assert 0.2 < there.mean() <= 1
    # A sample whose pixel is decided by the last bit may take the neighbour's depth.
    differs = np.abs(sums - true_sums)[there] > tolerances.TSDF_SAMPLE
    assert differs.mean() < tolerances.TSDF_OTHER_PIXEL_SHARE
    assert (np.abs(weights - true_weights)[there] > tolerances.TSDF_SAMPLE).mean() < tolerances.TSDF_OTHER_PIXEL_SHARE
    near = (np.abs(true_sums) < 0.5 * true_weights) & (true_weights > 0)
    assert (there[near]).all(), "every sample near the surface has its block"


def test_surface_agrees_with_the_twin() -> None:
    volume = filled(ball_views(5, noise=0.02))
    sums, weights, _ = dense(volume)
    vertices, triangles = volume.surface(0.3)
    values = np.where(weights > 0.3, sums / np.where(weights > 0.3, weights, 1), np.nan)
    places, expected = twin.zero_level(values)
    found = vertices[triangles].reshape(-1, 9)
    true = (LOW + VOXEL * places)[expected].reshape(-1, 9)
    assert len(found) == len(true) > 500
    order = [np.lexsort(np.round(corners, 4).T) for corners in (found, true)]
    np.testing.assert_allclose(found[order[0]], true[order[1]], atol=tolerances.SURFACE_VERTEX)


def test_same_bits_for_any_number_of_threads() -> None:
    views = ball_views(6, noise=0.01)
    first = filled(views, 1).surface(0.2)
    for num_threads in (2, 5):
        for one, many in zip(first, filled(views, num_threads).surface(0.2), strict=True):
            np.testing.assert_array_equal(one, many)


def test_every_case_closes_and_turns_outwards() -> None:
    """Each corner pattern alone in empty space is a closed surface, each edge met once each way."""
    for inside in range(1, 256):
        values = np.ones((4, 4, 4))
        for corner in range(8):
            values[1 + (corner & 1), 1 + (corner >> 1 & 1), 1 + (corner >> 2)] = -1 if inside >> corner & 1 else 1
        vertices, triangles = twin.zero_level(values)
        assert_closed(triangles)
        corners = vertices[triangles]
        volume = np.einsum("ti,ti->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
        assert volume > 0, "the positive side is outside"


def assert_closed(triangles: np.ndarray) -> None:
    directed = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    forth, back = sorted(map(tuple, directed)), sorted(map(tuple, directed[:, ::-1]))
    assert forth == back


def test_a_ball_seen_from_all_sides_is_closed_and_round() -> None:
    """Depth maps of parallel rays, nearly: far cameras on six sides."""
    views = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            rotation = np.roll(np.eye(3), axis, axis=0) * sign
            rotation[0] *= np.linalg.det(rotation)
            views.append(far_view(rotation))
    volume = filled(views)
    vertices, triangles = volume.surface(0.0)
    assert_closed(triangles)
    assert len(vertices) - len(edges_of(triangles)) + len(triangles) == 2, "Euler's number of a ball"
    radii = np.linalg.norm(vertices, axis=1)
    assert np.abs(radii - RADIUS).max() < tolerances.BALL_RADIUS_VOXELS * VOXEL
    outwards = (normals_of(vertices, triangles) * vertices).sum(1) / radii
    assert outwards.min() > 0.7


def far_view(rotation: np.ndarray) -> DepthView:
    distance, focal, side = 60.0, 3000.0, 160
    viewmat = np.eye(4)
    viewmat[:3, :3], viewmat[2, 3] = rotation, distance
    x, y = np.meshgrid(*[(np.arange(side) + 0.5 - side / 2) / focal * distance] * 2)
    height2 = RADIUS**2 - x**2 - y**2
    depth = np.where(height2 > 0, distance - np.sqrt(np.maximum(height2, 0)), distance + 5)
    K = np.array([[focal, 0, side / 2], [0, focal, side / 2], [0, 0, 1]])
    return DepthView(viewmat, K, depth.astype(np.float32), np.zeros((side, side, 3), np.uint8))


def test_nothing_seen_gives_no_surface() -> None:
    empty = [DepthView(v.viewmat, v.K, np.zeros_like(v.depth), v.image) for v in ball_views(3)]
    volume = filled(empty)
    assert volume.num_blocks == 0
    assert all(len(part) == 0 for part in volume.surface(0.0))


@pytest.mark.parametrize(
    "box", [Box(LOW, 0.0, BLOCKS), Box(LOW, VOXEL, (4000, 4000, 4000)), Box(LOW, VOXEL, (0, 1, 1))]
)
def test_boxes_that_make_no_sense_are_refused(box: Box) -> None:
    with pytest.raises(ValueError, match=r"must|box"):
        Volume(box, TRUNCATION)

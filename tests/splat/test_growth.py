"""Relocation formulas and the bookkeeping of growth."""

from __future__ import annotations

import numpy as np
import pytest
from tests import tolerances
from tests.made_gaussians import scatter_gaussians

from reelscape.gaussians import Gaussians, sigmoid
from reelscape.splat.growth import grow, morton_order, split_opacity
from reelscape.splat.kernel import SplatModel


@pytest.mark.parametrize("copies", [1, 2, 3, 7, 51])
def test_copies_draw_what_the_one_drew(copies: int) -> None:
    """At the centre k copies have the opacity of the one; over all their total is the same (eq. 9 of the paper)."""
    opacity = np.array([0.3, 0.5, 0.95], np.float32)  # none so faint that a copy would count as dead
    logits, shrink = split_opacity(opacity, np.full(3, copies))
    each = sigmoid(logits).astype(np.float64)
    np.testing.assert_allclose(1 - (1 - each) ** copies, opacity, rtol=tolerances.SPLIT_OPACITY_RTOL)
    x = np.linspace(-12, 12, 4001)
    drawn = 1 - (1 - each[:, None] * np.exp(-0.5 * (x / shrink[:, None].astype(float)) ** 2)) ** copies
    np.testing.assert_allclose(
        drawn.sum(axis=1), (opacity[:, None] * np.exp(-0.5 * x**2)).sum(axis=1), rtol=tolerances.SPLIT_TOTAL_RTOL
    )


def test_growth_reaches_the_target_and_leaves_no_dead() -> None:
    gaussians = scatter_gaussians(200)
    gaussians.opacities[:20] = -9.0
    model = SplatModel(gaussians, 1)
    grown = grow(model, 300, np.random.default_rng(3))
    result = grown.gaussians()
    assert len(result) == 300
    assert (sigmoid(result.opacities) > 0.005 - 1e-6).all()
    kept = {tuple(mean) for mean in gaussians.means[20:]}
    assert {tuple(mean) for mean in result.means} == kept


def test_growth_clears_the_moments_of_changed_gaussians_only() -> None:
    gaussians = scatter_gaussians(50)
    ones = Gaussians(*(np.ones_like(getattr(gaussians, name)) for name in Gaussians.__dataclass_fields__))
    grown = grow(SplatModel.restore(gaussians, ones, ones, 1), 60, np.random.default_rng(3))
    first, second = grown.moments()
    means = [tuple(mean) for mean in grown.gaussians().means]
    changed = np.array([means.count(mean) > 1 for mean in means])
    assert changed.any() and not changed.all()
    for moments in (first, second):
        assert (moments.means[changed] == 0).all() and (moments.shN[changed] == 0).all()
        assert (moments.means[~changed] == 1).all() and (moments.opacities[~changed] == 1).all()


def test_rearranged_takes_gaussians_with_their_moments() -> None:
    gaussians, first, second = (scatter_gaussians(1203, seed=seed) for seed in range(3))
    model = SplatModel.restore(gaussians, first, second, 3)
    rng = np.random.default_rng(0)
    sources, is_changed = rng.integers(0, 1203, 1501), rng.uniform(size=1501) < 0.3
    shapes = rng.normal(size=(1501, 4)).astype(np.float32)
    result = model.rearranged(sources, is_changed, shapes)
    for name in ("means", "quats", "sh0", "shN"):
        np.testing.assert_array_equal(getattr(result.gaussians(), name), getattr(gaussians, name)[sources])
    np.testing.assert_array_equal(np.c_[result.gaussians().scales, result.gaussians().opacities], shapes)
    np.testing.assert_array_equal(result.shapes(), shapes)
    np.testing.assert_array_equal(result.means(), gaussians.means[sources])
    for moments, before in zip(result.moments(), (first, second), strict=True):
        for name in Gaussians.__dataclass_fields__:
            values = getattr(moments, name)
            assert (values[is_changed] == 0).all()
            np.testing.assert_array_equal(values[~is_changed], getattr(before, name)[sources][~is_changed])


def test_rearranged_refuses_gaussians_that_are_not_there() -> None:
    model = SplatModel(scatter_gaussians(10), 1)
    with pytest.raises(ValueError, match="beyond the model"):
        model.rearranged(np.array([3, 10]), np.zeros(2, bool), np.zeros((2, 4), np.float32))


def test_morton_order_keeps_neighbours_together() -> None:
    points = np.random.default_rng(0).uniform(size=(4000, 3))
    ordered = points[morton_order(points)]
    steps = np.linalg.norm(np.diff(ordered, axis=0), axis=1)
    assert np.median(steps) < 0.25 * np.median(np.linalg.norm(np.diff(points, axis=0), axis=1))

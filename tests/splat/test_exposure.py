"""Exposure and white balance: the loss at a given exposure, the fit, the sparse points' say, and training on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests import tolerances
from tests.splat import kernel_scenes as scenes

from reelscape.cameras import Cameras, Float, Observations
from reelscape.splat import twin
from reelscape.splat.exposure import Exposures, fit_exposure, interpolated, picture_sums, sums_of
from reelscape.splat.kernel import NEUTRAL, SplatModel
from reelscape.splat.photometry import coarse, gains_of, solved
from reelscape.splat.views import Views

EXPOSURE = np.array([[1.3, 0.9, 0.75], [0.02, -0.01, 0.03]])


def test_the_loss_at_an_exposure_agrees_with_twin() -> None:
    gaussians, target, settings = scenes.gaussians(), scenes.target(), scenes.settings()
    view = twin.View(scenes.VIEWMAT, scenes.K, scenes.SIZE)
    parameters = twin.parameters_of(gaussians)
    truth_loss, truth = twin.loss_and_gradients(parameters, view, target, settings, EXPOSURE)
    model = SplatModel(gaussians)
    loss, gradients = model.loss_and_gradients(scenes.VIEWMAT, scenes.K, target, settings, EXPOSURE)
    assert loss == pytest.approx(truth_loss, rel=tolerances.KERNEL_LOSS)
    for name, expected in truth.items():
        error = np.linalg.norm(getattr(gradients, name) - expected)
        assert error <= tolerances.KERNEL_GRADIENT * np.linalg.norm(expected), name


def test_a_step_sums_the_colors_it_saw() -> None:
    target, settings = scenes.target(), scenes.settings()
    models = [SplatModel(scenes.gaussians(), num_threads) for num_threads in (1, 2)]
    render = models[0].render(scenes.VIEWMAT, scenes.K, scenes.SIZE).image
    results = [m.train_step(scenes.VIEWMAT, scenes.K, target, settings, EXPOSURE) for m in models]
    np.testing.assert_array_equal(results[0].color_sums, results[1].color_sums)
    found = picture_sums(results[0].color_sums, EXPOSURE)
    np.testing.assert_allclose(found, sums_of(render, target / 255), rtol=tolerances.COLOR_SUMS)


@pytest.mark.parametrize("exposure", [np.zeros((2, 3)), np.ones((3, 2)), NEUTRAL * np.nan])
def test_impossible_exposures_are_refused(exposure: Float) -> None:
    with pytest.raises(ValueError, match="exposure"):
        SplatModel(scenes.gaussians()).train_step(
            scenes.VIEWMAT, scenes.K, scenes.target(), scenes.settings(), exposure
        )


def test_the_fit_finds_gain_and_bias_although_highlights_are_clipped() -> None:
    rng = np.random.default_rng(0)
    render = rng.uniform(0, 1, (60, 80, 3))
    picture = (EXPOSURE[0] * render + EXPOSURE[1] + rng.normal(0, 0.01, render.shape)).clip(0, 1)
    assert (picture == 1).mean() > 0.05
    gain, bias = fit_exposure(sums_of(render, picture))
    np.testing.assert_allclose(gain, EXPOSURE[0], atol=tolerances.EXPOSURE_GAIN)
    np.testing.assert_allclose(bias, EXPOSURE[1], atol=tolerances.EXPOSURE_BIAS)


def test_a_white_or_black_picture_tells_nothing() -> None:
    render = np.full((20, 20, 3), 0.5)
    for picture in (np.ones_like(render), np.zeros_like(render)):
        np.testing.assert_array_equal(fit_exposure(sums_of(render, picture)), NEUTRAL)


def test_exposures_come_to_rest_at_the_truth_with_mean_gain_one() -> None:
    rng = np.random.default_rng(1)
    truth = np.stack([np.exp(rng.normal(0, 0.2, (5, 3))), rng.normal(0, 0.01, (5, 3))], axis=1)
    truth[:, 0] /= np.exp(np.log(truth[:, 0]).mean(axis=0))
    truth[:, 1] -= truth[:, 1].mean(axis=0)
    scene = rng.uniform(0.1, 0.7, (40, 40, 3))
    exposures = Exposures.neutral(5)
    for visit in range(60):
        gain, bias = exposures.at(visit % 5).astype(np.float64)
        target = (truth[visit % 5, 0] * scene + truth[visit % 5, 1] - bias) / gain
        ones = np.ones_like(scene)
        sums = np.stack([a.sum((0, 1)) for a in (ones, scene, target, scene**2, scene * target)], axis=1)
        exposures.fit(visit % 5, sums)
    np.testing.assert_allclose(exposures.values[:, 0], truth[:, 0], atol=tolerances.EXPOSURE_AT_REST)
    np.testing.assert_allclose(exposures.values[:, 1], truth[:, 1], atol=tolerances.EXPOSURE_AT_REST)
    np.testing.assert_allclose(np.log(exposures.values[:, 0]).mean(axis=0), 0, atol=1e-12)


def test_exposures_between_pictures() -> None:
    values = np.stack([NEUTRAL, NEUTRAL * 3], axis=0).astype(np.float64)
    found = interpolated(values, np.array([1, 3]), np.array([0, 2, 4]))
    np.testing.assert_allclose(found, [NEUTRAL, NEUTRAL * 2, NEUTRAL * 3])


@pytest.fixture
def sighted(tmp_path: Path) -> tuple[Views, Observations, Float]:
    """Six pictures of 60 patches at known gains; each shows every other patch, and a tenth of them wrongly."""
    rng = np.random.default_rng(2)
    gains = np.exp(rng.normal(0, 0.15, (6, 3)))
    gains /= np.exp(np.log(gains).mean(axis=0))
    colors = rng.uniform(0.15, 0.6, (60, 3))
    rows = []
    for index in range(6):
        seen = np.where((rng.uniform(size=60) < 0.1)[:, None], rng.uniform(0.15, 0.6, (60, 3)), colors)
        patches = np.rint(gains[index] * seen * 255).clip(0, 255).astype(np.uint8).reshape(6, 10, 3)
        Image.fromarray(patches.repeat(8, 0).repeat(8, 1)).save(tmp_path / f"{index}.png")
        rows += [(index, p, p % 10 * 8 + 4, p // 10 * 8 + 4) for p in range(60) if rng.uniform() < 0.5]
    table = np.array(rows)
    cameras = Cameras(
        tuple(f"{i}.png" for i in range(6)), np.tile(np.eye(4), (6, 1, 1)), np.tile(np.eye(3), (6, 1, 1)),
        np.tile([80, 48], (6, 1)),
    )  # fmt: skip
    return Views(cameras, tmp_path), Observations(table[:, 0], table[:, 1], table[:, 2:].astype(np.float64)), gains


def test_the_sparse_points_tell_the_gains(sighted: tuple[Views, Observations, Float]) -> None:
    views, observations, gains = sighted
    np.testing.assert_allclose(np.log(gains_of(views, observations) / gains), 0, atol=tolerances.SIGHTED_GAIN)


def test_without_sightings_all_gains_are_one(sighted: tuple[Views, Observations, Float]) -> None:
    views, observations, _ = sighted
    np.testing.assert_array_equal(gains_of(views, Observations.none()), np.ones((6, 3)))
    alone = observations.select(observations.image_rows == 2)
    np.testing.assert_allclose(gains_of(views, alone), 1)


def test_the_sightings_of_some_cameras(sighted: tuple[Views, Observations, Float]) -> None:
    _, observations, _ = sighted
    found = observations.in_cameras([4, 1])
    assert set(found.image_rows) == {0, 1}
    assert len(found) == np.isin(observations.image_rows, [4, 1]).sum()
    np.testing.assert_array_equal(found.xys[found.image_rows == 0], observations.xys[observations.image_rows == 4])


def test_the_gains_do_not_depend_on_the_order_of_sums() -> None:
    rng = np.random.default_rng(0)
    shares, order = coarse(rng.uniform(size=(20, 5000))), rng.permutation(5000)
    normal = shares @ shares.T
    np.testing.assert_array_equal(normal, shares[:, order] @ shares[:, order].T)
    right = rng.normal(size=(20, 3))
    np.testing.assert_allclose(solved(normal, right), np.linalg.solve(normal, right))

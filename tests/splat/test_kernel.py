"""The native kernel against its numpy twin, and the twin against finite differences of itself."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests import tolerances
from tests.splat import kernel_scenes as scenes

from reelscape.gaussians import Gaussians
from reelscape.splat import twin
from reelscape.splat.kernel import SplatModel

GROUPS = [field.name for field in dataclasses.fields(Gaussians)]
SIZES = [scenes.SIZE, (32, 64), (9, 5), (1, 1)]


def view(size: tuple[int, int] = scenes.SIZE) -> twin.View:
    return twin.View(scenes.VIEWMAT, scenes.K, size)


def relative_error(value: np.ndarray, truth: np.ndarray) -> float:
    return float(np.linalg.norm(value - truth) / max(np.linalg.norm(truth), 1e-30))


@pytest.mark.parametrize("sh_degree", [0, 1, 2, 3])
@pytest.mark.parametrize("size", SIZES)
def test_image_agrees_with_twin(sh_degree: int, size: tuple[int, int]) -> None:
    gaussians = scenes.gaussians(sh_degree=sh_degree, seed=sh_degree)
    background = (0.2, 0.4, 0.6)
    image, alpha = twin.render(twin.parameters_of(gaussians), view(size), sh_degree, np.array(background))
    render = SplatModel(gaussians).render(scenes.VIEWMAT, scenes.K, size, background=background)
    np.testing.assert_allclose(render.image, image, rtol=0, atol=tolerances.KERNEL_IMAGE)
    np.testing.assert_allclose(render.alpha, alpha, rtol=0, atol=tolerances.KERNEL_IMAGE)


@pytest.mark.parametrize("sh_degree", [0, 1, 2, 3])
@pytest.mark.parametrize("size", SIZES)
def test_gradients_agree_with_twin(sh_degree: int, size: tuple[int, int]) -> None:
    gaussians, target, settings = scenes.gaussians(sh_degree=3), scenes.target(size), scenes.settings(sh_degree)
    truth_loss, truth = twin.loss_and_gradients(twin.parameters_of(gaussians), view(size), target, settings)
    loss, gradients = SplatModel(gaussians).loss_and_gradients(scenes.VIEWMAT, scenes.K, target, settings)
    assert loss == pytest.approx(truth_loss, rel=tolerances.KERNEL_LOSS)
    for name in GROUPS:
        assert relative_error(getattr(gradients, name), truth[name]) <= tolerances.KERNEL_GRADIENT, name


@pytest.mark.parametrize("name", GROUPS)
def test_twin_gradients_agree_with_finite_differences(name: str) -> None:
    parameters, target, settings = twin.parameters_of(scenes.gaussians()), scenes.target(), scenes.settings()
    _, gradients = twin.loss_and_gradients(parameters, view(), target, settings)
    rng = np.random.default_rng(3)
    for _ in range(3):
        direction = rng.normal(size=parameters[name].shape)
        losses = [
            twin.loss_of({**parameters, name: parameters[name] + side * 1e-7 * direction}, view(), target, settings)
            for side in (-1, 1)
        ]
        slope = (losses[1] - losses[0]) / 2e-7
        expected = float((gradients[name] * direction).sum())
        assert slope == pytest.approx(expected, abs=tolerances.FINITE_DIFFERENCE * np.linalg.norm(gradients[name]))


def test_opaque_rows_retire_alike() -> None:
    """A wall of large opaque gaussians: rows retire, in the same places in kernel and twin."""
    rng = np.random.default_rng(2)
    wall = scenes.gaussians(150, sh_degree=1, seed=2)
    scales = rng.uniform(0, 0.8, (150, 3)).astype(np.float32)
    wall = dataclasses.replace(wall, scales=scales, opacities=rng.normal(1, 1, 150).astype(np.float32))
    target, settings = scenes.target(), scenes.settings(1)
    parameters = twin.parameters_of(wall)
    composite = twin.composite(twin.project(parameters, view(), 1), scenes.SIZE, np.zeros(3))
    alphas = np.array([alphas for _, alphas, _ in composite.layers])
    late = alphas[100:, :32, :32]
    assert (late == 0).all((0, 2)).any(), "no row of the first tile retired"

    model = SplatModel(wall)
    render = model.render(scenes.VIEWMAT, scenes.K, scenes.SIZE)
    np.testing.assert_allclose(render.image, composite.image, rtol=0, atol=tolerances.KERNEL_IMAGE)
    _, truth = twin.loss_and_gradients(parameters, view(), target, settings)
    _, gradients = model.loss_and_gradients(scenes.VIEWMAT, scenes.K, target, settings)
    for name in GROUPS:
        assert relative_error(getattr(gradients, name), truth[name]) <= tolerances.KERNEL_GRADIENT, name


def test_needles_and_specks_agree_with_twin() -> None:
    """Far thinner than a pixel, where the opacity on screen follows the shape."""
    thin = scenes.gaussians(120, sh_degree=1, seed=4)
    scales = np.random.default_rng(4).uniform(-8, -1.5, (120, 3)).astype(np.float32)
    thin = dataclasses.replace(thin, scales=scales, opacities=np.full(120, 4, np.float32))
    target, settings = scenes.target(), scenes.settings(1)
    parameters, model = twin.parameters_of(thin), SplatModel(thin)
    image, _ = twin.render(parameters, view(), 1, np.zeros(3))
    render = model.render(scenes.VIEWMAT, scenes.K, scenes.SIZE)
    np.testing.assert_allclose(render.image, image, rtol=0, atol=tolerances.KERNEL_IMAGE)
    _, truth = twin.loss_and_gradients(parameters, view(), target, settings)
    _, gradients = model.loss_and_gradients(scenes.VIEWMAT, scenes.K, target, settings)
    for name in GROUPS:
        assert relative_error(getattr(gradients, name), truth[name]) <= tolerances.KERNEL_GRADIENT, name


def test_a_speck_seen_from_twice_as_far_covers_a_quarter() -> None:
    speck = dataclasses.replace(scenes.gaussians(1), means=np.zeros((1, 3), np.float32))
    speck = dataclasses.replace(speck, scales=np.full((1, 3), -5, np.float32), opacities=np.full(1, 5, np.float32))
    viewmat = np.eye(4)
    covered = []
    for distance in (0.5, 1.0):
        viewmat[2, 3] = distance
        covered.append(
            float(
                SplatModel(speck)
                .render(viewmat, np.array([[60.0, 0, 16], [0, 60, 16], [0, 0, 1]]), (32, 32))
                .alpha.sum()
            )
        )
    assert covered[1] == pytest.approx(covered[0] / 4, rel=tolerances.SPECK_COVER)


def test_first_step_is_adam_on_the_visible() -> None:
    gaussians, target, settings = scenes.gaussians(), scenes.target(), scenes.settings()
    model = SplatModel(gaussians)
    _, gradients = model.loss_and_gradients(scenes.VIEWMAT, scenes.K, target, settings)
    result = model.train_step(scenes.VIEWMAT, scenes.K, target, settings)
    after, (first, second) = model.gaussians(), model.moments()
    is_visible = after.opacities != gaussians.opacities
    assert 0 < is_visible.sum() == result.num_visible < len(gaussians)
    assert is_visible[np.abs(gradients.sh0).sum((1, 2)) > 0].all()
    for name in GROUPS:
        rate = getattr(settings, f"lr_{name}")
        gradient = np.where(np.reshape(is_visible, (-1,) + (1,) * (getattr(gradients, name).ndim - 1)),
                            getattr(gradients, name), 0)  # fmt: skip
        moved = getattr(gaussians, name) - rate * np.sign(gradient)
        np.testing.assert_allclose(getattr(after, name), moved, rtol=0, atol=tolerances.ADAM_STEP * rate, err_msg=name)
        np.testing.assert_allclose(getattr(first, name), 0.1 * gradient, rtol=1e-5, atol=1e-12)
        np.testing.assert_allclose(getattr(second, name), 1e-3 * gradient**2, rtol=1e-4, atol=1e-12)


def test_steps_lower_the_loss() -> None:
    truth = SplatModel(scenes.gaussians(seed=7)).render(scenes.VIEWMAT, scenes.K, scenes.SIZE).image
    target = (truth.clip(0, 1) * 255).round().astype(np.uint8)
    model = SplatModel(scenes.gaussians(seed=8))
    losses = [
        model.train_step(scenes.VIEWMAT, scenes.K, target, scenes.settings(step=step)).loss for step in range(1, 101)
    ]
    assert losses[-1] < 0.6 * losses[0]


def test_restore_continues_bit_for_bit() -> None:
    target = scenes.target()
    model = SplatModel(scenes.gaussians())
    for step in range(1, 4):
        model.train_step(scenes.VIEWMAT, scenes.K, target, scenes.settings(step=step))
    copy = SplatModel.restore(model.gaussians(), *model.moments())
    for each in (model, copy):
        each.train_step(scenes.VIEWMAT, scenes.K, target, scenes.settings(step=4))
    for name in GROUPS:
        np.testing.assert_array_equal(getattr(model.gaussians(), name), getattr(copy.gaussians(), name))


def test_noise_is_shaped_by_the_covariance() -> None:
    """Faint gaussians move by the gate times the covariance times a normal vector; opaque ones stay."""
    count = 4096
    ones = np.ones((count, 1), np.float32)
    logits = np.full(count, -6.0, np.float32)
    logits[count // 2 :] = 0.0
    gaussians = Gaussians(
        0 * ones.repeat(3, 1), ones.repeat(4, 1), ones * np.log([[0.1, 0.5, 1.0]]).astype(np.float32), logits,
        np.zeros((count, 1, 3), np.float32), np.zeros((count, 0, 3), np.float32),
    )  # fmt: skip
    settings = dataclasses.replace(scenes.settings(0), noise_lr=2.0, seed=5)
    model = SplatModel(gaussians)
    model.add_noise(settings)
    moved = model.gaussians().means.astype(np.float64)
    assert not moved[count // 2 :].any()
    # q = (1, 1, 1, 1) / 2 turns x to y, y to z, z to x.
    opacity = 1 / (1 + np.exp(6.0))
    gate = 1 / (1 + np.exp(-100 * (1 - opacity - 0.995)))
    expected = gate * settings.lr_means * 2.0 * np.array([1.0, 0.01, 0.25])
    np.testing.assert_allclose(moved[: count // 2].std(0), expected, rtol=tolerances.NOISE_SPREAD)
    np.testing.assert_allclose(moved[: count // 2].mean(0) / expected, 0, atol=tolerances.NOISE_MEAN)
    again = SplatModel(gaussians)
    again.add_noise(dataclasses.replace(settings, step=2))
    assert not np.array_equal(again.gaussians().means, model.gaussians().means)


@pytest.mark.parametrize("size", SIZES[:2])
def test_depth_agrees_with_twin(size: tuple[int, int]) -> None:
    gaussians = scenes.gaussians(200, sh_degree=0, seed=5)
    truth = twin.median_depth(twin.parameters_of(gaussians), view(size))
    depth = SplatModel(gaussians).depth(scenes.VIEWMAT, scenes.K, size)
    assert (truth > 0).any()
    differs = np.abs(depth - truth) > tolerances.KERNEL_DEPTH * np.maximum(truth, 1)
    assert differs.mean() <= tolerances.KERNEL_DEPTH_OTHER_SHARE


@pytest.mark.parametrize("size", SIZES)
def test_pixel_weights_agree_with_twin(size: tuple[int, int]) -> None:
    gaussians = scenes.gaussians(150)
    weights = np.ones(150, np.float32)
    SplatModel(gaussians).add_pixel_weights(scenes.VIEWMAT, scenes.K, size, weights)
    composite = twin.composite(twin.project(twin.parameters_of(gaussians), view(size), 0), size, np.zeros(3))
    truth = np.ones(150)
    for n, alphas, before in composite.layers:
        truth[n] += (alphas * before).sum()
    np.testing.assert_allclose(weights, truth, rtol=tolerances.KERNEL_GRADIENT)


def test_depth_of_a_slanted_sheet_is_the_sheet_s() -> None:
    """One large flat gaussian, turned by 45 degrees: each pixel gets the plane's depth, not the mean's."""
    quat = [np.cos(np.pi / 8), 0, np.sin(np.pi / 8), 0]
    sheet = Gaussians(
        *(np.array(a, np.float32) for a in ([[0, 0, 4]], [quat], np.log([[2, 2, 1e-3]]), [8], [[[0, 0, 0]]])),
        np.zeros((1, 0, 3), np.float32),
    )
    K = np.array([[100.0, 0, 20], [0, 100, 15], [0, 0, 1]])
    depth = SplatModel(sheet).depth(np.eye(4), K, (40, 30))
    x = (np.arange(40) + 0.5 - 20) / 100
    normal = np.array([np.sin(np.pi / 4), 0, np.cos(np.pi / 4)])
    expected = 4 * normal[2] / (normal[0] * x + normal[2])
    np.testing.assert_allclose(depth, np.broadcast_to(expected, (30, 40)), rtol=1e-3)

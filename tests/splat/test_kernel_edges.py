"""Odd, broken and empty input: clear errors, finite images, no crash."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.splat import kernel_scenes as scenes

from reelscape.gaussians import Gaussians
from reelscape.splat.kernel import SplatModel

GROUPS = [field.name for field in dataclasses.fields(Gaussians)]


def exercise(gaussians: Gaussians, viewmat: np.ndarray = scenes.VIEWMAT) -> SplatModel:
    """Renders, trains and adds noise; the image, the loss and every gradient must be finite."""
    model = SplatModel(gaussians)
    assert np.isfinite(model.render(viewmat, scenes.K, scenes.SIZE).image).all()
    settings = dataclasses.replace(scenes.settings(gaussians.sh_degree), noise_lr=10.0)
    loss, gradients = model.loss_and_gradients(viewmat, scenes.K, scenes.target(), settings)
    assert np.isfinite(loss)
    assert all(np.isfinite(getattr(gradients, name)).all() for name in GROUPS)
    model.train_step(viewmat, scenes.K, scenes.target(), settings)
    assert np.isfinite(model.render(viewmat, scenes.K, scenes.SIZE).image).all()
    return model


def test_no_gaussians() -> None:
    model = exercise(scenes.gaussians(0))
    render = model.render(scenes.VIEWMAT, scenes.K, scenes.SIZE, background=(0.25, 0.5, 1))
    np.testing.assert_array_equal(render.image[0, 0], [0.25, 0.5, 1])
    assert not render.alpha.any() and len(model.gaussians()) == 0


def test_all_behind_the_camera() -> None:
    behind = scenes.VIEWMAT.copy()
    behind[2, 3] = -100
    gaussians = scenes.gaussians()
    model = exercise(gaussians, behind)
    np.testing.assert_array_equal(model.gaussians().quats, gaussians.quats)


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30, -1e30, 3e38])
def test_broken_parameters_hurt_only_their_gaussian(name: str, value: float) -> None:
    gaussians = scenes.gaussians(seed=3)
    broken = getattr(gaussians, name).copy()
    rows = slice(10, 20, 3)
    broken[rows] = value
    model = exercise(dataclasses.replace(gaussians, **{name: broken}))
    others = np.delete(np.arange(len(gaussians)), np.r_[rows])
    assert all(np.isfinite(getattr(model.gaussians().select(others), each)).all() for each in GROUPS)


@pytest.mark.parametrize("log_scale", [-80.0, 0.0, 4.0, 9.0, 20.0, 80.0])
def test_any_extent(log_scale: float) -> None:
    gaussians = scenes.gaussians(seed=3)
    scales = gaussians.scales.copy()
    scales[::3, 0] = log_scale
    exercise(dataclasses.replace(gaussians, scales=scales))


def test_gaussians_at_the_camera() -> None:
    gaussians = scenes.gaussians()
    means = gaussians.means.copy()
    means[:] = -scenes.VIEWMAT[:3, :3].T @ scenes.VIEWMAT[:3, 3]
    means[::2] += scenes.VIEWMAT[2, :3].astype(np.float32) * 0.0101
    exercise(dataclasses.replace(gaussians, means=means))


@pytest.mark.parametrize("count", [1, 7, 8, 9, 513])
def test_state_comes_back(count: int) -> None:
    gaussians = scenes.gaussians(count, sh_degree=2)
    first, second = scenes.gaussians(count, sh_degree=2, seed=1), scenes.gaussians(count, sh_degree=2, seed=2)
    model = SplatModel.restore(gaussians, first, second)
    for given, kept in zip((gaussians, first, second), (model.gaussians(), *model.moments()), strict=True):
        for name in GROUPS:
            np.testing.assert_array_equal(getattr(given, name), getattr(kept, name))


def test_principal_point_far_outside() -> None:
    K = scenes.K.copy()
    K[:2, 2] = -500, 900
    assert np.isfinite(SplatModel(scenes.gaussians()).render(scenes.VIEWMAT, K, scenes.SIZE).image).all()


def with_value(matrix: np.ndarray, value: float) -> np.ndarray:
    changed = matrix.copy()
    changed[0, 0] = value
    return changed


MALFORMED: dict[str, Callable[[SplatModel], object]] = {
    "viewmat shape": lambda m: m.render(np.eye(3), scenes.K, (8, 8)),
    "K shape": lambda m: m.render(scenes.VIEWMAT, np.eye(4), (8, 8)),
    "viewmat NaN": lambda m: m.render(with_value(scenes.VIEWMAT, np.nan), scenes.K, (8, 8)),
    "focal length": lambda m: m.render(scenes.VIEWMAT, with_value(scenes.K, 0), (8, 8)),
    "empty image": lambda m: m.render(scenes.VIEWMAT, scenes.K, (0, 8)),
    "negative image": lambda m: m.render(scenes.VIEWMAT, scenes.K, (8, -1)),
    "enormous image": lambda m: m.render(scenes.VIEWMAT, scenes.K, (8, 10**6)),
    "degree": lambda m: m.render(scenes.VIEWMAT, scenes.K, (8, 8), sh_degree=3),
    "background": lambda m: m.render(scenes.VIEWMAT, scenes.K, (8, 8), background=(0, 0)),  # type: ignore[arg-type]
    "target type": lambda m: m.train_step(scenes.VIEWMAT, scenes.K, scenes.target().astype(float), scenes.settings(2)),
    "target shape": lambda m: m.train_step(scenes.VIEWMAT, scenes.K, scenes.target()[..., :2], scenes.settings(2)),
    "empty target": lambda m: m.train_step(scenes.VIEWMAT, scenes.K, scenes.target()[:0], scenes.settings(2)),
    "step degree": lambda m: m.train_step(scenes.VIEWMAT, scenes.K, scenes.target(), scenes.settings(3)),
    "step zero": lambda m: m.train_step(scenes.VIEWMAT, scenes.K, scenes.target(), scenes.settings(2, step=0)),
}


@pytest.mark.parametrize("call", MALFORMED)
def test_malformed_calls_are_refused(call: str) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        MALFORMED[call](SplatModel(scenes.gaussians(sh_degree=2)))


@pytest.mark.parametrize("name", GROUPS)
def test_malformed_gaussians_are_refused(name: str) -> None:
    gaussians = scenes.gaussians(sh_degree=2)
    with pytest.raises(ValueError, match="must"):
        SplatModel(dataclasses.replace(gaussians, **{name: getattr(gaussians, name)[:-1]}))


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and RLIMIT_AS")
def test_a_system_that_gives_no_more_threads() -> None:
    """Address space for a few threads' stacks only: the pool goes on with those it got, in a process of its own."""
    program = (
        "import resource\n"
        "from reelscape.splat.kernel import SplatModel\n"
        "from tests.splat import kernel_scenes as scenes\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "hard = resource.getrlimit(resource.RLIMIT_AS)[1]\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (100 << 20), hard))\n"
        "model = SplatModel(scenes.gaussians(50), num_threads=200)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (hard, hard))\n"
        "images = [m.render(scenes.VIEWMAT, scenes.K, scenes.SIZE).image"
        " for m in (model, SplatModel(scenes.gaussians(50), num_threads=1))]\n"
        "assert (images[0] == images[1]).all()\n"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], cwd=root, check=True, timeout=20)

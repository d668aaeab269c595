"""The same results for any number of threads, and about the same from each build of the kernel."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from tests import tolerances
from tests.splat import kernel_scenes as scenes

from reelscape import _native
from reelscape.gaussians import Gaussians
from reelscape.splat.kernel import SplatModel

SIZE = (203, 151)  # many tiles
CAMERA = np.array([[190.0, 0, 99.5], [0, 190, 77.2], [0, 0, 1]])
GROUPS = [field.name for field in dataclasses.fields(Gaussians)]

# Renders the scene of this test with a named build, in its own process: types of two builds clash in one.
RENDER_SCRIPT = """
import sys
import numpy as np
import reelscape._native as native, importlib
native.kernels = importlib.import_module("reelscape._native." + sys.argv[1])
from reelscape.splat.kernel import SplatModel
from tests.mesh.made_views import ball_views
from tests.mesh.test_volume import filled
from tests.splat import kernel_scenes as scenes
model = SplatModel(scenes.gaussians())
image = model.render(scenes.VIEWMAT, scenes.K, scenes.SIZE).image
loss, gradients = model.loss_and_gradients(scenes.VIEWMAT, scenes.K, scenes.target(), scenes.settings())
depth = model.depth(scenes.VIEWMAT, scenes.K, scenes.SIZE)
vertices, triangles = filled(ball_views(4)).surface(0.2)
np.savez(sys.argv[2], image=image, loss=loss, depth=depth, vertices=vertices, triangles=triangles, **vars(gradients))
"""


def train(num_threads: int, num_steps: int = 20) -> dict[str, np.ndarray]:
    """Image, gradients and parameters after some steps with noise."""
    model = SplatModel(scenes.gaussians(1500, seed=4), num_threads)
    for step in range(1, num_steps + 1):
        settings = dataclasses.replace(scenes.settings(step=step), noise_lr=5e2, seed=3)
        model.train_step(scenes.VIEWMAT, CAMERA, scenes.target(SIZE), settings)
    loss, gradients = model.loss_and_gradients(scenes.VIEWMAT, CAMERA, scenes.target(SIZE), scenes.settings(step=21))
    results = {"image": model.render(scenes.VIEWMAT, CAMERA, SIZE).image, "loss": np.array(loss)}
    for name in GROUPS:
        results[f"gradient of {name}"] = getattr(gradients, name)
        results[name] = getattr(model.gaussians(), name)
    return results


def test_same_bits_for_any_number_of_threads() -> None:
    one = train(1)
    for num_threads in (2, 5):
        many = train(num_threads)
        for name, values in one.items():
            np.testing.assert_array_equal(values, many[name], err_msg=f"{name}, {num_threads} threads")


@pytest.mark.parametrize("build", ["x86_64_v3", "x86_64_v4"])
def test_builds_agree(build: str, tmp_path, pytestconfig: pytest.Config) -> None:  # noqa: ANN001
    if build not in _native.instruction_sets():
        pytest.skip(f"this CPU cannot run the build {build}, or it was not made")
    results = []
    for name in ("baseline", build):
        path = tmp_path / f"{name}.npz"
        command = [sys.executable, "-c", RENDER_SCRIPT, name, str(path)]
        subprocess.run(command, check=True, timeout=120, cwd=pytestconfig.rootpath)
        results.append(dict(np.load(path)))
    baseline, vectorised = results
    np.testing.assert_allclose(baseline["image"], vectorised["image"], rtol=0, atol=tolerances.KERNEL_IMAGE)
    differs = np.abs(baseline["depth"] - vectorised["depth"]) > tolerances.KERNEL_DEPTH
    assert differs.mean() <= tolerances.KERNEL_DEPTH_OTHER_SHARE
    assert len(baseline["triangles"]) == pytest.approx(len(vectorised["triangles"]), rel=tolerances.SURFACE_BUILDS)
    for name in GROUPS:
        difference = np.linalg.norm(baseline[name] - vectorised[name])
        assert difference <= tolerances.KERNEL_BUILDS * np.linalg.norm(vectorised[name]), name

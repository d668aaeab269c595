"""The same PLY and SPZ in a second, independent viewer: three's own splat addon, with its own readers and shaders.

Pictures are compared by their correlation, which knows neither brightness nor contrast: 1 for the same picture. That it
tells a scene that stands wrong is checked beside it, on the same pictures turned and mirrored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests import tolerances
from tests.made_gaussians import scatter_gaussians
from tests.viewer.browser import Browser
from tests.viewer.site import Answer, Site
from tests.viewer.test_viewer import FIELD_OF_VIEW_DEG, opened, wait_until_drawn

from reelscape.formats.ply import write_ply
from reelscape.formats.spz import write_spz
from reelscape.gaussians import Gaussians
from reelscape.splat.kernel import SplatModel

SIDE = 480
THREE_DIR = Path(__file__).parents[1] / "js/node_modules/three"
SCRIPT_PATH = THREE_DIR.parents[1] / "second_viewer.js"
POSITION, LOOK_AT = (1.6, 1.1, 5.0), (0.2, 0.0, 0.0)
CAMERA = {
    "position": dict(zip("xyz", POSITION, strict=True)),
    "lookAt": dict(zip("xyz", LOOK_AT, strict=True)),
    "up": {"x": 0, "y": 1, "z": 0},
}
IMPORTS = {
    "three": "/three/build/three.webgpu.js",
    "three/webgpu": "/three/build/three.webgpu.js",
    "three/tsl": "/three/build/three.tsl.js",
    "three/addons/": "/three/examples/jsm/",
}
PAGE = f"""<!doctype html>
<html lang="en">
<link rel="icon" href="data:,">
<title>Second</title>
<style>body {{ margin: 0; overflow: hidden }}</style>
<script type="importmap">{json.dumps({"imports": IMPORTS})}</script>
<script type="module" src="/second_viewer.js"></script>
<body></body>
</html>"""
BARE = """
    document.querySelectorAll('#viewer > :not(canvas)').forEach((part) => part.remove());
    for (const part of [document.body, document.getElementById('viewer')]) part.style.background = 'black';
"""


def lopsided_scene() -> Gaussians:
    """Slim splats with colours that depend on the place and on the direction: no two sides of it look alike."""
    scattered = scatter_gaussians(2500)
    colours = np.clip(scattered.means, -2, 2) / 4 + 0.5
    sizes = scattered.scales + np.array([1.2, 0.3, -0.5], np.float32)
    means = scattered.means * np.array([1.0, 0.8, 0.6], np.float32)
    return Gaussians(
        means=means.astype(np.float32),
        quats=scattered.quats,
        scales=sizes.astype(np.float32),
        opacities=scattered.opacities + 1,
        sh0=((colours - 0.5) / 0.28209479).astype(np.float32)[:, None],
        shN=0.3 * scattered.shN,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("lopsided")
    write_ply(made / "scene.ply", lopsided_scene())
    write_spz(made / "scene.spz", lopsided_scene())
    return made


@pytest.fixture
def second_site(folder: Path) -> Iterator[Site]:
    """The second viewer's server."""
    if not (THREE_DIR / "build").is_dir():
        pytest.skip("needs `npm ci` in tests/js/")

    class SecondSite(Site):
        page_policy = "default-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' data: blob:"  # for the import map

        def answer(self, path: str) -> Answer:
            name = path.split("?")[0]
            if name == "/":
                return 200, "text/html", PAGE.encode()
            if name == "/second_viewer.js":
                return 200, "text/javascript", SCRIPT_PATH.read_bytes()
            file = (THREE_DIR / name.removeprefix("/three/")).resolve()
            if name.startswith("/three/") and file.is_relative_to(THREE_DIR) and file.is_file():
                return 200, "application/wasm" if file.suffix == ".wasm" else "text/javascript", file.read_bytes()
            return super().answer(path)

    with SecondSite({}, folder) as site:
        yield site


def ours(browser: Browser, folder: Path, kind: str) -> np.ndarray:
    shape = {"splats": {kind: f"/files/scene.{kind}"}, "camera": CAMERA}
    with opened(browser, folder, shape, width=SIDE, height=SIDE) as (_, page):
        wait_until_drawn(page)
        page.evaluate(BARE)
        return page.picture()


def theirs(browser: Browser, site: Site, kind: str) -> np.ndarray:
    wishes = {"file": f"/files/scene.{kind}", "position": POSITION, "lookAt": LOOK_AT, "fov": FIELD_OF_VIEW_DEG}
    query = "&".join(
        f"{name}={','.join(map(str, value)) if isinstance(value, tuple) else value}" for name, value in wishes.items()
    )
    page = browser.open(f"{site.url}?{query}", SIDE, SIDE)
    try:
        page.wait_for("document.body?.className")
        assert page.evaluate("document.body.title") == "" and page.console == []
        return page.picture()
    finally:
        page.close()


def rendered() -> np.ndarray:
    """The picture of the kernel that trains."""
    eye, goal = (np.array(point) * (1, -1, -1) for point in (POSITION, LOOK_AT))  # right-down-forward
    forward = (goal - eye) / np.linalg.norm(goal - eye)
    right = np.cross((0.0, 1.0, 0.0), forward)
    right /= np.linalg.norm(right)
    viewmat = np.eye(4)
    viewmat[:3, :3] = np.stack([right, np.cross(forward, right), forward])
    viewmat[:3, 3] = -viewmat[:3, :3] @ eye
    focal_px = SIDE / 2 / np.tan(np.radians(FIELD_OF_VIEW_DEG) / 2)
    K = np.array([[focal_px, 0, SIDE / 2], [0, focal_px, SIDE / 2], [0, 0, 1]])
    return SplatModel(lopsided_scene(), num_threads=1).render(viewmat, K, (SIDE, SIDE)).image.clip(0, 1) * 255


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two pictures after averaging 4x4 pixels: renderers may differ at edges."""
    small = [picture.reshape(SIDE // 4, 4, SIDE // 4, 4, 3).mean(axis=(1, 3)).ravel() for picture in (one, other)]
    return float(np.corrcoef(small)[0, 1])


@pytest.mark.parametrize("kind", ["ply", "spz"])
def test_a_second_viewer_shows_the_same(browser: Browser, second_site: Site, folder: Path, kind: str) -> None:
    second = theirs(browser, second_site, kind).astype(float)
    for name, picture in (("ours", ours(browser, folder, kind)), ("rendered", rendered())):
        assert likeness(second, picture) > tolerances.SECOND_VIEWER_LIKENESS, name
    for wrong in (second[::-1], second[:, ::-1], second[::-1, ::-1], second.transpose(1, 0, 2)):
        assert likeness(wrong, rendered()) < tolerances.STANDS_WRONG_LIKENESS

"""The shipped viewer in a real browser, under the policy that its page gets."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import tolerances
from tests.viewer.browser import Browser, Page
from tests.viewer.made_scene import (
    BLOBS,
    CAMERA,
    COLOR_OF_PIXEL,
    PNG_OF_ONE_PIXEL,
    make_splats,
    write_mesh_with_scraps,
    write_textured_glb,
)
from tests.viewer.site import STATIC_DIR, Site

from reelscape.formats.spz import write_spz

WIDTH, HEIGHT = 800, 600
CENTER = (WIDTH / 2, HEIGHT / 2)
FIELD_OF_VIEW_DEG = 55
VIEWER_DIR = Path(__file__).parents[2] / "viewer"

SPZ: dict[str, Any] = {"splats": {"spz": "/files/scene.spz"}}
GLB: dict[str, Any] = {"mesh": {"url": "/files/mesh.glb", "kind": "glb"}}
SHAPES: dict[str, dict[str, Any]] = {
    "spz": SPZ,
    "ply": {"splats": {"ply": "/files/scene.ply"}},
    "glb": GLB,
    "mesh-ply": {"mesh": {"url": "/files/mesh.ply", "kind": "ply"}},
    "world-ply": {"mesh": {"url": "/files/mesh-world.ply", "kind": "ply"}},
    "points": {"points": {"url": "/files/scene.ply"}},
}
SAVE = {"url": "/api/v1/jobs/7/", "method": "PATCH", "csrf": "token"}


@contextmanager
def opened(
    browser: Browser, folder: Path, config: dict[str, Any], prepare: str = "", noise: str = "", **size: Any
) -> Iterator[tuple[Site, Page]]:
    """A page with the scene, watched: at its end the console is clean and nothing foreign was asked for.

    `prepare` is script that runs before the page's; lines that hold `noise` may stand on the console.
    """
    scene = {"title": "Blobs", "camera": CAMERA} | config
    with Site(scene, folder) as site:
        page = Page(browser, **({"width": WIDTH, "height": HEIGHT, "touch": False, "scale": 1} | size))
        try:
            page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
            page.send("Page.addScriptToEvaluateOnNewDocument", source=COUNT_FRAMES + prepare)
            page.navigate(site.url)
            yield site, page
            assert [line for line in page.console if not noise or noise not in line] == []
            assert [url for url in page.requests if not url.startswith((site.url, "blob:"))] == []
        finally:
            page.close()


COUNT_FRAMES = """
    window.numFrames = 0;
    const pending = window.pending = new Set();
    const [ask, later, never] = [requestAnimationFrame, setTimeout, clearTimeout].map((f) => f.bind(window));
    window.requestAnimationFrame = (draw) => {
        const frame = ask((now) => { pending.delete("f" + frame); window.numFrames += 1; draw(now); });
        pending.add("f" + frame);
        return frame;
    };
    window.setTimeout = (run, ms) => {
        const timer = later(() => { pending.delete("t" + timer); run(); }, ms);
        if (ms < 1000) pending.add("t" + timer);
        return timer;
    };
    window.clearTimeout = (timer) => { pending.delete("t" + timer); never(timer); };
    window.pause = (ms) => new Promise((done) => later(done, ms));
"""


def wait_until_drawn(page: Page) -> None:
    page.wait_for("document.querySelector('#viewer.drawn')")
    wait_until_still(page)


def wait_until_still(page: Page) -> None:
    """Until no frame is to come: nothing is asked for, no timer runs, and the sorting worker has nothing to add."""
    page.wait_for(
        "(async () => { const before = window.numFrames; if (window.pending.size) return false;"
        " await window.pause(200); return !window.pending.size && window.numFrames === before; })()"
    )


def spot_of(name: str) -> tuple[float, float]:
    """Where a blob's middle is in the picture, px."""
    x, y, z = BLOBS[name][0]
    focal_px = HEIGHT / 2 / math.tan(math.radians(FIELD_OF_VIEW_DEG) / 2)
    depth = CAMERA["position"]["z"] - z
    return WIDTH / 2 + focal_px * x / depth, HEIGHT / 2 - focal_px * y / depth


def color_at(picture: np.ndarray, spot: tuple[float, float]) -> np.ndarray:
    """The mean colour of 5x5 pixels."""
    x, y = round(spot[0]), round(spot[1])
    mean: np.ndarray = picture[y - 2 : y + 3, x - 2 : x + 3].mean(axis=(0, 1))
    return mean


def assert_upright(picture: np.ndarray, names: tuple[str, ...] = ("left", "right", "up", "down", "front")) -> None:
    for name in names:
        off = np.abs(color_at(picture, spot_of(name)) - BLOBS[name][1]).max()
        assert off <= tolerances.VIEWER_COLOR_BYTES, f"{name}: {color_at(picture, spot_of(name))}"


def centroid(picture: np.ndarray, name: str) -> tuple[float, float]:
    """The middle of the pixels that have a blob's colour."""
    near = (np.abs(picture.astype(int) - BLOBS[name][1]) < 60).all(axis=-1)
    ys, xs = np.nonzero(near)
    assert len(xs) > 50, f"{name} is not to be seen"
    return float(xs.mean()), float(ys.mean())


@pytest.mark.parametrize("kind", ["spz", "ply", "glb", "mesh-ply", "world-ply"])
def test_every_format_stands_upright_in_true_colours(browser: Browser, scene_dir: Path, kind: str) -> None:
    with opened(browser, scene_dir, SHAPES[kind]) as (_, page):
        wait_until_drawn(page)
        assert_upright(page.picture())


def test_points_are_shown_where_they_are(browser: Browser, scene_dir: Path) -> None:
    with opened(browser, scene_dir, SHAPES["points"]) as (_, page):
        wait_until_drawn(page)
        picture = page.picture()
    bright = picture[150:450].max(axis=-1) > 150
    assert 50 < bright.sum() < 5000


def test_a_plain_shape_is_lit(browser: Browser, scene_dir: Path) -> None:
    with opened(browser, scene_dir, {"mesh": {"url": "/files/mesh.stl", "kind": "stl"}}) as (_, page):
        wait_until_drawn(page)
        picture = page.picture()
    for name in ("left", "right", "up", "down"):
        assert color_at(picture, spot_of(name)).min() > 90


def test_a_scene_without_a_camera_is_seen_whole(browser: Browser, scene_dir: Path) -> None:
    for shape in (SPZ, GLB):
        with opened(browser, scene_dir, shape | {"camera": None}) as (_, page):
            wait_until_drawn(page)
            picture = page.picture()
        assert centroid(picture, "left")[0] < centroid(picture, "front")[0] < centroid(picture, "right")[0]
        assert centroid(picture, "up")[1] < centroid(picture, "front")[1] < centroid(picture, "down")[1]


def test_scraps_far_out_do_not_make_a_mesh_small(browser: Browser, scene_dir: Path) -> None:
    write_mesh_with_scraps(scene_dir / "scraps.ply")
    widths = []
    for name in ("mesh.ply", "scraps.ply"):
        shape = {"mesh": {"url": f"/files/{name}", "kind": "ply"}, "camera": None}
        with opened(browser, scene_dir, shape) as (_, page):
            wait_until_drawn(page)
            picture = page.picture()
        widths.append(centroid(picture, "right")[0] - centroid(picture, "left")[0])
    assert widths[1] > 0.9 * widths[0]


def test_a_mesh_page_never_loads_the_splat_engine(browser: Browser, scene_dir: Path) -> None:
    engine = json.loads((STATIC_DIR / "manifest.json").read_text())["engine"]
    assert len(engine) == 3
    with opened(browser, scene_dir, GLB) as (_, page):
        wait_until_drawn(page)
        assert not [url for url in page.requests if url.rsplit("/", 1)[-1] in engine]


def test_nothing_is_drawn_while_nothing_moves(browser: Browser, scene_dir: Path) -> None:
    with opened(browser, scene_dir, SPZ) as (_, page):
        wait_until_drawn(page)
        before = page.evaluate("window.numFrames")
        page.evaluate("window.pause(1500)")
        assert page.evaluate("window.numFrames") == before
        page.drag(CENTER, (CENTER[0] + 60, CENTER[1]))
        wait_until_still(page)
        assert page.evaluate("window.numFrames") > before


def test_splats_and_mesh_stand_at_the_same_place(browser: Browser, scene_dir: Path) -> None:
    with opened(browser, scene_dir, SPZ | GLB) as (_, page):
        wait_until_drawn(page)
        page.drag(CENTER, (CENTER[0] + 90, CENTER[1] + 40))
        wait_until_still(page)
        splats = page.picture()
        page.evaluate("[...document.querySelectorAll('.shapes button')].find((b) => b.textContent === 'Mesh').click()")
        page.wait_for("document.querySelector('.shapes [aria-pressed=true]').textContent === 'Mesh'")
        wait_until_still(page)
        mesh = page.picture()
        page.press("KeyV", "v")
        page.wait_for("document.querySelector('.shapes [aria-pressed=true]').textContent === 'Splats'")
        wait_until_still(page)
        again = page.picture()
    assert np.abs(splats.astype(int) - mesh).max() > 30, "the switch showed nothing new"
    for name in ("left", "right", "up", "down"):
        assert math.dist(centroid(splats, name), centroid(mesh, name)) < tolerances.VIEWER_SWITCH_PX
        assert math.dist(centroid(splats, name), centroid(again, name)) < 1
    assert math.dist(centroid(splats, "left"), spot_of("left")) > 20, "the drag turned nothing"


def test_the_owner_saves_the_view(browser: Browser, scene_dir: Path) -> None:
    with opened(browser, scene_dir, GLB | {"save": SAVE}) as (site, page):
        wait_until_drawn(page)
        page.press("ArrowRight", hold_s=0.3)
        wait_until_still(page)
        page.evaluate("document.querySelector('[aria-label^=\"Open the scene\"]').click()")
        page.wait_for("document.querySelector('.note').textContent.includes('from now on')")
        (sent,) = site.bodies
    assert sent["path"] == SAVE["url"] and sent["csrf"] == "token"
    camera = sent["body"]["camera_data"]
    assert camera["cameraType"] == "orbital" and camera["up"] == CAMERA["up"] and camera["lookAt"] == CAMERA["lookAt"]
    x, y, z = (camera["position"][axis] for axis in "xyz")
    assert x > 0.3 and abs(y) < 1e-3 and math.hypot(x, z) == pytest.approx(6, abs=1e-3)


def test_flying_and_going_home(browser: Browser, scene_dir: Path) -> None:
    with opened(browser, scene_dir, GLB) as (_, page):
        wait_until_drawn(page)
        start = page.picture()
        page.press("KeyO", "o")
        page.press("KeyW", "w", hold_s=0.4)
        wait_until_still(page)
        assert centroid(page.picture(), "left")[0] < centroid(start, "left")[0] - 4  # nearer, so further out
        page.press("KeyR", "r")
        wait_until_still(page)
        assert_upright(page.picture())


def test_fingers_turn_zoom_and_move(browser: Browser, scene_dir: Path) -> None:
    x, y = CENTER
    with opened(browser, scene_dir, GLB, touch=True) as (_, page):
        wait_until_drawn(page)
        seen = []
        for paths in (
            [[CENTER, (x + 90, y + 40)]],
            [[(x - 40, y), (x - 80, y)], [(x + 40, y), (x + 80, y)]],
            [[(x - 40, y), (x + 20, y + 30)], [(x + 40, y), (x + 100, y + 30)]],
        ):
            page.press("KeyR", "r")
            wait_until_still(page)
            page.fingers(*paths)
            wait_until_still(page)
            seen.append({name: centroid(page.picture(), name) for name in ("left", "right", "up")})
    turned, nearer, moved = seen
    span = spot_of("right")[0] - spot_of("left")[0]
    assert turned["left"][0] - spot_of("left")[0] > 10, "one finger turned nothing"
    assert nearer["right"][0] - nearer["left"][0] == pytest.approx(2 * span, rel=0.2), "pinching is not zooming"
    for name in moved:
        assert math.dist(moved[name], np.add(spot_of(name), (60, 30))) < 10, "two fingers did not carry the scene along"


def test_a_double_click_goes_there(browser: Browser, scene_dir: Path) -> None:
    for shape in (SPZ, GLB):
        with opened(browser, scene_dir, shape) as (_, page):
            wait_until_drawn(page)
            page.click(*spot_of("up"), times=2)
            wait_until_still(page)
            assert np.abs(color_at(page.picture(), CENTER) - BLOBS["up"][1]).max() < 40


@pytest.mark.parametrize("shape", [SPZ, GLB], ids=["splats", "mesh"])
def test_measuring(browser: Browser, scene_dir: Path, shape: dict[str, Any]) -> None:
    with opened(browser, scene_dir, shape) as (_, page):
        wait_until_drawn(page)
        page.press("KeyM", "m")
        page.click(*spot_of("left"))
        page.click(*spot_of("right"))
        page.wait_for("!document.querySelector('.measure-label').hidden")
        length = float(page.evaluate("document.querySelector('.measure-label').textContent"))
        assert length == pytest.approx(2, rel=0.08)  # on the surfaces, not the middles
        assert "not metres" in page.evaluate("document.querySelector('.note').textContent")


def test_a_picture_can_be_kept(browser: Browser, scene_dir: Path) -> None:
    keep = "HTMLAnchorElement.prototype.click = function () { window.kept = { name: this.download, url: this.href }; };"
    with opened(browser, scene_dir, SPZ, keep) as (_, page):
        wait_until_drawn(page)
        page.press("KeyP", "p")
        page.wait_for("window.kept")
        assert page.evaluate("window.kept.name") == "Blobs.png"
        size = "fetch(window.kept.url).then((a) => a.blob()).then(createImageBitmap).then((b) => [b.width, b.height])"
        assert page.evaluate(size) == [WIDTH, HEIGHT]


def test_files_that_cannot_be_shown_are_said_over_the_poster(browser: Browser, scene_dir: Path) -> None:
    (scene_dir / "poster.png").write_bytes(PNG_OF_ONE_PIXEL)
    (scene_dir / "broken.spz").write_bytes(b"no splats")
    (scene_dir / "broken.glb").write_bytes(b"no mesh")
    whole = (scene_dir / "mesh.ply").read_bytes()
    (scene_dir / "broken.ply").write_bytes(whole[: len(whole) // 2])
    for shape in (
        {"splats": {"spz": "/files/broken.spz"}},
        {"mesh": {"url": "/files/broken.glb", "kind": "glb"}},
        {"mesh": {"url": "/files/broken.ply", "kind": "ply"}},
    ):
        with opened(browser, scene_dir, shape | {"poster": "/files/poster.png"}, noise="Worker error") as (_, page):
            page.wait_for("document.querySelector('.card[role=alert]')?.textContent.includes('damaged')")
            assert "Error" not in page.evaluate("document.querySelector('.card[role=alert]').textContent")
            assert page.evaluate("getComputedStyle(document.querySelector('.poster')).opacity") == "1"


def test_a_picture_inside_a_mesh_is_shown(browser: Browser, scene_dir: Path) -> None:
    write_textured_glb(scene_dir / "textured.glb", {"bufferView": 3, "mimeType": "image/png"})
    with opened(browser, scene_dir, {"mesh": {"url": "/files/textured.glb", "kind": "glb"}}) as (_, page):
        wait_until_drawn(page)
        assert np.abs(color_at(page.picture(), CENTER) - COLOR_OF_PIXEL).max() <= tolerances.VIEWER_COLOR_BYTES


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9/spy.png", "/files/poster.png"])
def test_a_mesh_cannot_make_the_page_fetch_other_files(browser: Browser, scene_dir: Path, uri: str) -> None:
    write_textured_glb(scene_dir / "spy.glb", {"uri": uri})
    shape = {"mesh": {"url": "/files/spy.glb", "kind": "glb"}}
    with opened(browser, scene_dir, shape, noise="GLTFLoader") as (site, page):
        page.wait_for("document.querySelector('#viewer.drawn, #viewer.failed')")
        assert not [path for path in [*site.requests, *page.requests] if path.endswith(".png")]


def test_without_webgl2_the_page_says_so(browser: Browser, scene_dir: Path) -> None:
    without = "HTMLCanvasElement.prototype.getContext = () => null;"
    with opened(browser, scene_dir, SPZ, without) as (_, page):
        page.wait_for("document.querySelector('.card')?.textContent.includes('WebGL 2')")
        assert len(page.requests) < 6, "the 3D part was loaded for nothing"


def test_the_live_view_swaps_without_a_flash_and_keeps_the_camera(browser: Browser, scene_dir: Path) -> None:
    states = Live(scene_dir)
    prepare = """
        const slow = window.setTimeout;
        window.setTimeout = (run, ms) => ms === 3000 ? later(run, 300) : slow(run, ms);
    """
    with opened(browser, scene_dir, {"live": {"url": "/live"}}, prepare) as (site, page):
        site.answers["/live"] = states.answer
        page.wait_for("document.querySelector('.live-text')?.textContent.includes('Poses')")
        states.snapshot(1, None)
        wait_until_drawn(page)
        page.drag(CENTER, (CENTER[0] + 30, CENTER[1]))
        wait_until_still(page)
        turned = page.picture()
        states.snapshot(2, (200, 60, 60))
        darkest = 255.0
        while (color := color_at(page.picture(), spot_of("up")))[0] < 150:  # from blue to red
            darkest = min(darkest, color.max())
        assert 150 < darkest < 255, "the scene was gone between two snapshots"
        states.state = {"status": "finished", "config": SPZ | {"title": "Blobs", "camera": CAMERA}}
        page.wait_for("document.querySelector('.note').textContent === 'Finished'")
        wait_until_still(page)
        final = page.picture()
        assert page.evaluate("document.querySelector('.live').childElementCount") == 0
        asked = len([path for path in site.requests if path == "/live"])
        page.evaluate("window.pause(900)")
        assert len([path for path in site.requests if path == "/live"]) == asked, "it went on asking"
    for name in ("left", "right", "up", "down"):
        assert math.dist(centroid(turned, name), centroid(final, name)) < 1, "the camera was not kept"
    assert math.dist(centroid(turned, "front"), spot_of("front")) > 10, "the drag turned nothing"


class Live:
    """What the server says while a scene is made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state: dict[str, Any] = {"status": "running", "stage": "poses", "percent": 12, "snapshot": None}

    def snapshot(self, step: int, tint: tuple[int, int, int] | None) -> None:
        write_spz(self.folder / f"snapshot-{step}.spz", make_splats(tint))
        snapshot = {"step": step, "url": f"/files/snapshot-{step}.spz"}
        self.state = {"status": "running", "stage": "train", "percent": 40 + step, "snapshot": snapshot}

    def answer(self) -> tuple[int, str, bytes]:
        return 200, "application/json", json.dumps(self.state).encode()


def test_a_failed_run_is_told(browser: Browser, scene_dir: Path) -> None:
    with opened(browser, scene_dir, {"live": {"url": "/live"}}) as (site, page):
        state = {"status": "failed", "message": "The video is too dark."}
        site.answers["/live"] = lambda: (200, "application/json", json.dumps(state).encode())
        page.wait_for("document.querySelector('.card')?.textContent.includes('too dark')")


SIZES = """[...document.querySelectorAll('.toolbar button, .shapes button')].map((button) => {
    const { left, right, top, bottom, width, height } = button.getBoundingClientRect();
    return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && width >= 38 && height >= 38
        && Boolean(button.getAttribute('aria-label') || button.textContent);
})"""


@pytest.mark.parametrize(("width", "height", "touch"), [(390, 844, True), (1280, 800, False), (320, 480, True)])
def test_every_button_is_named_and_in_reach(
    browser: Browser, scene_dir: Path, width: int, height: int, touch: bool
) -> None:
    size: dict[str, Any] = {"width": width, "height": height, "touch": touch, "scale": 1}
    with opened(browser, scene_dir, SPZ | GLB | {"save": SAVE}, **size) as (_, page):
        wait_until_drawn(page)
        buttons = page.evaluate(SIZES)
        assert len(buttons) == 9 and all(buttons)


def test_the_shipped_files_are_what_the_sources_build() -> None:
    node = shutil.which("node")
    if not node or not (VIEWER_DIR / "node_modules").is_dir():
        pytest.skip("needs node, and `npm ci` in viewer/")
    done = subprocess.run(
        [node, "scripts/check.js"], cwd=VIEWER_DIR, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr

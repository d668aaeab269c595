"""How long the viewer takes to show splats in software WebGL: `python -m bench.viewer [thousands of splats] [repeats]`.

Milliseconds from the start of the navigation, one JSON line per repeat with the load of the machine: when the preview,
the engine's WebAssembly and the scene's file are there, and when the renderer is done with the first picture of the
splats, with the browser's CPU seconds until then; and pictures per second while the view turns. Served from loopback,
uncompressed; the browser starts cold.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tests.viewer.browser import Browser, Page, find_chromium
from tests.viewer.site import Site

from reelscape.formats.spz import write_spz
from reelscape.gaussians import Gaussians

WIDTH, HEIGHT = 1280, 720
TURN_S = 4.0
CAMERA = {
    "position": {"x": 0, "y": 0.3, "z": -2.3},  # in the room, before a wall; right-up-back axes
    "lookAt": {"x": 0, "y": 0, "z": -5},
    "up": {"x": 0, "y": 1, "z": 0},
}
NOTE_TIMES = """
    window.times = {};
    window.numFrames = 0;
    const ask = requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (draw) => ask((now) => { window.numFrames += 1; draw(now); });
    new MutationObserver((_, observer) => {
        if (!document.querySelector("#viewer.drawn")) return;
        window.times.first_frame = performance.now();
        observer.disconnect();
    }).observe(document, { subtree: true, childList: true, attributes: true });
"""
TIMES = """(() => {
    const files = performance.getEntriesByType("resource");
    const there = (part) => files.find(({ name }) => name.includes(part))?.responseEnd;
    const times = { preview: there("preview.png"), engine: there(".wasm"), file: there(".spz"), ...window.times };
    return Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, ms && Math.round(ms)]));
})()"""


def made_room(count: int) -> Gaussians:
    """Splats on the walls of a room of 4 x 2.6 x 4, flat and slim as training leaves them; right-down-forward axes."""
    rng = np.random.default_rng(0)
    half = np.array([2.0, 1.3, 2.0])
    means = rng.uniform(-1, 1, (count, 3))
    axis = rng.integers(0, 3, count)
    means[np.arange(count), axis] = np.sign(means[np.arange(count), axis])
    side = np.sqrt(0.7 * 8 * (half[0] * half[1] * 2 + half[0] * half[2]) / count)  # neighbours overlap
    scales = np.log(side) + rng.normal(0, 0.5, (count, 3))
    colours = 0.5 + 0.4 * np.sin(5 * means + axis[:, None])
    arrays = (
        means * half + (0, 0, 4),
        rng.normal(size=(count, 4)),
        scales,
        rng.normal(0, 2, count),
        ((colours - 0.5) / 0.28209479)[:, None],
        np.zeros((count, 0, 3)),
    )
    return Gaussians(*(array.astype(np.float32) for array in arrays))


def write_scene(folder: Path, count: int) -> None:
    """scene.spz and a preview."""
    write_spz(folder / "scene.spz", made_room(count))
    Image.new("RGB", (640, 360), (90, 100, 120)).save(folder / "preview.png")


def measure(program: str, site: Site, folder: Path) -> dict[str, Any]:
    """One cold start."""
    with tempfile.TemporaryDirectory(dir=folder) as profile, Browser(program, Path(profile)) as browser:
        page = Page(browser, WIDTH, HEIGHT, touch=False, scale=1)
        page.send("Page.addScriptToEvaluateOnNewDocument", source=NOTE_TIMES)
        before_s = browser.cpu_s()
        page.navigate(site.url)
        page.wait_for("window.times?.first_frame")
        cpu_s = round(browser.cpu_s() - before_s, 2)
        times: dict[str, Any] = page.evaluate(TIMES)
        load = round(os.getloadavg()[0], 1)
        return times | {"first_frame_cpu_s": cpu_s, "turning_fps": turning_fps(page), "load": load}


def turning_fps(page: Page) -> float:
    """Pictures per second while an arrow key is held down."""
    before, start_s = page.evaluate("window.numFrames"), time.monotonic()
    page.press("ArrowRight", hold_s=TURN_S)
    frames: int = page.evaluate("window.numFrames") - before
    return round(frames / (time.monotonic() - start_s), 1)


def main() -> None:
    count = 1000 * (int(sys.argv[1]) if len(sys.argv) > 1 else 300)
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    program = find_chromium()
    if program is None:
        sys.exit("chromium is not installed")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_scene(folder, count)
        shape = {"splats": {"spz": "/files/scene.spz", "count": count}, "poster": "/files/preview.png"}
        with Site({"title": "Bench", "camera": CAMERA} | shape, folder) as site:
            for _ in range(repeats):
                print(json.dumps({"splats": count} | measure(program, site, folder)), flush=True)


if __name__ == "__main__":
    main()

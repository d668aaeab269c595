"""What a browser fetches for the pages with a viewer before the splat engine, from a really started service."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests import tolerances
from tests.service.live_service import LiveService
from tests.viewer.browser import Browser, Page
from tests.viewer.made_scene import write_splats
from tests.viewer.site import STATIC_DIR

ENGINE = json.loads((STATIC_DIR / "manifest.json").read_text())["engine"]
SCENE_FILES = (".spz", "preview.jpg")
FETCHED = """
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .map((entry) => [entry.name.split('?')[0].split('/').pop(), entry.encodedBodySize])
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    live = LiveService(tmp_path_factory.mktemp("weight") / "data")
    try:
        live.start()
        yield live
    finally:
        live.end()


@pytest.fixture(scope="module")
def page_url(service: LiveService, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a public scene that is made."""
    folder = tmp_path_factory.mktemp("splats")
    write_splats(folder)
    plan: dict[str, Any] = {"spz": base64.b64encode((folder / "scene.spz").read_bytes()).decode(), "flat": True}
    job_id = service.submit(plan, public=True)
    service.wait_status(job_id, "finished")
    return f"{service.url}/scenes/{job_id}/"


def bytes_by_name(page: Page) -> dict[str, int]:
    """The bodies that the page fetched, in bytes on the line."""
    return {name: int(size) for name, size in page.evaluate(FETCHED)}


@pytest.mark.parametrize("encodings", [["gzip"], ["gzip", "br"]], ids=["gzip", "brotli"])
def test_pages_are_light_before_the_splat_engine(browser: Browser, page_url: str, encodings: list[str]) -> None:
    for url in (page_url, f"{page_url}?embed=1"):
        page = Page(browser, 390, 844, touch=True, scale=1)
        page.send("Network.setAcceptedEncodings", encodings=encodings)
        page.send("Network.setCacheDisabled", cacheDisabled=True)
        page.navigate(url)
        page.wait_for("document.querySelector('#viewer.drawn, #viewer.failed')")
        assert not page.evaluate("document.querySelector('#viewer > .card')?.textContent")
        fetched = bytes_by_name(page)
        page.close()
        assert set(ENGINE) < set(fetched) and any(name.startswith("three.") for name in fetched)
        before = [size for name, size in fetched.items() if name not in ENGINE and not name.endswith(SCENE_FILES)]
        assert 50_000 < sum(before) <= tolerances.PAGE_WEIGHT_BYTES, fetched
        assert sum(fetched[name] for name in ENGINE) < tolerances.ENGINE_WEIGHT_BYTES, fetched


def test_static_files_go_compressed_to_whoever_reads_that_and_stay_what_they_are(service: LiveService) -> None:
    wasm = next(name for name in ENGINE if name.endswith(".wasm"))
    for path in (f"viewer/{wasm}", "reelscape/pages.css", "admin/css/base.css"):
        url = f"{service.url}/static/{path}"
        plain = httpx.get(url, headers={"Accept-Encoding": "identity"})
        pressed = httpx.get(url, headers={"Accept-Encoding": "gzip"})
        again = httpx.get(url, headers={"Accept-Encoding": "gzip", "If-None-Match": pressed.headers["ETag"]})
        assert "Content-Encoding" not in plain.headers and pressed.headers["Content-Encoding"] == "gzip"
        assert pressed.content == plain.content and again.status_code == 304
        for answer in (plain, pressed):
            assert "Accept-Encoding" in answer.headers["Vary"]
            assert ("immutable" in answer.headers["Cache-Control"]) == path.startswith("viewer/")
    assert plain.headers["Content-Type"] == pressed.headers["Content-Type"]
    brotli = httpx.get(f"{service.url}/static/viewer/{wasm}", headers={"Accept-Encoding": "gzip, br"})
    assert brotli.headers["Content-Encoding"] == "br" and brotli.headers["Content-Type"] == "application/wasm"
    part = httpx.get(url, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    assert part.status_code == 206 and part.content == plain.content[:10]
    assert httpx.head(url, headers={"Accept-Encoding": "gzip"}).headers["Content-Length"] == str(len(plain.content))

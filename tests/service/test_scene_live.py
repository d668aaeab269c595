"""The page of a scene in a browser, on a really started service with a stand-in for runs."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from tests.other_site import other_site
from tests.service.live_service import LiveService, wait_for
from tests.viewer.browser import Browser, Page
from tests.viewer.made_scene import write_splats


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LiveService]:
    live = LiveService(tmp_path / "data")
    try:
        live.start()
        yield live
    finally:
        live.end()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address of a server of another origin that shows it."""
    with other_site(tmp_path / "site") as url:
        yield tmp_path / "site", url


def loaded(page: Page, part: str) -> list[str]:
    """The different addresses with this part that the page asked for."""
    return sorted({url for url in page.requests if part in url})


def test_a_watcher_sees_the_scene_come_and_another_site_shows_it(
    browser: Browser, service: LiveService, site: tuple[Path, str], tmp_path: Path
) -> None:
    write_splats(tmp_path)
    spz = base64.b64encode((tmp_path / "scene.spz").read_bytes()).decode()
    plan = {"stage_s": 5.0, "train_s": 15.0, "snapshots": 2, "spz": spz, "flat": True}
    job_id = service.submit(plan, public=True)
    service.wait_status(job_id, "running")
    url = f"{service.url}/scenes/{job_id}/"
    page, begun_s = browser.open(url, 390, 844, touch=True), time.monotonic()
    page.wait_for("document.getElementById('making-bar')?.value > 0")
    assert not loaded(page, "/static/viewer/scene-viewer")  # at most the video's own picture is there

    page.wait_for("document.querySelector('#viewer.drawn')")
    wait_for(lambda: len(loaded(page, ".spz")) >= 2, 30, "a second early scene")
    page.evaluate("window.isTheSamePage = true")

    service.wait_status(job_id, "finished", 60)
    page.wait_for("document.querySelector('.downloads a')")
    wait_for(lambda: loaded(page, "/scene.spz"), 20, "the whole scene")  # page and viewer look at their own pace
    num_asked = sum(asked.endswith("/live") for asked in page.requests)
    assert 3 <= num_asked <= (time.monotonic() - begun_s) / 3 + 2, "page and viewer ask together, every 3 s"
    assert loaded(page, "/scene.spz") == [f"{url}scene.spz"]
    assert page.evaluate("window.isTheSamePage")
    assert not page.evaluate("document.getElementById('making-bar')")
    assert page.console == []
    assert not [asked for asked in page.requests if not asked.startswith((service.url, "blob:"))]
    page.close()

    folder, site_url = site
    (folder / "index.html").write_text(
        f'<link rel="icon" href="data:,"><iframe src="{url}?embed=1" width="360" height="300"></iframe>'
    )
    frame = browser.open(site_url)
    wait_for(lambda: loaded(frame, "/scene.spz"), 20, "the embedded scene")
    assert frame.console == []
    frame.close()
    (folder / "whole.html").write_text(f'<link rel="icon" href="data:,"><iframe src="{url}"></iframe>')
    frame = browser.open(f"{site_url}/whole.html")
    wait_for(lambda: any("frame" in line for line in frame.console), 20, "the refusal of the whole page")
    assert not loaded(frame, "/static/")
    frame.close()
    service.ask("PATCH", f"jobs/{job_id}/", json={"public": False}).raise_for_status()
    for part in ("?embed=1", "preview.jpg", "scene.spz", "live"):
        assert httpx.get(url + part).status_code == 404


def test_a_newer_early_scene_takes_the_place_without_a_flash(
    browser: Browser, service: LiveService, tmp_path: Path
) -> None:
    """All early scenes here are alike: so no picture may differ from the first one."""
    write_splats(tmp_path)
    spz = base64.b64encode((tmp_path / "scene.spz").read_bytes()).decode()
    job_id = service.submit({"train_s": 30.0, "snapshots": 9, "spz": spz, "flat": True}, public=True)
    page = browser.open(f"{service.url}/scenes/{job_id}/?embed=1", 400, 300)
    page.wait_for("document.querySelector('#viewer.drawn')")
    page.wait_for("!document.querySelector('.poster')?.checkVisibility({ opacityProperty: true })")
    time.sleep(1)
    num_before = len(loaded(page, "/live/1-"))
    with page.filmed() as frames:
        wait_for(lambda: len(loaded(page, "/live/1-")) >= num_before + 2, 30, "two newer scenes")
        time.sleep(2)
    middles = [frame[62:150, 60:340].astype(float) for frame in frames]
    assert len(middles) >= 2 and middles[0].std() > 5, "something is seen, and redrawn"
    assert max(np.abs(middle - middles[0]).mean() for middle in middles) < 2.0
    assert page.console == []
    page.close()
    service.ask("POST", f"jobs/{job_id}/cancel/").raise_for_status()


def test_a_hidden_page_asks_nothing(browser: Browser, service: LiveService) -> None:
    job_id = service.submit({"stage_s": 60.0}, public=True)
    hide = "Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true})"
    page = browser.open("about:blank")
    page.send("Page.addScriptToEvaluateOnNewDocument", source=f"window.away = false; {hide}")
    page.navigate(f"{service.url}/scenes/{job_id}/")
    wait_for(lambda: any(url.endswith("/live") for url in page.requests), 20, "the first question")
    page.evaluate("window.away = true")
    time.sleep(3.5)
    num_asked = len(page.requests)
    time.sleep(4)
    assert len(page.requests) == num_asked
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    wait_for(lambda: len(page.requests) > num_asked, 5, "another question")
    page.close()
    service.ask("POST", f"jobs/{job_id}/cancel/").raise_for_status()

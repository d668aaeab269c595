"""The page of a scene in a browser, on a really started service with a stand-in for runs."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
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
    plan = {"stage_s": 2.0, "train_s": 15.0, "snapshots": 2, "spz": spz, "flat": True}
    job_id = service.submit(plan, public=True)
    service.wait_status(job_id, "running")
    url = f"{service.url}/scenes/{job_id}/"
    page = browser.open(url, 390, 844, touch=True)
    page.wait_for("document.getElementById('making-bar')?.value > 0")
    assert page.evaluate("document.getElementById('viewer').hidden") and not loaded(page, "/static/viewer/scene-viewer")

    page.wait_for("document.querySelector('#viewer.drawn')")
    wait_for(lambda: len(loaded(page, ".spz")) >= 2, 30, "a second early scene")
    page.evaluate("window.isTheSamePage = true")

    service.wait_status(job_id, "finished", 60)
    page.wait_for("document.querySelector('.downloads a')")
    wait_for(lambda: loaded(page, "/scene.spz"), 20, "the whole scene")  # page and viewer look at their own pace
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

"""The pages in a browser, on a really started service with a stand-in for runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.live_server import free_port
from tests.service.live_service import LiveService
from tests.service.test_client_live import MEGABYTE, breaking_line
from tests.viewer.browser import Browser, Page

PHONE = {"width": 390, "height": 844, "touch": True}
PLAN = json.dumps({"stage_s": 0.05})

NOTE_OFFSETS = """(() => {
  const [offsets, set] = [[], XMLHttpRequest.prototype.setRequestHeader];
  XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
    if (name === "Upload-Offset") offsets.push(value);
    set.call(this, name, value);
  };
  addEventListener("pagehide", () => sessionStorage.setItem("offsets", JSON.stringify(offsets)));
})()"""
"""Where the parts begin that a page sends."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    live = LiveService(tmp_path_factory.mktemp("pages") / "data")
    try:
        live.start()
        live.password = live.command("user", "create", "ann").split()[-1]  # type: ignore[attr-defined]
        yield live
    finally:
        live.end()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.open("about:blank", **PHONE)  # type: ignore[arg-type]
    yield opened
    opened.close()


def sign_in(page: Page, service: LiveService, url: str) -> None:
    """From a page that asks for it, to that page."""
    page.navigate(url)
    page.wait_for("document.readyState === 'complete' && location.pathname !== 'blank'")
    if page.evaluate("location.pathname") == "/accounts/login/":
        fields = {"login": "ann", "password": service.password}  # type: ignore[attr-defined]
        for name, text in fields.items():
            page.evaluate(f"document.querySelector('[name={name}]').value = {json.dumps(text)}")
        page.evaluate("document.querySelector('main form').requestSubmit()")
    page.wait_for("document.getElementById('start')?.disabled && document.readyState === 'complete'")


def choose(page: Page, *names: str, size: int = 0) -> None:
    """Files that hold the plan of the stand-in, padded to a size, dropped onto the page."""
    page.evaluate(
        f"""(() => {{
          const chosen = new DataTransfer();
          for (const name of {json.dumps(names)})
            chosen.items.add(new File([{json.dumps(PLAN)}.padEnd({size})], name, {{ lastModified: 1 }}));
          document.getElementById("drop").dispatchEvent(new DragEvent("drop", {{ dataTransfer: chosen }}));
        }})()"""
    )


def start(page: Page) -> None:
    page.evaluate("document.getElementById('start').click()")


def job_of(page: Page) -> str:
    """Of the scene page where the browser has come to."""
    page.wait_for("location.pathname.startsWith('/scenes/')")
    return str(page.evaluate("location.pathname")).split("/")[2]


def test_a_video_becomes_a_scene(page: Page, service: LiveService) -> None:
    sign_in(page, service, f"{service.url}/upload/")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    choose(page, "My walk.mp4")
    assert page.evaluate("document.querySelector('#queue input').value") == "My walk"
    page.evaluate("document.querySelector('[value=draft]').click()")
    start(page)
    row = service.wait_status(job_of(page), "finished")
    assert (row["title"], row["num_steps"], row["public"]) == ("My walk", 600, 0)
    assert page.evaluate("Object.keys(localStorage).length") == 0
    page.navigate(f"{service.url}/mine/")
    page.wait_for("document.querySelector('#cards .tag.good')?.textContent === 'Ready'")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert page.console == []
    assert all(url.startswith((service.url, "data:", "about:")) for url in page.requests)


def test_several_files_queue_up_and_my_scenes_follows_them(page: Page, service: LiveService) -> None:
    sign_in(page, service, f"{service.url}/upload/")
    choose(page, "one.mp4", "two.mp4", "three.mp4", "four.txt")
    assert "four.txt" in page.evaluate("document.getElementById('problem').textContent")
    page.evaluate("document.querySelector('[aria-label=\"Remove two.mp4\"]').click()")
    assert page.evaluate("document.getElementById('start').textContent") == "Upload and make 2 scenes"
    start(page)
    page.wait_for("location.pathname === '/mine/' && document.readyState === 'complete'")
    page.evaluate("window.isSamePage = true")
    page.wait_for("document.querySelectorAll('#cards .tag.good').length >= 2 && !document.querySelector('.busy')")
    titles = page.evaluate("[...document.querySelectorAll('#cards .name')].map((title) => title.textContent)")
    assert titles[:2] == ["three", "one"]
    assert page.evaluate("window.isSamePage") and page.console == []


def test_an_upload_goes_on_where_the_line_broke(chromium: str, service: LiveService, tmp_path: Path) -> None:
    port, size = free_port(), 10 * MEGABYTE
    line_of = breaking_line(service.port, port, [3 * MEGABYTE, 4 * MEGABYTE])
    with line_of as line, Browser(chromium, tmp_path) as own:  # whose end closes all its connections
        page = own.open("about:blank")
        sign_in(page, service, f"http://127.0.0.1:{port}/upload/")
        choose(page, "long.mp4", size=size)
        page.evaluate(NOTE_OFFSETS)
        start(page)
        assert service.wait_status(job_of(page), "finished")["title"] == "long"
        offsets = json.loads(page.evaluate("sessionStorage.getItem('offsets')"))
    assert line.breaks == [] and offsets == sorted(offsets)
    assert len(offsets) >= 2 and offsets[-1] > 2 * MEGABYTE  # the browser itself repeats some parts


def test_an_upload_goes_on_after_a_reload(page: Page, service: LiveService) -> None:
    size = 24 * MEGABYTE
    sign_in(page, service, f"{service.url}/upload/")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 8 * MEGABYTE}
    page.send("Network.emulateNetworkConditions", **slow)
    choose(page, "long.mp4", size=size)
    start(page)
    page.wait_for(f"document.querySelector('#queue progress').value > {18 * MEGABYTE}")
    page.send("Page.reload")
    page.wait_for("document.getElementById('unfinished')?.textContent.includes('long.mp4 (66 %)')")
    page.send("Network.emulateNetworkConditions", **slow | {"uploadThroughput": -1})
    choose(page, "long.mp4", size=size)
    page.evaluate(NOTE_OFFSETS)
    start(page)
    job_of(page)
    assert json.loads(page.evaluate("sessionStorage.getItem('offsets')"))[0] >= 16 * MEGABYTE

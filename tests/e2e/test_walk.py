"""A whole visit in a browser, from signing in to a shared scene and its end: real service, real run, real pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import httpx
import numpy as np
import pytest
from tests.e2e.live_service import LiveService, live_service, wait_for
from tests.other_site import other_site
from tests.shots import DESKTOP, PHONE, Screen, shoot
from tests.viewer.browser import Browser, Page

from reelscape.client import Client
from reelscape.sample import SampleConfig, write_sample

SETTINGS = {"REELSCAPE_DEFAULT_NUM_STEPS": "4000", "REELSCAPE_NUM_THREADS": "1"}
"""Long enough for a browser to watch, on one core so that the other is the browser's."""
USER = "ann"
LIMIT_S = 300.0
LEAST_CHANGE = 4.0
"""Mean difference of two pictures, of 255 levels, from which on they show something else."""

IS_COMPLETE = "document.readyState === 'complete'"
VIEWER_BOX = """(() => {
  const canvas = document.querySelector("#viewer canvas");
  canvas.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, width, height } = canvas.getBoundingClientRect();
  return [x, y, width, height];
})()"""
PUBLISH = "form:has([name=public]) button"
PARTS = ("?embed=1", "live", "preview.jpg", "scene.spz", "scene.ply", "mesh.glb", "turntable.mp4")


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As small as can be with a camera path that is found."""
    path = tmp_path_factory.mktemp("sample") / "My room.mp4"
    write_sample(path, SampleConfig(seconds=4.0, fps=5.0, size=(180, 320), texel_m=0.01))
    return path


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    with live_service(tmp_path_factory.mktemp("walk") / "data", **SETTINGS) as started:
        yield started


class Visit:
    """The pages of one test: what they did behind the reader's back is looked at as they are closed."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.pages: list[tuple[Page, tuple[str, ...]]] = []

    def open(self, url: str, screen: Screen, *sites: str) -> Page:
        """A stranger's page that may ask nothing but `sites`."""
        page = self.browser.open("about:blank", stranger=True)
        self.pages.append((page, sites))
        screen.hold(page)
        page.navigate(url)
        page.wait_for(f"location.href !== 'about:blank' && {IS_COMPLETE}")
        return page

    def close(self) -> None:
        """Every console empty, nothing refused by a policy, no other host asked."""
        for page, sites in self.pages:
            page.close()
            assert page.console == [] and page.violations == []
            assert not [url for url in page.requests if not url.startswith((*sites, "blob:", "data:", "about:"))]
            assert page.requests


def test_a_visit_from_signing_in_to_a_scene_that_is_gone(
    browser: Browser, service: LiveService, video: Path, tmp_path: Path
) -> None:
    visit = Visit(browser)
    page = visit.open(service.url, PHONE, service.url)
    sign_in(page, service.new_user(USER))
    key = make_key(page)
    job_id = upload(page, video)
    watch_training(page)
    walk_around(page)
    link, code = publish(page)
    assert link == f"{service.url}/scenes/{job_id}/"
    watch_signed_out(visit.open(link, DESKTOP, service.url))
    with other_site(tmp_path / "site", "localhost") as site_url:
        (tmp_path / "site" / "index.html").write_text(f'<link rel="icon" href="data:,"><p>A page.</p>{code}')
        watch_embedded(visit.open(site_url, DESKTOP, site_url, service.url))
    file_url = signed_file(service, key, job_id)
    assert is_reached(link) and is_reached(file_url)
    assert preview_of(link)

    hide(page)
    assert_gone(service, link)
    publish(page)
    delete(page)
    assert_gone(service, link)
    assert not is_reached(file_url)
    visit.close()


def test_the_visit_would_see_what_is_wrong(browser: Browser, service: LiveService, tmp_path: Path) -> None:
    """A line on the console, a refused script, a foreign host, in a page and in its frame: each is noticed."""
    policy = "<meta http-equiv='Content-Security-Policy' content=\"script-src 'unsafe-inline'; img-src *\">"
    with other_site(tmp_path / "site") as site_url, other_site(tmp_path / "frame", "localhost") as frame_url:
        (tmp_path / "frame" / "index.html").write_text(
            f"{policy}<script>console.log('from the frame'); eval('1')</script><img src={service.url}/x.png>"
        )
        (tmp_path / "site" / "index.html").write_text(f"<iframe src={frame_url}></iframe>")
        page = browser.open(site_url, stranger=True)
        wait_for(lambda: page.violations and "from the frame" in page.console, 20)
        wait_for(lambda: f"{service.url}/x.png" in page.requests, 20)
        page.close()


def go(page: Page, selector: str, arrived: str) -> None:
    """Press something, until the page that it leads to is there."""
    page.evaluate("window.isOld = true")
    page.tap(selector)
    page.wait_for(f"!window.isOld && {IS_COMPLETE} && ({arrived})")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen"


def sign_in(page: Page, password: str) -> None:
    shoot(page, "home", PHONE, also=(DESKTOP,))
    go(page, "header a[href^='/accounts/login/']", "document.querySelector('[name=login]')")
    page.type("[name=login]", USER)
    page.type("[name=password]", password)
    shoot(page, "sign-in", PHONE, also=(DESKTOP,))
    go(page, "main form button", "location.pathname === '/mine/'")
    shoot(page, "no-scenes", PHONE, also=(DESKTOP,))


def make_key(page: Page) -> str:
    page.tap(".menu summary")
    shoot(page, "menu", PHONE, also=(DESKTOP,))
    go(page, ".menu-items a[href='/accounts/profile/']", "document.getElementById('name')")
    page.type("#name", "My First API Key")
    go(page, "form[action='/accounts/profile/'] button", "document.getElementById('new-key')")
    shoot(page, "key", PHONE, also=(DESKTOP,))
    return str(page.evaluate("document.getElementById('new-key').value"))


def upload(page: Page, video: Path) -> str:
    """By the page's own script; returns the number of the job."""
    go(page, "header a[href='/upload/']", "document.getElementById('start').disabled")
    shoot(page, "upload", PHONE, also=(DESKTOP,))
    page.choose_file("#file", video)
    assert page.evaluate("document.querySelector('#queue input').value") == "My room"
    shoot(page, "chosen", PHONE, also=(DESKTOP,))
    go(page, "#start", "location.pathname.startsWith('/scenes/')")
    return str(page.evaluate("location.pathname")).split("/")[2]


def watch_training(page: Page) -> None:
    """The live view comes by itself and changes; in the end the same page holds the scene."""
    shoot(page, "waiting", PHONE)
    page.evaluate("window.isSame = true")
    page.wait_for("document.querySelector('#viewer.drawn')", LIMIT_S)
    first, num_shown = scene_pixels(page), len(snapshots(page))
    shoot(page, "live", PHONE)
    wait_for(lambda: len(snapshots(page)) > num_shown, LIMIT_S)
    wait_for(lambda: difference(first, scene_pixels(page)) > LEAST_CHANGE, LIMIT_S)
    assert page.evaluate("Boolean(document.getElementById('making-bar'))"), "it changed, but not while it was trained"
    shoot(page, "live-later", PHONE)
    page.wait_for("document.querySelector('.downloads a')", LIMIT_S)
    page.wait_for("document.querySelectorAll('.shapes button').length === 2", LIMIT_S)
    assert page.evaluate("window.isSame")
    shoot(page, "finished", PHONE)


def walk_around(page: Page) -> None:
    """From the list into the scene; a finger turns it, a button shows the mesh."""
    go(page, "header a[href='/mine/']", "document.querySelector('#cards .tag.good')")
    shoot(page, "my-scenes", PHONE, also=(DESKTOP,))
    go(page, "#cards .cover", "document.getElementById('viewer')")
    page.wait_for("document.querySelector('#viewer.drawn')")
    first = still_pixels(page)
    shoot(page, "scene", PHONE, also=(DESKTOP,))
    left, top, width, height = page.evaluate(VIEWER_BOX)
    page.swipe((left + 0.7 * width, top + 0.5 * height), (left + 0.4 * width, top + 0.5 * height))
    turned = still_pixels(page)
    assert difference(first, turned) > LEAST_CHANGE, "it does not turn"
    page.tap(".shapes button:last-child")
    page.wait_for("document.querySelector('.shapes button:last-child').ariaPressed === 'true'")
    assert difference(turned, still_pixels(page)) > LEAST_CHANGE, "the mesh looks like the splats"
    shoot(page, "mesh", PHONE, also=(DESKTOP,))


def publish(page: Page) -> tuple[str, str]:
    """Returns the link and the code that the page offers."""
    go(page, PUBLISH, "document.getElementById('share-link')")
    shoot(page, "public", PHONE)
    link, code = (page.evaluate(f"document.getElementById('share-{name}').value") for name in ("link", "code"))
    return str(link), str(code)


def watch_signed_out(page: Page) -> None:
    page.wait_for("document.querySelector('#viewer.drawn')")
    assert page.evaluate("document.querySelector('h1').textContent") == "My room"
    assert not page.evaluate("document.querySelector('#about form')")
    still_pixels(page)
    shoot(page, "shared", DESKTOP, also=(PHONE,))


def watch_embedded(page: Page) -> None:
    wait_for(lambda: page.frames, 30)
    (frame,) = page.frames
    wait_for(lambda: page.evaluate("Boolean(document.querySelector('#viewer.drawn'))", frame), LIMIT_S)
    left, top, width, height = page.evaluate(VIEWER_BOX.replace("#viewer canvas", "iframe"))
    middle = (left + width / 2, top + height / 2)
    first = still(lambda: page.picture())
    page.drag(middle, (middle[0] - width / 4, middle[1]))
    assert difference(first, still(lambda: page.picture())) > 1, "the frame does not turn"
    shoot(page, "embedded", DESKTOP, also=(PHONE,))


def hide(page: Page) -> None:
    go(page, PUBLISH, "!document.getElementById('share-link')")


def delete(page: Page) -> None:
    page.tap("#remove summary")
    shoot(page, "delete", PHONE)
    go(page, "button.danger", "location.pathname === '/mine/'")
    assert not page.evaluate("document.querySelector('#cards li')")


def assert_gone(service: LiveService, link: str) -> None:
    """Nothing tells a stranger that it was there: the answers are those for a scene that never was."""
    never = link.replace(link.split("/")[4], "00000000-0000-4000-8000-000000000000")
    oembed = [f"{service.url}/oembed?{urlencode({'url': url})}" for url in (link, never)]
    for url, other in ((link, never), oembed, *((link + part, never + part) for part in PARTS)):
        answer, expected = httpx.get(url), httpx.get(other)
        assert answer.status_code == expected.status_code == (302 if url == link else 404), url
        assert "My room" not in answer.text and escape(link) not in answer.text


def preview_of(link: str) -> bool:
    """Whether the picture that other sites are told of is one."""
    return httpx.get(f"{link}preview.jpg").content.startswith(b"\xff\xd8")


def is_reached(url: str) -> bool:
    return httpx.get(url).is_success


def signed_file(service: LiveService, key: str, job_id: str) -> str:
    """The address of a product that the API gives to the key of the page."""
    with Client(service.url, key) as client:
        assert [job.job_id for job in client.jobs()] == [job_id]
    headers = {"Authorization": f"Api-Key {key}"}
    return httpx.get(f"{service.api_url}/jobs/{job_id}/download/spz/", headers=headers).headers["Location"]


def snapshots(page: Page) -> set[str]:
    return {url for url in page.requests if "/live/" in url}


def scene_pixels(page: Page) -> np.ndarray:
    """The middle of the viewer, where no button lies."""
    left, top, width, height = (round(length * page.scale) for length in page.evaluate(VIEWER_BOX))
    whole = page.picture()[top : top + height, left : left + width]
    return whole[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]


def still_pixels(page: Page) -> np.ndarray:
    return still(lambda: scene_pixels(page))


def still(look: Callable[[], np.ndarray]) -> np.ndarray:
    """What is seen when nothing moves any more."""
    seen = [look()]

    def is_still() -> bool:
        seen.append(look())
        return difference(*seen[-2:]) == 0

    wait_for(is_still, LIMIT_S)
    return seen[-1]


def difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(float) - other).mean())

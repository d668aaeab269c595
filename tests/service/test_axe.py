"""Every kind of page before a judge that is not ours: axe-core finds no serious fault, on two screens."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.service.live_service import LiveService, wait_for
from tests.shots import DESKTOP, PHONE, Screen, shoot
from tests.viewer.browser import Browser, Page
from tests.viewer.made_scene import write_meshes, write_splats

AXE = Path(__file__).parents[1] / "js" / "node_modules" / "axe-core" / "axe.min.js"
FAULTS = """axe.run({resultTypes: ["violations"]}).then(({violations}) => violations
  .filter(({impact}) => ["serious", "critical"].includes(impact))
  .map(({id, nodes}) => `${id}: ${nodes.map((node) => node.html).join(" ")}`))"""
IS_COMPLETE = "document.readyState === 'complete' && location.href !== 'about:blank'"
BAD = {"code": "too_dark", "message": "The video is too dark.", "advice": "Film it in better light."}

SIGNED_OUT = {
    "home": "", "sign-in": "accounts/login/", "register": "accounts/signup/", "reset": "accounts/password/reset/",
    "reset-bad-link": "accounts/password/reset/key/1-x/", "inactive": "accounts/inactive/",
    "guide": "docs/", "reference": "docs/api/", "reference-open": "docs/api-open/", "not-found": "nothing/",
}  # fmt: skip
SIGNED_IN = {
    "upload": "upload/", "my-scenes": "mine/", "profile": "accounts/profile/", "e-mail": "accounts/email/",
    "password": "accounts/password/change/", "sign-out": "accounts/logout/",
    "private-of-another": "scenes/00000000-0000-4000-8000-000000000000/",
}  # fmt: skip


@pytest.fixture(scope="module")
def axe() -> str:
    """The judge's script."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `npm ci` in tests/js")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def service(axe: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    live = LiveService(tmp_path_factory.mktemp("axe") / "data", signup="true")
    try:
        live.start()
        yield live
    finally:
        live.end()


@pytest.fixture(scope="module")
def scenes(service: LiveService, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Pages of scenes in every state, and a file of the open surface."""
    folder = tmp_path_factory.mktemp("files")
    write_splats(folder)
    write_meshes(folder)
    spz = base64.b64encode((folder / "scene.spz").read_bytes()).decode()
    done = service.submit({"spz": spz, "flat": True}, public=True)
    failed = service.submit({"fail": {"poses": BAD}})
    service.wait_status(done, "finished")
    service.wait_status(failed, "failed")
    running = service.submit({"stage_s": 600.0})
    service.wait_status(running, "running")
    jobs = {"done": done, "failed": failed, "running": running, "queued": service.submit({})}
    pages = {name: f"scenes/{job_id}/" for name, job_id in jobs.items()}
    with (folder / "scene.spz").open("rb") as file:
        sent = httpx.post(f"{service.url}/api/upload", files={"file": ("notes.bin", file)}).raise_for_status().json()
    return {**pages, "embed": f"{pages['done']}?embed=1", "file": f"view/{sent['id']}.bin"}


def faults(page: Page, axe: str, url: str, name: str, screen: Screen) -> list[str]:
    """What axe finds at an address."""
    screen.hold(page)
    page.navigate(url)
    page.wait_for(f"location.href === {json.dumps(url)} && {IS_COMPLETE}")
    shoot(page, name, screen)
    page.evaluate(f"{axe}; 0")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        f"{name} is wider than the {screen.name}"
    )
    return [f"{name} on the {screen.name}: {fault}" for fault in page.evaluate(FAULTS)]


def judge(page: Page, axe: str, service: LiveService, pages: dict[str, str]) -> list[str]:
    addresses = {name: f"{service.url}/{path}" for name, path in pages.items()}
    return [
        fault
        for screen in (DESKTOP, PHONE)
        for name, url in addresses.items()
        for fault in faults(page, axe, url, name, screen)
    ]


def test_pages_for_everybody(browser: Browser, axe: str, service: LiveService, scenes: dict[str, str]) -> None:
    page = browser.open("about:blank", stranger=True)
    shown = {name: scenes[name] for name in ("done", "embed", "file")}
    assert judge(page, axe, service, SIGNED_OUT | {f"{name}-signed-out": path for name, path in shown.items()}) == []
    assert page.violations == []
    page.close()


def test_pages_of_an_account(browser: Browser, axe: str, service: LiveService, scenes: dict[str, str]) -> None:
    page = browser.open(f"{service.url}/accounts/login/?next=/mine/", stranger=True)
    page.wait_for(f"document.querySelector('[name=login]') && {IS_COMPLETE}")
    password = service.command("user", "password", "admin").split()[-1]
    page.type("[name=login]", "admin")
    page.type("[name=password]", "wrong")
    page.tap("main form button")
    page.wait_for("document.querySelector('.errorlist')")
    page.evaluate(f"{axe}; 0")
    assert page.evaluate(FAULTS) == []
    page.type("[name=login]", "admin")
    page.type("[name=password]", password)
    page.tap("main form button")
    page.wait_for(f"location.pathname === '/mine/' && {IS_COMPLETE}")
    assert judge(page, axe, service, SIGNED_IN | {n: path for n, path in scenes.items() if n != "embed"}) == []
    open_everything(page, axe, service, scenes["failed"])
    assert page.violations == []
    page.close()


def open_everything(page: Page, axe: str, service: LiveService, path: str) -> None:
    """The folded parts of the scene's page and the menu, unfolded."""
    page.navigate(f"{service.url}/{path}")
    page.wait_for(f"document.getElementById('steps') && {IS_COMPLETE}")
    page.evaluate("document.querySelectorAll('details').forEach((part) => part.open = true)")
    shoot(page, "unfolded", PHONE)
    page.evaluate(f"{axe}; 0")
    assert page.evaluate(FAULTS) == []


def test_the_judge_finds_what_is_wrong(browser: Browser, axe: str) -> None:
    page = browser.open("data:text/html,<html lang=en><title>x</title><img src=x><p style=color:%23bbb>pale</p>")
    wait_for(lambda: page.evaluate("Boolean(document.querySelector('img'))"))
    page.evaluate(f"{axe}; 0")
    found = " ".join(page.evaluate(FAULTS))
    assert "image-alt" in found and "color-contrast" in found
    page.close()

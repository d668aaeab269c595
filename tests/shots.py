"""Pictures of pages for people to look at: REELSCAPE_SHOTS names their folder."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import Path

from tests.viewer.browser import Page

FOLDER = os.environ.get("REELSCAPE_SHOTS")


@dataclass(frozen=True)
class Screen:
    """A screen, in CSS pixels."""

    name: str
    width: int
    height: int
    touch: bool
    scale: float

    def hold(self, page: Page) -> None:
        """Show the page on it."""
        page.resize(self.width, self.height, self.touch, self.scale)


DESKTOP = Screen("desktop", 1280, 800, touch=False, scale=1)
PHONE = Screen("phone", 390, 844, touch=True, scale=2 if FOLDER else 1)  # fine pictures cost a software renderer much
SCREENS = (DESKTOP, PHONE)

_numbers = itertools.count(1)


def shoot(page: Page, name: str, screen: Screen, also: tuple[Screen, ...] = ()) -> None:
    """Keep pictures of the whole page as it is on `screen`, and as it would be on the screens of `also`."""
    if not FOLDER:
        return
    Path(FOLDER).mkdir(parents=True, exist_ok=True)
    number = next(_numbers)
    for shown in (*also, screen):
        if also:
            shown.hold(page)
            page.evaluate("new Promise((resolve) => setTimeout(resolve, 1000))")
        page.picture(Path(FOLDER) / f"{number:02}-{name}-{shown.name}.png", whole=True)

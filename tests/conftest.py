"""What all tests share: the service's data folder, made before Django reads its settings, and one browser."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.viewer.browser import Browser, find_chromium

_FOLDER = tempfile.TemporaryDirectory(prefix="reelscape-tests-")
os.environ["REELSCAPE_DATA_DIR"] = _FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "reelscape.web.settings"
for name in ("incoming", "blobs", "runs", "static"):
    (Path(_FOLDER.name) / name).mkdir()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program; skips where there is none."""
    program = find_chromium()
    if program is None:
        pytest.skip("chromium is not installed")
    return program


@pytest.fixture(scope="session")
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests that share its profile."""
    with Browser(chromium, tmp_path_factory.mktemp("profile")) as started:
        yield started

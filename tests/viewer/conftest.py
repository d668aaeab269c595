from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.viewer.browser import Browser, find_chromium
from tests.viewer.made_scene import write_meshes, write_splats


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests; skips where there is none."""
    program = find_chromium()
    if program is None:
        pytest.skip("chromium is not installed")
    with Browser(program, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="session")
def scene_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scene")
    write_splats(folder)
    write_meshes(folder)
    return folder

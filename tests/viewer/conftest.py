from __future__ import annotations

from pathlib import Path

import pytest
from tests.viewer.made_scene import write_meshes, write_splats


@pytest.fixture(scope="session")
def scene_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scene")
    write_splats(folder)
    write_meshes(folder)
    return folder

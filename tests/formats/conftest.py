"""The independent readers of our formats, which run in node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

JS_DIR = Path(__file__).parents[1] / "js"


@pytest.fixture(scope="session")
def node() -> str:
    """The node program, with the readers installed; skips where there is none."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if not program or not npm:
        pytest.skip("node and npm are not installed")
    if not all((JS_DIR / "node_modules" / name).is_dir() for name in ("gltf-validator", "three")):
        try:
            subprocess.run([npm, "ci", "--no-fund"], cwd=JS_DIR, capture_output=True, timeout=120, check=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"the readers could not be installed: {error}")
    return program

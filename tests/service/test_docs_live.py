"""The example of the API's page, pasted into a shell."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.service.live_service import LiveService

API_PAGE = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")
def test_the_example_makes_a_scene(tmp_path: Path) -> None:
    (tmp_path / "video.mp4").write_bytes(b"{}")
    (example,) = re.findall(r"```\n(KEY=.*?)```", API_PAGE.read_text(encoding="utf-8"), re.DOTALL)
    service = LiveService(tmp_path / "data")
    try:
        service.start()
        pasted = example.replace("YOUR_API_KEY", service.key).replace("sleep 5", "sleep 0.2")
        pasted = pasted.replace("http://127.0.0.1:8000", service.url)
        shell = ["sh", "-c", pasted]
        done = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    finally:
        service.end()
    assert done.stdout.splitlines()[-1] == "Finished" and done.stderr.count("rror") == 0, done
    assert (tmp_path / "scene.spz").stat().st_size > 0

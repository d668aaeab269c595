"""A real phone video through the command line; needs REELSCAPE_DATA."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests import tolerances

from reelscape.formats.ply import read_ply
from reelscape.formats.transforms import read_transforms

DATA = os.environ.get("REELSCAPE_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="REELSCAPE_DATA is not set")


def test_the_fox_becomes_a_scene(tmp_path: Path) -> None:
    video = Path(DATA or ".") / "videos" / "fox_5fps_rot90.mp4"
    command = [
        sys.executable,
        "-m",
        "reelscape.cli",
        "run",
        video,
        "--out",
        tmp_path / "fox",
        "--preset",
        "draft",
        "--eval",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "fox" / "report.json").read_text())
    assert report["poses"]["num_registered"] == 50
    assert report["train"]["psnr_db"] > tolerances.FOX_DRAFT_PSNR_DB
    assert len(read_ply(tmp_path / "fox" / "scene.ply")) == report["train"]["num_gaussians"]
    cameras = read_transforms(tmp_path / "fox" / "transforms.json")
    assert len(cameras) == 50 and (cameras.sizes[:, 1] > cameras.sizes[:, 0]).all()
    downs = cameras.viewmats[:, 1, :3]  # the picture's down, in the world, whose down is +y
    assert np.median(downs[:, 1]) > tolerances.FOX_UPRIGHT_COSINE
    assert np.asarray(Image.open(tmp_path / "fox" / "preview.jpg")).std() > 20

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests import tolerances
from tests.made_run import make_arc_cameras, make_trained_run, make_wall

from reelscape.config import ExportConfig
from reelscape.errors import UnreadableScene
from reelscape.formats.spz import read_spz
from reelscape.formats.transforms import read_transforms
from reelscape.report import Report
from reelscape.stages import export


def test_the_scene_and_its_cameras_are_written_in_all_formats(tmp_path: Path) -> None:
    workspace = make_trained_run(tmp_path)
    facts = export.run(workspace, ExportConfig(), Report("export"))
    wall, _ = make_wall()
    spz = read_spz(workspace.scene_spz_path)
    np.testing.assert_allclose(spz.means, wall.means, atol=tolerances.SPZ_POSITION)  # in the same order
    cameras = read_transforms(workspace.transforms_path)
    np.testing.assert_allclose(cameras.viewmats, make_arc_cameras().viewmats, atol=1e-6)
    assert cameras.image_names == make_arc_cameras().image_names
    assert facts["num_gaussians"] == len(wall)
    assert facts["num_cameras"] == 12
    assert facts["spz_bytes"] == workspace.scene_spz_path.stat().st_size < facts["ply_bytes"] / 5


def test_a_broken_scene_leaves_no_product(tmp_path: Path) -> None:
    workspace = make_trained_run(tmp_path)
    content = workspace.scene_ply_path.read_bytes()
    workspace.scene_ply_path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableScene):
        export.run(workspace, ExportConfig(), Report("export"))
    assert {path.name for path in workspace.products_dir.iterdir()} == {"scene.ply", "sparse"}

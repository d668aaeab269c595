from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from tests.made_run import make_trained_run

from reelscape import child
from reelscape.config import MeshConfig
from reelscape.errors import Cancelled, TimeLimit, UnreadableScene
from reelscape.formats.ply import read_ply, write_ply
from reelscape.report import Event, Progress, Report
from reelscape.stages import mesh

SMALL = MeshConfig(voxels_per_side=64, max_triangles=5000, depth_side_px=120)
SPLATS_ALONE = {"scene.ply", "sparse"}
ALL = SPLATS_ALONE | {"mesh.glb", "mesh.obj", "mesh.ply"}


def products(root: Path) -> set[str]:
    return {path.name for path in (root / "work" / "products").iterdir()}


def read_obj(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Places and colours [V, 3]."""
    rows = np.array([line.split()[1:] for line in path.read_text().splitlines() if line.startswith("v ")], float)
    return rows[:, :3], rows[:, 3:]


def test_the_wall_becomes_a_flat_mesh_with_y_up(tmp_path: Path) -> None:
    workspace, events = make_trained_run(tmp_path), list[Event]()
    facts = mesh.run(workspace, SMALL, Report("mesh", events.append))
    assert products(tmp_path) == ALL
    assert facts["made"] and 100 < facts["num_triangles"] <= SMALL.max_triangles
    assert facts["num_views"] == 23  # twelve cameras and what lies between them
    assert facts["glb_bytes"] == (tmp_path / "work" / "products" / "mesh.glb").stat().st_size
    places, colors = read_obj(workspace.products_dir / "mesh.obj")
    assert len(places) == facts["num_vertices"]
    assert np.abs(places[:, 2]).max() < 3 * facts["voxel_size"]
    red, blue = colors[places[:, 1] > 0.3], colors[places[:, 1] < -0.3]
    assert np.median(red[:, 0]) > 0.8 > 0.3 > np.median(red[:, 2])
    assert np.median(blue[:, 2]) > 0.8 > 0.3 > np.median(blue[:, 0])
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions) and len(fractions) > 20
    assert not workspace.mesh_scratch_dir.exists()


def test_without_a_mesh_earlier_ones_go(tmp_path: Path) -> None:
    workspace = make_trained_run(tmp_path)
    mesh.run(workspace, SMALL, Report("mesh"))
    assert mesh.run(workspace, MeshConfig(enabled=False), Report("mesh")) == {"made": False}
    assert products(tmp_path) == SPLATS_ALONE


def test_a_scene_without_a_surface_is_a_warning(tmp_path: Path) -> None:
    """Thin fog covers no pixel by half."""
    workspace, report = make_trained_run(tmp_path), Report("mesh")
    wall = read_ply(workspace.scene_ply_path)
    wall.opacities[:] = -4.5
    write_ply(workspace.scene_ply_path, wall)
    facts = mesh.run(workspace, SMALL, report)
    assert not facts["made"] and facts["num_triangles"] == 0
    assert [warning["code"] for warning in report.warnings] == ["no_surface"]
    assert products(tmp_path) == SPLATS_ALONE


def test_a_mesh_that_takes_too_long_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def take_too_long(*arguments: object) -> None:
        raise TimeLimit("The stage mesh took longer than its limit of 1 s.")

    workspace, report = make_trained_run(tmp_path), Report("mesh")
    monkeypatch.setattr(child, "call", take_too_long)
    assert mesh.run(workspace, SMALL, report) == {"made": False}
    assert [warning["code"] for warning in report.warnings] == ["mesh_failed"]
    assert "limit of 1 s" in report.warnings[0]["message"]
    assert products(tmp_path) == SPLATS_ALONE and not workspace.mesh_scratch_dir.exists()


def test_a_fault_of_the_child_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = child.call
    monkeypatch.setattr(child, "call", lambda _, *rest: call("tests.stages.raising_child:make_mesh", *rest))
    workspace, report = make_trained_run(tmp_path), Report("mesh")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    assert mesh.run(workspace, SMALL, report) == {"made": False}
    assert [warning["code"] for warning in report.warnings] == ["mesh_failed"]
    assert products(tmp_path) == SPLATS_ALONE and not workspace.mesh_scratch_dir.exists()


def test_the_memory_limit_follows_the_field() -> None:
    limits_gb = [mesh.memory_limit_bytes(side) / 1e9 for side in (256, 512, 1024)]
    assert limits_gb[0] < 3.5 < limits_gb[1] < 4.5 and limits_gb[2] > 1.4 * 5.6


def test_a_stop_leaves_no_product(tmp_path: Path) -> None:
    workspace, cancel = make_trained_run(tmp_path), threading.Event()

    def stop_soon(event: Event) -> None:
        if isinstance(event, Progress) and event.fraction > 0.2:
            cancel.set()

    with pytest.raises(Cancelled):
        mesh.run(workspace, SMALL, Report("mesh", stop_soon, cancel))
    assert products(tmp_path) == SPLATS_ALONE


def test_a_file_that_is_no_scene_is_refused(tmp_path: Path) -> None:
    workspace = make_trained_run(tmp_path)
    workspace.scene_ply_path.write_bytes(b"ply\nnothing more")
    with pytest.raises(UnreadableScene):
        mesh.run(workspace, SMALL, Report("mesh"))
    assert products(tmp_path) == SPLATS_ALONE

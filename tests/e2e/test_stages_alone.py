"""The stages as a library, one after the other, without the pipeline (examples/03_stage_by_stage.py with less work)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reelscape import PRESETS, Report, Workspace
from reelscape.formats.ply import read_ply
from reelscape.sample import SampleConfig, write_sample
from reelscape.stages import export, frames, mesh, poses, preview, train

LITTLE_WORK = {
    "train.num_steps": 60,
    "train.max_gaussians": 5000,
    "mesh.voxels_per_side": 64,
    "preview.turntable_frames": 4,
    "preview.turntable_side_px": 160,
    "preview.preview_side_px": 160,
}


def test_stages_run_without_the_pipeline(tmp_path: Path) -> None:
    video = tmp_path / "room.mp4"
    write_sample(video, SampleConfig(seconds=2.5, fps=6.0, size=(270, 480), texel_m=0.006))
    workspace, config = Workspace(tmp_path / "scene"), PRESETS["draft"].with_settings(LITTLE_WORK)
    config = replace(config, frames=replace(config.frames, max_side_px=480))

    chosen = frames.run(workspace, config.frames, Report("frames"), video)
    assert chosen["num_selected"] == 15
    found = poses.run(workspace, config.poses, Report("poses"))
    assert found["num_registered"] == 15
    trained = train.run(workspace, config.train, Report("train"))
    assert trained["num_gaussians"] == len(read_ply(workspace.scene_ply_path))
    assert mesh.run(workspace, config.mesh, Report("mesh"))["made"]
    assert export.run(workspace, config.export, Report("export"))["num_cameras"] == 15
    assert preview.run(workspace, config.preview, Report("preview"))["turntable_frames"] == 4

    workspace.publish()
    products = {"scene.ply", "scene.spz", "mesh.glb", "mesh.obj", "mesh.ply", "preview.jpg", "turntable.mp4"}
    products |= {"images", "sparse", "transforms.json"}
    assert products | {"work"} == {path.name for path in workspace.root.iterdir()}

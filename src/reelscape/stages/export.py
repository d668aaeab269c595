"""Stage export: scene.ply and sparse/ in; scene.spz and transforms.json out."""

from __future__ import annotations

from typing import Any

from reelscape.config import ExportConfig
from reelscape.formats.colmap import read_scene
from reelscape.formats.ply import read_ply
from reelscape.formats.spz import write_spz
from reelscape.formats.transforms import write_transforms
from reelscape.report import Report
from reelscape.workspace import Workspace, atomic


def run(workspace: Workspace, config: ExportConfig, report: Report) -> dict[str, Any]:
    """Write the scene and its cameras in the other formats; splats keep their order.

    Facts: num_gaussians, num_cameras, sh_degree and the sizes ply_bytes, spz_bytes, transforms_bytes.
    Raises `UnreadableScene`, `UnreadableModel`, `BadSetting`.
    """
    report.progress(0.0, "scene.spz")
    gaussians = read_ply(workspace.scene_ply_path)
    with atomic(workspace.scene_spz_path) as path:
        write_spz(path, gaussians, config.spz_version)
    report.progress(0.8, "transforms.json")
    cameras = read_scene(workspace.sparse_dir, workspace.images_dir).cameras
    with atomic(workspace.transforms_path) as path:
        write_transforms(path, cameras, image_prefix=f"{workspace.images_dir.name}/")
    written = {
        "ply": workspace.scene_ply_path,
        "spz": workspace.scene_spz_path,
        "transforms": workspace.transforms_path,
    }
    return {
        "num_gaussians": len(gaussians),
        "sh_degree": gaussians.sh_degree,
        "num_cameras": len(cameras),
        **{f"{name}_bytes": path.stat().st_size for name, path in written.items()},
    }

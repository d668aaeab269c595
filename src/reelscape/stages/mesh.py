"""Stage mesh: scene.ply and sparse/ in; mesh.glb, mesh.obj and mesh.ply out, when a surface is found."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from reelscape import child
from reelscape.config import MeshConfig
from reelscape.errors import OutOfMemory, StageCrashed, TimeLimit, UnexpectedError
from reelscape.report import Report
from reelscape.workspace import Workspace, remove

VERSION = 1

_MEMORY_BYTES = (3 << 30, 8 << 30)  # address space, for small fields and at most
_VOXEL_BYTES = 8


def memory_limit_bytes(voxels_per_side: int) -> int:
    """What the child may take. A room took 0.8, 1.6 and 5.6 GB of address space at 256, 512 and 1024 voxels a side."""
    least, most = _MEMORY_BYTES
    return min(least + _VOXEL_BYTES * voxels_per_side**3, most)


def run(workspace: Workspace, config: MeshConfig, report: Report) -> dict[str, Any]:
    """Turn the splats into a coloured triangle mesh, in a child process.

    The splats are worth having alone: when there is no surface to find, or the child process gives out, the stage warns
    and leaves no mesh. Facts: made; when a surface was looked for num_triangles, num_vertices, num_views, depth_noise
    (share of the depth), confirmed_share (of the depth, by other views), voxel_size and truncation (scene units); of a
    mesh also glb_bytes, obj_bytes, ply_bytes. Raises `UnreadableScene`, `UnreadableModel`, `Cancelled`.
    """
    for path in workspace.mesh_paths:
        remove(path)
    if not config.enabled:
        return {"made": False}
    try:
        facts = _make(workspace, config, report)
    except (TimeLimit, OutOfMemory, StageCrashed, UnexpectedError) as error:
        report.warn("mesh_failed", f"No mesh was made: {error.message} The splats are not affected.")
        return {"made": False}
    finally:
        remove(workspace.mesh_scratch_dir)
    sizes = {f"{path.suffix[1:]}_bytes": path.stat().st_size for path in workspace.mesh_paths if path.exists()}
    return {"made": bool(sizes), **facts, **sizes}


def _make(workspace: Workspace, config: MeshConfig, report: Report) -> dict[str, Any]:
    scratch_dir = workspace.mesh_scratch_dir
    remove(scratch_dir)
    scratch_dir.mkdir(parents=True)
    arguments = {
        "scene_path": str(workspace.scene_ply_path),
        "sparse_dir": str(workspace.sparse_dir),
        "mesh_paths": [str(scratch_dir / path.name) for path in workspace.mesh_paths],
        "settings": asdict(config),
    }
    limits = child.Limits(config.time_limit_s, memory_limit_bytes(config.voxels_per_side))
    log_path = workspace.log_path("mesh")
    facts: dict[str, Any] = child.call("reelscape.stages.mesh_child:make_mesh", arguments, limits, report, log_path)
    for path in workspace.mesh_paths:
        if (scratch_dir / path.name).exists():
            (scratch_dir / path.name).replace(path)
    return facts

"""The mesh stage's work, in its child process: render depth from the splats, fuse it, write the mesh."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reelscape.cameras import Cameras
from reelscape.config import MeshConfig
from reelscape.formats.colmap import read_scene
from reelscape.formats.glb import write_glb
from reelscape.formats.mesh_ply import write_mesh_ply
from reelscape.formats.obj import write_obj
from reelscape.formats.ply import read_ply
from reelscape.mesh.depth_view import DepthView
from reelscape.mesh.reconstruct import Measure, MeshSettings, reconstruct
from reelscape.report import Report
from reelscape.splat.depth import render_depth, surface_cameras
from reelscape.splat.kernel import SplatModel
from reelscape.triangle_mesh import TriangleMesh

WRITERS = {".glb": write_glb, ".obj": write_obj, ".ply": write_mesh_ply}
MIN_TRIANGLES = 200
MIN_CONFIRMED_SHARE = 0.1

_RENDER_SHARE = 0.4  # of the stage's time
_FUSE_SHARE = 0.5


def make_mesh(
    scene_path: str, sparse_dir: str, mesh_paths: list[str], settings: dict[str, Any], report: Report
) -> dict[str, Any]:
    """Write the surface of the scene at `scene_path` (PLY), seen by `sparse_dir`, to `mesh_paths` (by their suffix).

    `settings` are the fields of `MeshConfig`. Writes nothing and warns when the
    views agree on too little. Raises `UnreadableScene`, `UnreadableModel`.
    """
    config = MeshConfig(**settings)
    report.progress(0.0, "reading the scene")
    cameras = read_scene(Path(sparse_dir), Path(sparse_dir)).cameras
    model = SplatModel(read_ply(Path(scene_path)), config.num_threads)
    mesh, measure = mesh_of(model, cameras, config, report)
    if len(mesh) < MIN_TRIANGLES or measure.confirmed_share < MIN_CONFIRMED_SHARE:
        report.warn("no_surface", "The views agree on too little of a surface; only the splats were made.")
        return _facts(mesh, measure)
    for path in map(Path, mesh_paths):
        report.progress(_RENDER_SHARE + _FUSE_SHARE, path.name)
        WRITERS[path.suffix](path, mesh)
    return _facts(mesh, measure)


def mesh_of(model: SplatModel, cameras: Cameras, config: MeshConfig, report: Report) -> tuple[TriangleMesh, Measure]:
    """The surface of trained splats, from depth at and between the cameras; without triangles when there is none."""
    chosen = surface_cameras(cameras, config.max_views, config.depth_side_px)
    views = []
    for index in range(len(chosen)):
        report.progress(_RENDER_SHARE * index / len(chosen), f"depth map {index + 1} of {len(chosen)}")
        seen = render_depth(model, chosen, index)
        views.append(DepthView(seen.viewmat, seen.K, seen.depth, seen.image))
    return reconstruct(
        views,
        MeshSettings(config.voxels_per_side, config.max_triangles, config.num_threads),
        lambda fraction, message: report.progress(_RENDER_SHARE + _FUSE_SHARE * fraction, message),
    )


def _facts(mesh: TriangleMesh, measure: Measure) -> dict[str, Any]:
    return {
        "num_triangles": len(mesh),
        "num_vertices": len(mesh.vertices),
        "num_views": measure.num_views,
        "depth_noise": round(measure.depth_noise, 5),
        "voxel_size": round(measure.voxel, 6),
        "truncation": round(measure.truncation, 6),
        "confirmed_share": round(measure.confirmed_share, 4),
    }

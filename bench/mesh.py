"""How true a mesh is: accuracy, completeness and F-score of a sample room's mesh against its ground truth.

python bench/mesh.py RUN_DIR TRUTH_DIR [--set voxels_per_side=256] [--save OUT.glb] [--json OUT]
RUN_DIR is a folder that `reelscape run` made of a sample video, TRUTH_DIR the folder that `reelscape sample` wrote
beside the video. The mesh is made anew from scene.ply; nothing in RUN_DIR is changed.

The cameras found are put onto the true ones by a similarity, and the mesh with them. Points are spread evenly over both
surfaces. Accuracy asks of each point of the mesh how far the true surface is (all of it); completeness asks of each
true point how far the mesh is, but only of those that could be known: at least two of the pictures used must show
the point, within their frame and with nothing before it, because depth comes from two views. F is the harmonic mean
of the shares within a distance, given as a share of the room's long side.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from reelscape._native import kernels
from reelscape.cameras import Cameras
from reelscape.config import PRESETS, MeshConfig
from reelscape.formats.colmap import read_scene
from reelscape.formats.glb import write_glb
from reelscape.formats.ply import read_ply
from reelscape.mesh.cleaning import areas_of
from reelscape.report import Report
from reelscape.resources import Meter
from reelscape.sample import read_cameras, read_mesh
from reelscape.splat.kernel import SplatModel
from reelscape.stages.mesh_child import mesh_of

Points = npt.NDArray[np.float32]
SHARES = (0.01, 0.02)  # of the room's long side
SPACING_M = 0.012  # of the points on the true surface, on average
NUM_MESH_POINTS = 300_000
MIN_VIEWS = 2
HIDDEN_M = 0.01  # what lies this far before a point hides it
_KDTREE_SINGLE = 4  # cv2.flann: exact nearest neighbours


def spread(vertices: Points, triangles: npt.NDArray[np.int32], count: int) -> Points:
    """`count` points spread evenly over a surface, [count, 3]."""
    rng = np.random.default_rng(0)
    areas = areas_of(vertices, triangles)
    chosen = triangles[rng.choice(len(triangles), count, p=areas / areas.sum())]
    u, v = np.sqrt(rng.random((count, 1))), rng.random((count, 1))
    a, b, c = (vertices[chosen[:, i]] for i in range(3))
    return np.asarray((1 - u) * a + u * (1 - v) * b + u * v * c, np.float32)


def num_views_of(points: Points, cameras: Cameras, caster: Any) -> npt.NDArray[np.int64]:
    """How many cameras see each point: in the frame, and nothing before it."""
    counts = np.zeros(len(points), np.int64)
    for viewmat, K, size, center in zip(cameras.viewmats, cameras.Ks, cameras.sizes, cameras.centers, strict=True):
        pixels = (points @ viewmat[:3, :3].T + viewmat[:3, 3]) @ K.T
        ahead = pixels[:, 2] > 0.05
        pixels = pixels[:, :2] / np.where(ahead, pixels[:, 2], 1)[:, None]
        rows = np.flatnonzero(ahead & ((pixels >= 0) & (pixels < size)).all(axis=1))
        rays = points[rows] - center.astype(np.float32)
        lengths = np.linalg.norm(rays, axis=1)
        origins = np.tile(center.astype(np.float32), (len(rows), 1))
        hits, _ = caster.trace(origins, np.ascontiguousarray(rays), 2.0, 2)  # in lengths of the ray
        counts[rows] += (1 - hits) * lengths < HIDDEN_M
    return counts


def distances(points: Points, surface: Points) -> npt.NDArray[np.float64]:
    """From each point to the nearest one of `surface`."""
    index: Any = cv2.flann.Index(surface, {"algorithm": _KDTREE_SINGLE})
    _, squared = index.knnSearch(points, 1, params={})
    nearest: npt.NDArray[np.float64] = np.sqrt(squared[:, 0].astype(np.float64))
    return nearest


def to_truth(found: Cameras, truth: Cameras) -> tuple[float, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Scale, rotation [3, 3] and shift [3] that put the found cameras onto the true ones."""
    u, _, vt = np.linalg.svd(np.einsum("cji,cjk->ik", truth.viewmats[:, :3, :3], found.viewmats[:, :3, :3]))
    rotation = u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt
    a, b = found.centers - found.centers.mean(0), truth.centers - truth.centers.mean(0)
    turned = a @ rotation.T
    scale = float((turned * b).sum() / (turned**2).sum())
    return scale, rotation, truth.centers.mean(0) - scale * rotation @ found.centers.mean(0)


class Truth:
    """The room's surface as points, those that the cameras could know, and its long side in metres."""

    def __init__(self, folder: Path, image_names: tuple[str, ...]) -> None:
        cameras = read_cameras(folder)
        self.cameras = cameras.select([cameras.image_names.index(name) for name in image_names])
        vertices, triangles = read_mesh(folder / "mesh.ply")
        self.long_side_m = float(np.ptp(vertices, axis=0).max())
        count = int(areas_of(vertices, triangles).sum() / SPACING_M**2)
        self.points = spread(vertices, triangles, count)
        caster = kernels.RayCaster(vertices, triangles)
        self.knowable = self.points[num_views_of(self.points, self.cameras, caster) >= MIN_VIEWS]

    def score(self, vertices: Points, triangles: npt.NDArray[np.int32]) -> dict[str, float]:
        """Of a mesh in the room's frame: mean and median distances in metres both ways, and shares within distances."""
        made = spread(vertices, triangles, NUM_MESH_POINTS)
        away, missing = distances(made, self.points), distances(self.knowable, made)
        scores = {
            "accuracy_mean_m": away.mean(), "accuracy_median_m": np.median(away),
            "completeness_mean_m": missing.mean(), "completeness_median_m": np.median(missing),
        }  # fmt: skip
        for share in SHARES:
            precision, recall = ((part < share * self.long_side_m).mean() for part in (away, missing))
            scores |= {f"precision_{share:.0%}": precision, f"recall_{share:.0%}": recall}
            scores[f"f_{share:.0%}"] = 2 * precision * recall / max(precision + recall, 1e-9)
        return {name: round(float(value), 4) for name, value in scores.items()}


def measure(run_dir: Path, truth_dir: Path, config: MeshConfig, save: Path | None) -> dict[str, Any]:
    """Make the mesh of a finished run and score it."""
    folder = run_dir if (run_dir / "sparse").is_dir() else run_dir / "work" / "products"
    cameras = read_scene(folder / "sparse", folder / "images").cameras
    meter = Meter()
    mesh, measured = mesh_of(SplatModel(read_ply(folder / "scene.ply")), cameras, config, Report("mesh"))
    used = meter.read()
    if save:
        write_glb(save, mesh)
    truth = Truth(truth_dir, cameras.image_names)
    scale, rotation, shift = to_truth(cameras, truth.cameras)
    placed = (scale * mesh.vertices.astype(np.float64) @ rotation.T + shift).astype(np.float32)
    return {
        "scene": run_dir.name, **truth.score(placed, mesh.triangles),
        "num_triangles": len(mesh), "cpu_s": used["cpu_s"], "peak_rss_bytes": used["peak_rss_bytes"],
        "depth_noise": round(measured.depth_noise, 5), "confirmed_share": round(measured.confirmed_share, 4),
        "voxel_m": round(scale * measured.voxel, 4), "truncation_m": round(scale * measured.truncation, 4),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("truth_dir", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    given = {f"mesh.{name}": text for name, text in (assignment.split("=") for assignment in options.set)}
    row = measure(options.run_dir, options.truth_dir, PRESETS["balanced"].with_settings(given).mesh, options.save)
    print(json.dumps(row, indent=1))
    if options.json:
        options.json.write_text(json.dumps(row, indent=1))


if __name__ == "__main__":
    main()

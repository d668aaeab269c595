"""A run folder as it stands after training, with a scene that is known: a wall, red above and blue below."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from reelscape.cameras import Cameras, Observations
from reelscape.formats.colmap import SparseModel, write_model
from reelscape.formats.ply import write_ply
from reelscape.gaussians import Gaussians
from reelscape.splat.viewpoint import WORLD_UP, Viewpoint
from reelscape.workspace import Workspace

RED, BLUE = (0.9, 0.1, 0.1), (0.1, 0.2, 0.9)
_SH_C0 = 0.28209479


def make_trained_run(root: Path) -> Workspace:
    """`root` with scene.ply and sparse/: a wall of 4 x 4 units around the origin, cameras on an arc before it."""
    workspace = Workspace(root)
    wall, rgbs = make_wall()
    workspace.products_dir.mkdir(parents=True, exist_ok=True)
    write_ply(workspace.scene_ply_path, wall)
    cameras = make_arc_cameras()
    workspace.sparse_dir.mkdir(parents=True)
    nothing = np.zeros(0, np.int64)
    points = wall.means.astype(np.float64)
    write_model(
        workspace.sparse_dir,
        SparseModel(
            cameras, points, (rgbs * 255).astype(np.uint8), np.ones(len(points)),
            Observations(nothing, nothing, np.zeros((0, 2))),
        ),
    )  # fmt: skip
    return workspace


def make_wall() -> tuple[Gaussians, np.ndarray]:
    """Splats in the plane z = 0 and their colours [N, 3]; y < 0 is up, so red is above."""
    across = np.linspace(-2, 2, 41)
    x, y = (axis.ravel() for axis in np.meshgrid(across, across))
    count = len(x)
    rgbs = np.where((y < 0)[:, None], RED, BLUE)
    wall = Gaussians(
        means=np.stack([x, y, 0 * x], axis=1).astype(np.float32),
        quats=np.tile(np.float32([1, 0, 0, 0]), (count, 1)),
        scales=np.tile(np.log(np.float32([0.08, 0.08, 0.01])), (count, 1)),
        opacities=np.full(count, 4, np.float32),
        sh0=((rgbs - 0.5) / _SH_C0).astype(np.float32)[:, None],
        shN=np.zeros((count, 3, 3), np.float32),
    )
    return wall, rgbs


def make_arc_cameras() -> Cameras:
    """Twelve upright pictures, taken from z = -3 or so within 30 degrees to either side."""
    angles = np.radians(np.linspace(-30, 30, 12))
    positions = np.stack([3 * np.sin(angles), -0.2 + 0 * angles, -3 * np.cos(angles)], axis=1)
    viewmats = np.array([Viewpoint(position, np.zeros(3), WORLD_UP).viewmat() for position in positions])
    K = np.array([[300.0, 0, 90], [0, 300, 120], [0, 0, 1]])
    names = tuple(f"frame_{10 * i:06d}.jpg" for i in range(12))
    return Cameras(names, viewmats, np.tile(K, (12, 1, 1)), np.tile(np.array([180, 240]), (12, 1)))

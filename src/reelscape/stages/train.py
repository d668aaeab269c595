"""Stage train: undistorted pictures and sparse points in, scene.ply out."""

from __future__ import annotations

import math
from typing import Any

from reelscape.cameras import Scene
from reelscape.config import TrainConfig, fingerprint
from reelscape.formats.colmap import read_scene
from reelscape.formats.ply import write_ply
from reelscape.formats.spz import write_spz
from reelscape.gaussians import Gaussians
from reelscape.report import Report
from reelscape.splat.evaluate import evaluate
from reelscape.splat.trainer import TrainingFiles, train
from reelscape.splat.views import split_holdout
from reelscape.workspace import Workspace, remove


def run(workspace: Workspace, config: TrainConfig, report: Report) -> dict[str, Any]:
    """Train on images/ and sparse/; write scene.ply, and eval/ when views are held out.

    Facts: num_gaussians, num_steps, psnr_db and ssim over num_eval_images held-out views (null when none are).
    Raises TooFewPoints, Cancelled.
    """
    scene = read_scene(workspace.sparse_dir, workspace.images_dir)
    training, held_out = split_holdout(len(scene.cameras), config.holdout_every)
    seen = Scene(scene.cameras.select(training), scene.points, scene.rgbs, scene.image_dir)
    gaussians = train(seen, config, report, _files(workspace, config, report))
    with workspace.atomic(workspace.scene_ply_path) as path:
        write_ply(path, gaussians)
    remove(workspace.eval_dir)
    scores: dict[str, Any] = {"psnr_db": None, "ssim": None, "num_eval_images": 0}
    if len(held_out):
        cameras = scene.cameras.select(held_out)
        result = evaluate(gaussians, cameras, workspace.images_dir, workspace.eval_dir, config.num_threads)
        scores = {"psnr_db": result.psnr_db, "ssim": result.ssim, "num_eval_images": result.num_images}
    return {"num_gaussians": len(gaussians), "num_steps": config.num_steps, **scores}


def _files(workspace: Workspace, config: TrainConfig, report: Report) -> TrainingFiles:
    def show(gaussians: Gaussians, step: int, psnr_db: float) -> None:
        path = workspace.snapshot_path(step)
        plain = Gaussians(
            gaussians.means, gaussians.quats, gaussians.scales, gaussians.opacities, gaussians.sh0, gaussians.shN[:, :0]
        )
        with workspace.atomic(path) as temporary:
            write_spz(temporary, plain)
        report.snapshot(str(path), step, len(gaussians), psnr_db if math.isfinite(psnr_db) else 0.0)

    poses = (workspace.read_json(workspace.stage_report_path("poses")) or {}).get("fingerprint", "")
    return TrainingFiles(workspace.checkpoint_path, fingerprint(config, poses), show)

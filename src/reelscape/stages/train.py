"""Stage train: undistorted pictures and sparse points in, scene.ply out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from reelscape.cameras import Float, Scene
from reelscape.config import TrainConfig, fingerprint
from reelscape.formats.colmap import read_scene
from reelscape.formats.ply import write_ply
from reelscape.formats.spz import write_spz
from reelscape.gaussians import Gaussians
from reelscape.inputs import hash_input
from reelscape.report import Report
from reelscape.splat.evaluate import evaluate
from reelscape.splat.exposure import interpolated
from reelscape.splat.trainer import Trained, TrainingFiles, train
from reelscape.splat.views import split_holdout
from reelscape.workspace import Workspace, atomic, remove

VERSION = 2
NUM_SNAPSHOTS_KEPT = 2  # one more than the newest: who was just told of it may still be reading


def run(workspace: Workspace, config: TrainConfig, report: Report) -> dict[str, Any]:
    """Train on images/ and sparse/; write scene.ply, and eval/ when views are held out.

    Facts: num_gaussians, num_steps, and over num_eval_images held-out views (null when none are) psnr_db and ssim at
    the exposure between their neighbours', psnr_plain_db without any, and psnr_fitted_db at one fitted to each photo.
    Raises TooFewPictures, TooFewPoints, UnusableCameras, UnusablePicture, OutOfMemory, Cancelled.
    """
    scene = read_scene(workspace.sparse_dir, workspace.images_dir)
    training, held_out = split_holdout(len(scene.cameras), config.holdout_every)
    trained = train(scene.select(training), config, report, _files(workspace, config, report))
    gaussians = trained.gaussians
    facts = {"num_gaussians": len(gaussians), "num_steps": trained.num_steps, "budget_s": config.budget_s or None}
    exposures = interpolated(trained.exposures, training, held_out)
    scores = _evaluate(workspace, gaussians, scene.select(held_out), exposures, config, report)
    with atomic(workspace.scene_ply_path) as path:
        write_ply(path, gaussians)
    remove(workspace.checkpoint_path)
    return facts | scores


def _evaluate(
    workspace: Workspace, gaussians: Gaussians, held_out: Scene, exposures: Float, config: TrainConfig, report: Report
) -> dict[str, Any]:
    remove(workspace.eval_dir)
    if len(held_out.cameras) == 0:
        return {"psnr_db": None, "psnr_plain_db": None, "psnr_fitted_db": None, "ssim": None, "num_eval_images": 0}
    with atomic(workspace.eval_dir) as folder:
        result = evaluate(gaussians, held_out, exposures, folder, config.num_threads, report)
    return {
        "psnr_db": result.psnr_db,
        "psnr_plain_db": result.psnr_plain_db,
        "psnr_fitted_db": result.psnr_fitted_db,
        "ssim": result.ssim,
        "num_eval_images": result.num_images,
    }


def _files(workspace: Workspace, config: TrainConfig, report: Report) -> TrainingFiles:
    """The checkpoint belongs to these settings and to exactly these cameras and points, wherever they came from."""

    def show(early: Trained, psnr_db: float) -> None:
        gaussians, step = early.gaussians, early.num_steps
        path = workspace.snapshot_path(step)
        with atomic(path) as temporary:
            write_spz(temporary, replace(gaussians, shN=gaussians.shN[:, :0]))
        for old in sorted(path.parent.glob("step_*.spz"))[:-NUM_SNAPSHOTS_KEPT]:
            remove(old)
        report.snapshot(str(path), step, len(gaussians), psnr_db if math.isfinite(psnr_db) else 0.0)

    sparse = hash_input(workspace.sparse_dir)["sha256"]
    return TrainingFiles(workspace.checkpoint_path, fingerprint(VERSION, config, sparse), show)

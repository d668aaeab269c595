"""Held-out views: renders beside the photos, with PSNR and SSIM."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from reelscape.cameras import Scene
from reelscape.gaussians import Gaussians
from reelscape.report import Report
from reelscape.splat.kernel import SplatModel
from reelscape.splat.score import psnr_db, ssim
from reelscape.splat.views import Picture, camera_picture


@dataclass(frozen=True)
class Evaluation:
    """Mean scores over the held-out views, from the 8-bit pictures as saved."""

    psnr_db: float
    ssim: float
    num_images: int


def evaluate(gaussians: Gaussians, held_out: Scene, out_dir: Path, num_threads: int, report: Report) -> Evaluation:
    """Render the cameras of `held_out` at full size; write out_dir/photo/*.png beside out_dir/render/*.png."""
    model = SplatModel(gaussians, num_threads)
    scores = []
    for index, name in enumerate(held_out.cameras.image_names):
        report.progress(1.0, f"scoring held-out view {index + 1} of {len(held_out.cameras)}")
        photo = camera_picture(held_out.cameras, index, held_out.image_dir)
        render = render_picture(model, held_out, index)
        for folder, picture in (("photo", photo), ("render", render)):
            (out_dir / folder).mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(out_dir / folder / f"{Path(name).stem}.png", compress_level=1)
        scores.append((psnr_db(render / 255.0, photo / 255.0), ssim(render / 255.0, photo / 255.0)))
    means = np.mean(scores, axis=0)
    return Evaluation(float(means[0]), float(means[1]), len(scores))


def mean_psnr_db(gaussians: Gaussians, held_out: Scene, num_threads: int = 0) -> float:
    """The PSNR that `evaluate` gives, and nothing else: most of its time goes into SSIM."""
    model, scores = SplatModel(gaussians, num_threads), []
    for index in range(len(held_out.cameras)):
        photo = camera_picture(held_out.cameras, index, held_out.image_dir)
        scores.append(psnr_db(render_picture(model, held_out, index) / 255.0, photo / 255.0))
    return float(np.mean(scores))


def render_picture(model: SplatModel, scene: Scene, index: int) -> Picture:
    """What a camera sees, at full size in 8 bits."""
    cameras = scene.cameras
    width, height = cameras.sizes[index]
    image = model.render(cameras.viewmats[index], cameras.Ks[index], (int(width), int(height))).image
    picture: Picture = np.rint(image.clip(0, 1) * 255).astype(np.uint8)
    return picture

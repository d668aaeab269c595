"""Held-out views: renders beside the photos, with PSNR and SSIM."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from reelscape.cameras import Cameras
from reelscape.gaussians import Gaussians
from reelscape.splat.kernel import SplatModel
from reelscape.splat.score import psnr_db, ssim
from reelscape.splat.views import read_picture


@dataclass(frozen=True)
class Evaluation:
    """Mean scores over the held-out views, from the 8-bit pictures as saved."""

    psnr_db: float
    ssim: float
    num_images: int


def evaluate(gaussians: Gaussians, cameras: Cameras, image_dir: Path, out_dir: Path, num_threads: int) -> Evaluation:
    """Render `cameras` at full size and write out_dir/photo/*.png beside out_dir/render/*.png."""
    model = SplatModel(gaussians, num_threads)
    for folder in ("photo", "render"):
        (out_dir / folder).mkdir(parents=True, exist_ok=True)
    scores = []
    for name, viewmat, K, size in zip(cameras.image_names, cameras.viewmats, cameras.Ks, cameras.sizes, strict=True):
        photo = read_picture(image_dir / name)
        image = model.render(viewmat, K, (int(size[0]), int(size[1]))).image
        render = np.rint(image.clip(0, 1) * 255).astype(np.uint8)
        for folder, picture in (("photo", photo), ("render", render)):
            Image.fromarray(picture).save(out_dir / folder / f"{Path(name).stem}.png", compress_level=1)
        scores.append((psnr_db(render / 255.0, photo / 255.0), ssim(render / 255.0, photo / 255.0)))
    means = np.mean(scores, axis=0)
    return Evaluation(float(means[0]), float(means[1]), len(scores))

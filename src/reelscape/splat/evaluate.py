"""Held-out views: renders beside the photos, with PSNR and SSIM."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from reelscape.cameras import Float, Scene
from reelscape.gaussians import Gaussians
from reelscape.report import Report
from reelscape.splat.exposure import exposed, fit_exposure, sums_of
from reelscape.splat.kernel import NEUTRAL, SplatModel
from reelscape.splat.score import psnr_db, ssim
from reelscape.splat.views import Picture, camera_picture


@dataclass(frozen=True)
class Evaluation:
    """Mean scores over the held-out views, from the 8-bit pictures as saved.

    psnr_plain_db is the PSNR of the renders as viewers show them, without any exposure; psnr_fitted_db that after each
    render was given the exposure and white balance of its photo: a gain and a bias per channel, fitted to that photo.
    """

    psnr_db: float
    psnr_plain_db: float
    psnr_fitted_db: float
    ssim: float
    num_images: int


def evaluate(
    gaussians: Gaussians, held_out: Scene, exposures: Float, out_dir: Path, num_threads: int, report: Report
) -> Evaluation:
    """Render the cameras of `held_out` at full size; write out_dir/photo/*.png beside out_dir/render/*.png.

    exposures [C, 2, 3] are the gain and bias per channel that the renders get; they should not come from the photos.
    """
    model = SplatModel(gaussians, num_threads)
    scores = []
    for index, name in enumerate(held_out.cameras.image_names):
        report.progress(1.0, f"scoring held-out view {index + 1} of {len(held_out.cameras)}")
        photo = camera_picture(held_out.cameras, index, held_out.image_dir)
        render = render_picture(model, held_out, index, exposures[index])
        for folder, picture in (("photo", photo), ("render", render)):
            (out_dir / folder).mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(out_dir / folder / f"{Path(name).stem}.png", compress_level=1)
        plain = render_picture(model, held_out, index, NEUTRAL)
        scores.append(_scores(render / 255.0, plain / 255.0, photo / 255.0))
    psnr, plain_db, fitted_db, similarity = (float(mean) for mean in np.mean(scores, axis=0))
    return Evaluation(psnr, plain_db, fitted_db, similarity, len(scores))


def mean_psnr_db(gaussians: Gaussians, held_out: Scene, exposures: Float, num_threads: int = 0) -> float:
    """The PSNR that `evaluate` gives, and nothing else: most of its time goes into SSIM."""
    model, scores = SplatModel(gaussians, num_threads), []
    for index in range(len(held_out.cameras)):
        photo = camera_picture(held_out.cameras, index, held_out.image_dir)
        scores.append(psnr_db(render_picture(model, held_out, index, exposures[index]) / 255.0, photo / 255.0))
    return float(np.mean(scores))


def _scores(render: Float, plain: Float, photo: Float) -> tuple[float, float, float, float]:
    """PSNR, PSNR without an exposure, PSNR with the exposure fitted, and SSIM."""
    fitted = exposed(render, fit_exposure(sums_of(render, photo)))
    return psnr_db(render, photo), psnr_db(plain, photo), psnr_db(fitted, photo), ssim(render, photo)


def render_picture(model: SplatModel, scene: Scene, index: int, exposure: npt.ArrayLike) -> Picture:
    """What a camera at `exposure` [2, 3] pictures, at full size in 8 bits."""
    cameras = scene.cameras
    width, height = cameras.sizes[index]
    image = model.render(cameras.viewmats[index], cameras.Ks[index], (int(width), int(height))).image
    picture: Picture = np.rint(exposed(image, exposure) * 255).astype(np.uint8)
    return picture

"""Leaves out the gaussians that no training view shows.

Markov chain Monte Carlo noise carries faint gaussians out of all views and behind surfaces, where no gradient reaches
them; in real scenes they come to a third or two thirds of all. They cost storage and speed, and are the haze that
viewers see who leave the camera path.
"""

from __future__ import annotations

import numpy as np

from reelscape.cameras import Cameras
from reelscape.gaussians import Gaussians
from reelscape.splat.kernel import Float32, SplatModel
from reelscape.splat.views import scale_intrinsics

MIN_SHARE = 0.01  # of what the mean gaussian makes up
_SHRINK = 4  # of the views, along a side: a gaussian that matters shows there too


def pixels_made_up(model: SplatModel, cameras: Cameras) -> Float32:
    """How many pixels of all pictures together each gaussian makes up: its blending weights, summed, [N]."""
    weights = np.zeros(len(model), np.float32)
    for viewmat, K, size in zip(cameras.viewmats, cameras.Ks, cameras.sizes, strict=True):
        width, height = (max(int(side) // _SHRINK, 1) for side in size)
        model.add_pixel_weights(viewmat, scale_intrinsics(K, 1 / _SHRINK), (width, height), weights)
    return weights * np.float32(_SHRINK**2)


def without_unseen(model: SplatModel, cameras: Cameras) -> Gaussians:
    """The model's gaussians that make up enough of the pictures of `cameras`."""
    if len(model) == 0:
        return model.gaussians()
    pixels = pixels_made_up(model, cameras)
    return model.gaussians().select(pixels >= MIN_SHARE * pixels.mean())

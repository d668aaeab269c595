"""Depth and colour of trained splats, for the mesh: which views, and how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelscape.cameras import Cameras, Float
from reelscape.splat.kernel import Float32, SplatModel
from reelscape.splat.views import Picture, scale_intrinsics


@dataclass(frozen=True)
class DepthRender:
    """depth [H, W] float32 along the axis, 0 where it is not known; image [H, W, 3] uint8; the camera it is for."""

    viewmat: Float
    K: Float
    depth: Float32
    image: Picture


def surface_cameras(cameras: Cameras, max_views: int, side_px: int) -> Cameras:
    """The cameras to render depth at: evenly chosen ones of the training, and views halfway between neighbours.

    The training cameras come first; what is left of `max_views` goes to views in between, along the path. The longer
    side of a picture is at most `side_px`.
    """
    num_real = min(len(cameras), max_views)
    real = cameras.select(np.linspace(0, len(cameras) - 1, num_real).round().astype(int))
    num_extra = min(max_views - num_real, num_real - 1)
    firsts = np.linspace(0, num_real - 2, num_extra).round().astype(int) if num_extra > 0 else np.zeros(0, int)
    viewmats = np.concatenate([real.viewmats, _halfway(real.viewmats[firsts], real.viewmats[firsts + 1])])
    rows = np.concatenate([np.arange(num_real), firsts])
    return _resized(real.select(rows), viewmats, side_px)


def render_depth(model: SplatModel, cameras: Cameras, index: int) -> DepthRender:
    """The scene as camera `index` sees it."""
    width, height = (int(side) for side in cameras.sizes[index])
    viewmat, K = cameras.viewmats[index], cameras.Ks[index]
    image = model.render(viewmat, K, (width, height)).image
    picture: Picture = np.rint(image.clip(0, 1) * 255).astype(np.uint8)
    return DepthRender(viewmat, K, model.depth(viewmat, K, (width, height)), picture)


def _halfway(first: Float, second: Float) -> Float:
    """Poses [N, 4, 4] in the middle between two: centres averaged, the rotation nearest to the mean of both."""
    centers = [-np.einsum("nji,nj->ni", pose[:, :3, :3], pose[:, :3, 3]) for pose in (first, second)]
    u, _, vt = np.linalg.svd(first[:, :3, :3] + second[:, :3, :3])
    middle = first.copy()
    middle[:, :3, :3] = u @ vt
    middle[:, :3, 3] = -np.einsum("nij,nj->ni", middle[:, :3, :3], (centers[0] + centers[1]) / 2)
    return middle


def _resized(cameras: Cameras, viewmats: Float, side_px: int) -> Cameras:
    scales = np.minimum(side_px / cameras.sizes.max(axis=1), 1.0)
    sizes: NDArray[np.int64] = np.maximum(np.rint(cameras.sizes * scales[:, None]), 1).astype(np.int64)
    Ks = np.array([scale_intrinsics(K, scale) for K, scale in zip(cameras.Ks, scales, strict=True)])
    return Cameras(cameras.image_names, viewmats, Ks.reshape(-1, 3, 3), sizes)

"""How far found cameras are from true ones, after the best similarity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reelscape.cameras import Cameras


@dataclass(frozen=True)
class Fit:
    """Rmse of the centres as a share of their rms spread; median angle between axes; tilt of the found down."""

    center_rmse_share: float
    median_rotation_deg: float
    up_error_deg: float


def align_cameras(found: Cameras, truth: Cameras) -> Fit:
    """Align cameras of the same name; both worlds have y down.

    The rotation is the mean of what each camera says (a short arc of centres leaves the turn about its chord weak),
    scale and shift are those that fit the centres best.
    """
    truth = truth.select([truth.image_names.index(name) for name in found.image_names])
    in_truth, in_found = truth.viewmats[:, :3, :3], found.viewmats[:, :3, :3]
    u, _, vt = np.linalg.svd(np.einsum("cji,cjk->ik", in_truth, in_found))
    rotation = u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt
    a = (found.centers - found.centers.mean(axis=0)) @ rotation.T
    b = truth.centers - truth.centers.mean(axis=0)
    error = (a * b).sum() / (a**2).sum() * a - b
    turns = np.einsum("cij,jk,clk->cil", in_truth, rotation, in_found)
    angles = np.degrees(np.arccos(np.clip((np.trace(turns, axis1=1, axis2=2) - 1) / 2, -1, 1)))
    tilt = np.degrees(np.arccos(np.clip(rotation[1, 1], -1, 1)))
    return Fit(float(np.sqrt((error**2).sum() / (b**2).sum())), float(np.median(angles)), float(tilt))

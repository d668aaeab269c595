"""The splat kernel once more, slowly and readably: plain numpy in float64, checked against the C++ by the tests.

Sources: 3D Gaussian Splatting (Kerbl et al. 2023), EWA splatting (Zwicker et al. 2001), gsplat's torch reference
(gsplat/cuda/_torch_impl.py) for the conventions, Mip-Splatting (Yu et al. 2024) for the opacity on screen.
Arrays: N gaussians, image [H, W].

One rule is this project's own. A pixel is not finished when its transmittance falls below 1e-4; instead, within each
tile of 32x32 pixels, before every 32nd gaussian of the tile's list, each row retires whose pixels are all below it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from reelscape.gaussians import Gaussians, sigmoid
from reelscape.splat.kernel import NEUTRAL, StepSettings
from reelscape.splat.twin_harmonics import sh_basis, sh_derivatives
from reelscape.splat.twin_loss import image_loss

Float = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Parameters = dict[str, Float]
"""means [N, 3], quats [N, 4], scales [N, 3], opacities [N], sh0 [N, 1, 3], shN [N, K-1, 3], as in `Gaussians`."""

NEAR, DILATION, MAX_ALPHA, MIN_ALPHA = 0.01, 0.1, 0.999, 1 / 255
THINNEST, DEPTH_REACH = 1e-4, 3.0  # of the largest standard deviation
TILE, RETIRE_EVERY, RETIRE_BELOW, SLACK_PX = 32, 32, 1e-4, 1e-3


@dataclass(frozen=True)
class View:
    """A camera: viewmat [4, 4] cam_from_world, K [3, 3], size (width, height)."""

    viewmat: Float
    K: Float
    size: tuple[int, int]

    @property
    def center(self) -> Float:
        """In the world, [3]."""
        center: Float = -self.viewmat[:3, :3].T @ self.viewmat[:3, 3]
        return center

    @property
    def limits(self) -> tuple[Float, Float]:
        """Lowest and highest (x/z, y/z) in the projection's Jacobian: 15 % of the field of view beyond the image."""
        focal, principal, size = self.K[[0, 1], [0, 1]], self.K[:2, 2], np.array(self.size)
        margin = 0.15 * size / focal
        return -principal / focal - margin, (size - principal) / focal + margin


@dataclass(frozen=True)
class Projected:
    """The gaussians on the image plane, and what their backward pass needs."""

    camera_means: Float  # [N, 3]
    means2d: Float  # [N, 2] pixels
    rotations: Float  # [N, 3, 3] of the quaternions
    axes: Float  # [N, 3, 3] rotation times diag(standard deviations)
    jacobians: Float  # [N, 2, 3] of the projection, at limited x/z and y/z
    sharp_covs2d: Float  # [N, 2, 2] pixels^2, before their dilation
    covs2d: Float  # [N, 2, 2] pixels^2, dilated
    opacities: Float  # [N] activated
    peaks: Float  # [N] opacities on screen, weakened as the dilation spreads them
    directions: Float  # [N, 3] from the camera's centre, not normalised
    basis: Float  # [N, K] spherical harmonics
    colors: Float  # [N, 3] before their clamp at zero


@dataclass(frozen=True)
class Composite:
    """Image [H, W, 3] and transmittance [H, W]; per layer, front to back: gaussian, alphas, transmittance before it."""

    image: Float
    transmittance: Float
    layers: list[tuple[int, Float, Float]]


def parameters_of(gaussians: Gaussians) -> Parameters:
    """The gaussians' arrays by name, in float64."""
    return {f.name: np.asarray(getattr(gaussians, f.name), np.float64) for f in fields(Gaussians)}


def rotations_of(quats: Float) -> Float:
    """Rotation matrices [N, 3, 3] of unit quaternions wxyz [N, 4]."""
    w, x, y, z = quats.T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), 2, 0)


def project(parameters: Parameters, view: View, degree: int) -> Projected:
    """All gaussians on the image plane, those behind the camera too (their rows mean nothing)."""
    camera_means = parameters["means"] @ view.viewmat[:3, :3].T + view.viewmat[:3, 3]
    z = camera_means[:, 2]
    ratios = camera_means[:, :2] / z[:, None]
    focal = view.K[[0, 1], [0, 1]]
    jacobians = np.zeros((len(z), 2, 3))
    jacobians[:, [0, 1], [0, 1]] = focal / z[:, None]
    jacobians[:, :, 2] = -focal * np.clip(ratios, *view.limits) / z[:, None]
    quats = parameters["quats"] / np.linalg.norm(parameters["quats"], axis=1, keepdims=True)
    rotations = rotations_of(quats)
    axes = rotations * np.exp(parameters["scales"])[:, None, :]
    spread = jacobians @ view.viewmat[:3, :3] @ axes  # [N, 2, 3]
    sharp = spread @ spread.transpose(0, 2, 1)
    covs = sharp + DILATION * np.eye(2)
    opacities = sigmoid(parameters["opacities"])
    directions = parameters["means"] - view.center
    basis = sh_basis(directions / np.linalg.norm(directions, axis=1, keepdims=True), degree)
    sh = np.concatenate([parameters["sh0"], parameters["shN"]], 1)[:, : basis.shape[1]]
    return Projected(
        camera_means,
        ratios * focal + view.K[:2, 2],
        rotations,
        axes,
        jacobians,
        sharp,
        covs,
        opacities,
        opacities * np.sqrt(np.maximum(np.linalg.det(sharp), 0) / np.linalg.det(covs)),
        directions,
        basis,
        np.einsum("nk,nkc->nc", basis, sh) + 0.5,
    )


def touched_tiles(mean: Float, cov: Float, peak: float, size: tuple[int, int]) -> Bool:
    """The tiles [rows, columns] that list a gaussian: per tile row, the columns within its ellipse alpha = 1/255."""
    width, height = size
    touched = np.zeros((-(-height // TILE), -(-width // TILE)), bool)
    budget = 2 * np.log(peak / MIN_ALPHA)  # d^T conic d on the ellipse
    half_width, half_height = np.sqrt(budget * np.diag(cov))
    y_first, y_end = _pixels_within(mean[1] - half_height, mean[1] + half_height, height)
    box = _pixels_within(mean[0] - half_width, mean[0] + half_width, width)
    if y_first >= y_end or box[0] >= box[1]:
        return touched
    is_strip = y_first // TILE == (y_end - 1) // TILE or box[0] // TILE == (box[1] - 1) // TILE
    for row in range(y_first // TILE, (y_end - 1) // TILE + 1):
        first, end = box
        if not is_strip:
            slab = np.array([max(y_first, row * TILE), min(y_end, (row + 1) * TILE) - 1]) + 0.5 - mean[1]
            slab = np.clip(slab, -half_height, half_height)
            dy_right = cov[0, 1] / cov[0, 0] * half_width  # where the ellipse reaches farthest right
            left, right = (
                mean[0] + cov[0, 1] / cov[1, 1] * dy + side * _half_chord(cov, budget, dy)
                for side, dy in ((-1, np.clip(-dy_right, *slab)), (1, np.clip(dy_right, *slab)))
            )
            first, end = _pixels_within(left, right, width)
        if first < end:
            touched[row, first // TILE : (end - 1) // TILE + 1] = True
    return touched


def _half_chord(cov: Float, budget: float, dy: float) -> float:
    return float(np.sqrt(max(0.0, (budget - dy * dy / cov[1, 1]) * np.linalg.det(cov) / cov[1, 1])))


def _pixels_within(low: float, high: float, size: int) -> tuple[int, int]:
    first = np.floor(np.clip(low - 0.5 - SLACK_PX, -1, size)) + 1
    last = np.floor(np.clip(high - 0.5 + SLACK_PX, -1, size - 1)) + 1
    return int(first), int(last)


def _alphas(projected: Projected, n: int, size: tuple[int, int]) -> Float:
    """Alpha of one gaussian at every pixel, [H, W]."""
    offsets = _offsets(projected.means2d[n], size)
    conic = np.linalg.inv(projected.covs2d[n])
    power = -0.5 * np.einsum("hwi,ij,hwj->hw", offsets, conic, offsets)
    alphas = np.minimum(MAX_ALPHA, projected.peaks[n] * np.exp(power))
    return np.where(alphas >= MIN_ALPHA, alphas, 0)


def _offsets(mean: Float, size: tuple[int, int]) -> Float:
    """Pixel centres less a mean, [H, W, 2]."""
    x, y = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    return np.stack([x, y], 2) - mean


def _over_pixels(tiles: Bool, size: tuple[int, int]) -> Bool:
    """A value per tile, repeated over its pixels: [H, W]."""
    return tiles.repeat(TILE, 0).repeat(TILE, 1)[: size[1], : size[0]]


def _retire(live: Bool, transmittance: Float, due: Bool) -> Bool:
    """`live` [H, W] without the rows of the `due` tiles that are opaque."""
    still = live.copy()
    for row, column in np.argwhere(due):
        within = np.s_[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
        still[within] &= (transmittance[within] >= RETIRE_BELOW).any(1, keepdims=True)
    return still


def composite(projected: Projected, size: tuple[int, int], background: Float) -> Composite:
    """Blends the gaussians front to back."""
    drawn = (projected.camera_means[:, 2] > NEAR) & (projected.peaks > MIN_ALPHA)
    order = np.argsort(projected.camera_means[:, 2], kind="stable")
    image, transmittance = np.zeros((size[1], size[0], 3)), np.ones((size[1], size[0]))
    live = np.ones((size[1], size[0]), bool)
    listed = np.zeros((-(-size[1] // TILE), -(-size[0] // TILE)), int)  # gaussians listed so far, per tile
    layers = []
    for n in order[drawn[order]]:
        touched = touched_tiles(projected.means2d[n], projected.covs2d[n], projected.peaks[n], size)
        live = _retire(live, transmittance, touched & (listed > 0) & (listed % RETIRE_EVERY == 0))
        listed += touched
        alphas = np.where(_over_pixels(touched, size) & live, _alphas(projected, n, size), 0)
        layers.append((int(n), alphas, transmittance))
        image += (alphas * transmittance)[..., None] * np.maximum(projected.colors[n], 0)
        transmittance = transmittance * (1 - alphas)
    return Composite(image + transmittance[..., None] * background, transmittance, layers)


def render(parameters: Parameters, view: View, degree: int, background: Float) -> tuple[Float, Float]:
    """Image [H, W, 3] and alpha [H, W]."""
    result = composite(project(parameters, view, degree), view.size, background)
    return result.image, 1 - result.transmittance


def median_depth(parameters: Parameters, view: View) -> Float:
    """Depth [H, W] where the transmittance falls below one half: of the crossing gaussian's densest point on the ray.

    0 where that never happens.
    """
    projected = project(parameters, view, 0)
    result = composite(projected, view.size, np.zeros(3))
    x, y = np.meshgrid(np.arange(view.size[0]) + 0.5, np.arange(view.size[1]) + 0.5)
    rays = np.stack([x, y, np.ones_like(x)], 2) @ np.linalg.inv(view.K).T
    depth = np.zeros((view.size[1], view.size[0]))
    for n, alphas, before in result.layers:
        crosses = (before > 0.5) & (before * (1 - alphas) <= 0.5)
        scales = np.exp(parameters["scales"][n])
        axes = view.viewmat[:3, :3] @ projected.rotations[n] / np.maximum(scales, THINNEST * scales.max())
        along, mean = rays @ axes, projected.camera_means[n] @ axes
        densest = (along @ mean) / (along**2).sum(2)
        reach = DEPTH_REACH * scales.max() * np.array([-1, 1])
        depth = np.where(crosses, np.maximum(np.clip(densest, *(projected.camera_means[n, 2] + reach)), NEAR), depth)
    return depth


def loss_of(parameters: Parameters, view: View, target: npt.NDArray[np.uint8], settings: StepSettings) -> float:
    """The loss of a training step; black background."""
    image, _ = render(parameters, view, settings.sh_degree, np.zeros(3))
    return image_loss(image, target / 255, settings.ssim_weight)[0] + _regularisers(parameters, settings)


def _regularisers(parameters: Parameters, settings: StepSettings) -> float:
    opacity, scale = sigmoid(parameters["opacities"]).mean(), np.exp(parameters["scales"]).mean()
    return float(settings.opacity_reg * opacity + settings.scale_reg * scale)


def loss_and_gradients(
    parameters: Parameters,
    view: View,
    target: npt.NDArray[np.uint8],
    settings: StepSettings,
    exposure: npt.ArrayLike = NEUTRAL,
) -> tuple[float, Parameters]:
    """`loss_of` and its gradient by each parameter; the target was taken at `exposure`, gain and bias [2, 3]."""
    gain, bias = np.asarray(exposure, np.float64)
    projected = project(parameters, view, settings.sh_degree)
    result = composite(projected, view.size, np.zeros(3))
    loss, image_gradient = image_loss(result.image, (target / 255 - bias) / gain, settings.ssim_weight)
    screen = _composite_backward(projected, result, image_gradient)
    gradients = _project_backward(parameters, projected, view, screen)
    opacities, scales = projected.opacities, np.exp(parameters["scales"])
    gradients["opacities"] += settings.opacity_reg / opacities.size * opacities * (1 - opacities)
    gradients["scales"] += settings.scale_reg / scales.size * scales
    return loss + _regularisers(parameters, settings), gradients


@dataclass(frozen=True)
class ScreenGradients:
    """Gradients by the projected quantities."""

    means2d: Float  # [N, 2]
    covs2d: Float  # [N, 2, 2], symmetric
    logits: Float  # [N] opacity before its activation
    colors: Float  # [N, 3] before their clamp


def _composite_backward(projected: Projected, result: Composite, image_gradient: Float) -> ScreenGradients:
    count = len(projected.opacities)
    out = ScreenGradients(np.zeros((count, 2)), np.zeros((count, 2, 2)), np.zeros(count), np.zeros((count, 3)))
    behind = np.zeros_like(image_gradient)  # colour behind the layer, seen without it
    for n, alphas, before in reversed(result.layers):
        color = np.maximum(projected.colors[n], 0)
        weights = alphas * before
        out.colors[n] = (weights[..., None] * image_gradient).sum((0, 1)) * (projected.colors[n] > 0)
        by_alpha = ((color - behind) * image_gradient).sum(2) * before
        by_power = np.where(alphas < MAX_ALPHA, by_alpha * alphas, 0)  # [H, W]
        offsets = _offsets(projected.means2d[n], result.transmittance.shape[::-1])
        conic = np.linalg.inv(projected.covs2d[n])
        out.logits[n] = by_power.sum() * (1 - projected.opacities[n])
        out.means2d[n] = conic @ np.einsum("hw,hwi->i", by_power, offsets)
        by_conic = -0.5 * np.einsum("hw,hwi,hwj->ij", by_power, offsets, offsets)
        by_log_peak = 0.5 * by_power.sum() * (np.linalg.inv(projected.sharp_covs2d[n]) - conic)
        out.covs2d[n] = by_log_peak - conic @ by_conic @ conic
        behind = alphas[..., None] * color + (1 - alphas[..., None]) * behind
    return out


def _project_backward(parameters: Parameters, projected: Projected, view: View, screen: ScreenGradients) -> Parameters:
    gradients = {name: np.zeros_like(values) for name, values in parameters.items()}
    gradients["opacities"] = screen.logits.copy()
    rotation = view.viewmat[:3, :3]
    spread_of_world = projected.jacobians @ rotation  # [N, 2, 3], call it T: cov2d = T cov3d T^T
    covs3d = projected.axes @ projected.axes.transpose(0, 2, 1)
    by_cov3d = spread_of_world.transpose(0, 2, 1) @ screen.covs2d @ spread_of_world
    by_jacobian = 2 * screen.covs2d @ spread_of_world @ covs3d @ rotation.T  # [N, 2, 3]
    by_axes = 2 * by_cov3d @ projected.axes
    gradients["scales"] = (by_axes * projected.axes).sum(1)
    by_rotation = by_axes * np.exp(parameters["scales"])[:, None, :]
    gradients["quats"] = _quats_backward(parameters["quats"], by_rotation)
    gradients["means"] = _means_backward(projected, view, screen.means2d, by_jacobian) @ rotation
    gradients["means"] += _colors_backward(parameters, projected, screen.colors, gradients)
    return gradients


def _means_backward(projected: Projected, view: View, by_mean2d: Float, by_jacobian: Float) -> Float:
    """Gradient by the means in the camera frame, [N, 3]."""
    focal, z = view.K[[0, 1], [0, 1]], projected.camera_means[:, 2:]
    ratios = projected.camera_means[:, :2] / z
    low, high = view.limits
    is_free = (ratios > low) & (ratios < high)
    diagonal = by_jacobian[:, [0, 1], [0, 1]]  # of f / z
    column = by_jacobian[:, :, 2]  # of -f limited / z
    by_ratio = by_mean2d * focal - np.where(is_free, column * focal / z, 0)
    by_z = (-diagonal + column * np.clip(ratios, low, high)) * focal / z**2 - by_ratio * ratios / z
    return np.concatenate([by_ratio / z, by_z.sum(1, keepdims=True)], 1)


def _quats_backward(quats: Float, by_rotation: Float) -> Float:
    """Through the rotation matrix, which is quadratic in the unit quaternion, and the normalisation."""
    length = np.linalg.norm(quats, axis=1, keepdims=True)
    unit = quats / length
    by_unit = np.zeros_like(quats)
    for i, axis in enumerate(np.eye(4)):
        # A central difference of a quadratic is exact.
        derivative = (rotations_of(unit + axis) - rotations_of(unit - axis)) / 2
        by_unit[:, i] = (derivative * by_rotation).sum((1, 2))
    along = (by_unit * unit).sum(1, keepdims=True)
    return np.asarray((by_unit - along * unit) / length)


def _colors_backward(parameters: Parameters, projected: Projected, by_color: Float, gradients: Parameters) -> Float:
    """Fills in the harmonics' gradients; returns what the viewing direction passes on to the means, [N, 3]."""
    bases = projected.basis.shape[1]
    by_sh = projected.basis[:, :, None] * by_color[:, None, :]  # [N, K, 3]
    gradients["sh0"][:] = by_sh[:, :1]
    gradients["shN"][:, : bases - 1] = by_sh[:, 1:]
    length = np.linalg.norm(projected.directions, axis=1, keepdims=True)
    unit = projected.directions / length
    sh = np.concatenate([parameters["sh0"], parameters["shN"]], 1)[:, :bases]
    by_basis = np.einsum("nkc,nc->nk", sh, by_color)
    by_unit = np.einsum("nk,nki->ni", by_basis, sh_derivatives(unit, int(np.sqrt(bases)) - 1))
    along = (by_unit * unit).sum(1, keepdims=True)
    return np.asarray((by_unit - along * unit) / length)

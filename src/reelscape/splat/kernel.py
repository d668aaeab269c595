"""The native splat kernel: renders gaussians and trains them, a step at a time, on all cores.

Rendering follows gsplat's "antialiased" mode (Mip-Splatting's 2D filter, Yu et al. 2024): 2D covariances are dilated by
0.1 px^2 and opacities lowered by as much as that spreads them, so that a scene keeps its look when seen smaller or
larger. Near plane 0.01, alpha clamped to 0.999 and dropped below 1/255, spherical harmonics in the direction from the
camera's centre. One thing differs: a pixel does not stop at a transmittance limit; whole rows of 32x32 tiles do (see
twin.py). Gaussians with parameters that are not finite are not drawn and not trained. Results do not depend on the
number of threads.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reelscape._native import kernels
from reelscape.gaussians import Gaussians
from reelscape.resources import num_usable_cores

Float32 = npt.NDArray[np.float32]

_LANES = 8
_SHAPE_ROW = 7  # scale 3, opacity 1
_SH_ROW = 11  # rows of a block before the harmonics: mean 3, quaternion 4, scale 3, opacity 1
_PARAMETERS, _FIRST_MOMENTS, _SECOND_MOMENTS = range(3)
NEUTRAL: Float32 = np.array([[1, 1, 1], [0, 0, 0]], np.float32)
"""The exposure at which a picture shows the scene's own colours: gain 1, bias 0."""
_PHASES = ("project", "sort", "forward", "loss", "backward", "update")


@dataclass(frozen=True)
class StepSettings:
    """One training step: `step` counts from 1 (Adam's bias correction), `sh_degree` is the active degree.

    The loss is (1 - ssim_weight) L1 + ssim_weight (1 - SSIM) + opacity_reg mean(opacity) + scale_reg mean(scale).
    `beta1` and `beta2` are Adam's. With `noise_lr` > 0 MCMC position noise of size lr_means * noise_lr follows.
    """

    step: int
    sh_degree: int
    lr_means: float
    lr_quats: float
    lr_scales: float
    lr_opacities: float
    lr_sh0: float
    lr_shN: float
    ssim_weight: float = 0.2
    opacity_reg: float = 0.01
    scale_reg: float = 0.01
    noise_lr: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.999
    seed: int = 0


@dataclass(frozen=True)
class StepResult:
    """The loss before the step, the gaussians in view, their pairs with 32x32 tiles, and sums of colours.

    color_sums [3, 5] holds, per channel, over pixels that are neither black nor white: the count, and the sums of the
    render, of the target (as brought back to the scene's exposure), of render^2 and of render times target.
    """

    loss: float
    num_visible: int
    num_pairs: int
    color_sums: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Render:
    """image [H, W, 3] linear, 0..1 but not clipped; alpha [H, W] 0..1; both float32."""

    image: Float32
    alpha: Float32


class SplatModel:
    """Gaussians in training with Adam's moments, in the kernel's own layout, and a pool of threads.

    Calls from several Python threads are safe; they take turns.
    """

    def __init__(self, gaussians: Gaussians, num_threads: int = 0) -> None:
        """Moments are zero; `num_threads` 0 takes all cores that this process may use."""
        self._load(gaussians, (), num_threads)

    @classmethod
    def restore(cls, gaussians: Gaussians, first: Gaussians, second: Gaussians, num_threads: int = 0) -> SplatModel:
        """A model with given moments: that of a checkpoint."""
        model = cls.__new__(cls)
        model._load(gaussians, (first, second), num_threads)
        return model

    def _load(self, gaussians: Gaussians, moments: tuple[Gaussians, ...], num_threads: int) -> None:
        _check_gaussians(gaussians)
        if any(len(m) != len(gaussians) or m.shN.shape != gaussians.shN.shape for m in moments):
            raise ValueError("moments must have the shapes of the gaussians")
        self._count = len(gaussians)
        self._sh_degree = gaussians.sh_degree
        self._num_threads = num_threads if num_threads > 0 else num_usable_cores()
        self._splats = kernels.Splats(self._count, self._sh_degree, self._num_threads)
        self._splats.set_part(0, _to_blocks(gaussians, is_padding_hidden=True))
        for which, moment in enumerate(moments, start=1):
            self._splats.set_part(which, _to_blocks(moment))

    def __len__(self) -> int:
        return self._count

    @property
    def sh_degree(self) -> int:
        """Degree of the stored spherical harmonics."""
        return self._sh_degree

    @property
    def num_threads(self) -> int:
        """Threads that a call works with."""
        return self._num_threads

    def gaussians(self) -> Gaussians:
        """A copy of the parameters."""
        return self._copy(_PARAMETERS)

    def moments(self) -> tuple[Gaussians, Gaussians]:
        """Copies of Adam's first and second moments, in the parameters' shapes."""
        return self._copy(_FIRST_MOMENTS), self._copy(_SECOND_MOMENTS)

    def means(self) -> Float32:
        """A copy of the means [N, 3]."""
        return self._copy_rows(_PARAMETERS, 0, 3)

    def shapes(self) -> Float32:
        """A copy of the log scales and the logit opacity [N, 4]."""
        return self._copy_rows(_PARAMETERS, _SHAPE_ROW, 4)

    def rearranged(
        self, sources: npt.NDArray[np.integer], is_changed: npt.NDArray[np.bool_], shapes: Float32
    ) -> SplatModel:
        """A model of this one's gaussians `sources` [M], with `shapes` [M, 4] as of `shapes`.

        Those that are changed [M] start with moments of zero; the others keep theirs.
        """
        model = SplatModel.__new__(SplatModel)
        model._count, model._sh_degree, model._num_threads = len(sources), self._sh_degree, self._num_threads
        model._splats = self._splats.rearranged(
            np.ascontiguousarray(sources, np.uint32), is_changed, np.ascontiguousarray(shapes, np.float32)
        )
        return model

    def render(
        self,
        viewmat: npt.ArrayLike,
        K: npt.ArrayLike,
        size: tuple[int, int],
        sh_degree: int | None = None,
        background: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> Render:
        """The view of a camera: viewmat [4, 4] cam_from_world, K [3, 3] in pixels without skew, size (width, height).

        Raises ValueError on wrong shapes, an empty image, or a degree that the model does not hold.
        """
        width, height = _checked_size(size)
        degree = self._sh_degree if sh_degree is None else sh_degree
        image = np.empty((height, width, 3), np.float32)
        alpha = np.empty((height, width), np.float32)
        colour = np.asarray(background, np.float32)
        if colour.shape != (3,):
            raise ValueError(f"background must have 3 values, got shape {colour.shape}")
        self._splats.render(*_camera(viewmat, K), self._checked_degree(degree), colour, image, alpha)
        return Render(image, alpha)

    def depth(self, viewmat: npt.ArrayLike, K: npt.ArrayLike, size: tuple[int, int]) -> Float32:
        """Depth [H, W] along the camera's axis where the transmittance falls below one half; 0 where it never does.

        It is that of the crossing gaussian's densest point on the pixel's ray. Arguments and errors as for `render`.
        """
        width, height = _checked_size(size)
        depth = np.empty((height, width), np.float32)
        self._splats.render_depth(*_camera(viewmat, K), depth)
        return depth

    def add_pixel_weights(
        self, viewmat: npt.ArrayLike, K: npt.ArrayLike, size: tuple[int, int], weights: Float32
    ) -> None:
        """Add to `weights` [N] how many pixels of a view each gaussian makes up: its blending weights alpha T, summed.

        Camera and errors as for `render`; ValueError too when `weights` is not [N] float32.
        """
        if weights.shape != (self._count,) or weights.dtype != np.float32 or not weights.flags.c_contiguous:
            raise ValueError(f"weights must be [{self._count}] float32, got {weights.shape} {weights.dtype}")
        self._splats.add_pixel_weights(*_camera(viewmat, K), *_checked_size(size), weights)

    def train_step(
        self,
        viewmat: npt.ArrayLike,
        K: npt.ArrayLike,
        target: npt.NDArray[np.uint8],
        settings: StepSettings,
        exposure: npt.ArrayLike = NEUTRAL,
    ) -> StepResult:
        """Renders, compares with target [H, W, 3] uint8 and moves the gaussians in view by one Adam step.

        The target was taken at `exposure` [2, 3], a gain and a bias per channel: target / 255 = gain scene + bias.
        """
        step = self._native_step(settings)
        arguments = (*_camera(viewmat, K), _checked_target(target), _checked_exposure(exposure), step)
        loss = self._splats.train_step(*arguments)
        sums = np.array(self._splats.color_sums())
        return StepResult(float(loss), int(self._splats.num_visible), int(self._splats.num_pairs), sums)

    def loss_and_gradients(
        self,
        viewmat: npt.ArrayLike,
        K: npt.ArrayLike,
        target: npt.NDArray[np.uint8],
        settings: StepSettings,
        exposure: npt.ArrayLike = NEUTRAL,
    ) -> tuple[float, Gaussians]:
        """The loss and its gradients in the parameters' shapes; nothing is updated. Arguments as for `train_step`."""
        step = self._native_step(settings)
        arguments = (*_camera(viewmat, K), _checked_target(target), _checked_exposure(exposure), step)
        loss, blocks = self._splats.loss_and_gradients(*arguments)
        return float(loss), _from_rows(blocks.transpose(0, 2, 1).reshape(-1, blocks.shape[1])[: self._count])

    def add_noise(self, settings: StepSettings) -> None:
        """MCMC position noise on all faint gaussians, from `step`, `seed`, `lr_means` and `noise_lr` alone.

        Source: gsplat, strategy/ops.py, inject_noise_to_position (gate 100, 0.995). The same for any number of threads.
        """
        self._splats.add_noise(self._native_step(settings))

    def phase_seconds(self) -> dict[str, float]:
        """CPU seconds of all threads since the model was made, by phase of the step."""
        return dict(zip(_PHASES, self._splats.phase_seconds(), strict=True))

    def _copy(self, which: int) -> Gaussians:
        return _from_rows(self._copy_rows(which, 0, _SH_ROW + 3 * (self._sh_degree + 1) ** 2))

    def _copy_rows(self, which: int, first: int, num_rows: int) -> Float32:
        out = np.empty((self._count, num_rows), np.float32)
        self._splats.copy_rows(which, first, out)
        return out

    def _checked_degree(self, degree: int) -> int:
        if not 0 <= degree <= self._sh_degree:
            raise ValueError(f"sh_degree must be 0..{self._sh_degree}, got {degree}")
        return degree

    def _native_step(self, settings: StepSettings) -> Any:
        self._checked_degree(settings.sh_degree)
        if settings.step < 1:
            raise ValueError(f"step counts from 1, got {settings.step}")
        step = kernels.Step()
        for field in dataclasses.fields(settings):
            setattr(step, field.name, getattr(settings, field.name))
        step.seed = settings.seed & 0xFFFFFFFF
        return step


def _checked_size(size: tuple[int, int]) -> tuple[int, int]:
    width, height = (int(side) for side in size)
    if not (0 < width <= 32768 and 0 < height <= 32768):
        raise ValueError(f"size must be 1..32768 pixels a side, got {width}x{height}")
    return width, height


def _camera(viewmat: npt.ArrayLike, K: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    view, intrinsics = np.ascontiguousarray(viewmat, np.float64), np.ascontiguousarray(K, np.float64)
    if view.shape != (4, 4) or intrinsics.shape != (3, 3):
        raise ValueError(f"viewmat must be [4, 4] and K [3, 3], got {view.shape} and {intrinsics.shape}")
    if not (np.isfinite(view).all() and np.isfinite(intrinsics).all()):
        raise ValueError("viewmat and K must be finite")
    if intrinsics[0, 0] <= 0 or intrinsics[1, 1] <= 0:
        raise ValueError("focal lengths must be positive")
    return view, intrinsics


def _checked_target(target: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    if target.dtype != np.uint8 or target.ndim != 3 or target.shape[2] != 3 or 0 in target.shape:
        raise ValueError(f"target must be [H, W, 3] uint8 and not empty, got {target.shape} {target.dtype}")
    return np.ascontiguousarray(target)


def _checked_exposure(exposure: npt.ArrayLike) -> Float32:
    values = np.ascontiguousarray(exposure, np.float32)
    if values.shape != (2, 3) or not np.isfinite(values).all() or (values[0] <= 0).any():
        raise ValueError(f"exposure must be [2, 3], positive gains and finite biases, got {values.tolist()}")
    return values


def _check_gaussians(gaussians: Gaussians) -> None:
    n, bases = len(gaussians), 1 + gaussians.shN.shape[1]
    shapes = {"means": (n, 3), "quats": (n, 4), "scales": (n, 3), "opacities": (n,), "sh0": (n, 1, 3)}
    for name, shape in (shapes | {"shN": (n, bases - 1, 3)}).items():
        if getattr(gaussians, name).shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {getattr(gaussians, name).shape}")
    if bases not in (1, 4, 9, 16):
        raise ValueError(f"shN must hold 0, 3, 8 or 15 coefficients, got {bases - 1}")


def _to_blocks(gaussians: Gaussians, is_padding_hidden: bool = False) -> Float32:
    """Rows of eight gaussians: [ceil(N / 8), 11 + 3 K, 8]. Hidden padding is transparent and tiny."""
    n, bases = len(gaussians), 1 + gaussians.shN.shape[1]
    rows = np.zeros((-(-n // _LANES) * _LANES, _SH_ROW + 3 * bases), np.float32)
    rows[:n, 0:3], rows[:n, 3:7] = gaussians.means, gaussians.quats
    rows[:n, 7:10], rows[:n, 10] = gaussians.scales, gaussians.opacities
    rows[:n, 11:14] = gaussians.sh0[:, 0]
    rows[:n, 14:] = gaussians.shN.reshape(n, 3 * (bases - 1))
    if is_padding_hidden:
        rows[n:, 7:11] = -100.0
    blocks = rows.reshape(-1, _LANES, rows.shape[1]).transpose(0, 2, 1)
    return np.ascontiguousarray(blocks)


def _from_rows(rows: Float32) -> Gaussians:
    """Gaussians from a table [N, 11 + 3 K] in the order of the blocks' rows."""
    means, quats, scales = (np.ascontiguousarray(rows[:, a:b]) for a, b in ((0, 3), (3, 7), (7, 10)))
    sh = rows[:, _SH_ROW:].reshape(len(rows), (rows.shape[1] - _SH_ROW) // 3, 3)
    return Gaussians(means, quats, scales, rows[:, 10].copy(), sh[:, :1].copy(), sh[:, 1:].copy())

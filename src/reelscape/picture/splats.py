"""Pictures of splats whose cameras nobody knows, and of point clouds, drawn as small splats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reelscape.cameras import Float
from reelscape.errors import UnreadableScene
from reelscape.formats.shape import Bytes, Shape
from reelscape.gaussians import Array, Gaussians, sigmoid
from reelscape.picture.backdrop import Image32, backdrop
from reelscape.picture.framing import Direction, framed, intrinsics_of, typical_points
from reelscape.splat.kernel import SplatModel
from reelscape.splat.viewpoint import WORLD_UP, Viewpoint

MAX_KERNEL_BYTES = 450 << 20

_DC = 0.28209479177387814  # the harmonic of degree 0
_MAX_POINTS = 1_500_000
_POINT_VIEW = Direction(azimuth_deg=-28, elevation_deg=24)
_POINT_PX = (0.55, 4.0)  # standard deviation of a drawn point
_ROUGH_SIDE_PX, _ROUGH_SPLATS = 256, 150_000
_SOLID, _FEW = 0.3, 100  # opacity of splats that show where the scene is, and how many it takes
_AZIMUTHS_DEG = (0, -30, 30, -75, 75, 180)  # the front first: of equals the first is taken
_ELEVATIONS_DEG = (10, 25)
_DISTANCES = (0.5, 0.8, 1.2, 2.8)  # of the scene's radius


def draw_points(shape: Shape, size: tuple[int, int]) -> Image32:
    """The points before the backdrop, sRGB 0..1 [H, W, 3], as discs that about touch each other."""
    rng = np.random.default_rng(0)
    few = np.arange(len(shape.vertices))
    if len(few) > _MAX_POINTS:
        few = rng.choice(len(few), _MAX_POINTS, replace=False)
    vertices = shape.vertices[few]
    points = typical_points(vertices)
    viewpoint = framed(points, _POINT_VIEW, size)
    colours = _by_height(vertices, points) if shape.colours is None else _shares(shape.colours[few])
    radius = _point_radius(len(points), points, viewpoint, size)
    return _drawn(SplatModel(_dots(vertices, colours, radius)), viewpoint, size)


def _shares(colours: Bytes) -> Image32:
    return np.asarray(colours / np.float32(255), np.float32)


def _dots(vertices: Array, colours: Image32, radius: float) -> Gaussians:
    count = len(vertices)
    return Gaussians(
        means=np.ascontiguousarray(vertices),
        quats=np.broadcast_to(np.array([1, 0, 0, 0], np.float32), (count, 4)),
        scales=np.full((count, 3), np.log(radius), np.float32),
        opacities=np.full(count, 4.0, np.float32),
        sh0=((colours - 0.5) / _DC).astype(np.float32)[:, None],
        shN=np.empty((count, 0, 3), np.float32),
    )


def _point_radius(count: int, points: Float, viewpoint: Viewpoint, size: tuple[int, int]) -> float:
    """Standard deviation of a point in scene units: the picture's filled part shared out among the points."""
    distance = float(np.linalg.norm(viewpoint.look_at - viewpoint.position))
    pixel = distance / intrinsics_of(size)[0, 0]
    spacing_px = (0.35 * size[0] * size[1] / max(count, 1)) ** 0.5
    return float(np.clip(0.5 * spacing_px, *_POINT_PX) * pixel)


def _by_height(vertices: Array, points: Float) -> Image32:
    """Colours for points that have none: from a deep blue at the bottom to a warm white at the top."""
    low, high = np.quantile(-points[:, 1], (0.02, 0.98))
    share = np.clip((-vertices[:, 1] - low) / max(high - low, 1e-12), 0, 1)
    stops = np.array([[0.20, 0.35, 0.62], [0.38, 0.68, 0.72], [0.93, 0.86, 0.70]])
    return np.stack([np.interp(share, (0, 0.5, 1), stops[:, c]) for c in range(3)], axis=1).astype(np.float32)


def draw_splats(gaussians: Gaussians, size: tuple[int, int]) -> Image32:
    """The splats before the backdrop, sRGB 0..1 [H, W, 3], from the best of some viewpoints around and inside.

    Raises `UnreadableScene` when there is none with usable coordinates.
    """
    finite = np.asarray(np.isfinite(gaussians.means).all(axis=1))
    kept = gaussians if finite.all() else gaussians.select(finite)
    if not len(kept):
        raise UnreadableScene("The scene holds no splats with usable coordinates.")
    viewpoint = _best_view(_thinned(kept), size)
    return _drawn(SplatModel(_with_degree(kept, _affordable_degree(kept))), viewpoint, size)


def _affordable_degree(gaussians: Gaussians) -> int:
    """The highest degree of harmonics that leaves the kernel's copies (values and two moments) small."""
    for degree in range(gaussians.sh_degree, 0, -1):
        if len(gaussians) * (11 + 3 * (degree + 1) ** 2) * 4 * 3 <= MAX_KERNEL_BYTES:
            return degree
    return 0


def _with_degree(gaussians: Gaussians, degree: int) -> Gaussians:
    return replace(gaussians, shN=np.ascontiguousarray(gaussians.shN[:, : (degree + 1) ** 2 - 1]))


def _thinned(gaussians: Gaussians) -> Gaussians:
    """Some of the splats, without harmonics, each grown to cover as much as those left out: for rough pictures."""
    every = -(-len(gaussians) // _ROUGH_SPLATS)
    few = _with_degree(gaussians, 0).select(np.arange(0, len(gaussians), every))
    return replace(few, scales=few.scales + np.float32(0.5 * np.log(every)))


def _best_view(gaussians: Gaussians, size: tuple[int, int]) -> Viewpoint:
    """The viewpoint whose small picture is fullest and richest."""
    model = SplatModel(gaussians)
    solid = gaussians.means[sigmoid(gaussians.opacities) > _SOLID]
    points = typical_points(solid if len(solid) > _FEW else gaussians.means)
    scale = _ROUGH_SIDE_PX / max(size)
    rough = (max(round(scale * size[0]), 16), max(round(scale * size[1]), 16))
    return max(_viewpoints(points), key=lambda viewpoint: _merit(model, viewpoint, rough))


def _viewpoints(points: Float) -> list[Viewpoint]:
    """Around the scene's middle, from outside and, for rooms, from between the middle and the walls."""
    middle = np.median(points, axis=0)
    reach = float(np.quantile(np.linalg.norm(points - middle, axis=1), 0.9))
    return [
        Viewpoint(middle + share * max(reach, 1e-6) * Direction(azimuth, elevation).unit(), middle, WORLD_UP)
        for share in _DISTANCES
        for elevation in _ELEVATIONS_DEG
        for azimuth in _AZIMUTHS_DEG
    ]


def _merit(model: SplatModel, viewpoint: Viewpoint, size: tuple[int, int]) -> float:
    """How full the picture is, and how rich in detail, its middle above all."""
    render = model.render(viewpoint.viewmat(), intrinsics_of(size), size)
    grey = render.image.clip(0, 1).mean(axis=2)
    steps = np.hypot(np.diff(grey, axis=0)[:, 1:], np.diff(grey, axis=1)[1:])
    x, y = np.linspace(-1, 1, steps.shape[1])[None, :], np.linspace(-1, 1, steps.shape[0])[:, None]
    return float(render.alpha.mean()) ** 2 * float((steps * np.exp(-(x**2 + y**2))).mean())


def _drawn(model: SplatModel, viewpoint: Viewpoint, size: tuple[int, int]) -> Image32:
    fine = (size[0] * 2, size[1] * 2)
    render = model.render(viewpoint.viewmat(), intrinsics_of(fine), fine)
    image = render.image.reshape(size[1], 2, size[0], 2, 3).mean(axis=(1, 3)).clip(0, 1)
    alpha = render.alpha.reshape(size[1], 2, size[0], 2).mean(axis=(1, 3))[..., None].clip(0, 1)
    return np.asarray(image + (1 - alpha) * backdrop(size), np.float32)

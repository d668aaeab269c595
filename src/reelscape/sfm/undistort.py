"""From pictures with lens distortion to pinhole pictures without black borders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from reelscape.cameras import Cameras, Observations
from reelscape.errors import UnreadableFrame
from reelscape.formats.colmap import SparseModel
from reelscape.sfm.lens import Lens
from reelscape.sfm.solution import Solution

Table = npt.NDArray[np.float32]

_JPEG_QUALITY = 95


def undistorted_lens(lens: Lens) -> Lens:
    """The pinhole camera of the largest upright rectangle that `lens` fills, never larger than its picture.

    Square pixels; the principal point is where the optical axis falls in the cropped picture.
    """
    left, right, top, bottom = (lens.undistort(side) for side in lens.border())
    x0, x1 = left[:, 0].max(), right[:, 0].min()
    y0, y1 = top[:, 1].max(), bottom[:, 1].min()
    focal = min(lens.focal_px, lens.width / (x1 - x0), lens.height / (y1 - y0))
    # Whole pixels inside the rectangle; what is left over is split between both sides.
    width, height = int(focal * (x1 - x0) + 1e-6), int(focal * (y1 - y0) + 1e-6)
    cx, cy = width / 2 - focal * (x0 + x1) / 2, height / 2 - focal * (y0 + y1) / 2
    return Lens(width, height, focal, focal, cx, cy)


def remap_table(lens: Lens, pinhole: Lens) -> tuple[Table, Table]:
    """For every pixel of the pinhole picture, where it lies in the distorted one: x and y, each [H, W], OpenCV's
    convention (the first pixel's centre is 0, not 0.5)."""
    x, y = np.meshgrid(np.arange(pinhole.width) + 0.5, np.arange(pinhole.height) + 0.5)
    points = pinhole.normalise(np.stack([x.ravel(), y.ravel()], axis=1))
    xys = lens.pixels(lens.distort(points)).astype(np.float32).reshape(pinhole.height, pinhole.width, 2) - 0.5
    return xys[..., 0], xys[..., 1]


def undistort_images(
    solution: Solution, frames_dir: Path, images_dir: Path, say: Callable[[int], None] = lambda row: None
) -> None:
    """Write every registered picture as a pinhole JPEG of the same name into the existing folder `images_dir`.

    `say` is told each finished row. Raises `UnreadableFrame`, and `OSError` when the disk is full.
    """
    tables: dict[Lens, tuple[Table, Table]] = {}
    for row, (name, lens) in enumerate(zip(solution.image_names, solution.lenses, strict=True)):
        if lens not in tables:
            tables[lens] = remap_table(lens, undistorted_lens(lens))
        picture = cv2.imdecode(np.fromfile(frames_dir / name, np.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            raise UnreadableFrame(f"The frame {name} cannot be read any more.")
        flat = cv2.remap(picture, *tables[lens], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        # Not imwrite: that would not say why it failed.
        jpeg = cv2.imencode(".jpg", flat, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
        (images_dir / name).write_bytes(jpeg.tobytes())
        say(row)


def undistorted_model(solution: Solution) -> SparseModel:
    """The same scene for the undistorted pictures."""
    pinholes = {lens: undistorted_lens(lens) for lens in solution.lenses}
    chosen = [pinholes[lens] for lens in solution.lenses]
    cameras = Cameras(
        solution.image_names,
        solution.viewmats,
        np.stack([pinhole.calibration() for pinhole in chosen]),
        np.array([(pinhole.width, pinhole.height) for pinhole in chosen], np.int64),
    )
    seen = _undistorted_observations(solution, pinholes)
    return SparseModel(cameras, solution.points, solution.rgbs, solution.errors_px, seen)


def _undistorted_observations(solution: Solution, pinholes: dict[Lens, Lens]) -> Observations:
    seen = solution.observations
    xys = seen.xys.copy()
    lens_rows = np.array([list(pinholes).index(lens) for lens in solution.lenses])[seen.image_rows]
    for row, (lens, pinhole) in enumerate(pinholes.items()):
        mine = lens_rows == row
        xys[mine] = pinhole.pixels(lens.undistort(lens.normalise(xys[mine])))
    return Observations(seen.image_rows, seen.point_rows, xys)

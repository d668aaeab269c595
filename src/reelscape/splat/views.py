"""Training pictures at three sizes, kept as uint8."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from reelscape.cameras import Cameras, Float

Picture = npt.NDArray[np.uint8]
NUM_LEVELS = 3  # full, half and quarter size


@dataclass(frozen=True)
class View:
    """One picture at one size with its camera: viewmat [4, 4], K [3, 3], picture [H, W, 3]."""

    name: str
    viewmat: Float
    K: Float
    picture: Picture

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.picture.shape[1], self.picture.shape[0]


class Views:
    """The pictures of some cameras, each at full, half and quarter size (levels 0, 1, 2)."""

    def __init__(self, cameras: Cameras, image_dir: Path, check: Callable[[], None] = lambda: None) -> None:
        """Reads all pictures; `check` is called before each and may raise."""
        self.cameras = cameras
        self._pyramids = []
        for name in cameras.image_names:
            check()
            self._pyramids.append(_pyramid(read_picture(image_dir / name)))

    def __len__(self) -> int:
        return len(self.cameras)

    def at(self, index: int, level: int) -> View:
        """Camera `index` at `level`: 0 full size, 1 half, 2 quarter."""
        K = scale_intrinsics(self.cameras.Ks[index], 0.5**level)
        return View(self.cameras.image_names[index], self.cameras.viewmats[index], K, self._pyramids[index][level])


def read_picture(path: Path) -> Picture:
    """An RGB picture, [H, W, 3] uint8."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def scale_intrinsics(K: Float, factor: float) -> Float:
    """Intrinsics of a picture resized by `factor`; with pixel centres at +0.5 everything scales alike."""
    return np.diag([factor, factor, 1.0]) @ K


def _pyramid(picture: Picture) -> list[Picture]:
    levels = [picture]
    while len(levels) < NUM_LEVELS:
        levels.append(halve(levels[-1]))
    return [np.ascontiguousarray(level) for level in levels]


def halve(picture: Picture) -> Picture:
    """Mean of 2x2 pixels; an odd last row or column is dropped, so that intrinsics simply halve."""
    height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    quads = picture[:height, :width].reshape(height // 2, 2, width // 2, 2, 3)
    total = quads.sum(axis=(1, 3), dtype=np.uint16)
    mean: Picture = ((total + 2) // 4).astype(np.uint8)
    return mean


def split_holdout(num_views: int, every: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Indices of the training and the held-out views: every n-th from the first, as is usual for such scores."""
    indices = np.arange(num_views)
    held_out = indices % every == 0 if every else np.zeros(num_views, bool)
    return indices[~held_out], indices[held_out]

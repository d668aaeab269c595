"""Training pictures at three sizes. Within a budget they are kept as uint8; the others are decoded when they are due.

Small sizes are kept first: most steps use them, and they take little. Decoding gives the same pixels every time, so the
budget cannot change a result. JPEG's own scaling by two would be quicker, but its pixels are not means of 2x2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from reelscape.cameras import Cameras, Float
from reelscape.errors import TooFewPictures, UnusablePicture
from reelscape.resources import num_usable_cores

Picture = npt.NDArray[np.uint8]
NUM_LEVELS = 3  # full, half and quarter size
MIN_SIDE_PX = 2 ** (NUM_LEVELS - 1)
KEPT_BYTES = 320 << 20  # 160 pictures of 540x960 at all sizes, 690 at half and quarter size

_Key = tuple[int, int]  # a camera's index and a level
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
)  # what Pillow raises for files it cannot read


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

    def __init__(
        self,
        cameras: Cameras,
        image_dir: Path,
        check: Callable[[], None] = lambda: None,
        budget_bytes: int = KEPT_BYTES,
    ) -> None:
        """Reads all pictures once and keeps what fits `budget_bytes`; `check` is called after each and may raise.

        Raises UnusablePicture.
        """
        self.cameras = cameras
        self._image_dir = image_dir
        self._decoder = ThreadPoolExecutor(num_usable_cores(), "pictures")
        self._expected: tuple[_Key, Future[Picture]] | None = None
        self._kept: dict[_Key, Picture] = {}
        chosen = set(_within(cameras.sizes, budget_bytes))
        for index, levels in enumerate(
            self._decoder.map(lambda index: pyramid(self._full(index)), range(len(cameras)))
        ):
            check()
            self._kept |= {(index, level): picture for level, picture in enumerate(levels) if (index, level) in chosen}

    def __len__(self) -> int:
        return len(self.cameras)

    def at(self, index: int, level: int) -> View:
        """Camera `index` at `level`: 0 full size, 1 half, 2 quarter. Raises UnusablePicture when a file has changed."""
        K = scale_intrinsics(self.cameras.Ks[index], 0.5**level)
        return View(self.cameras.image_names[index], self.cameras.viewmats[index], K, self._picture((index, level)))

    def expect(self, index: int, level: int) -> None:
        """Decode in the background, if it must be, what `at` will be asked for next."""
        key = index, level
        if key not in self._kept:
            self._expected = key, self._decoder.submit(self._decoded, key)

    def _picture(self, key: _Key) -> Picture:
        if key in self._kept:
            return self._kept[key]
        if self._expected and self._expected[0] == key:
            return self._expected[1].result()
        return self._decoded(key)

    def _decoded(self, key: _Key) -> Picture:
        index, level = key
        return pyramid(self._full(index), level + 1)[level]

    def _full(self, index: int) -> Picture:
        return camera_picture(self.cameras, index, self._image_dir)


def _within(sizes: npt.NDArray[np.int64], budget_bytes: int) -> Iterator[_Key]:
    """What to keep of pictures of `sizes` [C, 2]: all small ones first, until the budget is used up."""
    room = budget_bytes
    for level in reversed(range(NUM_LEVELS)):
        for index, (width, height) in enumerate(sizes.tolist()):
            room -= 3 * (width >> level) * (height >> level)
            if room < 0:
                return
            yield index, level


def camera_picture(cameras: Cameras, index: int, image_dir: Path) -> Picture:
    """The picture of a camera, [H, W, 3] uint8. Raises UnusablePicture, also when it is not of the camera's size."""
    name, (width, height) = cameras.image_names[index], cameras.sizes[index].tolist()
    picture = read_picture(image_dir / name)
    if picture.shape[:2] != (height, width):
        found = f"{picture.shape[1]}x{picture.shape[0]}"
        raise UnusablePicture(f"The picture {name} is {found} pixels large; its camera says {width}x{height}.")
    if min(width, height) < MIN_SIDE_PX:
        raise UnusablePicture(f"The picture {name} is {width}x{height} pixels large, too small to train on.")
    return picture


def read_picture(path: Path) -> Picture:
    """An RGB picture, [H, W, 3] uint8. Raises UnusablePicture when there is none or it is broken."""
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except _BROKEN as error:
        reason = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error})"
        raise UnusablePicture(f"The picture {path.name} {reason}.") from error


def scale_intrinsics(K: Float, factor: float) -> Float:
    """Intrinsics of a picture resized by `factor`; with pixel centres at +0.5 everything scales alike."""
    return np.diag([factor, factor, 1.0]) @ K


def pyramid(picture: Picture, num_levels: int = NUM_LEVELS) -> list[Picture]:
    """The picture at full, half, ... size."""
    levels = [picture]
    while len(levels) < num_levels:
        levels.append(halve(levels[-1]))
    return levels


def halve(picture: Picture) -> Picture:
    """Mean of 2x2 pixels; an odd last row or column is dropped, so that intrinsics simply halve."""
    height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    return np.asarray(Image.fromarray(picture).reduce(2, (0, 0, width, height)))


def split_holdout(num_views: int, every: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Indices of the training and the held-out views: every n-th from the first, as is usual for such scores.

    Raises TooFewPictures when none is left to train on.
    """
    indices = np.arange(num_views)
    held_out = indices % every == 0 if every else np.zeros(num_views, bool)
    if num_views and held_out.all():
        raise TooFewPictures(f"Of {num_views} picture(s) every {every}th is held out, which leaves none to train on.")
    return indices[~held_out], indices[held_out]

"""What stands behind everything that is drawn: a dark grey, lighter in the middle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Image32 = NDArray[np.float32]

_MIDDLE = np.array([66, 71, 82], np.float32) / np.float32(255)
_CORNERS = np.array([19, 21, 26], np.float32) / np.float32(255)
_BAYER = (np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) + 0.5) / 16


def backdrop(size: tuple[int, int]) -> Image32:
    """The empty picture, sRGB 0..1 [H, W, 3] for `size` (width, height)."""
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    share = np.clip(1 - np.hypot(x, y - 0.1) / 1.45, 0, 1)[..., None]
    return np.asarray(_CORNERS + (_MIDDLE - _CORNERS) * share * share * (3 - 2 * share), np.float32)


def dithered(picture: Image32) -> NDArray[np.uint8]:
    """As 8 bits, rounded by an ordered pattern (Bayer 1973): smooth greys do not fall into bands, and PNG packs it."""
    height, width = picture.shape[:2]
    pattern = np.tile(_BAYER, (-(-height // 4), -(-width // 4)))[:height, :width, None]
    return np.asarray(np.clip(np.floor(picture * 255 + pattern), 0, 255), np.uint8)

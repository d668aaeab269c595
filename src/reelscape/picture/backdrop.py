"""What stands behind everything that is drawn: a dark grey, lighter in the middle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Image32 = NDArray[np.float32]

_MIDDLE = np.array([66, 71, 82], np.float32) / 255
_CORNERS = np.array([19, 21, 26], np.float32) / 255


def backdrop(size: tuple[int, int]) -> Image32:
    """The empty picture, sRGB 0..1 [H, W, 3] for `size` (width, height)."""
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    share = np.clip(1 - np.sqrt(x**2 + (y - 0.1) ** 2) / 1.45, 0, 1)[..., None]
    smooth: Image32 = share * share * (3 - 2 * share)
    return _CORNERS + (_MIDDLE - _CORNERS) * smooth


def dithered(picture: Image32) -> NDArray[np.uint8]:
    """As 8 bits, with half a level of fixed noise: smooth greys do not fall into bands."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, picture.shape[:2]).astype(np.float32)
    return np.asarray(np.clip(np.rint(picture * 255 + noise[..., None]), 0, 255), np.uint8)

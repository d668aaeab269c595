"""Pictures of what is flat already: photos, and a sharp frame from the beginning of a video."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from reelscape.errors import DamagedVideo, PictureTooLarge
from reelscape.media.color import bgr, luma, rotation_deg, upright
from reelscape.media.decode import Decoder
from reelscape.media.motion import fitted_size, sharpness
from reelscape.media.picture import read_photo
from reelscape.media.probe import MAX_VIDEO_PIXELS, check_size, open_video
from reelscape.picture.backdrop import Image32

MAX_PHOTO_BYTES = 100 << 20

_WATCHED_S = 3.0
_MAX_FRAMES = 90
_MEASURE_SIDE_PX = 480
_SURROUND_LIGHT = 0.35


def draw_photo(path: Path, size: tuple[int, int]) -> Image32:
    """A photo as it is, sRGB 0..1 [H, W, 3]. Raises `UnreadableMedia`, `PictureTooSmall`, `PictureTooLarge`."""
    if path.stat().st_size > MAX_PHOTO_BYTES:
        raise PictureTooLarge(f"The file is larger than {MAX_PHOTO_BYTES >> 20} MiB.")
    return _placed(read_photo(path.read_bytes(), max(size)).bgr[..., ::-1], size)


def draw_video(path: Path, size: tuple[int, int]) -> Image32:
    """The sharpest frame of a video's first seconds, sRGB 0..1 [H, W, 3]. Raises the errors of `open_video`."""
    best, best_merit, first_s = None, -1.0, None
    with open_video(path) as video:
        for order, frame in enumerate(Decoder(video)):
            time_s = frame.time or 0.0
            first_s = time_s if first_s is None else first_s
            if order >= _MAX_FRAMES or time_s > first_s + _WATCHED_S:
                break
            check_size(frame.width, frame.height, MAX_VIDEO_PIXELS)
            brightness = luma(frame, fitted_size(frame.width, frame.height, _MEASURE_SIDE_PX))
            merit = -0.5 if frame.is_corrupt else sharpness(brightness)
            if merit > best_merit:
                best, best_merit = frame, merit
        if best is None:
            raise DamagedVideo("No frame of the video can be decoded.")
        aspect = float(video.stream.sample_aspect_ratio or 1)
        width = round(best.width * aspect) if 0.25 <= aspect <= 4 else best.width
        picture = upright(bgr(best, fitted_size(width, best.height, 2 * max(size))), rotation_deg(best))
    return _placed(picture[..., ::-1], size)


def _placed(rgb: NDArray[np.uint8], size: tuple[int, int]) -> Image32:
    """The whole picture in the middle; what it leaves free shows the same picture large, blurred and dark."""
    source = Image.fromarray(np.ascontiguousarray(rgb))
    fit = min(size[0] / source.width, size[1] / source.height)
    fill = max(size[0] / source.width, size[1] / source.height)
    inner = source.resize(_scaled(source, fit), Image.Resampling.LANCZOS)
    if inner.size == size:
        return np.asarray(inner, np.float32) / np.float32(255)
    small = source.resize((64, 64), Image.Resampling.BOX).resize(_scaled(source, fill), Image.Resampling.BICUBIC)
    left, top = (small.width - size[0]) // 2, (small.height - size[1]) // 2
    surround = small.crop((left, top, left + size[0], top + size[1])).filter(ImageFilter.GaussianBlur(max(size) / 40))
    result = np.asarray(surround, np.float32) * np.float32(_SURROUND_LIGHT / 255)
    left, top = (size[0] - inner.width) // 2, (size[1] - inner.height) // 2
    result[top : top + inner.height, left : left + inner.width] = np.asarray(inner, np.float32) / 255
    return result


def _scaled(source: Image.Image, factor: float) -> tuple[int, int]:
    return max(round(source.width * factor), 1), max(round(source.height * factor), 1)

"""Tiny videos and photos with known content."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Lossless H.264, so that equal frames stay equal.
_OPTIONS = {"libx264": {"qp": "0", "preset": "veryfast", "bf": "2"}, "libx265": {"x265-params": "log-level=none"}}
SIZE = (240, 160)  # width, height


def texture(width: int = 520, height: int = 400, seed: int = 0) -> NDArray[np.uint8]:
    """Smooth random greys with a little colour `[H, W, 3]`, easy to follow and kind to codecs."""
    rng = np.random.default_rng(seed)
    grey = rng.uniform(20, 235, (height // 8, width // 8, 1)).astype(np.float32)
    noise = grey + rng.uniform(-20, 20, (height // 8, width // 8, 3)).astype(np.float32)
    return np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 255), np.uint8)


def panned(shifts: Sequence[int], size: tuple[int, int] = SIZE) -> list[NDArray[np.uint8]]:
    """RGB frames that look at the texture from `shifts` pixels further right each."""
    whole = texture(max(shifts) + size[0] + 8, size[1])
    return [np.ascontiguousarray(whole[:, shift : shift + size[0]]) for shift in shifts]


def write_video(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    times_s: Sequence[float] | None = None,
    rotation_deg: int = 0,
    color_tags: tuple[int, int, int] | None = None,
) -> Path:
    """Encode RGB frames at 10 per second, or at `times_s`; `color_tags` are primaries, transfer and matrix of H.273."""
    frames = list(frames)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, 10, options=_OPTIONS.get(codec, {}))
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.thread_count = 1
        if rotation_deg:
            stream.set_display_rotation(rotation_deg)
        if color_tags:
            context = stream.codec_context
            context.color_primaries, context.color_trc, context.colorspace = color_tags
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=pix_fmt)
            frame.time_base = Fraction(1, 1000)
            frame.pts = round(1000 * (times_s[number] if times_s else number / 10))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def jpeg(pixels: NDArray[np.uint8], exif: Image.Exif | None = None) -> bytes:
    """RGB pixels as a JPEG file."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95, exif=exif or Image.Exif())
    return stream.getvalue()


def write_photos(folder: Path, num_photos: int) -> None:
    """`photo_1.jpg` ... in `folder`, all different."""
    folder.mkdir(exist_ok=True)
    for number, pixels in enumerate(panned([8 * i for i in range(num_photos)]), start=1):
        (folder / f"photo_{number}.jpg").write_bytes(jpeg(pixels))

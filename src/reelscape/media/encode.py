"""Writing H.264 videos that browsers and phones play."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream
from numpy.typing import NDArray


def write_mp4(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    fps: float,
    crf: int = 20,
    preset: str = "veryfast",
    num_threads: int = 1,
) -> None:
    """Write `frames` (uint8 RGB `[H, W, 3]`, all of one size) as an H.264 MP4 at `path`.

    4:2:0, BT.709, index in front (faststart). H.264 with 4:2:0 wants even sizes: an odd last row or column is cut off.
    One frame is held at a time, so `frames` may be a generator. Raises `ValueError` when `frames` is empty.
    """
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        raise ValueError("a video needs at least one frame")
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = _add_h264(container, _even(first), fps, {"crf": str(crf), "preset": preset})
        stream.codec_context.thread_count = num_threads
        for frame in chain([first], frames):
            container.mux(stream.encode(_to_yuv420(_even(frame))))
        container.mux(stream.encode(None))


def _even(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = frame.shape[:2]
    return frame[: height & ~1, : width & ~1]


def _add_h264(
    container: av.container.OutputContainer, first: NDArray[np.uint8], fps: float, options: dict[str, str]
) -> VideoStream:
    stream: VideoStream = container.add_stream("libx264", Fraction(fps).limit_denominator(1001), options=options)
    stream.height, stream.width = first.shape[:2]
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.color_range = ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    return stream


def _to_yuv420(frame: NDArray[np.uint8]) -> av.VideoFrame:
    rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
    return rgb.reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )

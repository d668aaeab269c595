"""Opening a video that nobody vouches for: known container, known codec, sane size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from reelscape.errors import NoVideoStream, PictureTooLarge, PictureTooSmall, UnreadableMedia
from reelscape.resources import num_usable_cores
from reelscape.sniff import head_of, picture_format, video_format

MIN_SIDE_PX = 128
MAX_SIDE_PX = 8192
MAX_VIDEO_PIXELS = 4096 * 4096
MAX_THREADS = 4
_CODECS = frozenset(
    ("h264", "hevc", "vp8", "vp9", "av1", "mjpeg", "prores", "dnxhd", "mpeg4", "mpeg2video", "mpeg1video", "h263")
)


@dataclass(frozen=True)
class Video:
    """An open video: its container, the chosen track, and what the header says of it (0 when it says nothing).

    Only MOV and MP4 list their frames; rate times duration is far off for many WebM and AVI files.
    """

    container: InputContainer
    stream: VideoStream
    codec: str
    duration_s: float
    fps: float
    num_frames: int


@contextmanager
def open_video(path: Path) -> Iterator[Video]:
    """Open the first real video track of `path`; nothing is decoded yet.

    Raises `UnreadableMedia` for what is no video of a known container or codec, `NoVideoStream` when only sound or
    pictures are inside, `PictureTooSmall` and `PictureTooLarge` by the size the header names.
    """
    # FFmpeg is handed an open file rather than a name: no name is ever read as an address or an option.
    with open(path, "rb") as file:
        container = _open_container(file, _container_format(path))
        with container:
            stream = _moving_pictures(container)
            check_size(stream.codec_context.width, stream.codec_context.height, MAX_VIDEO_PIXELS)
            _prepare_decoder(stream)
            yield _describe(container, stream)


def _container_format(path: Path) -> str:
    head = head_of(path)
    if not head:
        raise UnreadableMedia("The file is empty.")
    if picture_format(head) is not None:
        raise NoVideoStream("The file is a single picture, not a video.")
    name = video_format(head)
    if name is None:
        raise UnreadableMedia("The file is not an MP4, MOV, MKV, WebM, AVI or MPEG-TS video, whatever its name says.")
    return name


def _open_container(file: object, format_name: str) -> InputContainer:
    options = {"protocol_whitelist": "file"}
    if format_name == "mov":
        options |= {"enable_drefs": "0", "use_absolute_path": "0"}  # never follow references to other files
    try:
        return av.open(file, "r", format=format_name, container_options=options, buffer_size=1 << 18)
    except MemoryError:
        raise
    except (av.FFmpegError, EOFError, ValueError) as error:
        raise UnreadableMedia("The video cannot be read: its index is missing or broken.") from error


def _moving_pictures(container: InputContainer) -> VideoStream:
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        raise NoVideoStream()
    stream = streams[0]
    codec = stream.codec_context.codec.canonical_name if stream.codec_context else "unknown"
    if codec not in _CODECS:
        raise UnreadableMedia(f"The video is coded as {codec}, which is not read here.")
    return stream


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Raise `PictureTooSmall` or `PictureTooLarge` unless pictures of this size (in pixels) can be worked with."""
    if min(width, height) < MIN_SIDE_PX:
        raise PictureTooSmall(f"The pictures have only {width}x{height} pixels.")
    if max(width, height) > MAX_SIDE_PX or width * height > max_pixels:
        raise PictureTooLarge(f"The pictures have {width}x{height} pixels, more than this program accepts.")


def _prepare_decoder(stream: VideoStream) -> None:
    context = stream.codec_context
    context.thread_type = "FRAME"
    context.thread_count = min(num_usable_cores(), MAX_THREADS)
    context.options = {"max_pixels": str(MAX_VIDEO_PIXELS)}  # a size that grows on the way is refused by the decoder


def _describe(container: InputContainer, stream: VideoStream) -> Video:
    duration_s = 0.0
    if stream.duration and stream.time_base:
        duration_s = float(stream.duration * stream.time_base)
    elif container.duration:
        duration_s = container.duration / av.time_base
    return Video(
        container=container,
        stream=stream,
        codec=stream.codec_context.codec.canonical_name,
        duration_s=duration_s,
        fps=float(stream.average_rate or 0),
        num_frames=stream.frames if container.format.name.startswith("mov") else 0,
    )

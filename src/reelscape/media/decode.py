"""Decoding that goes on past damage and says how much it met."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelscape.errors import VideoTooLong
from reelscape.media.probe import Video

MAX_FRAMES = 120_000  # an hour at 30 frames per second, and some
MANY_FRAMES = 18_000  # ten minutes at 30 frames per second


@dataclass
class Decoder:
    """Iterates the frames of a video in display order, and counts.

    From `MANY_FRAMES` on, frames that no other frame is predicted from are left out: half of most videos with B-frames,
    a third of the work. Raises `VideoTooLong` beyond `MAX_FRAMES`, counted rather than computed from the times
    in the header, so that a two-frame time lapse of a day is short.
    """

    video: Video
    num_decoded: int = 0
    num_errors: int = 0
    num_packets: int = 0
    last_time_s: float = 0.0
    _packet_pts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.video.num_frames > MAX_FRAMES:
            raise VideoTooLong()
        self.skips = self.video.num_frames > MANY_FRAMES
        if self.skips:
            self.video.stream.codec_context.skip_frame = "NONREF"

    def __iter__(self) -> Iterator[VideoFrame]:
        for packet in self._packets():
            for frame in self._decode(packet):
                self.num_decoded += 1
                self.last_time_s = frame.time or self.last_time_s
                yield frame

    def _packets(self) -> Iterator[Packet[VideoStream] | None]:
        """The packets in stored order; the last makes the decoder hand out what it still holds."""
        packets = self.video.container.demux(self.video.stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (av.FFmpegError, EOFError):
                self.num_errors += 1
                yield None
                return
            self.num_packets += 1
            if self.num_packets > MAX_FRAMES:
                raise VideoTooLong()
            if self.skips and packet.pts is not None:
                self._packet_pts.append(packet.pts)
            yield packet

    def _decode(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        try:
            return self.video.stream.decode(packet)
        except MemoryError:
            raise
        except (av.FFmpegError, EOFError):
            self.num_errors += 1
            return []

    @property
    def is_damaged(self) -> bool:
        """Whether packets failed to decode, or clearly less came than the header promised."""
        if self.num_errors or self.video.num_frames:
            return self.num_errors > 0 or self.num_packets < 0.9 * self.video.num_frames - 1
        return self.last_time_s < 0.9 * self.video.duration_s - 1.0

    def source_indices(self, orders: list[int], pts: list[int | None]) -> list[int]:
        """Index in display order, counting every frame of the source, of frames that came out as number `orders`.

        The count itself, unless frames were left out: then the rank of each frame's time stamp among all packets'.
        """
        if not self.skips:
            return orders
        stamps = sorted(self._packet_pts)
        ranks = [
            order if stamp is None else bisect_left(stamps, stamp) for order, stamp in zip(orders, pts, strict=True)
        ]
        return ranks if len(set(ranks)) == len(ranks) else orders

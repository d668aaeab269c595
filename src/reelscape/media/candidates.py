"""Frames that may be chosen, kept on disk while the video goes by: one decoding pass, memory flat in its length."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from reelscape.media.color import bgr, upright
from reelscape.workspace import remove

JPEG_QUALITY = 95


def write_jpeg(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write 8-bit BGR `[H, W, 3]` as JPEG with full colour resolution and without any metadata."""
    settings = [
        cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]  # fmt: skip
    encoded = cv2.imencode(".jpg", picture, settings)[1]
    path.write_bytes(encoded.tobytes())


@dataclass(frozen=True)
class Candidate:
    """What was measured of one decoded frame; `order` counts decoded frames from 0."""

    order: int
    pts: int | None
    time_s: float
    sharpness: float
    is_damaged: bool
    is_duplicate: bool

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """The larger the better."""
        return not self.is_damaged, not self.is_duplicate, self.sharpness


@dataclass
class CandidateStore:
    """Writes the best frame of each group of successive frames as JPEG.

    When more than `capacity` files lie there, neighbours are paired, the worse of each pair is deleted, and groups
    are twice as long from then on. Pictures are shrunk to `size` (width, height), then turned by `turn_deg`.
    """

    folder: Path
    capacity: int
    group_length: int
    size: tuple[int, int]
    turn_deg: int
    kept: list[Candidate] = field(default_factory=list)
    _best: tuple[Candidate, VideoFrame] | None = None
    _num_in_group: int = 0

    def path_of(self, candidate: Candidate) -> Path:
        """Where the candidate's picture lies."""
        return self.folder / f"{candidate.order}.jpg"

    def offer(self, candidate: Candidate, frame: VideoFrame) -> None:
        """Take a frame in, in display order."""
        if self._best is None or candidate.rank > self._best[0].rank:
            self._best = candidate, frame
        self._num_in_group += 1
        if self._num_in_group >= self.group_length:
            self.flush()

    def flush(self) -> None:
        """End the group: write its best frame."""
        if self._best is not None:
            candidate, frame = self._best
            write_jpeg(self.path_of(candidate), upright(bgr(frame, self.size), self.turn_deg))
            self.kept.append(candidate)
        self._best, self._num_in_group = None, 0
        if len(self.kept) > self.capacity:
            self._thin()

    def _thin(self) -> None:
        pairs = [self.kept[i : i + 2] for i in range(0, len(self.kept), 2)]
        self.keep([max(pair, key=lambda candidate: candidate.rank) for pair in pairs])
        self.group_length *= 2

    def keep(self, winners: list[Candidate]) -> None:
        """Delete the pictures of all others."""
        staying = {candidate.order for candidate in winners}
        for candidate in self.kept:
            if candidate.order not in staying:
                remove(self.path_of(candidate))
        self.kept = winners

"""From a video to its chosen frames."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from av.video.frame import VideoFrame

from reelscape.errors import DamagedVideo, TooFewFrames
from reelscape.media.candidates import Candidate, CandidateStore
from reelscape.media.choose import MIN_FRAMES, STILL_FRAMES, accumulated_flow, choose, most_wanted, num_wanted
from reelscape.media.color import luma, rotation_deg
from reelscape.media.decode import Decoder
from reelscape.media.motion import FlowMeter, fitted_size, sharpness
from reelscape.media.probe import MAX_VIDEO_PIXELS, Video, check_size, open_video
from reelscape.report import Report

_MEASURE_SIDE_PX = 960
_FLOWS_PER_S = 10.0
_MIN_CAPACITY = 600
_MIN_MOTION = 0.02
_REPORT_EVERY = 20


@dataclass(frozen=True)
class Shape:
    """The first frame's make-up, which all others must share: stored size, upright turn, size of saved pictures."""

    stored: tuple[int, int]
    turn_deg: int
    saved: tuple[int, int]

    @property
    def upright(self) -> tuple[int, int]:
        """Size (width, height) of the saved pictures after the turn."""
        width, height = self.saved
        return (height, width) if self.turn_deg % 180 else (width, height)


@dataclass
class Survey:
    """What is learnt of a video while it goes by once: sharpness, motion, duplicates; candidates go to `store`."""

    shape: Shape
    store: CandidateStore
    flow_every: int
    num_measured: int = 0
    num_duplicates: int = 0
    num_damaged: int = 0
    num_other_size: int = 0
    flow_orders: list[int] = field(default_factory=list)
    flows: list[float] = field(default_factory=list)
    last_time_s: float = 0.0
    first_time_s: float | None = None
    _meter: FlowMeter = field(default_factory=FlowMeter)
    _seen: set[int] = field(default_factory=set)

    def add(self, order: int, frame: VideoFrame, time_s: float) -> None:
        """Measure a frame and offer it to the store."""
        if (frame.width, frame.height) != self.shape.stored:
            self.num_other_size += 1
            return
        brightness = luma(frame, fitted_size(*self.shape.saved, _MEASURE_SIDE_PX))
        if self.num_measured % self.flow_every == 0:
            self.flow_orders.append(order)
            self.flows.append(self._meter.measure(brightness))
        mark = zlib.crc32(brightness.tobytes())
        candidate = Candidate(order, frame.pts, time_s, sharpness(brightness), frame.is_corrupt, mark in self._seen)
        self._seen.add(mark)
        self._count(candidate)
        self.store.offer(candidate, frame)

    def _count(self, candidate: Candidate) -> None:
        self.num_measured += 1
        self.num_duplicates += candidate.is_duplicate
        self.num_damaged += candidate.is_damaged
        if self.first_time_s is None:
            self.first_time_s = candidate.time_s
        self.last_time_s = candidate.time_s

    @property
    def span_s(self) -> float:
        """Time between the first and the last frame."""
        return self.last_time_s - (self.first_time_s or 0.0)


def extract_video(path: Path, out_dir: Path, num_frames: int, max_side_px: int, report: Report) -> dict[str, Any]:
    """Choose frames of the video `path` and write them to `out_dir` as `frame_<source index>.jpg`.

    `num_frames` 0 lets the length decide. Returns the frame index (see `stages.frames`). Raises the errors of
    `open_video`, `VideoTooLong`, `DamagedVideo` and `TooFewFrames`.
    """
    with open_video(path) as video:
        decoder = Decoder(video)
        survey = _go_through(video, decoder, out_dir, most_wanted(num_frames), max_side_px, report)
    if survey is None:
        raise _too_few(decoder, 0)
    chosen = _choose(survey, decoder, num_frames)
    _warn(survey, decoder, report)
    survey.store.keep(chosen)
    return _index(survey, decoder, video)


def _go_through(
    video: Video, decoder: Decoder, out_dir: Path, wanted: int, max_side_px: int, report: Report
) -> Survey | None:
    """Decode once and measure every frame; None when not one frame decodes."""
    survey = None
    for order, frame in enumerate(decoder):
        if survey is None:
            survey = _start(video, frame, out_dir, wanted, max_side_px)
        time_s = order / (video.fps or 30.0) if frame.time is None else frame.time
        survey.add(order, frame, time_s)
        if order % _REPORT_EVERY == 0:
            frames = "1 frame" if order == 0 else f"{order + 1} frames"
            report.progress(min(_share(decoder, time_s), 0.99), f"{frames} read")
    if survey is not None:
        survey.store.flush()
    return survey


def _share(decoder: Decoder, time_s: float) -> float:
    """About how much of the video has gone by."""
    if decoder.video.num_frames:
        return decoder.num_packets / decoder.video.num_frames
    return time_s / decoder.video.duration_s if decoder.video.duration_s else 0.0


def _start(video: Video, frame: VideoFrame, out_dir: Path, wanted: int, max_side_px: int) -> Survey:
    check_size(frame.width, frame.height, MAX_VIDEO_PIXELS)
    shape = Shape(
        (frame.width, frame.height), rotation_deg(frame), fitted_size(*_square_pixels(video, frame), max_side_px)
    )
    capacity = max(_MIN_CAPACITY, 2 * wanted)
    store = CandidateStore(out_dir, capacity, 1 + video.num_frames // capacity, shape.saved, shape.turn_deg)
    return Survey(shape, store, max(1, round(video.fps / _FLOWS_PER_S)))


def _square_pixels(video: Video, frame: VideoFrame) -> tuple[int, int]:
    """The size to show the frame at: pixels that are not square (old camcorders) are stretched in width."""
    aspect = float(video.stream.sample_aspect_ratio or 1)
    return (round(frame.width * aspect), frame.height) if 0.25 <= aspect <= 4 else (frame.width, frame.height)


def _choose(survey: Survey, decoder: Decoder, num_frames: int) -> list[Candidate]:
    """The candidates to keep; damaged frames never, duplicates only when there is nothing else."""
    clean = [c for c in survey.store.kept if not c.is_damaged]
    usable = [c for c in clean if not c.is_duplicate]
    wanted = num_wanted(num_frames, survey.span_s)
    positions = accumulated_flow(survey.flow_orders, survey.flows)
    if len(usable) < MIN_FRAMES <= len(clean) and positions[-1] < _MIN_MOTION:
        usable, wanted = clean, STILL_FRAMES  # a still or blank picture: the poses stage can tell why better
    if len(usable) < MIN_FRAMES:
        raise _too_few(decoder, len(usable))
    at = np.interp([c.order for c in usable], survey.flow_orders, positions)
    return [usable[i] for i in choose(at, np.array([c.sharpness for c in usable]), wanted)]


def _too_few(decoder: Decoder, num_usable: int) -> DamagedVideo | TooFewFrames:
    found = f"{num_usable} of {decoder.num_decoded} frames can be used, and at least {MIN_FRAMES} are needed"
    if decoder.is_damaged:
        return DamagedVideo(f"The video is damaged: {found}.")
    return TooFewFrames(f"The video has too few different frames: {found}.")


def _warn(survey: Survey, decoder: Decoder, report: Report) -> None:
    if decoder.is_damaged or survey.num_damaged:
        lost = max(decoder.video.num_frames - decoder.num_decoded, 0) + survey.num_damaged
        report.warn("video_damaged", f"The video is damaged: about {lost} frames were left out.")
    if survey.num_other_size:
        report.warn("size_changed", f"{survey.num_other_size} frames of another size than the first were left out.")
    if decoder.skips:
        report.warn("video_long", "The video is long: only part of its frames were looked at.")


def _index(survey: Survey, decoder: Decoder, video: Video) -> dict[str, Any]:
    """Give the pictures their final names and describe them."""
    kept = survey.store.kept
    sources = decoder.source_indices([c.order for c in kept], [c.pts for c in kept])
    width, height = survey.shape.upright
    frames = []
    for candidate, source in zip(kept, sources, strict=True):
        name = f"frame_{source:06d}.jpg"
        survey.store.path_of(candidate).rename(survey.store.folder / name)
        frames.append(
            {
                "name": name,
                "source_index": source,
                "time_s": round(candidate.time_s, 6),
                "width": width,
                "height": height,
                "sharpness": round(candidate.sharpness, 4),
                "focal_px": None,
            }
        )
    return {
        "kind": "video",
        "num_source_frames": decoder.num_packets if decoder.skips else decoder.num_decoded,
        "num_decoded": decoder.num_decoded,
        "num_duplicates_dropped": survey.num_duplicates - sum(c.is_duplicate for c in kept),
        "num_damaged": survey.num_damaged,
        "codec": video.codec,
        "rotation_deg": survey.shape.turn_deg,
        "source_width": survey.shape.stored[0],
        "source_height": survey.shape.stored[1],
        "fps": round(video.fps or (survey.num_measured - 1) / max(survey.span_s, 1e-9), 4),
        "duration_s": round(survey.span_s, 6),
        "frames": frames,
    }

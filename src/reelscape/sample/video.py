"""The sample video with its ground truth."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reelscape.cameras import Cameras, Float
from reelscape.errors import BadSetting
from reelscape.media.encode import write_mp4
from reelscape.sample.mesh import Room
from reelscape.sample.render import Picture, Sensor, intrinsics, render_moving
from reelscape.sample.room import default_room
from reelscape.sample.truth import write_truth
from reelscape.sample.walk import Walk

EXPOSURE_S = 0.005
NOISE_LEVELS = 1.6
NUM_DEPTH_FRAMES = 6
_MANY_PIXELS = 1_000_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SampleConfig:
    """The walk's length, frames per second, picture (width, height) in pixels, texel size, threads (0: all cores)."""

    seconds: float = 6.0
    fps: float = 30.0
    size: tuple[int, int] = (540, 960)
    texel_m: float = 0.003
    num_threads: int = 0

    @property
    def num_frames(self) -> int:
        """Frames of the video."""
        return max(2, round(self.seconds * self.fps))

    def check(self) -> None:
        """Raise `BadSetting` for values that cannot be used."""
        if not 0.1 <= self.seconds <= 3600:
            raise BadSetting("The video must take 0.1 to 3600 seconds.")
        if not 1 <= self.fps <= 240:
            raise BadSetting("The video must have 1 to 240 frames per second.")
        if not all(64 <= side <= 4096 and side % 2 == 0 for side in self.size):
            raise BadSetting("Width and height must be even numbers from 64 to 4096.")


def truth_dir(video_path: Path) -> Path:
    """The folder of the ground truth of a sample video: `room.mp4` has `room.truth`."""
    return video_path.with_suffix(".truth")


def write_sample(path: Path, config: SampleConfig | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Render the sample video to `path` (MP4) and its ground truth to `truth_dir(path)`; returns facts for people.

    The same settings give the same frames, on any number of threads. `progress(done, all)` is called after each frame.
    Raises `BadSetting`; a broken-off call leaves no video.
    """
    config = config or SampleConfig()
    config.check()
    room, cameras = default_room(config.texel_m), sample_cameras(config)
    folder, unfinished = truth_dir(path), path.with_name(f".{path.name}.part.mp4")
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        write_mp4(unfinished, _counted(render_video(room, config), len(cameras), progress), config.fps)
        depth_frames = np.unique(np.linspace(0, len(cameras) - 1, NUM_DEPTH_FRAMES).astype(int))
        write_truth(folder, room, cameras, depth_frames.tolist())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return {"video": str(path), "truth": str(folder), "num_frames": len(cameras), "num_triangles": len(room.triangles)}


def sample_cameras(config: SampleConfig) -> Cameras:
    """The camera of each frame, in the middle of its exposure."""
    viewmats = Walk(config.seconds).viewmats(_times_s(config))
    count = len(viewmats)
    names = tuple(f"frame_{i:06d}.jpg" for i in range(count))
    Ks = np.tile(intrinsics(config.size), (count, 1, 1))
    return Cameras(names, viewmats, Ks, np.tile(np.array(config.size, np.int64), (count, 1)))


def render_video(room: Room, config: SampleConfig) -> Iterator[Picture]:
    """The frames, uint8 RGB [H, W, 3], one at a time."""
    walk, K = Walk(config.seconds), intrinsics(config.size)
    num_samples = 4 if config.size[0] * config.size[1] <= _MANY_PIXELS else 1
    shutter_s = EXPOSURE_S * ((np.arange(num_samples) + 0.5) / num_samples - 0.5)
    for index, time_s in enumerate(_times_s(config)):
        sensor = Sensor(num_samples, NOISE_LEVELS, index + 1, config.num_threads)
        yield render_moving(room, walk.viewmats(time_s + shutter_s), K, config.size, sensor)[0]


def _times_s(config: SampleConfig) -> Float:
    return np.arange(config.num_frames) / config.fps


def _counted(frames: Iterator[Picture], count: int, progress: Progress | None) -> Iterator[Picture]:
    for index, frame in enumerate(frames):
        yield frame
        if progress is not None:
            progress(index + 1, count)

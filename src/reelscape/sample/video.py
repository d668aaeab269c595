"""The sample video with its ground truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reelscape.cameras import Cameras, Float
from reelscape.errors import BadSetting, OutDirNotOurs, OutDirUnwritable, coded
from reelscape.media.encode import write_mp4
from reelscape.sample.mesh import Room
from reelscape.sample.render import Picture, Sensor, intrinsics, render_moving
from reelscape.sample.room import default_room
from reelscape.sample.truth import CAMERAS_NAME, write_truth
from reelscape.sample.walk import Walk
from reelscape.workspace import atomic

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
        if not 0.001 <= self.texel_m <= 0.1:
            raise BadSetting("A texel must measure 0.001 to 0.1 metres.")
        if not 0 <= self.num_threads <= 256:
            raise BadSetting("There can be 1 to 256 threads, or 0 for all cores.")


def truth_dir(video_path: Path) -> Path:
    """The folder of the ground truth of a sample video: `room.mp4` has `room.truth`."""
    return video_path.with_suffix(".truth")


def write_sample(path: Path, config: SampleConfig | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Render the sample video to `path` (MP4) and its ground truth to `truth_dir(path)`; returns facts for people.

    The same settings give the same frames, on any number of threads. `progress(done, all)` is called after each frame.
    Raises `BadSetting`, or an `OutputError` when it cannot be written; a broken-off call leaves what was there before.
    """
    config = config or SampleConfig()
    config.check()
    _check_target(path)
    try:
        # Both are in place before the long work begins, so what cannot be written shows at once.
        with atomic(path) as video_path, atomic(truth_dir(path)) as truth_path:
            truth_path.mkdir()
            room, cameras = default_room(config.texel_m), sample_cameras(config)
            write_mp4(video_path, _counted(render_video(room, config), len(cameras), progress), config.fps)
            depth_frames = np.unique(np.linspace(0, len(cameras) - 1, NUM_DEPTH_FRAMES).astype(int))
            write_truth(truth_path, room, cameras, depth_frames.tolist())
    except OSError as error:
        raise coded(error) from error
    return {
        "video": str(path),
        "truth": str(truth_dir(path)),
        "num_frames": len(cameras),
        "num_triangles": len(room.triangles),
    }


def _check_target(path: Path) -> None:
    """Refuse a video whose name or place would cost somebody something else."""
    folder = truth_dir(path)
    if folder == path:
        raise BadSetting(f"The video {path.name} cannot be named like the folder of its ground truth.")
    if path.is_dir():
        raise OutDirUnwritable(f"There is a folder at {path}.")
    if folder.exists() and not (folder / CAMERAS_NAME).exists():
        raise OutDirNotOurs(f"There is something else at {folder}, where the ground truth belongs.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutDirUnwritable(f"The folder {path.parent} cannot be made: {error.strerror}.") from error


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

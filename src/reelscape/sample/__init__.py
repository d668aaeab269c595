"""The synthetic room: a handheld-like video with ground truth."""

from reelscape.sample.render import Sensor, intrinsics, render_depth, render_frame
from reelscape.sample.room import default_room
from reelscape.sample.truth import read_cameras, read_mesh
from reelscape.sample.video import SampleConfig, render_video, sample_cameras, truth_dir, write_sample

__all__ = [
    "SampleConfig",
    "Sensor",
    "default_room",
    "intrinsics",
    "read_cameras",
    "read_mesh",
    "render_depth",
    "render_frame",
    "render_video",
    "sample_cameras",
    "truth_dir",
    "write_sample",
]

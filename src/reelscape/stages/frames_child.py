"""The frames stage's work, in its child process: any accepted input to chosen pictures in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import cv2

from reelscape.media.archive import PhotoZip
from reelscape.media.photos import PhotoFolder, extract_photos
from reelscape.media.video import extract_video
from reelscape.report import Report
from reelscape.sniff import head_of, is_zip


def extract(report: Report, input_path: str, out_dir: str, num_frames: int, max_side_px: int) -> dict[str, Any]:
    """Write the chosen pictures of a video, a folder or a zip to `out_dir`; returns the frame index."""
    cv2.setNumThreads(1)
    av.logging.set_level(av.logging.PANIC)  # damage is counted and told once, not once per macroblock
    source, target = Path(input_path), Path(out_dir)
    if source.is_dir():
        return extract_photos(PhotoFolder(source), target, num_frames, max_side_px, report)
    if is_zip(head_of(source)):
        return extract_photos(PhotoZip(source), target, num_frames, max_side_px, report)
    return extract_video(source, target, num_frames, max_side_px, report)

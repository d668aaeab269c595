from pathlib import Path

import av
import numpy as np
import pytest
from tests import tolerances
from tests.media.tiny_media import panned

from reelscape.media.encode import write_mp4


def test_round_trip_of_an_odd_size(tmp_path: Path) -> None:
    frames = panned([0, 4, 8, 12], size=(161, 121))
    path = tmp_path / "made.mp4"
    write_mp4(path, iter(frames), fps=29.97)

    content = path.read_bytes()
    assert content.find(b"moov") < content.find(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.codec_context.colorspace, stream.codec_context.color_range) == (1, 1)
        assert float(stream.average_rate or 0) == pytest.approx(29.97)
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    assert len(decoded) == 4
    for got, frame in zip(decoded, frames, strict=True):
        assert np.abs(got.astype(float) - frame[:120, :160]).mean() < tolerances.H264_MEAN_LEVELS


def test_no_frames(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        write_mp4(tmp_path / "none.mp4", [], fps=24)

from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests import tolerances
from tests.media.tiny_media import texture

from reelscape.media.color import bgr, luma

BT2020, HLG, PQ = 9, 18, 16
PATCHES = np.array([[250, 250, 250], [128, 128, 128], [200, 60, 40], [40, 160, 70], [30, 60, 190]], np.uint8)


def _flat(color: NDArray[np.uint8], pix_fmt: str, matrix: int, full_range: bool) -> av.VideoFrame:
    """A frame of one colour, encoded by FFmpeg's own conversion."""
    frame = av.VideoFrame.from_ndarray(np.tile(color, (64, 96, 1)), format="rgb24")
    made = frame.reformat(
        format=pix_fmt, dst_colorspace=matrix, src_color_range=2, dst_color_range=2 if full_range else 1
    )
    made.colorspace, made.color_range = matrix, 2 if full_range else 1
    return made


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p10le", "yuv444p12le", "nv12"])
@pytest.mark.parametrize("matrix", [1, 5])
@pytest.mark.parametrize("full_range", [False, True])
def test_colors_survive(pix_fmt: str, matrix: int, full_range: bool) -> None:
    for color in PATCHES:
        picture = bgr(_flat(color, pix_fmt, matrix, full_range), (48, 32))
        assert picture.shape == (32, 48, 3)
        np.testing.assert_allclose(picture[16, 24, ::-1], color, atol=tolerances.COLOR_LEVELS)


@pytest.mark.parametrize("pix_fmt", ["rgb24", "gbrp", "yuva420p", "yuvj420p"])
@pytest.mark.parametrize("width", [96, 1920])
def test_other_layouts_are_converted(pix_fmt: str, width: int) -> None:
    frame = av.VideoFrame.from_ndarray(np.tile(PATCHES[2], (64, width, 1)), format="rgb24")
    matrix = 1 if width > 1000 else 5  # what an untagged frame of this size is taken for
    made = frame.reformat(format=pix_fmt, dst_colorspace=matrix)
    np.testing.assert_allclose(bgr(made, (96, 64))[32, 48, ::-1], PATCHES[2], atol=tolerances.COLOR_LEVELS)


def test_grey_frames() -> None:
    frame = av.VideoFrame.from_ndarray(np.full((64, 96), 128, np.uint8), format="gray")
    np.testing.assert_allclose(bgr(frame, (96, 64))[32, 48], 128, atol=10)  # its range is not told


def test_odd_sizes_are_not_sheared() -> None:
    pixels = texture(97, 65)
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv444p", dst_color_range=2)
    frame.color_range = 2
    frame.colorspace = 5
    picture = bgr(frame, (97, 65))[..., ::-1]
    assert np.abs(picture.astype(float) - pixels).mean() < tolerances.COLOR_LEVELS


@pytest.mark.parametrize("depth", [8, 10])
def test_luma_is_eight_bits(depth: int) -> None:
    frame = _flat(PATCHES[1], "yuv420p" if depth == 8 else "yuv420p10le", 1, True)
    small = luma(frame, (24, 16))
    assert small.dtype == np.uint8
    np.testing.assert_allclose(small, 128, atol=tolerances.COLOR_LEVELS)


def _grey_10bit(signal: float, transfer: int) -> av.VideoFrame:
    """A grey frame of a given signal (0..1), limited range, tagged as BT.2020."""
    code = round(64 + 876 * signal)
    planes = [np.full((64, 96), code, np.uint16), np.full((32, 48), 512, np.uint16), np.full((32, 48), 512, np.uint16)]
    frame = av.VideoFrame(96, 64, "yuv420p10le")
    for plane, values in zip(frame.planes, planes, strict=True):
        rows = np.zeros((plane.height, plane.line_size // 2), np.uint16)
        rows[:, : values.shape[1]] = values
        plane.update(rows.tobytes())
    frame.colorspace, frame.color_trc, frame.color_primaries, frame.color_range = BT2020, transfer, BT2020, 1
    frame.pts, frame.time_base = 0, Fraction(1, 10)
    return frame


@pytest.mark.parametrize(
    ("transfer", "white_signal"),
    [(HLG, 0.75), (PQ, 0.5806)],  # where ITU-R BT.2408 puts graphics white
)
def test_hdr_white_is_near_white_and_order_is_kept(transfer: int, white_signal: float) -> None:
    signals = [0.0, 0.25 * white_signal, 0.5 * white_signal, white_signal, 1.0]
    greys = [bgr(_grey_10bit(signal, transfer), (48, 32))[16, 24].astype(int) for signal in signals]
    assert all(np.ptp(grey) <= 2 for grey in greys)
    levels = [grey[1] for grey in greys]
    assert levels == sorted(levels)
    assert levels[0] == 0
    assert 200 <= levels[3] <= 250
    assert 245 <= levels[4] <= 255

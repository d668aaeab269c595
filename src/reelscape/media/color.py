"""From a decoded frame to an upright 8-bit picture in sRGB, whatever its layout, depth, range and transfer curve."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, ColorTrc
from numpy.typing import NDArray

# Luma weights of red and blue by the matrix code of ITU-T H.273, table 4.
_LUMA_WEIGHTS = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
    10: (0.2627, 0.0593),
}
_BT601, _BT709, _UNSPECIFIED = 5, 1, 2
_HD_SIDE_PX = 1280
_SDR_WHITE_NITS = 203.0  # ITU-R BT.2408: where graphics white sits in HLG and PQ
_HLG_PEAK_NITS = 1000.0
_KNEE = 0.7
_TOP_CODE = 4095  # of the tables below

_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}

# Linear BT.2020 to linear BT.709, ITU-R BT.2087, in the order blue, green, red.
_BT709_FROM_BT2020 = np.array(
    [[1.1187, -0.1006, -0.0182], [-0.0083, 1.1329, -0.1246], [-0.0728, -0.5876, 1.6605]], np.float32
)

Planes = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


def rotation_deg(frame: VideoFrame) -> int:
    """Counter-clockwise turn that sets the decoded frame upright: 0, 90, 180 or 270 (its display matrix)."""
    return round(frame.rotation / 90) * 90 % 360


def upright(picture: NDArray[np.uint8], turn_deg: int) -> NDArray[np.uint8]:
    """Turn a picture counter-clockwise by a multiple of 90 degrees."""
    return np.asarray(cv2.rotate(picture, _TURNS[turn_deg]), np.uint8) if turn_deg else picture


def luma(frame: VideoFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The brightness of a frame as 8 bits, shrunk to `size` (width, height) by area averaging; not turned upright."""
    planar, depth = _planar(frame)
    small = _shrunk(_plane(planar, 0, depth), size)
    return np.ascontiguousarray(small >> (depth - 8), np.uint8)


def bgr(frame: VideoFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The frame as 8-bit BGR `[H, W, 3]` in sRGB, shrunk to `size` (width, height); HLG and PQ are tone mapped."""
    planar, depth = _planar(frame)
    planes: Planes = tuple(_shrunk(_plane(planar, i, depth), size) for i in range(3))  # type: ignore[assignment]
    matrix = _bgr_from_yuv(_matrix_code(frame), _is_full_range(frame), depth)
    yuv: NDArray[Any] = cv2.merge(planes)
    if frame.color_trc in (ColorTrc.ARIB_STD_B67, ColorTrc.SMPTE2084):
        return _tone_mapped(yuv.astype(np.uint16), matrix, int(frame.color_trc))
    picture = cv2.transform(yuv, matrix * 255.0)  # rounds, and saturates at the type's ends
    return np.minimum(picture, 255).astype(np.uint8)


def _planar(frame: VideoFrame) -> tuple[VideoFrame, int]:
    """The frame with three planes Y, U, V of unsigned integers, and its bits per sample; converted only if need be."""
    parts = frame.format.components
    plain = frame.format.name.startswith(("yuv4", "yuvj4")) and frame.format.is_planar and len(parts) == 3
    if plain and not frame.format.is_big_endian:
        return frame, parts[0].bits
    code, levels = _matrix_code(frame), ColorRange.JPEG if _is_full_range(frame) else ColorRange.MPEG
    return frame.reformat(format="yuv444p", dst_colorspace=code, dst_color_range=levels), 8


def _plane(frame: VideoFrame, index: int, depth: int) -> NDArray[Any]:
    """One plane as an array over the decoder's own memory, without the padding at the end of its rows."""
    plane = frame.planes[index]
    dtype = np.dtype(np.uint8 if depth == 8 else np.uint16)
    samples: NDArray[Any] = np.frombuffer(memoryview(plane), dtype)
    return samples.reshape(plane.height, plane.line_size // dtype.itemsize)[:, : plane.width]


def _shrunk(plane: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    if plane.shape[::-1] == size:
        return plane
    enlarges = plane.shape[1] < size[0] or plane.shape[0] < size[1]
    return cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR if enlarges else cv2.INTER_AREA)


def _matrix_code(frame: VideoFrame) -> int:
    """The frame's own matrix code; without one, what players assume: BT.709 for HD, BT.601 below."""
    code = int(frame.colorspace)
    if code in _LUMA_WEIGHTS:
        return code
    return _BT709 if max(frame.width, frame.height) >= _HD_SIDE_PX else _BT601


def _is_full_range(frame: VideoFrame) -> bool:
    return frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")


@lru_cache
def _bgr_from_yuv(matrix_code: int, full_range: bool, depth: int) -> NDArray[np.float32]:
    """Affine map `[3, 4]` from stored Y, U, V samples to B, G, R in 0..1 (ITU-T H.273, equations 47 to 52)."""
    kr, kb = _LUMA_WEIGHTS[matrix_code]
    kg = 1.0 - kr - kb
    step, top = 2.0 ** (depth - 8), 2.0**depth - 1
    luma_span, luma_zero, chroma_span = (top, 0.0, top) if full_range else (219 * step, 16 * step, 224 * step)
    to_bgr = np.array(
        [
            [1.0, 2 * (1 - kb), 0.0],
            [1.0, -2 * kb * (1 - kb) / kg, -2 * kr * (1 - kr) / kg],
            [1.0, 0.0, 2 * (1 - kr)],
        ]
    )
    scaled = to_bgr / np.array([luma_span, chroma_span, chroma_span])
    offset = -scaled @ np.array([luma_zero, 128 * step, 128 * step])
    return np.hstack([scaled, offset[:, None]]).astype(np.float32)


def _tone_mapped(yuv: NDArray[Any], bgr_from_yuv: NDArray[np.float32], transfer: int) -> NDArray[np.uint8]:
    """HLG or PQ coded BT.2020 as 8-bit BGR in sRGB: white of 203 nits comes out near white, highlights roll off."""
    code = np.minimum(cv2.transform(yuv, bgr_from_yuv * _TOP_CODE), _TOP_CODE)
    light = cv2.transform(np.take(_light_by_code(transfer), code), _BT709_FROM_BT2020)
    blue, green, red = cv2.split(light)
    peak = cv2.max(cv2.max(blue, green), cv2.max(red, 1e-6))  # type: ignore[call-overload]
    over = cv2.exp((_KNEE - np.maximum(peak, _KNEE)) / (1 - _KNEE))
    gain = (np.minimum(peak, _KNEE) + (1 - _KNEE) * (1.0 - over)) / peak  # one for all three keeps the hue
    root = cv2.sqrt(cv2.max(cv2.multiply(light, cv2.merge([gain, gain, gain])), 0.0))  # type: ignore[call-overload]
    return np.take(_srgb_by_root(), (root * _TOP_CODE + 0.5).astype(np.uint16), mode="clip")


@lru_cache
def _light_by_code(transfer: int) -> NDArray[np.float32]:
    """Display light by code value, in units of SDR white (ITU-R BT.2100).

    HLG is read as a screen without HDR shows it, with a plain gamma: below half signal that is HLG's own curve with
    its system gamma of 1.2 on a display of 1000 nits, above it stays bounded. So material that only carries the tag
    looks right too.
    """
    code = np.linspace(0.0, 1.0, _TOP_CODE + 1)
    if transfer == ColorTrc.ARIB_STD_B67:
        light = _HLG_PEAK_NITS / _SDR_WHITE_NITS * (code**2 / 3) ** 1.2
    else:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        root = code ** (1 / m2)
        light = 10000 / _SDR_WHITE_NITS * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    return light.astype(np.float32)


@lru_cache
def _srgb_by_root() -> NDArray[np.uint8]:
    """sRGB code by the square root of linear light, which spreads the table's steps as the eye does."""
    light = np.linspace(0.0, 1.0, _TOP_CODE + 1) ** 2
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(code * 255).astype(np.uint8)

"""Splats as SPZ, Niantic's compressed format, versions 2 and 3 (gzip).

After a 16-byte header the file holds one array after another: positions (24-bit fixed point), alphas, colours, log
scales (8 bits each), rotations, spherical harmonics. Layout and quantisation follow `src/cc/load-spz.cc` of
github.com/nianticlabs/spz. The format's frame is right-up-back, ours right-down-forward: y and z change sign.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from reelscape.errors import BadSetting, UnreadableScene
from reelscape.gaussians import Array, Gaussians, sigmoid

VERSIONS = (2, 3)

_MAGIC = 0x5053474E  # "NGSP"
_HEADER = struct.Struct("<IIIBBBB")  # magic, version, count, SH degree, fractional bits, flags, reserved
_FLAG_ANTIALIASED = 0x1  # trained to be drawn with opacities lowered as splats are widened on screen
_FLAG_EXTENSIONS = 0x2
_FRACTIONAL_BITS = 12
_MAX_FIXED = (1 << 23) - 1
_MAX_GAUSSIANS = 10_000_000  # as the reference reader
_COLOR_SCALE = 0.15
_COMPRESSION = 6

_FLIP_POSITION = np.array([1.0, -1.0, -1.0], dtype=np.float32)
_FLIP_QUAT = np.array([1.0, 1.0, -1.0, -1.0], dtype=np.float32)  # wxyz
# Each real harmonic of degree 1..3 is even or odd in y and in z; these are its odd factors, in storage order.
_ODD_FACTORS = ["y", "z", "x", "xy", "yz", "", "xz", "", "y", "xyz", "y", "z", "x", "z", "x"]
_FLIP_SH = np.array([(-1.0) ** (term.count("y") + term.count("z")) for term in _ODD_FACTORS], dtype=np.float32)
# Rounding of harmonics inside their byte: 5 bits for degree 1, 4 bits above. Fewer distinct values compress better.
_SH_BUCKET = np.array([8] * 3 + [16] * 12, dtype=np.int32)

_SQRT_HALF = 0.5**0.5
_OTHERS = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])  # components beside the largest, xyzw


def write_spz(target: Path | IO[bytes], gaussians: Gaussians, version: int = 3) -> None:
    """Write `gaussians` to a path or an open binary file; the same splats always give the same bytes.

    Steps: position 1/4096 unit (coarser when the scene reaches beyond 2048 units), log scale 1/16, colour (f_dc) 1/38,
    harmonics 1/16 and 1/8, rotation 0.2 degrees (version 2: up to 12 degrees). Raises `BadSetting` for other versions.
    """
    if version not in VERSIONS:
        raise BadSetting(f"SPZ version {version} cannot be written; versions 2 and 3 can.")
    packed = gzip.compress(_pack(gaussians, version), compresslevel=_COMPRESSION, mtime=0)
    if isinstance(target, Path):
        target.write_bytes(packed)
    else:
        target.write(packed)


def read_spz(source: Path | IO[bytes]) -> Gaussians:
    """The splats of an SPZ file of version 2 or 3, back in right-down-forward axes.

    Raises `UnreadableScene` when the file is something else or breaks off.
    """
    try:
        with gzip.open(source, "rb") as file:
            return _unpack(file)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnreadableScene("The file is not an SPZ file of version 2 or 3, or it is damaged.") from error


def _pack(gaussians: Gaussians, version: int) -> bytes:
    fractional_bits = _fit_fractional_bits(gaussians.means)
    sizes = (len(gaussians), gaussians.sh_degree, fractional_bits)
    header = _HEADER.pack(_MAGIC, version, *sizes, _FLAG_ANTIALIASED, 0)
    arrays: list[NDArray[Any]] = [
        _pack_positions(gaussians.means, fractional_bits),
        _byte(sigmoid(gaussians.opacities) * 255),
        _byte((gaussians.sh0 * _COLOR_SCALE + 0.5) * 255),
        _byte((gaussians.scales + 10) * 16),
        _pack_smallest_three(gaussians.quats) if version >= 3 else _pack_first_three(gaussians.quats),
        _pack_sh(gaussians.shN),
    ]
    return b"".join([header, *(array.tobytes() for array in arrays)])


def _unpack(file: gzip.GzipFile) -> Gaussians:
    header = _read_exactly(file, _HEADER.size)
    magic, version, count, sh_degree, fractional_bits, flags, _ = _HEADER.unpack(header.tobytes())
    if (
        magic != _MAGIC
        or version not in VERSIONS
        or sh_degree > 3
        or count > _MAX_GAUSSIANS
        or flags & _FLAG_EXTENSIONS
    ):
        raise UnreadableScene("The file is not an SPZ file of version 2 or 3 that this program can read.")
    num_rest = (sh_degree + 1) ** 2 - 1
    positions = _read_exactly(file, 9 * count)
    alphas = _read_exactly(file, count).astype(np.float32)
    colors = _read_exactly(file, 3 * count).astype(np.float32)
    scales = _read_exactly(file, 3 * count).astype(np.float32)
    rotations = _read_exactly(file, (4 if version >= 3 else 3) * count)
    harmonics = _read_exactly(file, 3 * num_rest * count)
    return Gaussians(
        means=_unpack_positions(positions, fractional_bits),
        quats=_unpack_smallest_three(rotations) if version >= 3 else _unpack_first_three(rotations),
        scales=_float32(scales / 16 - 10).reshape(count, 3),
        opacities=_logit(np.clip(alphas, 0.5, 254.5) / 255),
        sh0=_float32((colors / 255 - 0.5) / _COLOR_SCALE).reshape(count, 1, 3),
        shN=_unpack_sh(harmonics.reshape(count, num_rest, 3)),
    )


def _read_exactly(file: gzip.GzipFile, num_bytes: int) -> NDArray[np.uint8]:
    content = file.read(num_bytes)
    if len(content) != num_bytes:
        raise EOFError
    return np.frombuffer(content, dtype=np.uint8)


def _float32(values: NDArray[np.floating]) -> Array:
    return values.astype(np.float32, copy=False)


def _byte(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    packed: NDArray[np.uint8] = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return packed


def _logit(alphas: NDArray[np.floating]) -> Array:
    return _float32(np.log(alphas / (1 - alphas)))


def _fit_fractional_bits(means: Array) -> int:
    """12, or as many as leave room for the farthest splat in 24 bits."""
    reach = float(np.abs(means).max(initial=1e-9))
    return int(np.clip(np.floor(np.log2(_MAX_FIXED / reach)), 0, _FRACTIONAL_BITS))


def _pack_positions(means: Array, fractional_bits: int) -> NDArray[np.uint8]:
    fixed = np.rint(means * _FLIP_POSITION * float(1 << fractional_bits))
    whole = np.clip(fixed, -_MAX_FIXED, _MAX_FIXED).astype("<i4")
    return np.ascontiguousarray(whole.view(np.uint8).reshape(-1, 3, 4)[..., :3])


def _unpack_positions(packed: NDArray[np.uint8], fractional_bits: int) -> Array:
    padded = np.zeros((packed.size // 3, 4), dtype=np.uint8)
    padded[:, 1:] = packed.reshape(-1, 3)  # in the upper bytes, so that the shift back extends the sign
    fixed = (padded.view("<i4") >> 8).reshape(-1, 3)
    return fixed.astype(np.float32) * _FLIP_POSITION / np.float32(2.0**fractional_bits)


def _to_format_quats(quats: Array) -> Array:
    """Unit quaternions xyzw in right-up-back axes."""
    lengths = np.linalg.norm(quats, axis=1, keepdims=True)
    return np.roll(quats * _FLIP_QUAT / np.maximum(lengths, 1e-12), -1, axis=1)


def _from_format_quats(quats: Array) -> Array:
    return np.roll(quats, 1, axis=1) * _FLIP_QUAT


def _pack_smallest_three(quats: Array) -> NDArray[np.uint32]:
    """Version 3: 2 bits name the largest component; sign and 9 bits for each other one, in xyzw order."""
    xyzw = _to_format_quats(quats)
    largest = np.abs(xyzw).argmax(axis=1)
    negative = np.take_along_axis(xyzw, largest[:, None], axis=1) < 0
    others = np.take_along_axis(xyzw, _OTHERS[largest], axis=1)
    magnitude = np.minimum(np.abs(others) * (511 / _SQRT_HALF) + 0.5, 511).astype(np.uint32)
    fields = magnitude | (((others < 0) ^ negative).astype(np.uint32) << 9)
    packed: NDArray[np.uint32] = (largest << 30).astype(np.uint32)
    packed |= (fields[:, 0] << 20) | (fields[:, 1] << 10) | fields[:, 2]
    return packed.astype("<u4")


def _unpack_smallest_three(packed: NDArray[np.uint8]) -> Array:
    codes = packed.view("<u4")
    fields = codes[:, None] >> np.array([20, 10, 0], dtype=np.uint32)
    others = (fields & 511).astype(np.float32) * np.float32(_SQRT_HALF / 511)
    others = np.where(fields & 512, -others, others)
    largest = (codes >> 30).astype(np.intp)
    xyzw = np.empty((len(codes), 4), dtype=np.float32)
    np.put_along_axis(xyzw, _OTHERS[largest], others, axis=1)
    missing = np.sqrt(np.maximum(1 - np.square(others).sum(axis=1, keepdims=True), 0))
    np.put_along_axis(xyzw, largest[:, None], missing, axis=1)
    return _from_format_quats(xyzw)


def _pack_first_three(quats: Array) -> NDArray[np.uint8]:
    """Version 2: x, y, z in 8 bits each; w follows, being positive."""
    xyzw = _to_format_quats(quats)
    upright = np.where(xyzw[:, 3:] < 0, -xyzw, xyzw)
    return _byte(upright[:, :3] * 127.5 + 127.5)


def _unpack_first_three(packed: NDArray[np.uint8]) -> Array:
    xyz = packed.reshape(-1, 3).astype(np.float32) / np.float32(127.5) - 1
    w = np.sqrt(np.maximum(1 - np.square(xyz).sum(axis=1, keepdims=True), 0))
    return _from_format_quats(np.concatenate([xyz, w], axis=1))


def _pack_sh(shN: Array) -> NDArray[np.uint8]:
    num_rest = shN.shape[1]
    bucket = _SH_BUCKET[:num_rest, None]
    levels = np.rint(shN * (_FLIP_SH[:num_rest, None] * 128)).astype(np.int32) + 128
    rounded: NDArray[np.int32] = (levels + bucket // 2) // bucket * bucket
    return np.clip(rounded, 0, 255).astype(np.uint8)


def _unpack_sh(packed: NDArray[np.uint8]) -> Array:
    return _float32((packed.astype(np.float32) - 128) / 128 * _FLIP_SH[: packed.shape[1], None])

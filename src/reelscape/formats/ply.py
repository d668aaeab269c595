"""Splats as PLY, in the property layout of the INRIA reference implementation (`GaussianModel.save_ply`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from reelscape.errors import UnreadableScene
from reelscape.gaussians import Array, Gaussians

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8",
}  # fmt: skip
_NUM_REST = {0: 0, 9: 3, 24: 8, 45: 15}  # f_rest properties -> coefficients per channel
_BYTE_ORDERS = {"binary_little_endian": "<", "binary_big_endian": ">"}
_MAX_HEADER_LINES = 1000
_MAX_HEADER_LINE_BYTES = 1000


def write_ply(path: Path, gaussians: Gaussians) -> None:
    """Write `gaussians` as binary little-endian PLY, raw values, float32, SH degree 0..3.

    Property order: x y z, nx ny nz (zero), f_dc_*, f_rest_* (all red coefficients, then green, then blue), opacity
    (logit), scale_* (log), rot_* (wxyz).
    """
    names = _property_names(gaussians.shN.shape[1])
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(gaussians)}"]
    header += [f"property float {name}" for name in names] + ["end_header", ""]
    rest = gaussians.shN.transpose(0, 2, 1).reshape(len(gaussians), -1)
    place, normals, opacities = gaussians.means, np.zeros_like(gaussians.means), gaussians.opacities[:, None]
    columns = [place, normals, gaussians.sh0[:, 0], rest, opacities, gaussians.scales, gaussians.quats]
    with open(path, "wb") as file:
        file.write("\n".join(header).encode("ascii"))
        np.concatenate(columns, axis=1).astype("<f4", copy=False).tofile(file)


def read_ply(path: Path) -> Gaussians:
    """The splats of a binary PLY in INRIA's layout; properties in any order, further ones are passed over.

    Raises `UnreadableScene` when the file is something else, breaks off, or lacks a property.
    """
    with open(path, "rb") as file:
        count, dtype = _read_header(file)
        if path.stat().st_size - file.tell() < count * dtype.itemsize:
            raise UnreadableScene(f"The scene {path.name} breaks off before its last splat.")
        rows = np.fromfile(file, dtype, count)
    num_rest = _count_rest(rows.dtype)
    rest = _columns(rows, [f"f_rest_{i}" for i in range(3 * num_rest)])
    return Gaussians(
        means=_columns(rows, ["x", "y", "z"]),
        quats=_columns(rows, [f"rot_{i}" for i in range(4)]),
        scales=_columns(rows, [f"scale_{i}" for i in range(3)]),
        opacities=_columns(rows, ["opacity"])[:, 0],
        sh0=_columns(rows, [f"f_dc_{i}" for i in range(3)])[:, None],
        shN=np.ascontiguousarray(rest.reshape(len(rows), 3, num_rest).transpose(0, 2, 1)),
    )


def _property_names(num_rest: int) -> list[str]:
    names = ["x", "y", "z", "nx", "ny", "nz"]
    names += [f"f_dc_{i}" for i in range(3)] + [f"f_rest_{i}" for i in range(3 * num_rest)]
    return [*names, "opacity", *(f"scale_{i}" for i in range(3)), *(f"rot_{i}" for i in range(4))]


@dataclass
class _Element:
    name: str
    count: int
    fields: list[tuple[str, str]]  # property name, PLY type


def _read_header(file: IO[bytes]) -> tuple[int, np.dtype[np.void]]:
    """Number and layout of the vertices; `file` then stands at the first of them."""
    if file.readline(8).rstrip() != b"ply":
        raise UnreadableScene("The file is not a PLY file.")
    byte_order = None
    elements: list[_Element] = []
    for _ in range(_MAX_HEADER_LINES):
        match file.readline(_MAX_HEADER_LINE_BYTES).decode("latin-1").split():
            case ["end_header"]:
                return _vertices(elements, byte_order)
            case ["format", name, _]:
                byte_order = _BYTE_ORDERS.get(name)
            case ["element", name, count] if count.isdecimal():
                elements.append(_Element(name, int(count), []))
            case ["property", kind, *_, name] if elements:
                elements[-1].fields.append((name, kind))
    raise UnreadableScene("The PLY file has no end of header.")


def _vertices(elements: list[_Element], byte_order: str | None) -> tuple[int, np.dtype[np.void]]:
    if byte_order is None:
        raise UnreadableScene("The PLY file is not binary; splats are read from binary PLY files only.")
    first = elements[0] if elements else None
    if first is None or first.name != "vertex" or any(kind not in _TYPES for _, kind in first.fields):
        raise UnreadableScene("The PLY file does not begin with a plain list of vertices.")
    if len(dict(first.fields)) != len(first.fields):
        raise UnreadableScene("The PLY file names a property twice.")
    return first.count, np.dtype([(name, byte_order + _TYPES[kind]) for name, kind in first.fields])


def _count_rest(dtype: np.dtype[np.void]) -> int:
    found = sum(name.startswith("f_rest_") for name in dtype.names or ())
    if found not in _NUM_REST:
        raise UnreadableScene(f"The PLY file has {found} f_rest properties; 0, 9, 24 or 45 make sense.")
    return _NUM_REST[found]


def _columns(rows: np.ndarray[tuple[int], np.dtype[np.void]], names: list[str]) -> Array:
    """The named properties of all rows, float32 [N, len(names)]."""
    missing = [name for name in names if name not in (rows.dtype.names or ())]
    if missing:
        raise UnreadableScene(f"The PLY file holds no splats: it has no property {missing[0]}.")
    columns = np.empty((len(rows), len(names)), dtype=np.float32)
    for i, name in enumerate(names):
        columns[:, i] = rows[name]
    return columns

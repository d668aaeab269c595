"""COLMAP's sparse folder (cameras.bin, images.bin, points3D.bin), read and written without pycolmap.

The layout is the one COLMAP documents (https://colmap.github.io/format.html, "Binary File Format"). Only undistorted
pictures are handled: PINHOLE is written, PINHOLE and SIMPLE_PINHOLE are read. COLMAP keeps quaternions as wxyz in these
files and poses as cam_from_world, as we do.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reelscape.cameras import Cameras, Float, Observations, Rows, Scene
from reelscape.errors import UnreadableModel

_SIMPLE_PINHOLE, _PINHOLE = 0, 1
_NUM_PARAMS = {_SIMPLE_PINHOLE: 3, _PINHOLE: 4}
_POINT2D = np.dtype([("xy", "<f8", 2), ("point_id", "<i8")])
_TRACK = np.dtype([("image_id", "<i4"), ("point2D_idx", "<i4")])


@dataclass(frozen=True)
class SparseModel:
    """Cameras, sparse points with colours and mean reprojection errors, and who saw what.

    points [P, 3] world; rgbs [P, 3] uint8; errors_px [P].
    """

    cameras: Cameras
    points: Float
    rgbs: npt.NDArray[np.uint8]
    errors_px: Float
    observations: Observations


def read_scene(sparse_dir: Path, image_dir: Path) -> Scene:
    """The scene that a COLMAP folder of undistorted pictures describes. Raises `UnreadableModel`."""
    model = read_model(sparse_dir)
    return Scene(model.cameras, model.points, model.rgbs, image_dir, model.observations)


def read_model(sparse_dir: Path) -> SparseModel:
    """Read the three .bin files; cameras come sorted by picture name.

    Raises `UnreadableModel` for missing, broken or distorted models.
    """
    try:
        intrinsics = _read_cameras((sparse_dir / "cameras.bin").read_bytes())
        images = sorted(_read_images((sparse_dir / "images.bin").read_bytes()), key=lambda image: image.name)
        points = list(_read_points((sparse_dir / "points3D.bin").read_bytes()))
        cameras = _as_cameras(images, intrinsics)
    except (OSError, struct.error, ValueError, KeyError) as error:
        raise UnreadableModel(f"The COLMAP model in {sparse_dir.name!r} cannot be read ({error}).") from error
    observations = _as_observations(images, {point.point_id: row for row, point in enumerate(points)})
    return SparseModel(
        cameras,
        np.array([point.xyz for point in points], np.float64).reshape(-1, 3),
        np.array([point.rgb for point in points], np.uint8).reshape(-1, 3),
        np.array([point.error_px for point in points], np.float64),
        observations,
    )


def write_model(sparse_dir: Path, model: SparseModel) -> None:
    """Write the three .bin files into the existing folder `sparse_dir`; equal intrinsics share one COLMAP camera."""
    camera_ids = _write_cameras(sparse_dir / "cameras.bin", model.cameras)
    order = np.argsort(model.observations.image_rows, kind="stable")
    _write_images(sparse_dir / "images.bin", model, camera_ids, order)
    _write_points(sparse_dir / "points3D.bin", model, order)


def rotmats_from_quats(quats: Float) -> Float:
    """Rotation matrices [N, 3, 3] of quaternions [N, 4] wxyz of any length."""
    w, x, y, z = (quats / np.linalg.norm(quats, axis=1, keepdims=True)).T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), -1, 0)


def quats_from_rotmats(rotmats: Float) -> Float:
    """Unit quaternions [N, 4] wxyz, w >= 0, of rotation matrices [N, 3, 3].

    The eigenvector of Bar-Itzhack's matrix ("New method for extracting the quaternion from a rotation matrix", 2000):
    exact to rounding for every angle, without cases.
    """
    R = rotmats
    K = np.zeros((len(R), 4, 4))
    K[:, 0, 0] = R[:, 0, 0] + R[:, 1, 1] + R[:, 2, 2]
    K[:, 1:, 1:] = R + np.swapaxes(R, 1, 2) - K[:, :1, :1] * np.eye(3)
    K[:, 0, 1] = K[:, 1, 0] = R[:, 2, 1] - R[:, 1, 2]
    K[:, 0, 2] = K[:, 2, 0] = R[:, 0, 2] - R[:, 2, 0]
    K[:, 0, 3] = K[:, 3, 0] = R[:, 1, 0] - R[:, 0, 1]
    quats: Float = np.linalg.eigh(K)[1][:, :, 3]
    return quats * np.where(quats[:, :1] < 0, -1.0, 1.0)


# ---- reading ----


@dataclass(frozen=True)
class _Image:
    name: str
    camera_id: int
    quat: tuple[float, ...]
    translation: tuple[float, ...]
    points2D: npt.NDArray[np.void]


@dataclass(frozen=True)
class _Point:
    point_id: int
    xyz: tuple[float, ...]
    rgb: tuple[int, ...]
    error_px: float


def _read_cameras(data: bytes) -> dict[int, tuple[Float, tuple[int, int]]]:
    """K [3, 3] and (width, height) by camera id."""
    (count,), offset = struct.unpack_from("<Q", data), 8
    found = {}
    for _ in range(count):
        camera_id, model, width, height = struct.unpack_from("<iiQQ", data, offset)
        if model not in _NUM_PARAMS:
            raise ValueError("its pictures are not undistorted")
        params = struct.unpack_from(f"<{_NUM_PARAMS[model]}d", data, offset + 24)
        offset += 24 + 8 * _NUM_PARAMS[model]
        fx, fy, cx, cy = params if model == _PINHOLE else (params[0], *params)
        found[camera_id] = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], np.float64), (width, height)
    return found


def _read_images(data: bytes) -> Iterator[_Image]:
    (count,), offset = struct.unpack_from("<Q", data), 8
    for _ in range(count):
        _, *pose, camera_id = struct.unpack_from("<i7di", data, offset)
        end = data.index(b"\0", offset + 64)
        name = data[offset + 64 : end].decode("utf-8")
        (num_points2D,) = struct.unpack_from("<Q", data, end + 1)
        points2D = np.frombuffer(data, _POINT2D, num_points2D, end + 9)
        offset = end + 9 + points2D.nbytes
        yield _Image(name, camera_id, tuple(pose[:4]), tuple(pose[4:]), points2D)


def _read_points(data: bytes) -> Iterator[_Point]:
    (count,), offset = struct.unpack_from("<Q", data), 8
    for _ in range(count):
        point_id, x, y, z, r, g, b, error, track_length = struct.unpack_from("<Q3d3BdQ", data, offset)
        offset += 51 + _TRACK.itemsize * track_length
        yield _Point(point_id, (x, y, z), (r, g, b), error)


def _as_cameras(images: list[_Image], intrinsics: dict[int, tuple[Float, tuple[int, int]]]) -> Cameras:
    viewmats = np.tile(np.eye(4), (len(images), 1, 1))
    quats = np.array([image.quat for image in images]).reshape(-1, 4)
    if not (np.abs(quats).max(axis=1, initial=0.0) > 0).all() or not np.isfinite(quats).all():
        raise ValueError("a picture's rotation is no quaternion")
    viewmats[:, :3, :3] = rotmats_from_quats(quats)
    viewmats[:, :3, 3] = np.array([image.translation for image in images]).reshape(-1, 3)
    Ks = np.array([intrinsics[image.camera_id][0] for image in images]).reshape(-1, 3, 3)
    sizes = np.array([intrinsics[image.camera_id][1] for image in images], np.int64).reshape(-1, 2)
    return Cameras(tuple(image.name for image in images), viewmats, Ks, sizes)


def _as_observations(images: list[_Image], point_row_by_id: dict[int, int]) -> Observations:
    image_rows = np.repeat(np.arange(len(images)), [len(image.points2D) for image in images])
    points2D = np.concatenate([image.points2D for image in images]) if images else np.empty(0, _POINT2D)
    point_rows = np.array([point_row_by_id.get(int(i), -1) for i in points2D["point_id"]], np.int64)
    everything = Observations(image_rows.astype(np.int64), point_rows, points2D["xy"].copy())
    return everything.select(point_rows >= 0)


# ---- writing; ids are rows + 1 ----


def _write_cameras(path: Path, cameras: Cameras) -> list[int]:
    """Returns the camera id of every picture."""
    ids: dict[bytes, int] = {}
    picture_ids = []
    for K, (width, height) in zip(cameras.Ks, cameras.sizes, strict=True):
        record = struct.pack("<iQQ4d", _PINHOLE, width, height, K[0, 0], K[1, 1], K[0, 2], K[1, 2])
        picture_ids.append(ids.setdefault(record, len(ids) + 1))
    records = [struct.pack("<i", camera_id) + record for record, camera_id in ids.items()]
    path.write_bytes(struct.pack("<Q", len(ids)) + b"".join(records))
    return picture_ids


def _write_images(path: Path, model: SparseModel, camera_ids: list[int], order: Rows) -> None:
    cameras, seen = model.cameras, model.observations
    points2D = np.empty(len(seen), _POINT2D)
    points2D["xy"], points2D["point_id"] = seen.xys[order], seen.point_rows[order] + 1
    bounds = np.searchsorted(seen.image_rows[order], np.arange(len(cameras) + 1))
    quats = quats_from_rotmats(cameras.viewmats[:, :3, :3])
    records = [struct.pack("<Q", len(cameras))]
    for row, name in enumerate(cameras.image_names):
        pose = (*quats[row], *cameras.viewmats[row, :3, 3])
        mine = points2D[bounds[row] : bounds[row + 1]]
        records.append(struct.pack("<i7di", row + 1, *pose, camera_ids[row]) + name.encode() + b"\0")
        records.append(struct.pack("<Q", len(mine)) + mine.tobytes())
    path.write_bytes(b"".join(records))


def _write_points(path: Path, model: SparseModel, order: Rows) -> None:
    seen, num_points = model.observations, len(model.points)
    image_rows = seen.image_rows[order]
    tracks = np.empty(len(seen), _TRACK)
    tracks["image_id"] = image_rows + 1
    tracks["point2D_idx"] = np.arange(len(seen)) - np.searchsorted(image_rows, image_rows)
    by_point = np.argsort(seen.point_rows[order], kind="stable")
    bounds = np.searchsorted(seen.point_rows[order][by_point], np.arange(num_points + 1))
    records = [struct.pack("<Q", num_points)]
    for row, (xyz, rgb, error) in enumerate(zip(model.points, model.rgbs, model.errors_px, strict=True)):
        track = tracks[by_point[bounds[row] : bounds[row + 1]]]
        records.append(struct.pack("<Q3d3BdQ", row + 1, *xyz, *rgb, error, len(track)) + track.tobytes())
    path.write_bytes(b"".join(records))

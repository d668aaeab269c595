"""Cameras as `transforms.json`, which nerfstudio, instant-ngp and their kin read.

Their camera axes are OpenGL's (x right, y up, z back) and their world has z up. Both turns happen here only. The turn
of the world, `(x, y, z) -> (x, z, -y)`, stands in the file as `applied_transform`, as nerfstudio's own converter from
COLMAP writes it (`nerfstudio/process_data/colmap_utils.py`), so that scene.ply and the cameras can be brought together.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from reelscape.cameras import Cameras, Float
from reelscape.errors import UnreadableScene

_GL_FROM_CV = np.diag([1.0, -1.0, -1.0, 1.0])
_Z_UP_FROM_WORLD = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
_INTRINSICS = ("fl_x", "fl_y", "cx", "cy", "w", "h")


def write_transforms(path: Path, cameras: Cameras, image_prefix: str = "images/") -> None:
    """Write `cameras`; intrinsics stand at the top when all share them, else in each frame.

    Matrices are world_from_camera in the file's axes (see the module); pixels as everywhere, centres at +0.5.
    """
    intrinsics = [_intrinsics(K, size) for K, size in zip(cameras.Ks, cameras.sizes, strict=True)]
    shared = len(intrinsics) > 0 and all(fields == intrinsics[0] for fields in intrinsics)
    matrices = _Z_UP_FROM_WORLD @ np.linalg.inv(cameras.viewmats) @ _GL_FROM_CV
    frames = [
        {"file_path": image_prefix + name, "transform_matrix": matrix.tolist(), **({} if shared else fields)}
        for name, matrix, fields in zip(cameras.image_names, matrices, intrinsics, strict=True)
    ]
    content = {
        "camera_model": "PINHOLE",
        **(intrinsics[0] if shared else {}),
        "applied_transform": _Z_UP_FROM_WORLD[:3].tolist(),
        "frames": frames,
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read_transforms(path: Path, image_prefix: str = "images/") -> Cameras:
    """The cameras of a `transforms.json` without lens distortion, `applied_transform` undone.

    Image names are file paths less `image_prefix`. Raises `UnreadableScene` when something needed is missing.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        frames = [{**content, **frame} for frame in content["frames"]]
        world_from_file = np.linalg.inv(_applied_transform(content))
        matrices = np.array([frame["transform_matrix"] for frame in frames], dtype=np.float64).reshape(-1, 4, 4)
        viewmats = np.linalg.inv(world_from_file @ matrices @ _GL_FROM_CV).astype(np.float64)
        names = tuple(str(frame["file_path"]).removeprefix(image_prefix) for frame in frames)
        Ks = np.array([_intrinsic_matrix(frame) for frame in frames], dtype=np.float64).reshape(-1, 3, 3)
        sizes = np.array([(int(frame["w"]), int(frame["h"])) for frame in frames], dtype=np.int64).reshape(-1, 2)
    except (KeyError, TypeError, ValueError, np.linalg.LinAlgError) as error:
        raise UnreadableScene(f"The file {path.name} is not a transforms.json of pinhole cameras.") from error
    return Cameras(names, viewmats, Ks, sizes)


def _applied_transform(content: dict[str, Any]) -> Float:
    """file_from_world, [4, 4]; the identity when the file names none."""
    applied = np.eye(4)
    applied[:3] = content.get("applied_transform", applied[:3])
    return applied


def _intrinsics(K: Float, size: np.ndarray[Any, np.dtype[np.int64]]) -> dict[str, float | int]:
    values = (K[0, 0], K[1, 1], K[0, 2], K[1, 2])
    return dict(zip(_INTRINSICS, (*map(float, values), *map(int, size)), strict=True))


def _intrinsic_matrix(frame: dict[str, Any]) -> Float:
    fl_x, fl_y, cx, cy = (float(frame[name]) for name in _INTRINSICS[:4])
    return np.array([[fl_x, 0, cx], [0, fl_y, cy], [0, 0, 1]])

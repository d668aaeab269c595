"""The ground truth beside a sample video."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelscape.cameras import Cameras
from reelscape.formats.ply_header import AXES_COMMENT
from reelscape.formats.transforms import write_transforms
from reelscape.sample.mesh import Room
from reelscape.sample.render import render_depth

CAMERAS_NAME = "cameras.npz"


def write_truth(folder: Path, room: Room, cameras: Cameras, depth_frames: list[int]) -> None:
    """Write cameras.npz, transforms.json, mesh.ply and, for `depth_frames`, depth/frame_*.npz into `folder`."""
    (folder / "depth").mkdir(parents=True, exist_ok=True)
    write_transforms(folder / "transforms.json", cameras)
    names = np.array(cameras.image_names)
    np.savez(folder / CAMERAS_NAME, viewmats=cameras.viewmats, Ks=cameras.Ks, sizes=cameras.sizes, image_names=names)
    write_mesh(folder / "mesh.ply", room)
    for index in depth_frames:
        width, height = (int(side) for side in cameras.sizes[index])
        depth = render_depth(room, cameras.viewmats[index], cameras.Ks[index], (width, height))
        path = folder / "depth" / Path(cameras.image_names[index]).with_suffix(".npz")
        np.savez_compressed(path, depth=depth, viewmat=cameras.viewmats[index], K=cameras.Ks[index])


def read_cameras(folder: Path) -> Cameras:
    """The cameras of all frames of the video."""
    with np.load(folder / CAMERAS_NAME) as stored:
        names = tuple(str(name) for name in stored["image_names"])
        return Cameras(names, stored["viewmats"], stored["Ks"], stored["sizes"])


def write_mesh(path: Path, room: Room) -> None:
    """Write the room's triangles as a binary PLY with vertex colours: world frame, metres."""
    vertices = np.empty(len(room.vertices), dtype=[("xyz", "<f4", 3), ("rgb", "u1", 3)])
    vertices["xyz"], vertices["rgb"] = room.vertices, room.colours
    faces = np.empty(len(room.triangles), dtype=[("count", "u1"), ("corners", "<i4", 3)])
    faces["count"], faces["corners"] = 3, room.triangles
    header = [
        "ply",
        "format binary_little_endian 1.0",
        f"comment {AXES_COMMENT}",
        f"element vertex {len(vertices)}",
        *(f"property float {axis}" for axis in "xyz"),
        *(f"property uchar {channel}" for channel in ("red", "green", "blue")),
        f"element face {len(faces)}",
        "property list uchar int vertex_indices",
        "end_header\n",
    ]
    path.write_bytes("\n".join(header).encode("ascii") + vertices.tobytes() + faces.tobytes())


def read_mesh(path: Path) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Vertices [V, 3] and triangles [T, 3] of a file that `write_mesh` wrote."""
    head, _, body = path.read_bytes().partition(b"end_header\n")
    num_vertices, num_faces = (
        int(line.split()[-1]) for line in head.decode("ascii").splitlines() if line.startswith("element")
    )
    vertices = np.frombuffer(body, dtype=[("xyz", "<f4", 3), ("rgb", "u1", 3)], count=num_vertices)
    faces = np.frombuffer(body, dtype=[("count", "u1"), ("corners", "<i4", 3)], count=num_faces, offset=vertices.nbytes)
    return vertices["xyz"].copy(), faces["corners"].copy()

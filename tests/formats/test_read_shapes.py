"""Meshes and point clouds out of GLB, PLY and STL files: the same cube from each, in the world's axes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.made_shapes import (
    CORNERS,
    RGB,
    SIDES,
    XYZ,
    cube_glb,
    glb_bytes,
    ply_header,
    write_glb,
    write_ply,
    write_ply_text,
    write_stl,
    write_stl_text,
)

from reelscape.errors import UnreadableMesh
from reelscape.formats.read_glb import read_glb
from reelscape.formats.read_ply import read_ply_shape
from reelscape.formats.read_stl import read_stl
from reelscape.formats.shape import FROM_Y_UP, FROM_Z_UP, Shape

Y_UP, Z_UP = FROM_Y_UP.T, FROM_Z_UP.T  # from rows in the file to rows in the world


def corners_of(shape: Shape) -> np.ndarray:
    return shape.vertices[shape.triangles]


@pytest.mark.parametrize(
    ("write", "read", "turn"),
    [
        (write_stl, read_stl, Z_UP),
        (write_stl_text, read_stl, Z_UP),
        (write_ply, read_ply_shape, Y_UP),
        (lambda path: write_ply(path, ">"), read_ply_shape, Y_UP),
        (write_ply_text, read_ply_shape, Y_UP),
        (write_glb, read_glb, Y_UP),
    ],
    ids=["stl", "stl-text", "ply", "ply-big-endian", "ply-text", "glb"],
)
def test_the_cube(
    write: Callable[[Path], Path], read: Callable[[Path], Shape], turn: np.ndarray, tmp_path: Path
) -> None:
    shape = read(write(tmp_path / "cube"))
    assert np.array_equal(corners_of(shape), CORNERS[SIDES] @ turn)
    volume = np.einsum("ti,ti->", np.cross(*corners_of(shape).transpose(1, 0, 2)[:2]), corners_of(shape)[:, 2]) / 6
    assert volume == pytest.approx(8.0)  # positive: still counter-clockwise from outside


def test_colours(tmp_path: Path) -> None:
    for shape in (read_ply_shape(write_ply(tmp_path / "a")), read_ply_shape(write_ply_text(tmp_path / "b"))):
        assert shape.colours is not None and shape.colours.tolist() == [[255, 128, 0]] * 8
    glb = read_glb(write_glb(tmp_path / "c"))
    assert glb.colours is not None and glb.colours.tolist() == [[255, 0, 127]] * 8
    assert read_stl(write_stl(tmp_path / "d")).colours is None


def test_faces_of_different_lengths_are_fanned(tmp_path: Path) -> None:
    expected = {(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1)}
    faces = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5], [0, 5, 1], [0, 1]]
    binary = read_ply_shape(write_ply(tmp_path / "a", faces=faces))
    text = read_ply_shape(write_ply_text(tmp_path / "b", quads=True))
    assert {tuple(row) for row in binary.triangles.tolist()} == expected
    assert {tuple(row) for row in text.triangles.tolist()} == expected


def test_points_and_our_own_axes(tmp_path: Path) -> None:
    rows = np.zeros(8, [("xyz", "<f4", 3), ("rgb", "u1", 3)])
    rows["xyz"], rows["rgb"][:, 2] = CORNERS, 200
    path = tmp_path / "points.ply"
    path.write_bytes(ply_header("comment axes: right-down-forward", "element vertex 8", *XYZ, *RGB) + rows.tobytes())
    shape = read_ply_shape(path)
    assert not shape.is_mesh and np.array_equal(shape.vertices, CORNERS)
    assert shape.colours is not None and shape.colours[:, 2].tolist() == [200] * 8


def test_what_is_not_finite_is_dropped(tmp_path: Path) -> None:
    corners = CORNERS[SIDES].copy()
    corners[3, 1], corners[5, 0, 2] = np.nan, np.inf
    shape = read_stl(write_stl(tmp_path / "a", corners))
    assert np.isfinite(shape.vertices).all()
    assert np.array_equal(corners_of(shape), np.delete(corners, [3, 5], axis=0) @ Z_UP)
    head = ply_header("element vertex 3", *XYZ)
    (tmp_path / "b").write_bytes(head + np.array([[1, 2, 3], [np.nan, 0, 0], [4, 5, 6]], "<f4").tobytes())
    assert read_ply_shape(tmp_path / "b").vertices.tolist() == [[1, -2, -3], [4, -5, -6]]
    with pytest.raises(UnreadableMesh):
        read_stl(write_stl(tmp_path / "c", np.full((2, 3, 3), np.nan, np.float32)))


def test_glb_nodes_place_their_meshes(tmp_path: Path) -> None:
    quarter = [0, 0.5**0.5, 0, 0.5**0.5]  # about y, xyzw
    nodes = [
        {"children": [1, 2], "translation": [10, 0, 0]},
        {"mesh": 0, "scale": [2, 1, 1]},
        {"mesh": 0, "rotation": quarter, "translation": [0, 5, 0]},
    ]
    shape = read_glb(write_glb(tmp_path / "a", nodes=nodes))
    assert shape.vertices.shape == (16, 3) and len(shape.triangles) == 24
    turned = CORNERS[:, [2, 1, 0]] * [1, 1, -1]
    placed = np.concatenate([CORNERS * [2, 1, 1], turned + np.array([0, 5, 0])])
    expected = (placed + np.array([10, 0, 0])) @ Y_UP
    order = [np.lexsort(places.round(4).T) for places in (shape.vertices, expected)]
    np.testing.assert_allclose(shape.vertices[order[0]], expected[order[1]], atol=1e-5)


def test_glb_strips_fans_quantised_and_sparse_numbers(tmp_path: Path) -> None:
    root, binary = cube_glb()
    places = np.array([[0, 0, 0], [127, 0, 0], [0, 127, 0], [127, 127, 0]], "i1")
    padded = np.zeros((4, 4), "i1")
    padded[:, :3] = places
    rows, value = np.array([3, 0], "<u2").tobytes(), np.array([[127, 127, -127, 0]], "i1").tobytes()
    start = len(binary)
    views = [{"buffer": 0, "byteOffset": start, "byteLength": 16, "byteStride": 4},
             {"buffer": 0, "byteOffset": start + 16, "byteLength": 4},
             {"buffer": 0, "byteOffset": start + 20, "byteLength": 4}]  # fmt: skip
    sparse = {"count": 1, "indices": {"bufferView": 1, "componentType": 5123}, "values": {"bufferView": 2}}
    accessor = {"bufferView": 0, "componentType": 5120, "normalized": True, "count": 4, "type": "VEC3"}
    root |= {"bufferViews": views, "accessors": [accessor | {"sparse": sparse}, accessor]}
    root["meshes"] = [
        {"primitives": [{"attributes": {"POSITION": 0}, "mode": 5}, {"attributes": {"POSITION": 1}, "mode": 6}]}
    ]
    (tmp_path / "a").write_bytes(glb_bytes(root, binary + padded.tobytes() + rows + value))
    shape = read_glb(tmp_path / "a")
    assert shape.triangles.tolist() == [[0, 1, 2], [1, 3, 2], [4, 5, 6], [4, 6, 7]]
    expected = (
        np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, -1], [0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]) @ Y_UP
    )
    assert np.array_equal(shape.vertices, expected)


def test_a_face_beyond_the_vertices_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMesh, match="not there"):
        read_ply_shape(write_ply(tmp_path / "a", faces=[[0, 1, 8]]))

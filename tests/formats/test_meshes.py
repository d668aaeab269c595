"""GLB, OBJ and PLY of a mesh: read back by hand, by the Khronos validator and by three.js."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import tolerances

from reelscape.formats.glb import linear_rgba, write_glb
from reelscape.formats.mesh_ply import write_mesh_ply
from reelscape.formats.obj import write_obj
from reelscape.triangle_mesh import TriangleMesh

JS_DIR = Path(__file__).parents[1] / "js"
Y_UP = np.array([1, -1, -1])


def tetrahedron() -> TriangleMesh:
    vertices = np.float32([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3.5]])
    colors = np.uint8([[255, 0, 0], [0, 128, 0], [10, 20, 30], [255, 255, 255]])
    return TriangleMesh(vertices, np.int32([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]), colors)


def signed_volume(vertices: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    return float(np.einsum("ti,ti->", a, np.cross(b, c)) / 6)


def test_glb_by_hand(tmp_path: Path) -> None:
    mesh = tetrahedron()
    write_glb(tmp_path / "mesh.glb", mesh)
    content = (tmp_path / "mesh.glb").read_bytes()
    magic, version, length, json_length = struct.unpack_from("<4sIII", content)
    assert (magic, version, length) == (b"glTF", 2, len(content))
    document = json.loads(content[20 : 20 + json_length])
    body = content[28 + json_length :]
    assert document["materials"][0]["extensions"] == {"KHR_materials_unlit": {}}
    offsets = [view["byteOffset"] for view in document["bufferViews"]]
    places = np.frombuffer(body, "<f4", 12, offsets[0]).reshape(4, 3)
    colors = np.frombuffer(body, "<u2", 16, offsets[1]).reshape(4, 4)
    np.testing.assert_array_equal(places, mesh.vertices * Y_UP)
    assert colors[:, 3].tolist() == [65535] * 4
    assert colors[1, 1] / 65535 == pytest.approx(((128 / 255 + 0.055) / 1.055) ** 2.4, abs=1e-5)
    assert signed_volume(places, mesh.triangles) == pytest.approx(signed_volume(mesh.vertices, mesh.triangles))


def test_an_empty_mesh_is_no_glb(tmp_path: Path) -> None:
    nothing = TriangleMesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros((0, 3), np.uint8))
    with pytest.raises(ValueError, match="triangle"):
        write_glb(tmp_path / "mesh.glb", nothing)
    assert not (tmp_path / "mesh.glb").exists()


def test_every_colour_has_a_step_of_its_own() -> None:
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    assert (np.diff(linear_rgba(grey)[:, 0].astype(int)) > 0).all()


def test_obj_by_hand(tmp_path: Path) -> None:
    mesh = tetrahedron()
    write_obj(tmp_path / "mesh.obj", mesh)
    lines = [line.split() for line in (tmp_path / "mesh.obj").read_text().splitlines()]
    rows = np.array([[float(value) for value in line[1:]] for line in lines if line[0] == "v"])
    faces = np.array([[int(value) for value in line[1:]] for line in lines if line[0] == "f"])
    np.testing.assert_allclose(rows[:, :3], mesh.vertices * Y_UP)
    np.testing.assert_allclose(rows[:, 3:] * 255, mesh.colors, atol=tolerances.OBJ_COLOR)
    np.testing.assert_array_equal(faces - 1, mesh.triangles)


def test_ply_by_hand(tmp_path: Path) -> None:
    mesh = tetrahedron()
    write_mesh_ply(tmp_path / "mesh.ply", mesh)
    header, body = (tmp_path / "mesh.ply").read_bytes().split(b"end_header\n")
    assert b"element vertex 4\n" in header and b"element face 4\n" in header
    vertices = np.frombuffer(body, [("place", "<f4", 3), ("color", "u1", 3)], 4)
    faces = np.frombuffer(body, [("count", "u1"), ("corners", "<i4", 3)], 4, vertices.nbytes)
    np.testing.assert_array_equal(vertices["place"], mesh.vertices * Y_UP)
    np.testing.assert_array_equal(vertices["color"], mesh.colors)
    np.testing.assert_array_equal(faces["corners"], mesh.triangles)


def test_the_khronos_validator_finds_nothing_and_three_sees_the_same(tmp_path: Path, node: str) -> None:
    mesh = tetrahedron()
    write_glb(tmp_path / "mesh.glb", mesh)
    found = subprocess.run(
        [node, "read_glb.mjs", str(tmp_path / "mesh.glb")],
        cwd=JS_DIR, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    seen: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    issues = seen["issues"]
    assert (issues["numErrors"], issues["numWarnings"], issues["numHints"]) == (0, 0, 0), issues["messages"]
    np.testing.assert_allclose(np.array(seen["position"]).reshape(-1, 3), mesh.vertices * Y_UP)
    assert seen["index"] == mesh.triangles.reshape(-1).tolist()
    assert seen["material"] == "MeshBasicMaterial" and seen["vertexColors"]

"""Meshes and point clouds out of GLB files: all nodes of the scene, their colours and textures, in one shape.

Embedded content only. Triangles (lists, strips, fans) and points are drawn, lines are not; of a material its base
colour counts. Skins, morph targets and animations stay as the file stands.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reelscape.errors import NoPicture, UnreadableMesh
from reelscape.formats.glb_file import GlbFile, Object, is_index, whole
from reelscape.formats.shape import FROM_Y_UP, Bytes, Shape, Skin, Triangles, Vectors, check_counts, make_shape, turned

MAX_NODES = 300_000
MAX_PARTS = 20_000
MAX_TEXTURES = 32
MAX_TEXTURE_PIXELS = 8192 * 8192
TEXTURE_SIDE_PX = 1024

_POINTS, _TRIANGLES, _STRIP, _FAN = 0, 4, 5, 6
_DRAWN_MODES = (_POINTS, _TRIANGLES, _STRIP, _FAN)

Matrix = NDArray[np.float64]


@dataclass
class _Part:
    """A primitive at its place: world_from_part [4, 4] in the file's axes."""

    primitive: Object
    place: Matrix
    num_vertices: int
    num_corners: int


@dataclass
class _Gathered:
    """What the parts add up to."""

    vertices: list[Vectors] = field(default_factory=list)
    triangles: list[Triangles] = field(default_factory=list)
    colours: list[Bytes] = field(default_factory=list)
    uvs: list[Vectors] = field(default_factory=list)
    texture_of: list[NDArray[np.int16]] = field(default_factory=list)
    num_vertices: int = 0


def read_glb(path: Path) -> Shape:
    """The scene of a GLB file as one mesh, or one point cloud when it holds no triangles.

    Raises `UnreadableMesh` when the file is something else, breaks off or lies about itself, `NoPicture` when it is too
    large to be drawn, is compressed (Draco, meshopt) or keeps its content in other files.
    """
    file = GlbFile(path)
    parts = list(_parts(file))
    has_triangles = any(part.primitive.get("mode", _TRIANGLES) != _POINTS for part in parts)
    drawn = [part for part in parts if not has_triangles or part.primitive.get("mode", _TRIANGLES) != _POINTS]
    if not drawn:
        raise UnreadableMesh("The GLB file holds no triangles and no points.")
    textures = _Textures(file)
    gathered = _Gathered()
    for part in drawn:
        _gather(file, part, textures, gathered)
    skin = None
    if textures.pictures:
        texture_of = np.concatenate(gathered.texture_of)
        skin = Skin(np.concatenate(gathered.uvs), tuple(textures.pictures), texture_of)
    vertices = turned(np.concatenate(gathered.vertices), FROM_Y_UP)
    return make_shape(vertices, np.concatenate(gathered.triangles), np.concatenate(gathered.colours), skin)


def _parts(file: GlbFile) -> Iterator[_Part]:
    """All primitives in the scene, counted before any of them is read."""
    num_parts = num_vertices = num_corners = 0
    for mesh_index, place in _placed_meshes(file):
        for primitive in _list(file.item("meshes", mesh_index).get("primitives")):
            part = _part(file, primitive, place)
            if part is None:
                continue
            num_parts, num_vertices = num_parts + 1, num_vertices + part.num_vertices
            num_corners += part.num_corners
            if num_parts > MAX_PARTS:
                raise NoPicture(f"The scene has more than {MAX_PARTS} parts.")
            check_counts(num_vertices, num_corners // 3)
            yield part


def _part(file: GlbFile, primitive: Any, place: Matrix) -> _Part | None:
    if not isinstance(primitive, dict) or not isinstance(primitive.get("attributes"), dict):
        raise UnreadableMesh("The GLB file has a mesh that means nothing.")
    if "KHR_draco_mesh_compression" in _dict(primitive.get("extensions")):
        raise NoPicture("The mesh is compressed with Draco, which is not read here.")
    mode = primitive.get("mode", _TRIANGLES)
    if mode not in _DRAWN_MODES or "POSITION" not in primitive["attributes"]:
        return None
    num_vertices = file.count(primitive["attributes"]["POSITION"])
    num_corners = file.count(primitive["indices"]) if "indices" in primitive else num_vertices
    return _Part(primitive, place, num_vertices, num_corners * (3 if mode in (_STRIP, _FAN) else 1))


def _placed_meshes(file: GlbFile) -> Iterator[tuple[Any, Matrix]]:
    """Indices of the meshes in the scene with their place; each node once, so cycles come to an end."""
    nodes = file.objects("nodes")
    if len(nodes) > MAX_NODES:
        raise NoPicture(f"The scene has more than {MAX_NODES} nodes.")
    if not nodes:
        yield from ((index, np.eye(4)) for index in range(min(len(file.objects("meshes")), MAX_PARTS)))
    seen: set[int] = set()
    waiting = [(index, np.eye(4)) for index in _root_nodes(file)]
    while waiting:
        index, above = waiting.pop()
        if not is_index(index, len(nodes)) or not isinstance(nodes[index], dict):
            raise UnreadableMesh("The GLB file names a node that is not there.")
        if index in seen:
            continue
        seen.add(index)
        node = nodes[index]
        place = above @ local if (local := _local(node)) is not None else above
        if "mesh" in node:
            yield node["mesh"], place
        waiting += [(child, place) for child in _list(node.get("children"))]


def _root_nodes(file: GlbFile) -> list[Any]:
    """Of the scene to be shown; without scenes, all nodes that are nobody's child."""
    scenes = file.objects("scenes")
    if scenes:
        scene = file.item("scenes", file.root.get("scene", 0))
        return list(reversed(_list(scene.get("nodes"))))
    nodes = file.objects("nodes")
    children = {child for node in nodes for child in _list(_dict(node).get("children")) if isinstance(child, int)}
    return [index for index in range(len(nodes)) if index not in children]


def _local(node: Object) -> Matrix | None:
    """parent_from_node [4, 4] of a matrix (column by column) or of translation, rotation (xyzw) and scale."""
    if "matrix" in node:
        return _numbers(node["matrix"], 16).reshape(4, 4).T
    if not node.keys() & {"translation", "rotation", "scale"}:
        return None
    x, y, z, w = _numbers(node.get("rotation", (0, 0, 0, 1)), 4)
    local = np.eye(4)
    local[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    local[:3, :3] *= _numbers(node.get("scale", (1, 1, 1)), 3)
    local[:3, 3] = _numbers(node.get("translation", (0, 0, 0)), 3)
    return local


def _gather(file: GlbFile, part: _Part, textures: _Textures, gathered: _Gathered) -> None:
    attributes = part.primitive["attributes"]
    with np.errstate(all="ignore"):  # places that are not finite are dropped later
        local = file.shares(attributes["POSITION"])
        if local.shape[1] != 3:
            raise UnreadableMesh("The GLB file has vertices that are no points in space.")
        vertices = local @ part.place[:3, :3].T.astype(np.float32) + part.place[:3, 3].astype(np.float32)
    triangles = _triangles(file, part, len(vertices)) + np.int32(gathered.num_vertices)
    material = _dict(_dict(_material(file, part.primitive)).get("pbrMetallicRoughness"))
    texture, uvs = textures.number_and_uvs(material, attributes, len(vertices))
    gathered.vertices.append(vertices)
    gathered.triangles.append(triangles)
    gathered.colours.append(_colours(file, attributes, material, len(vertices)))
    gathered.uvs.append(uvs)
    gathered.texture_of.append(np.full(len(triangles), texture, np.int16))
    gathered.num_vertices += len(vertices)


def _triangles(file: GlbFile, part: _Part, num_vertices: int) -> Triangles:
    """Triangles [T, 3] of a primitive; none for points."""
    mode = part.primitive.get("mode", _TRIANGLES)
    if mode == _POINTS:
        return np.empty((0, 3), np.int32)
    corners: NDArray[Any] = np.arange(num_vertices)
    if "indices" in part.primitive:
        stored = file.values(part.primitive["indices"])
        if stored.dtype.kind != "u" or stored.shape[1] != 1:
            raise UnreadableMesh("The GLB file has indices that are no whole numbers.")
        corners = stored[:, 0]
    if corners.size and int(corners.max()) >= num_vertices:
        raise UnreadableMesh("A face of the mesh names a vertex that is not there.")
    corners = corners.astype(np.int32)
    if mode == _TRIANGLES:
        return corners[: len(corners) // 3 * 3].reshape(-1, 3)
    first = np.arange(max(len(corners) - 2, 0))
    if mode == _FAN:
        return np.stack([np.full_like(corners[2:], corners[0] if corners.size else 0), corners[1:-1], corners[2:]], 1)
    odd = first % 2  # every other triangle of a strip is wound the other way
    return np.stack([corners[first], corners[first + 1 + odd], corners[first + 2 - odd]], axis=1)


def _material(file: GlbFile, primitive: Object) -> Object:
    return file.item("materials", primitive["material"]) if "material" in primitive else {}


def _colours(file: GlbFile, attributes: Object, material: Object, count: int) -> Bytes:
    """Base colours of the vertices, sRGB [V, 3]: COLOR_0 times the material's factor, both linear."""
    factor = _numbers(material.get("baseColorFactor", (1, 1, 1, 1)), 4)[:3].astype(np.float32)
    if "COLOR_0" not in attributes:
        return np.broadcast_to(_srgb(factor), (count, 3))
    stored = file.values(attributes["COLOR_0"])
    if len(stored) != count or stored.shape[1] < 3:
        raise UnreadableMesh("The GLB file has another number of colours than of vertices.")
    shares = file.shares(attributes["COLOR_0"])[:, :3]
    return _srgb(shares * factor)


def _srgb(linear: NDArray[np.float32]) -> Bytes:
    """IEC 61966-2-1, rounded to bytes."""
    clipped = np.nan_to_num(linear).clip(0, 1)
    code = np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(code * 255), np.uint8)


class _Textures:
    """The base colour textures of a file, each decoded once."""

    def __init__(self, file: GlbFile) -> None:
        self._file = file
        self._numbers: dict[int, int] = {}
        self.pictures: list[Bytes] = []

    def number_and_uvs(self, material: Object, attributes: Object, count: int) -> tuple[int, Vectors]:
        """The number of a material's texture (-1: none) and where its vertices lie on it, [V, 2]."""
        nowhere = np.broadcast_to(np.zeros(2, np.float32), (count, 2))
        described = _dict(material.get("baseColorTexture"))
        uv_name = f"TEXCOORD_{whole(described.get('texCoord', 0), 7)}"
        if not described or uv_name not in attributes:
            return -1, nowhere
        number = self._number(described.get("index"))
        uvs = self._file.shares(attributes[uv_name])
        if uvs.shape != (count, 2):
            raise UnreadableMesh("The GLB file has another number of texture coordinates than of vertices.")
        return (number, np.nan_to_num(uvs, posinf=0, neginf=0)) if number >= 0 else (-1, nowhere)

    def _number(self, index: Any) -> int:
        """-1 for a texture that cannot be shown: the mesh is drawn without it."""
        source = self._file.item("textures", index).get("source")
        if source is None or not is_index(source, len(self._file.objects("images"))):
            return -1  # in a format of an extension
        if source not in self._numbers:
            picture = self._decoded(self._file.item("images", source)) if len(self.pictures) < MAX_TEXTURES else None
            self._numbers[source] = -1 if picture is None else len(self.pictures)
            self.pictures += [] if picture is None else [picture]
        return self._numbers[source]

    def _decoded(self, image: Object) -> Bytes | None:
        if "bufferView" not in image:
            return None  # an address, which is not followed
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of large pictures; the size is checked here
                with Image.open(
                    io.BytesIO(self._file.bytes_of(image["bufferView"])), formats=("PNG", "JPEG")
                ) as picture:
                    if picture.width * picture.height > MAX_TEXTURE_PIXELS:
                        return None
                    picture.draft("RGB", (TEXTURE_SIDE_PX, TEXTURE_SIDE_PX))
                    picture.thumbnail((TEXTURE_SIDE_PX, TEXTURE_SIDE_PX))
                    return np.asarray(picture.convert("RGB"))
        except (
            OSError,
            ValueError,
            SyntaxError,
            Image.DecompressionBombError,
        ):  # what Pillow raises on broken pictures
            return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> Object:
    return value if isinstance(value, dict) else {}


def _numbers(value: Any, count: int) -> Matrix:
    is_right = isinstance(value, list | tuple) and len(value) == count
    if not is_right or not all(isinstance(x, int | float) and abs(x) < 1e30 for x in value):
        raise UnreadableMesh("The GLB file has a list of numbers that means nothing.")
    return np.array(value, np.float64)

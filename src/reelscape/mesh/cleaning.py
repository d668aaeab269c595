"""A raw surface made fit for use: small pieces dropped, noise smoothed, triangles thinned out."""

from __future__ import annotations

import fast_simplification
import numpy as np
import numpy.typing as npt

from reelscape.triangle_mesh import Float32, Triangles, without_loose_vertices

_SHRINK, _GROW = 0.5, -0.53  # Taubin 1995: smoothing that keeps the volume
_THINNEST = 1e-12  # of the longest edge squared: a smaller area is none


def edges_of(triangles: Triangles) -> npt.NDArray[np.int32]:
    """Each edge once, [E, 2], the smaller vertex first."""
    pairs = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    keys = np.unique(pairs[:, 0].astype(np.int64) << 32 | pairs[:, 1])
    return np.stack([keys >> 32, keys & 0xFFFFFFFF], axis=1).astype(np.int32)


def pieces_of(triangles: Triangles, num_vertices: int) -> npt.NDArray[np.int32]:
    """A number per vertex [V], the same for all vertices of a connected piece: that of its first vertex."""
    edges = edges_of(triangles)
    piece = np.arange(num_vertices, dtype=np.int32)
    while True:
        a, b = piece[edges[:, 0]], piece[edges[:, 1]]
        differ = a != b
        if not differ.any():
            return piece
        np.minimum.at(piece, np.maximum(a, b)[differ], np.minimum(a, b)[differ])
        while not np.array_equal(piece, piece[piece]):
            piece = piece[piece]


def without_small_pieces(vertices: Float32, triangles: Triangles, min_area: float) -> tuple[Float32, Triangles]:
    """Without connected pieces of less than `min_area`, in scene units squared."""
    piece = pieces_of(triangles, len(vertices))[triangles[:, 0]]
    areas = np.bincount(piece, areas_of(vertices, triangles), minlength=len(vertices))
    return without_loose_vertices(vertices, triangles[areas[piece] >= min_area])


def areas_of(vertices: Float32, triangles: Triangles) -> npt.NDArray[np.float64]:
    """Area of each triangle, [T]."""
    a, b, c = (vertices[triangles[:, i]].astype(np.float64) for i in range(3))
    areas: npt.NDArray[np.float64] = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
    return areas


def smoothed(vertices: Float32, triangles: Triangles, num_rounds: int) -> Float32:
    """Vertices after rounds of Taubin's smoothing with the mean of the neighbours."""
    edges = edges_of(triangles)
    ends, starts = np.concatenate([edges, edges[:, ::-1]]).T
    degree = np.maximum(np.bincount(ends, minlength=len(vertices)), 1)[:, None]
    places = vertices.astype(np.float64)
    for factor in (_SHRINK, _GROW) * num_rounds:
        sums = [np.bincount(ends, places[starts, axis], minlength=len(vertices)) for axis in range(3)]
        places += factor * (np.stack(sums, axis=1) / degree - places)
    return places.astype(np.float32)


def decimated(vertices: Float32, triangles: Triangles, max_triangles: int) -> tuple[Float32, Triangles]:
    """At most about `max_triangles`, by quadric edge collapse (Garland and Heckbert 1997); none without an area."""
    if len(triangles) > max_triangles:
        thinned = fast_simplification.simplify(vertices, triangles, target_count=max_triangles)
        vertices, triangles = np.asarray(thinned[0], np.float32), np.asarray(thinned[1], np.int32)
    corners = vertices[triangles].astype(np.float64)
    longest = ((corners - np.roll(corners, 1, axis=1)) ** 2).sum(axis=2).max(axis=1)
    return without_loose_vertices(vertices, triangles[areas_of(vertices, triangles) > _THINNEST * longest])

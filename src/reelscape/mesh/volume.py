"""The native distance field: depth maps in, triangles out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reelscape._native import kernels
from reelscape.cameras import Float
from reelscape.mesh.depth_view import DepthView, Float32
from reelscape.resources import num_usable_cores
from reelscape.triangle_mesh import Triangles

BLOCK = 8
"""Samples along a block's side."""


@dataclass(frozen=True)
class Box:
    """A box of samples `voxel` apart, from `low` [3] on, `blocks` blocks of 8 along each axis."""

    low: Float
    voxel: float
    blocks: tuple[int, int, int]

    @classmethod
    def around(cls, low: Float, high: Float, voxel: float) -> Box:
        """The smallest box from `low` [3] that reaches beyond `high` [3]."""
        x, y, z = (int(count) for count in np.ceil((high - low) / (voxel * BLOCK)).clip(1))
        return cls(np.asarray(low, np.float64), voxel, (x, y, z))


class Volume:
    """A truncated signed distance field in sparse blocks (Curless and Levoy 1996; positive in free space).

    First `touch` with all views, then `integrate` all of them: free space that any view saw is carved wherever there
    are blocks. Results do not depend on the number of threads.
    """

    def __init__(self, box: Box, truncation: float, num_threads: int = 0) -> None:
        """`truncation` in scene units; 0 threads take all cores. Raises ValueError for a box that is too large."""
        if not (box.voxel > 0 and truncation > 0 and np.isfinite(box.low).all()):
            raise ValueError("voxel and truncation must be positive and the box finite")
        threads = num_threads if num_threads > 0 else num_usable_cores()
        low, blocks = np.ascontiguousarray(box.low, np.float64), np.array(box.blocks, np.int32)
        self._volume = kernels.Volume(low, box.voxel, blocks, truncation, threads)

    def touch(self, view: DepthView, weight: Float32, stride: int = 2) -> None:
        """Make room around the points of every `stride`-th pixel of weight [H, W] above zero."""
        self._volume.touch(*_arrays(view, weight), stride)

    def integrate(self, view: DepthView, weight: Float32) -> None:
        """Take in what a view says of all samples that it sees."""
        self._volume.integrate(*_arrays(view, weight))

    def surface(self, min_weight: float) -> tuple[Float32, Triangles]:
        """Vertices [V, 3] and triangles [T, 3] of the zero level among samples of more than `min_weight`.

        Counter-clockwise seen from free space; open where the known part ends.
        """
        vertices, triangles = self._volume.surface(min_weight)
        return vertices, triangles

    def samples(self) -> tuple[Triangles, Float32, Float32]:
        """Of all blocks: places [B, 3], in blocks; weighted sums and weights [B, 8, 8, 8], z, y, x."""
        places, sums, weights = self._volume.state()
        return places, sums, weights

    @property
    def num_blocks(self) -> int:
        return int(self._volume.num_blocks)


def _arrays(view: DepthView, weight: Float32) -> tuple[Float32, Float32, Float, Float]:
    return (
        np.ascontiguousarray(view.depth, np.float32),
        np.ascontiguousarray(weight, np.float32),
        np.ascontiguousarray(view.viewmat, np.float64),
        np.ascontiguousarray(view.K, np.float64),
    )

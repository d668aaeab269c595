"""The splats as numpy arrays: keep the near ones.    python examples/04_splats_as_arrays.py scene/scene.ply near.ply"""

import sys
from pathlib import Path

import numpy as np

from reelscape.formats.ply import read_ply, write_ply

gaussians = read_ply(Path(sys.argv[1]))
distances = np.linalg.norm(gaussians.means - np.median(gaussians.means, axis=0), axis=1)
near = gaussians.select(distances < np.percentile(distances, 80))
write_ply(Path(sys.argv[2]), near)
print(f"{len(near)} of {len(gaussians)} gaussians kept")

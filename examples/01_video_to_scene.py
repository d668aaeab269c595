"""A video becomes a scene.    python examples/01_video_to_scene.py video.mp4 scene/"""

import sys

import reelscape

summary = reelscape.run(sys.argv[1], sys.argv[2])
print(summary["train"]["num_gaussians"], "gaussians in", sys.argv[2])

"""Each stage alone, as the pipeline calls them.    python examples/03_stage_by_stage.py video.mp4 scene/"""

import sys
from pathlib import Path

from reelscape import PRESETS, Report, Workspace
from reelscape.stages import export, frames, mesh, poses, preview, train

workspace, config = Workspace(sys.argv[2]), PRESETS["draft"]
print(frames.run(workspace, config.frames, Report("frames"), Path(sys.argv[1])))
print(poses.run(workspace, config.poses, Report("poses")))
print(train.run(workspace, config.train, Report("train")))
print(mesh.run(workspace, config.mesh, Report("mesh")))
print(export.run(workspace, config.export, Report("export")))
print(preview.run(workspace, config.preview, Report("preview")))
print(workspace.publish())

"""Tests of the service run on a data folder of their own, made before Django reads its settings."""

import os
import tempfile
from pathlib import Path

_FOLDER = tempfile.TemporaryDirectory(prefix="reelscape-tests-")
os.environ["REELSCAPE_DATA_DIR"] = _FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "reelscape.web.settings"
for name in ("incoming", "blobs", "runs", "static"):
    (Path(_FOLDER.name) / name).mkdir()

"""Stands in for `reelscape picture FILE OUT`: the first bytes of the file tell what it does."""

from __future__ import annotations

import sys
import time
from pathlib import Path

source, out = Path(sys.argv[1]), Path(sys.argv[2])
content = source.read_bytes()
if content.startswith(b"hang"):
    time.sleep(60)
if content.startswith(b"refuse"):
    sys.exit("No such command 'picture'.")
if content.startswith(b"gone"):
    source.unlink()
out.write_bytes(b"\x89PNG of " + content[:20])

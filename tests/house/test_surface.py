"""The public names: all there, typed, and free until they are used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import reelscape

HEAVY = ("numpy", "PIL", "cv2", "av", "pycolmap", "rich", "click", "reelscape._native")


def typed_names() -> set[str]:
    """What the block for type checkers imports."""
    tree = ast.parse(Path(reelscape.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {alias.name for node in ast.walk(block) if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_public_names_are_there_and_typed() -> None:
    assert typed_names() == set(reelscape.__all__)
    assert all(getattr(reelscape, name).__module__ for name in reelscape.__all__ if name != "PRESETS")
    assert set(reelscape.__all__) <= set(dir(reelscape))
    with pytest.raises(AttributeError, match="no attribute 'magic'"):
        reelscape.magic  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    command = f"import sys, reelscape; reelscape.ReelscapeError; print([m for m in {HEAVY} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"


def test_importing_the_pipeline_loads_no_library_of_a_child_process() -> None:
    libraries = ("pycolmap", "cv2", "av")
    command = f"import sys, reelscape; reelscape.run; print([m for m in {libraries} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"

"""The lock files pin all that pyproject.toml asks for, the build's requirements too."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ASKED = {
    "requirements.lock": PROJECT["project"]["dependencies"],
    "requirements-dev.lock": PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"],
    "requirements-build.lock": PROJECT["build-system"]["requires"],
}


@pytest.mark.parametrize("lock", ASKED)
def test_all_that_is_asked_for_is_pinned(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0] for line in lines if "==" in line}
    assert len(lines) == len([line for line in lines if re.match(r"[a-z0-9-]+==[0-9][^ ]*( ;|$)", line)])
    assert {re.split("[<>=]", asked)[0] for asked in ASKED[lock]} <= pinned

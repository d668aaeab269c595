"""A stand-in for the mesh stage's child whose code has a fault."""

from __future__ import annotations

from typing import Any


def make_mesh(**_arguments: Any) -> None:
    raise ValueError("a fault of the code")

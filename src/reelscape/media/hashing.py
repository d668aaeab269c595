"""The identity of an input: a hash over its content, so that a changed input is noticed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from reelscape.errors import InputNotFound


def hash_input(path: Path) -> dict[str, Any]:
    """`sha256` and `size_bytes` of a file, or of all files below a folder with their names. Raises InputNotFound."""
    if path.is_dir():
        files = sorted(found for found in path.rglob("*") if found.is_file())
        digest = hashlib.sha256()
        for found in files:
            digest.update(f"{found.relative_to(path)}\0{_sha256(found)}\n".encode())
        return {"sha256": digest.hexdigest(), "size_bytes": sum(found.stat().st_size for found in files)}
    if not path.is_file():
        raise InputNotFound(f"There is no file or folder at {path}.")
    return {"sha256": _sha256(path), "size_bytes": path.stat().st_size}


def _sha256(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

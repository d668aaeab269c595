"""A training that can be gone on with: gaussians, Adam moments and the step, in one file."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reelscape.gaussians import Gaussians
from reelscape.workspace import atomic

_PARTS = ("gaussians", "first", "second")
_BROKEN = (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Checkpoint:
    """State after `step` steps; `fingerprint` names the settings and inputs it belongs to.

    exposures [views, 2, 3] are the gain and bias per channel of each training picture.
    """

    fingerprint: str
    step: int
    gaussians: Gaussians
    first: Gaussians
    second: Gaussians
    exposures: npt.NDArray[np.float64]


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write in one step: a kill leaves the old checkpoint or the new one."""
    arrays = {
        f"{part}.{field.name}": getattr(getattr(checkpoint, part), field.name)
        for part in _PARTS
        for field in fields(Gaussians)
    }
    with atomic(path) as temporary, open(temporary, "wb") as stream:
        np.savez(
            stream,
            fingerprint=checkpoint.fingerprint,
            step=checkpoint.step,
            exposures=checkpoint.exposures,
            **arrays,
        )


def read_checkpoint(path: Path, fingerprint: str) -> Checkpoint | None:
    """The checkpoint at `path`, or None when there is none, it is broken, or it belongs to other settings."""
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as content:
            if str(content["fingerprint"]) != fingerprint:
                return None
            parts = [Gaussians(*(content[f"{part}.{field.name}"] for field in fields(Gaussians))) for part in _PARTS]
            return Checkpoint(fingerprint, int(content["step"]), parts[0], parts[1], parts[2], content["exposures"])
    except _BROKEN:
        return None

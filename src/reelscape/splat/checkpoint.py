"""A training that can be gone on with, in one file."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from reelscape.gaussians import Gaussians
from reelscape.splat.average import Average
from reelscape.workspace import atomic

_PARTS = ("gaussians", "first", "second")
_BROKEN = (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Checkpoint:
    """State after `step` steps, `share` (0..1) of the run; `fingerprint` names the settings and inputs it belongs to.

    `first` and `second` are Adam's moments; exposures [views, 2, 3] are the gain and bias per channel of each training
    picture; `average` is there when the last steps, which are averaged, have begun.
    """

    fingerprint: str
    step: int
    gaussians: Gaussians
    first: Gaussians
    second: Gaussians
    exposures: npt.NDArray[np.float64]
    share: float = 0.0
    average: Average | None = None


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write in one step: a kill leaves the old checkpoint or the new one."""
    scenes = {part: getattr(checkpoint, part) for part in _PARTS}
    num_averaged = 0
    if checkpoint.average:
        scenes["average"], num_averaged = checkpoint.average.gaussians, checkpoint.average.count
    arrays = {
        f"{part}.{field.name}": getattr(scene, field.name)
        for part, scene in scenes.items()
        for field in fields(Gaussians)
    }
    numbers = {"step": checkpoint.step, "share": checkpoint.share, "num_averaged": num_averaged}
    known: dict[str, Any] = {
        name: np.asarray(value) for name, value in (numbers | {"fingerprint": checkpoint.fingerprint}).items()
    }
    with atomic(path) as temporary, open(temporary, "wb") as stream:
        np.savez(stream, **known, exposures=checkpoint.exposures, **arrays)


def read_checkpoint(path: Path, fingerprint: str) -> Checkpoint | None:
    """The checkpoint at `path`, or None when there is none, it is broken, or it belongs to other settings."""
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as content:
            if str(content["fingerprint"]) != fingerprint:
                return None
            gaussians, first, second = (_scene(content, part) for part in _PARTS)
            num_averaged = int(content["num_averaged"])
            average = Average(_scene(content, "average"), num_averaged) if num_averaged else None
            step, share = int(content["step"]), float(content["share"])
            return Checkpoint(fingerprint, step, gaussians, first, second, content["exposures"], share, average)
    except _BROKEN:
        return None


def _scene(content: Mapping[str, Any], part: str) -> Gaussians:
    return Gaussians(*(content[f"{part}.{field.name}"] for field in fields(Gaussians)))

"""The settings of a run: one frozen dataclass per stage. The text beside a field is its help everywhere.

Presets are instances: `draft` for a first look, `balanced` by default, `best` when time does not matter.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any

from reelscape.errors import BadSetting


@dataclass(frozen=True)
class Setting:
    """What is known of a field beside its type: help, accepted values, and whether it can change the result.

    `zero_allowed` lets 0 stand for "automatic" or "none" outside of `low`..`high`. What cannot change the result (a
    limit that fails the run, a number of threads) stays out of fingerprints.
    """

    help: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    zero_allowed: bool = False
    affects_result: bool = True

    def problem(self, value: Any, kind: type) -> str:
        """Why `value` is not accepted for a field of type `kind`; empty when it is."""
        accepted_kinds = (int, float) if kind is float else (kind,)
        if type(value) not in accepted_kinds:
            return f"it must be of type {kind.__name__}"
        if self.choices:
            return "" if value in self.choices else f"it must be one of {', '.join(self.choices)}"
        if (self.zero_allowed and value == 0) or self.low <= value <= self.high:
            return ""
        low, high = (f"{bound:,.0f}" if bound == int(bound) else f"{bound:g}" for bound in (self.low, self.high))
        return f"it must lie within {low} and {high}" + (" or be 0" if self.zero_allowed else "")


def setting(default: Any, help_text: str, **known: Any) -> Any:
    """A dataclass field with what `Setting` knows of it."""
    return field(default=default, metadata={"setting": Setting(help_text, **known)})


def setting_of(described: Field[Any]) -> Setting:
    """What is known of a field of a stage's settings."""
    found: Setting = described.metadata["setting"]
    return found


METHODS = ("colmap", "glomap")
_TRUTHS = {"true": True, "false": False}
_SEEDS = {"low": 0, "high": 2**31 - 1}
_THREADS = {"low": 1, "high": 256, "zero_allowed": True, "affects_result": False}
_SECONDS = {"low": 1, "high": 1e7}


@dataclass(frozen=True)
class FramesConfig:
    """Which frames of the video are used."""

    num_frames: int = setting(
        0, "Frames to choose; 0 picks 2.5 per second of video within 80..200.", low=8, high=600, zero_allowed=True
    )
    max_side_px: int = setting(
        960, "Longer side of the pictures used for poses and training, in pixels.", low=128, high=4096
    )
    time_limit_s: float = setting(
        1800.0, "Wall-clock limit of reading the input, in seconds.", **_SECONDS, affects_result=False
    )


@dataclass(frozen=True)
class PosesConfig:
    """How the camera path is found."""

    method: str = setting("colmap", "Mapper: colmap (incremental) or glomap (global).", choices=METHODS)
    max_num_features: int = setting(2048, "SIFT keypoints per picture.", low=128, high=16_384)
    time_limit_s: float = setting(
        3600.0, "Wall-clock limit of finding the camera path, in seconds; the mapper ends early before it.", **_SECONDS
    )
    seed: int = setting(0, "Random seed of matching and mapping; with threads, runs still differ a little.", **_SEEDS)


@dataclass(frozen=True)
class TrainConfig:
    """How the splats are trained."""

    num_steps: int = setting(2000, "Training steps.", low=10, high=100_000)
    budget_s: float = setting(
        0.0,
        "Seconds that the whole run may take: training gets what finding the camera path leaves, and goes by the clock "
        "instead of by num_steps; 0 sets none.",
        low=1,
        high=1e6,
        zero_allowed=True,
    )
    max_gaussians: int = setting(80_000, "Upper limit on the number of gaussians.", low=1000, high=2_000_000)
    sh_degree: int = setting(3, "Degree of the view-dependent colour.", low=0, high=3)
    full_size_share: float = setting(
        0.07, "Share of the steps trained at full picture size (sharper, slower).", low=0, high=1
    )
    exposure: bool = setting(
        True, "Whether changes of exposure and white balance within the shot are taken out of the pictures."
    )
    holdout_every: int = setting(
        0, "Hold out every n-th picture for evaluation; 0 trains on all.", low=2, high=1000, zero_allowed=True
    )
    num_threads: int = setting(0, "Threads of the native kernel; 0 takes all cores this process may use.", **_THREADS)
    seed: int = setting(0, "Random seed of training.", **_SEEDS)
    checkpoint_every_s: float = setting(
        15.0, "Seconds between checkpoints for --resume.", low=0, high=1e6, affects_result=False
    )


@dataclass(frozen=True)
class MeshConfig:
    """How the surface is made."""

    enabled: bool = setting(True, "Whether a mesh is made at all.")
    voxels_per_side: int = setting(
        256, "Samples of the distance field along the longest side of what was seen.", low=32, high=1024
    )
    max_triangles: int = setting(200_000, "Upper limit on the number of triangles.", low=1000, high=5_000_000)
    depth_side_px: int = setting(
        480, "Longer side of the depth maps rendered from the splats, in pixels.", low=64, high=4096
    )
    max_views: int = setting(
        100, "Depth maps at most: at the training views, and halfway between them as far as that goes.", low=8, high=600
    )
    num_threads: int = setting(0, "Threads of the native kernels; 0 takes all cores this process may use.", **_THREADS)
    time_limit_s: float = setting(
        900.0, "Wall-clock limit of making the mesh, in seconds; beyond it the run goes on without one.", **_SECONDS
    )


@dataclass(frozen=True)
class ExportConfig:
    """Which files are written."""

    spz_version: int = setting(3, "Version of the SPZ file.", low=2, high=3)


@dataclass(frozen=True)
class PreviewConfig:
    """The preview picture and the turntable video."""

    preview_side_px: int = setting(1280, "Longer side of preview.jpg, in pixels.", low=64, high=8192)
    turntable_side_px: int = setting(720, "Longer side of turntable.mp4, in pixels.", low=64, high=4096)
    turntable_frames: int = setting(120, "Frames of turntable.mp4, at 24 per second.", low=2, high=2400)
    num_threads: int = setting(0, "Threads of the renderer; 0 takes all cores this process may use.", **_THREADS)
    time_limit_s: float = setting(
        900.0, "Wall-clock limit of drawing the preview, in seconds.", **_SECONDS, affects_result=False
    )


@dataclass(frozen=True)
class RunConfig:
    """All settings of a run."""

    frames: FramesConfig = FramesConfig()
    poses: PosesConfig = PosesConfig()
    train: TrainConfig = TrainConfig()
    mesh: MeshConfig = MeshConfig()
    export: ExportConfig = ExportConfig()
    preview: PreviewConfig = PreviewConfig()

    def with_settings(self, changes: Mapping[str, Any]) -> RunConfig:
        """This configuration with settings changed by name, e.g. {"train.num_steps": 500}.

        Text is read as the setting's type, so that command lines and saved runs come in the same way. Raises
        BadSetting for an unknown name or a value that is not accepted.
        """
        changed = self
        for name, value in changes.items():
            stage, _, field_name = name.partition(".")
            if name not in self.by_name():
                raise BadSetting(f"There is no setting {name!r}; docs/settings.md lists all of them.")
            settings = getattr(changed, stage)
            kind = type(getattr(settings, field_name))
            changed = replace(changed, **{stage: replace(settings, **{field_name: _read(name, value, kind)})})
        validate(changed)
        return changed

    def by_name(self) -> dict[str, Any]:
        """All settings, flat: "train.num_steps" and so on."""
        return {
            f"{part.name}.{described.name}": getattr(getattr(self, part.name), described.name)
            for part in fields(self)
            for described in fields(getattr(self, part.name))
        }


PRESETS: dict[str, RunConfig] = {
    "draft": RunConfig(train=TrainConfig(num_steps=600, max_gaussians=40_000, sh_degree=2, full_size_share=0.05)),
    "balanced": RunConfig(),
    "best": RunConfig(train=TrainConfig(num_steps=6000, max_gaussians=200_000, full_size_share=0.2)),
}


def _read(name: str, value: Any, kind: type) -> Any:
    """`value` as `kind`, when it is text."""
    if not isinstance(value, str) or kind is str:
        return value
    if kind is bool:
        if value.lower() not in _TRUTHS:
            raise BadSetting(f"{name} must be true or false, not {value!r}.")
        return _TRUTHS[value.lower()]
    try:
        return kind(value)
    except ValueError as error:
        what = "a whole number" if kind is int else "a number"
        raise BadSetting(f"{name} must be {what}, not {value!r}; write NAME=VALUE.") from error


def validate(config: RunConfig) -> None:
    """Raise BadSetting when a value is of another type than its default or out of its range."""
    if not isinstance(config, RunConfig):
        raise BadSetting("The configuration must be a RunConfig, e.g. reelscape.PRESETS['draft'].")
    for part in fields(config):
        settings = getattr(config, part.name)
        for described in fields(settings):
            value = getattr(settings, described.name)
            problem = setting_of(described).problem(value, type(described.default))
            if problem:
                raise BadSetting(f"{part.name}.{described.name} is {value!r}; {problem}.")


def fingerprint(*parts: Any) -> str:
    """A short hash of settings (dataclasses) and inputs (strings, numbers, lists, dicts)."""
    plain = [_plain(part) if dataclasses.is_dataclass(part) else part for part in parts]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def _plain(settings: Any) -> dict[str, Any]:
    chosen = [described.name for described in fields(settings) if setting_of(described).affects_result]
    return {name: getattr(settings, name) for name in chosen}

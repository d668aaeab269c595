"""The settings of a run: one frozen dataclass per stage. The text beside a field is its help everywhere.

Presets are instances: `draft` for a first look, `balanced` by default, `best` when time does not matter.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field, fields, replace
from typing import Any

from reelscape.errors import BadSetting


def setting(default: Any, text: str, *, affects_result: bool = True) -> Any:
    """A dataclass field with its help text; a limit that cannot change the result stays out of fingerprints."""
    return field(default=default, metadata={"help": text, "affects_result": affects_result})


@dataclass(frozen=True)
class FramesConfig:
    """Which frames of the video are used."""

    num_frames: int = setting(0, "Frames to choose; 0 picks 2.5 per second of video within 80..200; at most 600.")
    max_side_px: int = setting(960, "Longer side of the pictures used for poses and training, in pixels.")
    time_limit_s: float = setting(1800.0, "Wall-clock limit of reading the input, in seconds.", affects_result=False)


@dataclass(frozen=True)
class PosesConfig:
    """How the camera path is found."""

    method: str = setting("colmap", "Mapper: colmap (incremental) or glomap (global).")
    max_num_features: int = setting(2048, "SIFT keypoints per picture.")
    time_limit_s: float = setting(
        3600.0, "Wall-clock limit of finding the camera path, in seconds.", affects_result=False
    )
    seed: int = setting(0, "Random seed of matching and mapping.")


@dataclass(frozen=True)
class TrainConfig:
    """How the splats are trained."""

    num_steps: int = setting(2000, "Training steps.")
    max_gaussians: int = setting(80_000, "Upper limit on the number of gaussians.")
    sh_degree: int = setting(3, "Degree of the view-dependent colour: 0..3.")
    full_size_share: float = setting(0.1, "Share of the steps trained at full picture size (sharper, slower).")
    holdout_every: int = setting(0, "Hold out every n-th picture for evaluation; 0 trains on all.")
    num_threads: int = setting(
        0, "Threads of the native kernel; 0 takes all cores this process may use.", affects_result=False
    )
    seed: int = setting(0, "Random seed of training.")
    checkpoint_every_s: float = setting(15.0, "Seconds between checkpoints for --resume.", affects_result=False)


@dataclass(frozen=True)
class ExportConfig:
    """Which files are written."""

    spz_version: int = setting(3, "Version of the SPZ file: 2 or 3.")


@dataclass(frozen=True)
class PreviewConfig:
    """The preview picture and the turntable video."""

    preview_side_px: int = setting(1280, "Longer side of preview.jpg, in pixels.")
    turntable_side_px: int = setting(720, "Longer side of turntable.mp4, in pixels.")
    turntable_frames: int = setting(120, "Frames of turntable.mp4, at 24 per second.")
    num_threads: int = setting(
        0, "Threads of the renderer; 0 takes all cores this process may use.", affects_result=False
    )
    time_limit_s: float = setting(900.0, "Wall-clock limit of the stage, in seconds.", affects_result=False)


@dataclass(frozen=True)
class RunConfig:
    """All settings of a run."""

    frames: FramesConfig = FramesConfig()
    poses: PosesConfig = PosesConfig()
    train: TrainConfig = TrainConfig()
    export: ExportConfig = ExportConfig()
    preview: PreviewConfig = PreviewConfig()

    def with_train(self, **changes: Any) -> RunConfig:
        """This configuration with other training settings."""
        return replace(self, train=replace(self.train, **changes))

    def with_setting(self, name: str, text: str) -> RunConfig:
        """This configuration with `stage.field` set from text. Raises BadSetting."""
        stage, _, field_name = name.partition(".")
        known = {f"{part.name}.{f.name}" for part in fields(self) for f in fields(getattr(self, part.name))}
        if name not in known:
            raise BadSetting(f"There is no setting {name!r}; docs/settings.md lists all of them.")
        kind = type(getattr(getattr(self, stage), field_name))
        try:
            value = kind(text)
        except ValueError as error:
            raise BadSetting(f"{name} must be a number, not {text!r}.") from error
        return replace(self, **{stage: replace(getattr(self, stage), **{field_name: value})})


PRESETS: dict[str, RunConfig] = {
    "draft": RunConfig(train=TrainConfig(num_steps=800, max_gaussians=40_000, sh_degree=2)),
    "balanced": RunConfig(),
    "best": RunConfig(train=TrainConfig(num_steps=6000, max_gaussians=200_000, full_size_share=0.2)),
}


LIMITS: dict[str, tuple[float, float]] = {
    "num_frames": (8, 600),
    "max_side_px": (128, 4096),
    "max_num_features": (128, 16_384),
    "num_steps": (10, 100_000),
    "max_gaussians": (1_000, 2_000_000),
    "sh_degree": (0, 3),
    "full_size_share": (0, 1),
    "holdout_every": (2, 1_000),
    "num_threads": (1, 256),
    "time_limit_s": (1, 1e7),
    "checkpoint_every_s": (0, 1e6),
    "spz_version": (2, 3),
    "preview_side_px": (64, 8_192),
    "turntable_side_px": (64, 4_096),
    "turntable_frames": (2, 2_400),
}
ZERO_ALLOWED = ("num_frames", "holdout_every", "num_threads")  # 0 means automatic, or none
METHODS = ("colmap", "glomap")


def validate(config: RunConfig) -> None:
    """Raise BadSetting when a value is out of its range."""
    for part in fields(config):
        settings = getattr(config, part.name)
        for name in (f.name for f in fields(settings)):
            value = getattr(settings, name)
            if name not in LIMITS or (value == 0 and name in ZERO_ALLOWED):
                continue
            low, high = LIMITS[name]
            if not low <= value <= high:
                raise BadSetting(f"{part.name}.{name} is {value}; it must lie within {low:g} and {high:g}.")
    if config.poses.method not in METHODS:
        raise BadSetting(f"poses.method is {config.poses.method!r}; it must be one of {', '.join(METHODS)}.")


def fingerprint(*parts: Any) -> str:
    """A short hash of settings (dataclasses) and inputs (strings, numbers, lists, dicts)."""
    plain = [_plain(part) if dataclasses.is_dataclass(part) else part for part in parts]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def _plain(settings: Any) -> dict[str, Any]:
    chosen = [f.name for f in fields(settings) if f.metadata.get("affects_result", True)]
    return {name: getattr(settings, name) for name in chosen}

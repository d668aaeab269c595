"""A run's report in plain words: how well it went, and what it cost."""

from __future__ import annotations

from typing import Any

from reelscape.jobs.progress import FIRST_WORDS
from reelscape.web.durations import duration

_FEW_SHARE = 0.8
_GOOD_ERROR_PX, _FAIR_ERROR_PX = 0.8, 1.5

Fact = tuple[str, str]


def facts(report: dict[str, Any] | None) -> list[Fact]:
    """Names and values for people, of those figures that the report has."""
    told = report or {}
    found = [*_camera(told.get("poses") or {}), *_splats(told.get("train") or {}), *_mesh(told.get("mesh") or {})]
    seconds = sum(stage.get("wall_s") or 0 for stage in told.get("stages") or ())
    return [*found, *([("Time to make it", duration(seconds))] if seconds else [])]


def stage_facts(report: dict[str, Any] | None) -> list[Fact]:
    """The stages of the run and how long each took."""
    stages = (report or {}).get("stages") or ()
    named = [(str(stage.get("name")), stage.get("wall_s") or 0) for stage in stages]
    return [(_name(name), duration(wall_s) if wall_s else "kept from before") for name, wall_s in named]


def _name(stage: str) -> str:
    words = FIRST_WORDS.get(stage, stage)
    return words[:1].upper() + words[1:]


def warnings(report: dict[str, Any] | None) -> list[str]:
    """What the run warned of, in its sentences."""
    return [str(warning["message"]) for warning in (report or {}).get("warnings") or () if warning.get("message")]


def _camera(poses: dict[str, Any]) -> list[Fact]:
    total, placed, error_px = (
        poses.get(name) for name in ("num_images", "num_registered", "mean_reprojection_error_px")
    )
    found = []
    if total and placed is not None:
        remark = "" if placed >= _FEW_SHARE * total else "; the rest is missing from the scene"
        found.append(("Pictures with a known camera", f"{placed:,} of {total:,}{remark}"))
    if error_px:
        word = "sharp" if error_px <= _GOOD_ERROR_PX else "fair" if error_px <= _FAIR_ERROR_PX else "rough"
        found.append(("Camera path", f"{word}, accurate to {error_px:.1f} px"))
    return found


def _splats(train: dict[str, Any]) -> list[Fact]:
    number, psnr_db = train.get("num_gaussians"), train.get("psnr_db")
    found = [("Splats", f"{number:,}")] if number else []
    if not psnr_db:
        return found
    ssim = f", SSIM {train['ssim']:.2f}" if train.get("ssim") else ""
    return [*found, ("Likeness to unseen pictures", f"{psnr_db:.1f} dB PSNR{ssim}")]


def _mesh(mesh: dict[str, Any]) -> list[Fact]:
    if mesh.get("made") is False:
        return [("Mesh", "none: no surface was found")]
    triangles, share = mesh.get("num_triangles"), mesh.get("confirmed_share")
    if not triangles:
        return []
    seen = f", {share:.0%} of its depth seen by several views" if share else ""
    return [("Mesh", f"{triangles:,} triangles{seen}")]

"""What the viewer is told to show: the products of a job, or one file."""

from __future__ import annotations

from typing import Any

from reelscape.jobs import open_files
from reelscape.jobs.models import Asset, Job
from reelscape.kinds import Kind

Config = dict[str, Any]

_MESHES = {Kind.GLB: "glb", Kind.PLY_MESH: "ply", Kind.STL: "stl"}
_SPLATS = {Kind.SPZ: "spz", Kind.PLY_SPLATS: "ply"}


def job_config(job: Job) -> Config | None:
    """The scene of a finished job; None when its products are gone."""
    products = {asset.name: asset for asset in job.products.filter(size_bytes__isnull=False)}
    paths = {name: open_files.file_path(asset) for name, asset in products.items()}
    config: Config = {"title": job.title, "camera": job.camera_data}
    if splats := {name: paths[name] for name in ("spz", "ply") if name in paths}:
        config["splats"] = splats
    if glb := next((asset for asset in products.values() if asset.extension == "glb"), None):
        config["mesh"] = {"url": open_files.file_path(glb), "kind": "glb"}
    if "preview" in paths:
        config["poster"] = paths["preview"]
    return config if "splats" in config or "mesh" in config else None


def file_config(asset: Asset, kind: Kind) -> Config | None:
    """One file, by what it is; None for a kind that the viewer does not show."""
    path = open_files.file_path(asset)
    config: Config = {"title": open_files.file_name(asset), "poster": open_files.preview_path(asset)}
    if kind in _MESHES:
        return {**config, "mesh": {"url": path, "kind": _MESHES[kind]}}
    if kind in _SPLATS:
        return {**config, "splats": {_SPLATS[kind]: path}}
    return {**config, "points": {"url": path}} if kind is Kind.PLY_POINTS else None

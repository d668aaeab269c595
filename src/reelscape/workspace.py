"""A run is a folder: this class owns every file name in it and writes atomically."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# What a person keeps. Stages make these under work/products/; `publish` moves them to the top at the end of a good run.
PRODUCTS = (
    "scene.ply", "scene.spz", "mesh.glb", "mesh.obj", "mesh.ply", "preview.jpg", "turntable.mp4",
    "images", "sparse", "transforms.json", "eval",
)  # fmt: skip


class Workspace:
    """The folder of one run.

    scene.ply scene.spz mesh.glb ...      products, there only after a good run
    report.json                           the whole run, on success and failure alike
    reports/<stage>.json                  facts and fingerprint of each finished stage; run.json makes the folder ours
    work/                                 what only the pipeline needs; products in the making
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root).absolute()

    @property
    def report_path(self) -> Path:
        return self.root / "report.json"

    @property
    def reports_dir(self) -> Path:
        return self.root / "reports"

    @property
    def run_path(self) -> Path:
        """What was asked for: this file makes the folder ours."""
        return self.reports_dir / "run.json"

    def stage_report_path(self, stage: str) -> Path:
        return self.reports_dir / f"{stage}.json"

    @property
    def work_dir(self) -> Path:
        return self.root / "work"

    def log_path(self, stage: str) -> Path:
        """What the stage's child process wrote to its standard error."""
        return self.work_dir / "logs" / f"{stage}.log"

    @property
    def frames_dir(self) -> Path:
        """Chosen frames as JPEG, still distorted."""
        return self.work_dir / "frames"

    @property
    def frames_index_path(self) -> Path:
        """What is known of each chosen frame: name, source index, time, size, sharpness."""
        return self.work_dir / "frames.json"

    @property
    def sfm_dir(self) -> Path:
        """The feature database and what else the poses stage needs for itself."""
        return self.work_dir / "sfm"

    @property
    def checkpoint_path(self) -> Path:
        return self.work_dir / "train" / "checkpoint.npz"

    def snapshot_path(self, step: int) -> Path:
        return self.work_dir / "snapshots" / f"step_{step:06d}.spz"

    @property
    def mesh_scratch_dir(self) -> Path:
        """Where the mesh stage's child process writes."""
        return self.work_dir / "mesh"

    # Products in the making.
    @property
    def products_dir(self) -> Path:
        return self.work_dir / "products"

    @property
    def images_dir(self) -> Path:
        """Undistorted pictures, at training size."""
        return self.products_dir / "images"

    @property
    def sparse_dir(self) -> Path:
        """COLMAP model of the undistorted pictures."""
        return self.products_dir / "sparse"

    @property
    def transforms_path(self) -> Path:
        return self.products_dir / "transforms.json"

    @property
    def scene_ply_path(self) -> Path:
        return self.products_dir / "scene.ply"

    @property
    def scene_spz_path(self) -> Path:
        return self.products_dir / "scene.spz"

    @property
    def mesh_paths(self) -> list[Path]:
        """The surface, once per format."""
        return [self.products_dir / f"mesh.{kind}" for kind in ("glb", "obj", "ply")]

    @property
    def preview_path(self) -> Path:
        return self.products_dir / "preview.jpg"

    @property
    def turntable_path(self) -> Path:
        return self.products_dir / "turntable.mp4"

    @property
    def eval_dir(self) -> Path:
        """Held-out views: photo/<name>.png beside render/<name>.png."""
        return self.products_dir / "eval"

    def find(self, path: Path) -> Path:
        """Where a product is: published, or still in the making."""
        published = self.root / path.relative_to(self.products_dir) if self.products_dir in path.parents else path
        return path if path.exists() else published

    def publish(self) -> None:
        """Move the finished products to the top of the folder: all of them or, on an error, none."""
        try:
            for name in PRODUCTS:
                remove(self.root / name)
                if (self.products_dir / name).exists():
                    shutil.move(self.products_dir / name, self.root / name)
        except OSError:
            self.reopen()
            raise

    def published(self) -> list[str]:
        """Names of the products at the top of the folder."""
        return [name for name in PRODUCTS if (self.root / name).exists()]

    def reopen(self) -> None:
        """Take published products back into the making, so that a changed run can build on them."""
        self.products_dir.mkdir(parents=True, exist_ok=True)
        for name in self.published():
            if not (self.products_dir / name).exists():
                shutil.move(self.root / name, self.products_dir / name)
            remove(self.root / name)

    def drop_work(self) -> None:
        """Remove what only the pipeline needs."""
        shutil.rmtree(self.work_dir, ignore_errors=True)


def write_json(path: Path, content: Any) -> None:
    """Write JSON in one step: readers see the old file or the new one, never a half."""
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """The content of a JSON file, or None when it is missing or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """A temporary path that becomes `path` when the block ends well, and vanishes when it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part{path.suffix}")
    remove(temporary)
    try:
        yield temporary
        if temporary.is_dir():
            remove(path)
        temporary.replace(path)
    finally:
        remove(temporary)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)

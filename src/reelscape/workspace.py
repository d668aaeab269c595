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
    "scene.ply", "scene.spz", "preview.jpg", "turntable.mp4", "images", "sparse", "transforms.json", "eval",
)  # fmt: skip


class Workspace:
    """The folder of one run.

    DIR/scene.ply scene.spz preview.jpg ...   products, there only after a good run
    DIR/report.json                           the whole run, on success and failure alike
    DIR/reports/<stage>.json                  facts and fingerprint of each finished stage
    DIR/work/                                 what only the pipeline needs; products in the making
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root).absolute()

    @property
    def report_path(self) -> Path:
        return self.root / "report.json"

    @property
    def reports_dir(self) -> Path:
        return self.root / "reports"

    def stage_report_path(self, stage: str) -> Path:
        return self.reports_dir / f"{stage}.json"

    @property
    def work_dir(self) -> Path:
        return self.root / "work"

    def log_path(self, stage: str) -> Path:
        """What the stage's child process wrote to its standard error."""
        return self._parent(self.work_dir / "logs" / f"{stage}.log")

    @property
    def frames_dir(self) -> Path:
        """Chosen frames as JPEG, still distorted."""
        return self.work_dir / "frames"

    @property
    def frames_index_path(self) -> Path:
        """What is known of each chosen frame: name, source index, time, size, sharpness."""
        return self.work_dir / "frames.json"

    @property
    def unpacked_dir(self) -> Path:
        """Photos out of a zip."""
        return self.work_dir / "unpacked"

    @property
    def sfm_dir(self) -> Path:
        """The feature database and what else the poses stage needs for itself."""
        return self.work_dir / "sfm"

    @property
    def checkpoint_path(self) -> Path:
        return self._parent(self.work_dir / "train" / "checkpoint.npz")

    def snapshot_path(self, step: int) -> Path:
        return self._parent(self.work_dir / "snapshots" / f"step_{step:06d}.spz")

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
        return self._parent(self.products_dir / "transforms.json")

    @property
    def scene_ply_path(self) -> Path:
        return self._parent(self.products_dir / "scene.ply")

    @property
    def scene_spz_path(self) -> Path:
        return self._parent(self.products_dir / "scene.spz")

    @property
    def preview_path(self) -> Path:
        return self._parent(self.products_dir / "preview.jpg")

    @property
    def turntable_path(self) -> Path:
        return self._parent(self.products_dir / "turntable.mp4")

    @property
    def eval_dir(self) -> Path:
        """Held-out views: photo/<name>.png beside render/<name>.png."""
        return self.products_dir / "eval"

    def publish(self) -> list[str]:
        """Move the finished products to the top of the folder; returns their names."""
        for name in PRODUCTS:
            target, made = self.root / name, self.products_dir / name
            remove(target)
            if made.exists():
                made.rename(target)
        return [name for name in PRODUCTS if (self.root / name).exists()]

    def reopen(self) -> None:
        """Take published products back into the making, so that a changed run can build on them."""
        for name in PRODUCTS:
            published, made = self.root / name, self.products_dir / name
            if published.exists() and not made.exists():
                published.rename(self._parent(made))
            remove(published)

    def drop_work(self) -> None:
        """Remove what only the pipeline needs."""
        shutil.rmtree(self.work_dir, ignore_errors=True)

    def write_json(self, path: Path, content: Any) -> None:
        """Write JSON in one step: readers see the old file or the new one, never a half."""
        with self.atomic(path) as temporary:
            temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    @staticmethod
    def read_json(path: Path) -> Any:
        """The content of a JSON file, or None when it is missing or broken."""
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    @contextmanager
    def atomic(self, path: Path) -> Iterator[Path]:
        """A temporary path that becomes `path` when the block ends well, and vanishes when it does not."""
        temporary = self._parent(path).with_name(f".{path.name}.part{path.suffix}")
        remove(temporary)
        try:
            yield temporary
            if temporary.is_dir():
                remove(path)
            temporary.replace(path)
        finally:
            remove(temporary)

    @staticmethod
    def _parent(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)

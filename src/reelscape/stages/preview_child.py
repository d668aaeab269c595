"""The preview stage's work, in its child process: render the picture and the turntable video, and encode both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from reelscape.cameras import Cameras, Float
from reelscape.config import PreviewConfig
from reelscape.formats.colmap import read_scene
from reelscape.formats.ply import read_ply
from reelscape.media.encode import write_mp4
from reelscape.report import Report
from reelscape.splat.kernel import SplatModel
from reelscape.splat.paint import Intrinsics, Picture, measure_cover, paint
from reelscape.splat.turntable import turntable_views
from reelscape.splat.viewpoint import best_camera, default_view

TURNTABLE_FPS = 24

_PREVIEW_SHARE = 0.15  # of the stage's time
_PREVIEW_SUPERSAMPLE = 2
_JPEG_QUALITY = 90


def paint_all(
    scene_path: str, sparse_dir: str, preview_path: str, turntable_path: str, settings: dict[str, Any], report: Report
) -> dict[str, Any]:
    """Write the preview picture and the turntable video of the scene at `scene_path` (PLY), seen by `sparse_dir`.

    `settings` are the fields of `PreviewConfig`. Facts: preview_size_px, preview_cover (share of the picture that the
    scene fills), view (from where the picture is taken: position, look_at, up; world frame), turntable_size_px,
    turntable_frames. Raises `UnreadableScene`, `UnreadableModel`.
    """
    config = PreviewConfig(**settings)
    report.progress(0.0, "reading the scene")
    scene = read_scene(Path(sparse_dir), Path(sparse_dir))
    model = SplatModel(read_ply(Path(scene_path)), config.num_threads)
    studio = _Studio(model, scene.cameras, scene.points, best_camera(scene.cameras, scene.points), config)
    report.progress(0.02, "preview")
    facts = studio.write_preview(Path(preview_path))
    return facts | studio.write_turntable(Path(turntable_path), report)


@dataclass(frozen=True)
class _Studio:
    """A scene set up for pictures: `points` [P, 3] are the sparse points, `best` the camera that sees it best."""

    model: SplatModel
    cameras: Cameras
    points: Float
    best: int
    config: PreviewConfig

    def write_preview(self, path: Path) -> dict[str, Any]:
        viewpoint = default_view(self.cameras, self.points)
        intrinsics = Intrinsics.of_camera(self.cameras, self.best, self.config.preview_side_px)
        picture = paint(self.model, viewpoint, intrinsics, _PREVIEW_SUPERSAMPLE)
        Image.fromarray(picture).save(path, "JPEG", quality=_JPEG_QUALITY, progressive=True)
        cover = measure_cover(self.model, viewpoint, intrinsics)
        view = {name: [round(float(value), 6) for value in point] for name, point in vars(viewpoint).items()}
        return {"preview_size_px": list(intrinsics.size), "preview_cover": round(cover, 4), "view": view}

    def write_turntable(self, path: Path, report: Report) -> dict[str, Any]:
        intrinsics = Intrinsics.of_camera(self.cameras, self.best, self.config.turntable_side_px)
        write_mp4(path, self._turntable_frames(intrinsics, report), TURNTABLE_FPS)
        return {"turntable_size_px": list(intrinsics.size), "turntable_frames": self.config.turntable_frames}

    def _turntable_frames(self, intrinsics: Intrinsics, report: Report) -> Iterator[Picture]:
        num_frames = self.config.turntable_frames
        for i, viewpoint in enumerate(turntable_views(self.cameras, self.points, num_frames)):
            share = _PREVIEW_SHARE + (1 - _PREVIEW_SHARE) * i / num_frames
            report.progress(share, f"turntable frame {i + 1} of {num_frames}")
            yield paint(self.model, viewpoint, intrinsics)

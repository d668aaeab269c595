"""From verified matches to cameras and points: COLMAP's incremental mapper or its global one (GLOMAP)."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pycolmap

from reelscape.cameras import Observations
from reelscape.sfm.lens import Lens
from reelscape.sfm.solution import Solution
from reelscape.sfm.watch import Span, watched

_MIN_MODEL_SIZE = 5
_MAX_MODELS = 5
_GROWTH = 1.4
_MAX_PRINCIPAL_SHIFT = 0.03
"""Of the longer side."""


@dataclass(frozen=True)
class MapJob:
    """What a mapper works on: the feature database, the pictures' folder, the names to join, seed and time limit."""

    database_path: Path
    frames_dir: Path
    image_names: tuple[str, ...]
    seed: int
    time_limit_s: float


def silence_colmap() -> None:
    """Let COLMAP log its errors only."""
    pycolmap.logging.minloglevel = int(pycolmap.logging.ERROR)


def solve_poses(method: str, job: MapJob, span: Span) -> list[Solution]:
    """All separate models that the mapper `method` finds, the largest first; none is an empty list."""
    pycolmap.set_random_seed(job.seed)
    run = _incremental if method == "colmap" else _global
    found = sorted(run(job, span.part(0.0, 0.95)), key=lambda model: -model.num_reg_images())
    solutions = [as_solution(reconstruction) for reconstruction in found]
    if found and found[0].num_points3D():
        with watched(span, lambda: (0.95, "Refining the lens")):
            solutions[0] = with_principal_point(found[0], solutions[0])
    return solutions


def _incremental(job: MapJob, span: Span) -> list[pycolmap.Reconstruction]:
    """By `incremental_mapping` rather than its pipeline class, which keeps all other Python threads waiting."""
    output_dir = _empty_dir(job.database_path.with_name("incremental"))
    total, seen = len(job.image_names), {"now": 0, "most": 0}

    def register(num_images: int) -> None:
        seen.update(now=num_images, most=max(seen["most"], num_images))

    with watched(span, lambda: (seen["most"] / total, f"Joining pictures: {seen['now']} of {total}")):
        models = pycolmap.incremental_mapping(
            job.database_path,
            job.frames_dir,
            output_dir,
            _incremental_options(job),
            initial_image_pair_callback=lambda: register(2),
            next_image_callback=lambda: register(seen["now"] + 1),
        )
    return list(models.values())


def _incremental_options(job: MapJob) -> pycolmap.IncrementalPipelineOptions:
    """Global adjustments at 40 % growth, on a thinned set of points: a third of the default's time at equal poses."""
    options = pycolmap.IncrementalPipelineOptions()
    options.image_path = job.frames_dir
    options.image_names = list(job.image_names)
    options.random_seed = job.seed
    options.min_model_size = min(_MIN_MODEL_SIZE, len(job.image_names))
    options.max_num_models = _MAX_MODELS
    options.max_runtime_seconds = max(1, int(job.time_limit_s))
    options.ba_global_frames_ratio = options.ba_global_points_ratio = _GROWTH
    options.ba_global_max_refinements = 2
    options.mapper.ba_global_ignore_redundant_points3D = True
    return options


def _global(job: MapJob, span: Span) -> list[pycolmap.Reconstruction]:
    """Works on a copy of the database, because calibrating the focal lengths changes it.

    The copy lies in a folder emptied before: SQLite would play the log of a killed mapper's copy onto a new one.
    """
    output_dir = _empty_dir(job.database_path.with_name("global"))
    copy_path = output_dir / "database.db"
    shutil.copyfile(job.database_path, copy_path)
    options = pycolmap.GlobalPipelineOptions()
    options.image_path = job.frames_dir
    options.image_names = list(job.image_names)
    options.random_seed = job.seed
    calibration = pycolmap.ViewGraphCalibrationOptions(random_seed=job.seed)
    with watched(span, lambda: (0.5, f"Solving for all {len(job.image_names)} pictures at once")):
        pycolmap.calibrate_view_graph(copy_path, calibration)
        models = pycolmap.global_mapping(copy_path, job.frames_dir, output_dir, options)
    return list(models.values())


def with_principal_point(reconstruction: pycolmap.Reconstruction, solution: Solution) -> Solution:
    """The solution with the lenses' principal points refined too, where the pictures can bear it.

    The mappers hold them in the middle. Phones that stabilise the picture are off by a percent; more than a few percent
    is a sign that distortion or tilt was mistaken for it, and then `solution` is returned as it is.
    """
    if not all(camera.model_name == "OPENCV" for camera in reconstruction.cameras.values()):
        return solution
    options = pycolmap.BundleAdjustmentOptions()
    options.refine_principal_point = True
    options.print_summary = False
    pycolmap.bundle_adjustment(reconstruction, options)
    reconstruction.update_point_3d_errors()
    refined = as_solution(reconstruction)
    for lens in set(refined.lenses):
        shift_px = np.hypot(lens.cx - lens.width / 2, lens.cy - lens.height / 2)
        if shift_px > _MAX_PRINCIPAL_SHIFT * max(lens.width, lens.height) or not lens.is_invertible():
            return solution
    return refined


def _empty_dir(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    return path


def as_solution(reconstruction: pycolmap.Reconstruction) -> Solution:
    """The arrays of a COLMAP reconstruction, its registered pictures sorted by name."""
    images = sorted((reconstruction.image(i) for i in reconstruction.reg_image_ids()), key=lambda image: image.name)
    lenses = {camera_id: as_lens(camera) for camera_id, camera in reconstruction.cameras.items()}
    viewmats = np.tile(np.eye(4), (len(images), 1, 1))
    for row, image in enumerate(images):
        viewmats[row, :3] = image.cam_from_world().matrix()
    points = list(reconstruction.points3D.values())
    return Solution(
        tuple(image.name for image in images),
        tuple(lenses[image.camera_id] for image in images),
        viewmats,
        np.array([point.xyz for point in points], np.float64).reshape(-1, 3),
        np.array([point.color for point in points], np.uint8).reshape(-1, 3),
        np.array([point.error for point in points], np.float64),
        _observations(images, {point_id: row for row, point_id in enumerate(reconstruction.points3D)}),
    )


def as_lens(camera: pycolmap.Camera) -> Lens:
    """Raises `ValueError` for a camera model that this program does not choose."""
    width, height, p = camera.width, camera.height, [float(value) for value in camera.params]
    match camera.model_name:
        case "SIMPLE_PINHOLE":
            return Lens(width, height, p[0], p[0], p[1], p[2])
        case "SIMPLE_RADIAL":
            return Lens(width, height, p[0], p[0], p[1], p[2], k1=p[3])
        case "PINHOLE" | "OPENCV":
            return Lens(width, height, *p)
    raise ValueError(f"camera model {camera.model_name}")


def _observations(images: list[pycolmap.Image], row_of_point: dict[int, int]) -> Observations:
    seen = [
        (image_row, row_of_point[point2D.point3D_id], *point2D.xy)
        for image_row, image in enumerate(images)
        for point2D in image.get_observation_points2D()
    ]
    table = np.array(seen, np.float64).reshape(-1, 4)
    return Observations(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:])

"""SIFT keypoints of all pictures, in COLMAP's feature database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pycolmap

from reelscape.sfm.pictures import Picture, Pictures, batched
from reelscape.sfm.watch import Span, watched

FOCAL_GUESS = 1.2
"""Focal length over the longer side where nothing is known: a phone's main camera filming has about this."""

_NUM_SAMPLES = 5
_BATCH = 16
_ENOUGH_KEYPOINTS = 400
_MANY_IMAGES, _MANY_KEYPOINTS = 40, 500


@dataclass(frozen=True)
class Detail:
    """How closely SIFT looks: first_octave -1 doubles the picture first, which finds more in small or soft pictures."""

    max_num_features: int
    first_octave: int = 0
    peak_threshold: float = 0.02 / 3

    def options(self) -> pycolmap.FeatureExtractionOptions:
        """The same for COLMAP."""
        options = pycolmap.FeatureExtractionOptions()
        options.sift.max_num_features = self.max_num_features
        options.sift.first_octave = self.first_octave
        options.sift.peak_threshold = self.peak_threshold
        options.sift.max_num_orientations = 1
        return options


@dataclass(frozen=True)
class Features:
    """A filled database: its file, the database's image ids in the order of the pictures, and keypoint counts [N]."""

    database_path: Path
    image_ids: tuple[int, ...]
    num_keypoints: tuple[int, ...]
    detail: Detail

    @property
    def median_num_keypoints(self) -> float:
        """Keypoints of the middling picture."""
        return float(np.median(self.num_keypoints))


def extract(pictures: Pictures, frames_dir: Path, database_path: Path, max_num_features: int, span: Span) -> Features:
    """Keypoints at the pictures' own size; when a few sample pictures show too few, all are doubled in size first."""
    coarse = Detail(max_num_features)
    middles = np.linspace(0, len(pictures) - 1, min(_NUM_SAMPLES, len(pictures))).round().astype(int)
    sample = Pictures(pictures.is_video, tuple(pictures.items[i] for i in middles))
    found = extract_with(coarse, sample, frames_dir, database_path, span.part(0.0, 0.1))
    enough = found.median_num_keypoints >= _ENOUGH_KEYPOINTS
    detail = coarse if enough else Detail(max_num_features, first_octave=-1)
    return extract_with(detail, pictures, frames_dir, database_path, span.part(0.1, 1.0))


def extract_with(detail: Detail, pictures: Pictures, frames_dir: Path, database_path: Path, span: Span) -> Features:
    """Keypoints of all pictures into a new database at `database_path`, one camera per group of pictures."""
    for stale in database_path.parent.glob(database_path.name + "*"):
        stale.unlink()
    pycolmap.Database.open(database_path).close()
    done, total = 0, len(pictures)
    with watched(span, lambda: (done / total, f"Looking for details: picture {done} of {total}")):
        for camera_id, group in enumerate(pictures.camera_groups(), 1):
            for batch in batched([item.name for item in group], _BATCH):
                _extract_batch(detail, batch, frames_dir, database_path, camera_id)
                done += len(batch)
    features = _read_counts(database_path, pictures, detail)
    _set_cameras(features, pictures)
    return features


def _extract_batch(detail: Detail, names: list[str], frames_dir: Path, database_path: Path, camera_id: int) -> None:
    """Keypoints of some pictures, taken by the camera with this id, which the first batch of a group makes."""
    reader = pycolmap.ImageReaderOptions()
    with pycolmap.Database.open(database_path) as database:
        if database.exists_camera(camera_id):
            reader.existing_camera_id = camera_id
    pycolmap.extract_features(
        database_path,
        frames_dir,
        image_names=names,
        camera_mode=pycolmap.CameraMode.SINGLE,
        reader_options=reader,
        extraction_options=detail.options(),
        device=pycolmap.Device.cpu,
    )


def _read_counts(database_path: Path, pictures: Pictures, detail: Detail) -> Features:
    with pycolmap.Database.open(database_path) as database:
        ids = {image.name: image.image_id for image in database.read_all_images()}
        image_ids = tuple(ids[name] for name in pictures.names)
        counts = tuple(database.num_keypoints_for_image(image_id) for image_id in image_ids)
    return Features(database_path, image_ids, counts, detail)


def _set_cameras(features: Features, pictures: Pictures) -> None:
    """Give each group of pictures its starting camera; many rich pictures can bear a model with more parameters."""
    image_ids = dict(zip(pictures.names, features.image_ids, strict=True))
    with pycolmap.Database.open(features.database_path) as database:
        for group in pictures.camera_groups():
            camera_id = database.read_image(image_ids[group[0].name]).camera_id
            rich = len(group) >= _MANY_IMAGES and features.median_num_keypoints >= _MANY_KEYPOINTS
            database.update_camera(_starting_camera(group[0], camera_id, "OPENCV" if rich else "SIMPLE_RADIAL"))


def _starting_camera(picture: Picture, camera_id: int, model: str) -> pycolmap.Camera:
    focal = picture.focal_px or FOCAL_GUESS * picture.side_px
    camera = pycolmap.Camera.create_from_model_name(camera_id, model, focal, picture.width, picture.height)
    camera.has_prior_focal_length = picture.focal_px is not None
    return camera

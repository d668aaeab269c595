"""Compare pairs of pictures and keep the matches that a rigid scene explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pycolmap

from reelscape.cameras import Float
from reelscape.sfm.features import Features
from reelscape.sfm.pairs import Pair, exhaustive_pairs, image_signatures, linear_pairs, quadratic_pairs, similar_pairs
from reelscape.sfm.pictures import Pictures, batched
from reelscape.sfm.watch import Span, watched

_BATCH = 128
_FEW_PHOTOS = 80
_LOOP_MIN_GAP = 12
_SIGNATURE_STEP = 3
_MIN_INLIERS = 15


@dataclass(frozen=True)
class Match:
    """The matches of pictures i and j: pixels [M, 2] in each, and whether a rigid scene explains them [M]."""

    i: int
    j: int
    points_i: Float
    points_j: Float
    inliers: npt.NDArray[np.bool_]

    @property
    def num_inliers(self) -> int:
        """Matches that a rigid scene explains."""
        return int(self.inliers.sum())

    @property
    def is_verified(self) -> bool:
        """Enough inliers to count as two pictures of the same things."""
        return self.num_inliers >= _MIN_INLIERS

    def flow_px(self) -> Float:
        """How far each match moved between the pictures, [M]."""
        flow: Float = np.linalg.norm(self.points_j - self.points_i, axis=1)
        return flow


def first_pairs(pictures: Pictures, features: Features, seed: int) -> list[Pair]:
    """A video: neighbours at gaps 1, 2, 4 ... and pictures that look alike later on; photos: all, or those alike."""
    if pictures.is_video:
        loops = similar_pairs(_signatures(features, seed), num_nearest=2, min_gap=_LOOP_MIN_GAP)
        return sorted({*quadratic_pairs(len(pictures)), *loops})
    if len(pictures) <= _FEW_PHOTOS:
        return exhaustive_pairs(len(pictures))
    return similar_pairs(_signatures(features, seed), num_nearest=20, min_gap=1)


def more_pairs(pictures: Pictures, features: Features, seed: int) -> list[Pair]:
    """What to try when the first pairs did not hold the pictures together: all of few pictures, else many more."""
    if len(pictures) <= _FEW_PHOTOS:
        return exhaustive_pairs(len(pictures))
    near = linear_pairs(len(pictures), 10) if pictures.is_video else []
    return sorted({*near, *similar_pairs(_signatures(features, seed), num_nearest=40, min_gap=1)})


def match_pairs(pairs: list[Pair], pictures: Pictures, features: Features, seed: int, span: Span) -> None:
    """Match and verify the pairs that are not in the database yet."""
    list_path = features.database_path.with_suffix(".pairs.txt")
    names = pictures.names
    verification = pycolmap.TwoViewGeometryOptions()
    verification.ransac.random_seed = seed
    done = 0
    with watched(span, lambda: (done / max(len(pairs), 1), f"Comparing pictures: pair {done} of {len(pairs)}")):
        for batch in batched(pairs, _BATCH):
            list_path.write_text("".join(f"{names[i]} {names[j]}\n" for i, j in batch), encoding="utf-8")
            pycolmap.match_image_pairs(
                features.database_path,
                pairing_options=pycolmap.ImportedPairingOptions(match_list_path=list_path),
                verification_options=verification,
                device=pycolmap.Device.cpu,
            )
            done += len(batch)


def read_matches(features: Features) -> list[Match]:
    """All pairs of the database that have any match."""
    rows = {image_id: row for row, image_id in enumerate(features.image_ids)}
    with pycolmap.Database.open(features.database_path) as database:
        keypoints = [database.read_keypoints(i)[:, :2].astype(np.float64) for i in features.image_ids]
        verified = dict(zip(*database.read_two_view_geometries(), strict=True))
        matched = zip(*database.read_all_matches(), strict=True)
        found = []
        for pair_id, raw in matched:
            i, j = (rows[image_id] for image_id in pycolmap.pair_id_to_image_pair(pair_id))
            inliers = np.zeros(len(raw), bool)
            if pair_id in verified:
                inliers = np.isin(raw[:, 0], verified[pair_id].inlier_matches[:, 0])
            if len(raw):
                found.append(Match(i, j, keypoints[i][raw[:, 0]], keypoints[j][raw[:, 1]], inliers))
    return found


def _signatures(features: Features, seed: int) -> Float:
    with pycolmap.Database.open(features.database_path) as database:
        found = [database.read_descriptors(i).data[::_SIGNATURE_STEP] for i in features.image_ids]
    return image_signatures(found, seed)

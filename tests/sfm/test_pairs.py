"""Which pictures are compared."""

from __future__ import annotations

import numpy as np

from reelscape.sfm.pairs import exhaustive_pairs, image_signatures, linear_pairs, quadratic_pairs, similar_pairs


def test_lists_of_pairs() -> None:
    assert exhaustive_pairs(3) == [(0, 1), (0, 2), (1, 2)]
    assert linear_pairs(4, 2) == [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]
    assert {j - i for i, j in quadratic_pairs(40)} == {1, 2, 4, 8, 16, 32}
    assert len(quadratic_pairs(150)) == 945
    assert quadratic_pairs(1) == []


def test_a_second_lap_is_paired_with_the_first() -> None:
    """Each of 10 places has its own words; a path passes all of them twice."""
    random = np.random.default_rng(0)
    places = [random.integers(0, 255, (60, 128)) for _ in range(10)]
    seen = [(places[step % 10] + random.integers(-8, 9, (60, 128))).clip(0, 255).astype(np.uint8) for step in range(20)]
    signatures = image_signatures(seen, seed=0)
    np.testing.assert_allclose(np.linalg.norm(signatures, axis=1), 1)
    assert similar_pairs(signatures, num_nearest=1, min_gap=5) == [(i, i + 10) for i in range(10)]
    np.testing.assert_array_equal(signatures, image_signatures(seen, seed=0))


def test_pictures_without_features_have_a_signature() -> None:
    empty, full = np.zeros((0, 128), np.uint8), np.random.default_rng(0).integers(0, 255, (70, 128)).astype(np.uint8)
    assert np.isfinite(image_signatures([empty, full], seed=0)).all()

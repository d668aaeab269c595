"""Which pictures are compared with which, as pairs of rows (i < j). Numpy alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reelscape.cameras import Float

Pair = tuple[int, int]

_NUM_WORDS = 64
_VOCABULARY_SAMPLES = 20_000
_VOCABULARY_ROUNDS = 8


def exhaustive_pairs(num_images: int) -> list[Pair]:
    """Every picture with every other."""
    return [(i, j) for i in range(num_images) for j in range(i + 1, num_images)]


def quadratic_pairs(num_images: int) -> list[Pair]:
    """Gaps 1, 2, 4, 8 ...: half the pairs of ten neighbours, and a path that holds together better."""
    gaps = [2**power for power in range(num_images.bit_length()) if 2**power <= 128]
    return [(i, i + gap) for i in range(num_images) for gap in gaps if i + gap < num_images]


def linear_pairs(num_images: int, overlap: int) -> list[Pair]:
    """Every picture with the `overlap` next ones."""
    return [(i, j) for i in range(num_images) for j in range(i + 1, min(i + 1 + overlap, num_images))]


def similar_pairs(signatures: Float, num_nearest: int, min_gap: int) -> list[Pair]:
    """Each picture with the `num_nearest` most similar ones that are at least `min_gap` rows away.

    signatures [N, D] of unit length, see `image_signatures`.
    """
    num_images = len(signatures)
    similarity = signatures @ signatures.T
    rows = np.arange(num_images)
    similarity[np.abs(rows[:, None] - rows[None, :]) < min_gap] = -np.inf
    pairs = set()
    for i, order in enumerate(np.argsort(-similarity, axis=1)[:, :num_nearest]):
        pairs |= {(min(i, int(j)), max(i, int(j))) for j in order if np.isfinite(similarity[i, j])}
    return sorted(pairs)


def image_signatures(descriptors: list[npt.NDArray[np.uint8]], seed: int) -> Float:
    """One unit vector [N, 64 * 128] per picture from its SIFT descriptors, by a vocabulary of the pictures themselves.

    VLAD with signed square roots and per-word normalisation (Jegou et al., "Aggregating local descriptors into a
    compact image representation", 2010; Arandjelovic and Zisserman, "All about VLAD", 2013).
    """
    random = np.random.default_rng(seed)
    everything = np.concatenate(descriptors)
    chosen = random.permutation(len(everything))[:_VOCABULARY_SAMPLES]
    words = _vocabulary(everything[chosen].astype(np.float32), random)
    return np.stack([_vlad(found.astype(np.float32), words) for found in descriptors])


def _vocabulary(samples: npt.NDArray[np.float32], random: np.random.Generator) -> npt.NDArray[np.float32]:
    """The centres [W, 128] of k-means."""
    words = samples[random.permutation(len(samples))[:_NUM_WORDS]]
    for _ in range(_VOCABULARY_ROUNDS):
        nearest = _nearest_word(samples, words)
        members = np.eye(len(words), dtype=np.float32)[nearest]
        counts = members.sum(axis=0)
        words = np.where(counts[:, None] > 0, members.T @ samples / np.maximum(counts, 1)[:, None], words)
    return words


def _nearest_word(found: npt.NDArray[np.float32], words: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    nearest: npt.NDArray[np.int64] = np.argmin((words**2).sum(axis=1) - 2 * found @ words.T, axis=1)
    return nearest


def _vlad(found: npt.NDArray[np.float32], words: npt.NDArray[np.float32]) -> Float:
    members = np.eye(len(words), dtype=np.float32)[_nearest_word(found, words)]
    sums = (members.T @ found - members.sum(axis=0)[:, None] * words).astype(np.float64)
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    signature: Float = (np.sign(sums) * np.sqrt(np.abs(sums))).ravel()
    return signature / max(float(np.linalg.norm(signature)), 1e-9)

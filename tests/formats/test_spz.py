from __future__ import annotations

import gzip
import io
import json
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import tolerances
from tests.made_gaussians import make_gaussians

from reelscape.errors import BadSetting, UnreadableScene
from reelscape.formats.spz import read_spz, write_spz
from reelscape.gaussians import Gaussians

JS_DIR = Path(__file__).parents[1] / "js"


def rotations_of(quats: np.ndarray) -> np.ndarray:
    """Rotation matrices [N, 3, 3] of quaternions wxyz [N, 4] of any length."""
    w, x, y, z = (quats / np.linalg.norm(quats, axis=1, keepdims=True)).T.astype(np.float64)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.array(rows).transpose(2, 0, 1)


def angles_deg(quats: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Angles between two sets of rotations."""
    unit, other = (q / np.linalg.norm(q, axis=1, keepdims=True) for q in (quats, others))
    return np.degrees(2 * np.arccos(np.clip(np.abs((unit * other).sum(axis=1)), 0, 1)))


def sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


def assert_close(read: Gaussians, written: Gaussians, version: int) -> None:
    """Equal but for the quantisation."""

    def worst(field: str) -> float:
        difference = np.abs(getattr(read, field) - getattr(written, field))
        return float(difference.max(initial=0.0))

    assert len(read) == len(written)
    assert read.sh_degree == written.sh_degree
    assert worst("means") <= tolerances.SPZ_POSITION
    assert worst("scales") <= tolerances.SPZ_LOG_SCALE
    assert worst("sh0") <= tolerances.SPZ_F_DC
    assert np.abs(sigmoid(read.opacities) - sigmoid(written.opacities)).max() <= tolerances.SPZ_ALPHA
    assert angles_deg(read.quats, written.quats).max() <= tolerances.SPZ_ROTATION_DEG[version]
    harmonics = np.abs(read.shN - written.shN)
    assert harmonics[:, :3].max(initial=0.0) <= tolerances.SPZ_SH_DEGREE_1
    assert harmonics[:, 3:].max(initial=0.0) <= tolerances.SPZ_SH_ABOVE


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("sh_degree", [0, 1, 2, 3])
def test_round_trip_stays_within_the_quantisation(tmp_path: Path, version: int, sh_degree: int) -> None:
    written = make_gaussians(500, sh_degree)
    write_spz(tmp_path / "scene.spz", written, version)
    assert_close(read_spz(tmp_path / "scene.spz"), written, version)


def test_the_same_splats_give_the_same_bytes() -> None:
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        write_spz(file, make_gaussians(50, 2))
    assert files[0].getvalue() == files[1].getvalue()
    files[0].seek(0)
    assert len(read_spz(files[0])) == 50


def test_the_header_tells_of_antialiasing() -> None:
    file = io.BytesIO()
    write_spz(file, make_gaussians(3, 0))
    assert gzip.decompress(file.getvalue())[14] == 1


def test_no_splats_at_all(tmp_path: Path) -> None:
    write_spz(tmp_path / "scene.spz", make_gaussians(0, 3))
    assert len(read_spz(tmp_path / "scene.spz")) == 0


def test_a_wide_scene_takes_fewer_fractional_bits(tmp_path: Path) -> None:
    gaussians = make_gaussians(20, 0)
    gaussians.means[3] = (9000, -9000, 5000)
    write_spz(tmp_path / "scene.spz", gaussians)
    fractional_bits = gzip.decompress((tmp_path / "scene.spz").read_bytes())[13]
    assert fractional_bits == 9
    assert np.abs(read_spz(tmp_path / "scene.spz").means - gaussians.means).max() <= 0.5 / 2**fractional_bits


def test_extreme_values_are_held_at_the_ends_of_their_range() -> None:
    gaussians = make_gaussians(4, 3)
    gaussians.opacities[:2] = (-200, 200)
    gaussians.scales[0], gaussians.sh0[1], gaussians.shN[2] = 99, -99, 99
    file = io.BytesIO()
    write_spz(file, gaussians)
    file.seek(0)
    read = read_spz(file)
    assert np.isfinite(read.opacities).all() and (read.opacities[:2] * (-1, 1) > 5).all()
    assert read.scales[0, 0] > 5 and read.sh0[1, 0, 0] < -3 and (np.abs(read.shN[2]) > 0.9).all()


def test_other_versions_are_not_written() -> None:
    with pytest.raises(BadSetting):
        write_spz(io.BytesIO(), make_gaussians(1, 0), version=4)


def _packed(magic: int = 0x5053474E, version: int = 3, count: int = 1, sh_degree: int = 0, flags: int = 0) -> bytes:
    return gzip.compress(struct.pack("<IIIBBBB", magic, version, count, sh_degree, 12, flags, 0) + bytes(20))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no gzip at all",
        b"NGSP" + bytes(40),
        gzip.compress(b""),
        gzip.compress(bytes(100)),
        _packed(magic=1),
        _packed(version=7),
        _packed(sh_degree=4),
        _packed(count=2),
        _packed(count=4_000_000_000),
        _packed(flags=2),
        _packed()[:-12],
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "foreign.spz").write_bytes(content)
    with pytest.raises(UnreadableScene):
        read_spz(tmp_path / "foreign.spz")


def read_with_others(node: str, path: Path) -> dict[str, Any]:
    found = subprocess.run(
        [node, "read_spz.mjs", str(path)], cwd=JS_DIR, capture_output=True, text=True, timeout=60, check=True
    )
    return dict(json.loads(found.stdout.splitlines()[-1]))


@pytest.mark.parametrize(("version", "sh_degree"), [(3, 3), (3, 0), (2, 1)])
def test_the_reference_reader_sees_our_scene_in_our_axes(
    tmp_path: Path, node: str, version: int, sh_degree: int
) -> None:
    written = make_gaussians(300, sh_degree)
    write_spz(tmp_path / "scene.spz", written, version)
    seen = read_with_others(node, tmp_path / "scene.spz")["reference"]
    arrays = {name: np.array(seen[name], np.float32) for name in seen if isinstance(seen[name], list)}
    read = Gaussians(
        means=arrays["positions"].reshape(-1, 3),
        quats=np.roll(arrays["rotations"].reshape(-1, 4), 1, axis=1),
        scales=arrays["scales"].reshape(-1, 3),
        opacities=arrays["alphas"],
        sh0=arrays["colors"].reshape(-1, 1, 3),
        shN=arrays["sh"].reshape(len(written), -1, 3),
    )
    assert_close(read, written, version)


def test_three_sees_the_scene_upright(tmp_path: Path, node: str) -> None:
    """In three.js y points up and the viewer looks along -z: what lies below and ahead for us must do so there."""
    written = make_gaussians(300, 3)
    write_spz(tmp_path / "scene.spz", written)
    seen = read_with_others(node, tmp_path / "scene.spz")["three"]
    arrays = {name: np.array(entry["array"]).reshape(-1, entry["itemSize"]) for name, entry in seen.items()}
    three_from_world = np.diag([1.0, -1.0, -1.0])
    np.testing.assert_allclose(arrays["position"], written.means @ three_from_world, atol=tolerances.SPZ_POSITION)

    variances = np.exp(2 * written.scales.astype(np.float64))
    axes = three_from_world @ rotations_of(written.quats)
    expected = np.einsum("nij,nj,nkj->nik", axes, variances, axes)[:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]]
    errors = np.abs(arrays["covariance"] - expected).max(axis=1) / variances.max(axis=1)
    assert errors.max() <= tolerances.SPZ_COVARIANCE

    rgb = np.clip(0.5 + 0.28209479 * written.sh0[:, 0], 0, 1) * 255
    alpha = sigmoid(written.opacities) * 255
    expected_bytes = np.concatenate([rgb, alpha[:, None]], axis=1)
    assert np.abs(arrays["color"] - expected_bytes).max() <= tolerances.SPZ_COLOR_BYTES

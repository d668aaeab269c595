from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.made_gaussians import make_gaussians

from reelscape.errors import UnreadableScene
from reelscape.formats.ply import read_ply, write_ply

FIELDS = ("means", "quats", "scales", "opacities", "sh0", "shN")


@pytest.mark.parametrize("sh_degree", [0, 1, 2, 3])
def test_what_is_written_is_read_back_exactly(tmp_path: Path, sh_degree: int) -> None:
    written = make_gaussians(100, sh_degree)
    write_ply(tmp_path / "scene.ply", written)
    read = read_ply(tmp_path / "scene.ply")
    assert read.sh_degree == sh_degree
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(read, field), getattr(written, field))


def test_layout_is_the_inria_one(tmp_path: Path) -> None:
    gaussians = make_gaussians(3, 1)
    write_ply(tmp_path / "scene.ply", gaussians)
    header, body = (tmp_path / "scene.ply").read_bytes().split(b"end_header\n")
    names = [line.split()[-1] for line in header.decode().splitlines() if line.startswith("property float")]
    expected = "x y z nx ny nz f_dc_0 f_dc_1 f_dc_2 " + " ".join(f"f_rest_{i}" for i in range(9))
    assert names == (expected + " opacity scale_0 scale_1 scale_2 rot_0 rot_1 rot_2 rot_3").split()
    rows = np.frombuffer(body, "<f4").reshape(3, len(names))
    # All coefficients of red come first, then green's, then blue's.
    np.testing.assert_array_equal(rows[:, names.index("f_rest_1")], gaussians.shN[:, 1, 0])
    np.testing.assert_array_equal(rows[:, names.index("f_rest_3")], gaussians.shN[:, 0, 1])


def test_properties_may_stand_in_any_order_with_others_between(tmp_path: Path) -> None:
    gaussians = make_gaussians(5, 0)
    columns = {"opacity": gaussians.opacities, "confidence": np.arange(5.0)}
    columns |= {f"rot_{i}": gaussians.quats[:, i] for i in range(4)}
    columns |= {f"f_dc_{i}": gaussians.sh0[:, 0, i] for i in range(3)}
    columns |= {name: gaussians.means[:, i] for i, name in enumerate("xyz")}
    columns |= {f"scale_{i}": gaussians.scales[:, i] for i in range(3)}
    rows = np.zeros(5, [(name, ">f8") for name in columns])
    for name, values in columns.items():
        rows[name] = values
    header = ["ply", "format binary_big_endian 1.0", "comment by another program", "element vertex 5"]
    header += [f"property double {name}" for name in columns]
    header += ["element face 0", "property list uchar int vertex_indices", "end_header", ""]
    path = tmp_path / "foreign.ply"
    path.write_bytes("\n".join(header).encode() + rows.tobytes())
    read = read_ply(path)
    for field in FIELDS:
        np.testing.assert_allclose(getattr(read, field), getattr(gaussians, field), rtol=1e-6)


HEADER = (
    b"ply\nformat binary_little_endian 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty float z\n"
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff" * 40,
        b"ply\n",
        b"ply\n" * 100,
        b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n1.0\n",
        HEADER + b"end_header\n" + bytes(24),  # a point cloud
        HEADER + b"property float x\nend_header\n" + bytes(32),
        HEADER + b"property list uchar int x2\nend_header\n" + bytes(99),
        HEADER + b"property float f_rest_0\nend_header\n" + bytes(99),
        HEADER.replace(b"vertex 2", b"vertex 99999999999999") + b"end_header\n" + bytes(24),
        HEADER.replace(b"vertex 2", b"face 2") + b"end_header\n" + bytes(24),
    ],
)
def test_other_files_are_refused_with_a_reason(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "foreign.ply").write_bytes(content)
    with pytest.raises(UnreadableScene) as raised:
        read_ply(tmp_path / "foreign.ply")
    assert len(raised.value.message) > 10


def test_a_broken_off_scene_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scene.ply"
    write_ply(path, make_gaussians(50, 1))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UnreadableScene, match="breaks off"):
        read_ply(path)

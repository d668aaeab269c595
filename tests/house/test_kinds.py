"""Files are known by their content, whatever they are called, from a few kilobytes, without the half that draws."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.made_gaussians import make_gaussians
from tests.made_shapes import XYZ, ply_header, write_glb, write_ply, write_ply_text, write_stl, write_stl_text

from reelscape.formats.ply import write_ply as write_splats
from reelscape.formats.spz import write_spz
from reelscape.kinds import Kind, kind_of


def write_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")


FILES: dict[str, tuple[Callable[[Path], Any], Kind]] = {
    "glb": (write_glb, Kind.GLB),
    "gltf": (lambda p: p.write_text('{ "asset": {"generator": "x", "version": "2.0"}, "buffers": []}'), Kind.GLTF),
    "ply": (write_ply, Kind.PLY_MESH),
    "ply-text": (write_ply_text, Kind.PLY_MESH),
    "ply-points": (lambda p: p.write_bytes(ply_header("element vertex 2", *XYZ, "element face 0")), Kind.PLY_POINTS),
    "splats": (lambda p: write_splats(p, make_gaussians(5, 3)), Kind.PLY_SPLATS),
    "spz": (lambda p: write_spz(p, make_gaussians(5, 3)), Kind.SPZ),
    "spz-4": (lambda p: p.write_bytes(b"NGSP\4\0\0\0"), Kind.SPZ),
    "gzip": (lambda p: p.write_bytes(gzip.compress(b"anything else")), Kind.OPAQUE),
    "stl": (write_stl, Kind.STL),
    "stl-text": (write_stl_text, Kind.STL),
    "stl-one-byte-more": (lambda p: write_stl(p).write_bytes(p.read_bytes() + b"\0"), Kind.OPAQUE),
    "obj": (lambda p: p.write_text("# made\n\nmtllib a.mtl\no Cube\nv 1.0 -1 .5e-3\nv 0 0 0\n"), Kind.OBJ),
    "obj-at-once": (lambda p: p.write_bytes(b"v 1 2 3\r\nv 4 5 6\r\nf 1 2 2\r\n"), Kind.OBJ),
    "remarks-only": (lambda p: p.write_text("# of a script\n" * 90), Kind.OPAQUE),
    "words-with-v": (lambda p: p.write_text("# notes\nv for version 1 2 3\n"), Kind.OPAQUE),
    "mp4": (lambda p: p.write_bytes(b"\0\0\0\x20ftypisom"), Kind.VIDEO),
    "png": (lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n"), Kind.PICTURE),
    "zip": (write_zip, Kind.ZIP),
    "empty": (lambda p: p.write_bytes(b""), Kind.OPAQUE),
    "ply-without-end": (lambda p: p.write_bytes(b"ply\nformat ascii 1.0\nelement vertex 3\n"), Kind.OPAQUE),
    "svg": (lambda p: p.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>"), Kind.OPAQUE),
    "html": (lambda p: p.write_text("<!doctype html><p>solid facet normal"), Kind.OPAQUE),
}


@pytest.mark.parametrize("name", FILES)
def test_kind_by_content(name: str, tmp_path: Path) -> None:
    write, kind = FILES[name]
    path = tmp_path / "upload.glb"
    write(path)
    assert kind_of(path) is kind


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kind_of(tmp_path / "nothing")


def test_the_standard_library_is_enough() -> None:
    command = (
        "import sys, reelscape.kinds; print(sorted(m for m in sys.modules if m.startswith(('numpy', 'reelscape'))))"
    )
    found = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "['reelscape', 'reelscape.kinds', 'reelscape.sniff']"

"""The wheel works where no compiler is: it is built, put into an environment of its own, and used there."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
missing = [name for name in ("scikit_build_core", "nanobind") if importlib.util.find_spec(name) is None]
pytestmark = pytest.mark.skipif(
    bool(missing), reason=f"building a wheel needs {', '.join(missing)}: run `make install`"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Quick after `make install`: both share build/, so nothing is compiled again."""
    out = tmp_path_factory.mktemp("wheel")
    command = [*PIP, "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "-w", str(out), str(ROOT)]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def bin_dir(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; the libraries are those of this one, whose reelscape stays out of sight."""
    venv = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True, timeout=60)
    python = venv / "bin" / "python"
    install = [*PIP, "--python", str(python), "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, timeout=60, capture_output=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    libraries = venv / "lib" / version / "site-packages" / "libraries.pth"
    libraries.write_text(sysconfig.get_path("platlib") + "\n", encoding="utf-8")
    return venv / "bin"


def run(bin_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run reelscape where nothing but the environment can be found."""
    return subprocess.run(
        [bin_dir / "reelscape", *arguments],
        env={"PATH": str(bin_dir), "HOME": os.devnull},
        cwd=bin_dir.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"reelscape"}
    assert any(name.startswith("reelscape/_native/baseline.") for name in names)
    assert {"reelscape/py.typed"} <= set(names)
    assert not [name for name in names if name.endswith((".cpp", ".h", ".pyc"))]


def test_doctor_and_sample_run_without_a_compiler(bin_dir: Path) -> None:
    doctor = run(bin_dir, "doctor")
    assert doctor.returncode == 0 and "kernel" in doctor.stdout, doctor.stderr
    sample = run(bin_dir, "sample", "--seconds", "0.5", "--size", "160x284", "--texel", "0.02", "room.mp4")
    assert sample.returncode == 0, sample.stderr
    assert (bin_dir.parent / "room.mp4").read_bytes()[4:8] == b"ftyp"

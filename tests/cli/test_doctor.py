"""The doctor names what is missing in one line and never falls ill itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from reelscape.cli import doctor


def lines_of(result_output: str) -> dict[str, str]:
    return {line.split()[0]: line for line in result_output.splitlines()}


def test_a_sound_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(doctor.command)
    assert result.exit_code == 0, result.output
    lines = lines_of(result.output)
    assert list(lines) == list(doctor.CHECKS)
    assert str(tmp_path) in lines["disk"] and "build" in lines["kernel"] and "pycolmap" in lines["libraries"]


def test_a_missing_library_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", {"numpy": "numpy", "no-such-package": "no_such_module"})
    result = CliRunner().invoke(doctor.command)
    assert result.exit_code == 1
    assert "no-such-package: ModuleNotFoundError" in lines_of(result.output)["libraries"]
    assert "numpy:" not in result.output


def test_a_broken_kernel_and_a_lost_folder_are_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ImportError("undefined symbol: _Z")

    monkeypatch.setattr(doctor.importlib, "import_module", fail)
    monkeypatch.setattr(shutil, "disk_usage", fail)
    monkeypatch.setattr(doctor, "PACKAGES", {"numpy": "numpy"})
    lines = lines_of(CliRunner().invoke(doctor.command).output)
    assert "PROBLEM: ImportError: undefined symbol: _Z" in lines["kernel"] and "PROBLEM" in lines["disk"]
    assert list(lines) == list(doctor.CHECKS)

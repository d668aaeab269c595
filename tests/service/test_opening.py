"""The data folder when it is opened: its secret key, and who may read what is made in it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reelscape.web import opening

MAKE = (
    "import sys; from pathlib import Path; from reelscape.web.opening import open_data_dir; "
    "open_data_dir(Path(sys.argv[1])); from django.core.management import call_command; "
    "call_command('migrate', verbosity=0)"
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def made_key(path: Path) -> str:
    opening._make_secret_key(path)
    return path.read_text(encoding="ascii").strip()


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_key_is_made_once_also_where_a_power_cut_left_none(tmp_path: Path, is_empty: bool) -> None:
    path = tmp_path / "secret_key"
    if is_empty:
        path.touch()
    key = made_key(path)
    assert len(key) >= 64 and mode(path) == 0o600
    assert made_key(path) == key and list(tmp_path.iterdir()) == [path]


def test_all_who_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(made_key, [tmp_path / "secret_key"] * 8))) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_a_key_that_cannot_be_written_whole_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(opening.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        made_key(tmp_path / "secret_key")
    assert list(tmp_path.iterdir()) == []


def test_others_read_nothing_of_a_folder_that_they_may_enter(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    subprocess.run([sys.executable, "-c", MAKE, str(tmp_path)], check=True, umask=0o022, env=os.environ)
    assert mode(tmp_path) == 0o755
    found = {path.name: mode(path) & 0o077 for path in tmp_path.rglob("*")}
    assert {"reelscape.sqlite3", "secret_key", "blobs", "incoming", "runs"} <= found.keys()
    assert set(found.values()) == {0}

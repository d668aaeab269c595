"""What a container leaves of the machine's memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from reelscape import resources


def container(folder: Path, limit: str, used_bytes: int, cached_bytes: int) -> Path:
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used_bytes}\n")
    counts = {"anon": 5, "inactive_file": 20, "active_file": 10, "slab_reclaimable": cached_bytes - 30}
    (folder / "memory.stat").write_text("".join(f"{name} {count}\n" for name, count in counts.items()))
    return folder


def test_a_container_leaves_its_limit_less_what_is_used_for_good(tmp_path: Path) -> None:
    assert resources._container_free_bytes(container(tmp_path, "1000", 700, 200)) == 500
    assert resources._container_free_bytes(container(tmp_path, "1000", 1200, 30)) == 0


def test_no_limit_is_none(tmp_path: Path) -> None:
    assert resources._container_free_bytes(tmp_path) is None
    assert resources._container_free_bytes(container(tmp_path, "max", 700, 200)) is None


def test_the_narrower_of_machine_and_container_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for machine, inside, free in ((900, 500, 500), (300, 500, 300), (900, None, 900), (None, None, None)):
        monkeypatch.setattr(resources, "_machine_free_bytes", lambda given=machine: given)
        monkeypatch.setattr(resources, "_container_free_bytes", lambda given=inside: given)
        assert resources.available_bytes() == free

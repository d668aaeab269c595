"""The run folder: atomic writes, publishing, reopening."""

from __future__ import annotations

from pathlib import Path

import pytest

from reelscape.workspace import Workspace, atomic, read_json, write_json


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})
    with pytest.raises(RuntimeError), atomic(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert read_json(path) == {"a": 1}
    assert [found.name for found in tmp_path.iterdir()] == ["a.json"]


def test_broken_json_reads_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    assert read_json(tmp_path / "a.json") is None
    assert read_json(tmp_path / "b.json") is None


def test_products_appear_only_when_published_and_can_be_taken_back(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.images_dir.mkdir(parents=True)
    (workspace.images_dir / "frame_000001.jpg").write_bytes(b"x")
    workspace.scene_ply_path.write_bytes(b"ply")
    assert not (tmp_path / "scene.ply").exists()
    workspace.publish()
    assert workspace.published() == ["scene.ply", "images"]
    workspace.drop_work()
    assert sorted(found.name for found in tmp_path.iterdir()) == ["images", "scene.ply"]
    workspace.reopen()
    assert workspace.scene_ply_path.read_bytes() == b"ply"
    assert (workspace.images_dir / "frame_000001.jpg").exists()
    assert [found.name for found in tmp_path.iterdir()] == ["work"]


def test_publishing_replaces_an_older_product(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "old.jpg").write_bytes(b"old")
    workspace.images_dir.mkdir(parents=True)
    (workspace.images_dir / "new.jpg").write_bytes(b"new")
    workspace.publish()
    assert [found.name for found in (tmp_path / "images").iterdir()] == ["new.jpg"]


def test_looking_at_a_path_makes_nothing(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert workspace.find(workspace.scene_ply_path) == tmp_path / "scene.ply"
    assert workspace.checkpoint_path.name == "checkpoint.npz" and workspace.log_path("poses").name == "poses.log"
    assert list(tmp_path.iterdir()) == []

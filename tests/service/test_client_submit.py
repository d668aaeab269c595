"""`reelscape submit` against a server made here."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from reelscape import errors
from reelscape.cli import main, submit
from reelscape.client import Client

KEY = "prefix88.very-secret-words"
URL = "http://127.0.0.1:8000"
ID = "123e4567-e89b-12d3-a456-426614174000"
FILES = {"ply": b"ply of the scene", "spz": b"spz of the scene", "preview": b"picture"}


class Service:
    """Takes a video, goes through `states` (the last one stays; an exception is raised), and serves `files`."""

    def __init__(self, *states: dict[str, Any] | BaseException) -> None:
        self.states = list(states)
        self.files = dict(FILES)
        self.bodies: list[dict[str, Any]] = []
        self.uploaded = b""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        path = request.url.path.removeprefix("/api/v1/")
        if request.method == "POST":
            self.bodies.append(json.loads(request.content))
        if path == "generate-upload-url/":
            return httpx.Response(200, json={"url": f"{URL}/blobs/video?sig=1", "blob_name": "videos/x.mp4"})
        if request.method == "PUT":
            self.uploaded = request.content
            return httpx.Response(201)
        if path == "submit-job/":
            links = {"self": f"{URL}/api/v1/jobs/{ID}/", "page": f"{URL}/scenes/{ID}/"}
            return httpx.Response(201, json={"job_id": ID, "status": "Queued", "links": links})
        if path == f"jobs/{ID}/":
            return self._detail()
        return self._file(path)

    def _detail(self) -> httpx.Response:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, BaseException):
            raise state
        return httpx.Response(200, json={"job_id": ID, **state})

    def _file(self, path: str) -> httpx.Response:
        kind = path.strip("/").rpartition("/")[2]
        if not path.startswith("jobs/"):
            return httpx.Response(200, content=self.files[kind])
        if kind in self.files:
            return httpx.Response(302, headers={"Location": f"/signed/{kind}"})
        return httpx.Response(404, json=errors.NotAvailable().as_dict())


@pytest.fixture
def video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REELSCAPE_API_KEY", raising=False)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    path = tmp_path / "My room.mp4"
    path.write_bytes(b"video" * 1000)
    return path


@pytest.fixture
def run(video: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def submitted(service: Service, *arguments: str, url: str = URL, key: str | None = KEY) -> Result:
        monkeypatch.setattr(submit, "Client", partial(Client, transport=httpx.MockTransport(service)))
        words = ["submit", url, str(video), *arguments, *(("--key", key) if key else ())]
        result = CliRunner().invoke(main, words)
        assert KEY not in result.output and KEY.partition(".")[2] not in result.output
        return result

    return submitted


def finished() -> Service:
    return Service(
        {"status": "Queued - position: 2", "current_step": "Waiting for its turn", "progress": 0.0},
        {"status": "Processing video", "current_step": "Choosing frames", "progress": 3.0},
        {"status": "Generating 3D scene", "progress": 60.0, "percent_complete": 40.0},
        {"status": "Finished", "progress": 100.0, "percent_complete": 100.0},
    )


def test_a_video_goes_out_and_a_scene_comes_back(run: Any, video: Path) -> None:
    service = finished()
    result = run(service, "--method", "colmap", "--steps", "2000", "--public")
    assert result.exit_code == 0, result.output
    assert service.uploaded == video.read_bytes()
    assert service.bodies[1] == {
        "blob_name": "videos/x.mp4", "title": "My room", "public": True, "reconstruction_method": "colmap",
        "training_num_steps": 2000,
    }  # fmt: skip
    folder = Path("My room")
    names = {"scene.ply": "ply", "scene.spz": "spz", "preview.jpg": "preview"}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {name: FILES[x] for name, x in names.items()}
    for words in (
        "Upload: 100%",
        f"Job {ID}",
        f"Its page: {URL}/scenes/{ID}/",
        "position: 2",
        "Choosing frames",
        "Generating 3D scene (60%)",
        "Finished",
    ):
        assert words in result.stderr
    assert result.stdout == "" and "Warning" not in result.stderr
    assert "Waiting" not in result.stderr and "(0%)" not in result.stderr


def test_nothing_is_overwritten_and_nothing_sent(run: Any) -> None:
    out = Path("scene")
    out.mkdir()
    (out / "scene.spz").write_bytes(b"mine")
    service = finished()
    result = run(service, "--out", "scene")
    assert result.exit_code == 1 and "[output_exists]" in result.stderr and "scene.spz" in result.stderr
    assert service.bodies == [] and (out / "scene.spz").read_bytes() == b"mine"


def test_other_files_in_the_folder_stay(run: Any) -> None:
    Path("scene").mkdir()
    Path("scene/notes.txt").write_text("mine")
    assert run(finished(), "--out", "scene").exit_code == 0
    assert Path("scene/notes.txt").read_text() == "mine" and Path("scene/scene.ply").exists()


def test_a_failed_job_says_why_and_leaves_no_folder(run: Any) -> None:
    fields = {"error_code": "too_few_frames", "error_message": "Only 3 frames.", "advice": "Film \x1b[2Jlonger."}
    result = run(Service({"status": "Failed", **fields}))
    assert result.exit_code == 1
    assert "Error: Only 3 frames.\n  Film ?[2Jlonger.  [too_few_frames]" in result.stderr
    assert not Path("My room").exists()


def test_no_wait_prints_the_id(run: Any) -> None:
    result = run(finished(), "--no-wait")
    assert result.exit_code == 0 and result.stdout == f"{ID}\n"
    assert not Path("My room").exists()


def test_stopping_to_wait_leaves_the_job(run: Any) -> None:
    result = run(Service({"status": "Processing video"}, KeyboardInterrupt()))
    assert result.exit_code == 130
    assert f"job {ID} goes on" in result.stderr and f"{URL}/scenes/{ID}" in result.stderr
    assert not Path("My room").exists()


def test_a_product_that_the_server_does_not_have(run: Any) -> None:
    service = finished()
    del service.files["spz"]
    result = run(service)
    assert result.exit_code == 0 and "Warning: no scene.spz" in result.stderr
    assert sorted(path.name for path in Path("My room").iterdir()) == ["preview.jpg", "scene.ply"]
    service.files = {}
    assert run(service, "--out", "other").exit_code == 1 and not Path("other").exists()


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://scenes.example", True), ("http://192.168.1.5:8000", True), ("https://scenes.example", False),
        ("http://localhost:8000", False), ("http://127.0.0.1", False), ("http://[::1]:8000", False),
    ],
)  # fmt: skip
def test_a_key_without_encryption_is_warned_of(run: Any, url: str, warned: bool) -> None:
    result = run(finished(), url=url)
    assert result.exit_code == 0 and ("unencrypted" in result.stderr) is warned


def test_the_key_from_the_environment(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(finished(), key=None)
    assert result.exit_code == 2 and "--key" in result.stderr
    monkeypatch.setenv("REELSCAPE_API_KEY", f"{KEY}\n")
    assert run(finished(), key=None).exit_code == 0


def test_what_cannot_be_a_key_or_an_address(run: Any) -> None:
    assert "[bad_api_key]" in run(finished(), key=f"{KEY}\nX-Other: 1").stderr
    assert "[server_unreachable]" in run(finished(), url="scenes.example").stderr
    assert run(finished(), url="http://[half").exit_code == 1

"""What a script written for the documented API does, against a really started service and a real run."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from PIL import Image
from tests.e2e.live_service import COMMAND, LiveService, free_port, live_service, wait_for
from tests.service.receiver import receiving

from reelscape.client import Client
from reelscape.errors import Cancelled
from reelscape.formats.ply import read_ply
from reelscape.formats.spz import read_spz
from reelscape.sample import SampleConfig, write_sample

DOCUMENTED = re.compile(r"Queued|Queued - position: \d+|Processing video|Generating 3D scene|Finished")
HOOK_PORT = free_port()


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "walk.mp4"
    write_sample(path, SampleConfig(seconds=4.0, fps=6.0, size=(270, 480), texel_m=0.006))
    return path


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    with live_service(tmp_path_factory.mktemp("service") / "data") as started:
        yield started


@pytest.fixture(scope="module")
def key(service: LiveService) -> str:
    return service.new_key("end to end")


@dataclass(frozen=True)
class Story:
    """A job as its client saw it."""

    job_id: str
    submitted: dict[str, Any]
    states: list[dict[str, Any]]


@pytest.fixture(scope="module")
def story(service: LiveService, key: str, video: Path) -> Story:
    """The documented way: ask for an address, PUT, submit, poll to the end. Its webhook finds nobody at home."""
    session = requests.Session()
    session.headers["Authorization"] = f"Api-Key {key}"
    slot = session.post(f"{service.api_url}/generate-upload-url/", json={"file_extension": "mp4"})
    slot.raise_for_status()
    with video.open("rb") as file:
        requests.put(slot.json()["url"], headers={"x-ms-blob-type": "BlockBlob"}, data=file).raise_for_status()
    wish = {
        "blob_name": slot.json()["blob_name"],
        "title": "A walk",
        "public": False,
        "reconstruction_method": "glomap",
        "webhook_url": f"http://127.0.0.1:{HOOK_PORT}/hook",
    }
    submitted = session.post(f"{service.api_url}/submit-job/", json=wish)
    assert submitted.status_code == 201
    job_id = submitted.json()["job_id"]
    return Story(job_id, submitted.json(), list(polled(session, f"{service.api_url}/jobs/{job_id}/")))


def polled(session: requests.Session, url: str) -> Iterator[dict[str, Any]]:
    """The job again and again until its status is final."""
    until = time.monotonic() + 240
    while time.monotonic() < until:
        answer = session.get(url)
        answer.raise_for_status()
        yield answer.json()
        if answer.json()["status"] in ("Finished", "Failed"):
            return
        time.sleep(0.25)


def get(service: LiveService, key: str, path: str, **options: Any) -> requests.Response:
    return requests.get(f"{service.api_url}/{path}", headers={"Authorization": f"Api-Key {key}"}, **options)


def test_the_answer_to_a_submit_is_the_documented_one(story: Story) -> None:
    told = story.submitted
    assert told["success"] is True and told["title"] == "A walk" and told["public"] is False
    assert told["status"] == "Queued" and told["reconstruction_method"] == "glomap"
    assert told["training_num_steps"] == 300 and told["training_max_num_gaussians"] == 10_000
    assert told["camera_data"]["position"] == {"x": 0.0, "y": 0.0, "z": 5.0}
    assert told["camera_data"]["cameraType"] == "orbital"


def test_states_are_documented_ones_and_lead_to_the_end(story: Story) -> None:
    statuses = [state["status"] for state in story.states]
    assert statuses[-1] == "Finished", story.states[-1]
    assert all(DOCUMENTED.fullmatch(status) for status in statuses)
    assert {"Processing video", "Generating 3D scene"} <= set(statuses)


def test_percent_rises_from_null_to_100(story: Story) -> None:
    percents = [state["percent_complete"] for state in story.states]
    known = [percent for percent in percents if percent is not None]
    assert percents[0] is None and known == sorted(known)
    assert known[-1] == 100 and len(set(known)) > 3
    early = [state["percent_complete"] for state in story.states if state["status"] == "Processing video"]
    assert set(early) == {None}


def test_the_scene_loads(service: LiveService, key: str, story: Story, tmp_path: Path) -> None:
    for kind in ("ply", "spz"):
        answer = get(service, key, f"jobs/{story.job_id}/download/{kind}/", stream=True)
        assert answer.status_code == 200
        with (tmp_path / f"scene.{kind}").open("wb") as file:
            for chunk in answer.iter_content(8192):
                file.write(chunk)
    assert len(read_ply(tmp_path / "scene.ply")) == len(read_spz(tmp_path / "scene.spz")) > 1000


def test_the_preview_opens(service: LiveService, key: str, story: Story) -> None:
    answer = requests.head(
        f"{service.api_url}/jobs/{story.job_id}/preview/",
        headers={"Authorization": f"Api-Key {key}"},
        allow_redirects=False,
    )
    assert answer.status_code == 302
    picture = requests.get(answer.headers["Location"])  # signed: it needs no key
    assert picture.status_code == 200 and min(Image.open(io.BytesIO(picture.content)).size) >= 200


def test_lists_and_refusals(service: LiveService, key: str, story: Story) -> None:
    listed = get(service, key, "jobs/").json()
    assert {"job_id": story.job_id, "title": "A walk"}.items() <= listed[0].items()
    assert get(service, key, f"jobs/{story.job_id}/download/exe/").status_code == 400
    assert get(service, "nonsense.nonsense", "jobs/").status_code == 401
    assert requests.get(f"{service.api_url}/jobs/").status_code == 401


def test_our_client_fetches_it(service: LiveService, key: str, story: Story, tmp_path: Path) -> None:
    with Client(service.url, key) as client:
        job = client.wait(story.job_id, limit_s=5)
        assert job.is_finished and job.has_ply and job.has_spz and job.title == "A walk"
        assert len(read_spz(client.download(job, "spz", tmp_path / "walk.spz"))) > 1000
        with Image.open(client.preview(job, tmp_path / "walk.jpg")) as picture:
            assert picture.format == "JPEG"
        assert client.report(job)["status"] == "finished"
        assert [found.job_id for found in client.jobs(status="finished")] == [story.job_id]


def test_reelscape_submit_sends_a_video(service: LiveService, key: str, video: Path) -> None:
    words = ["submit", service.url, str(video), "--title", "Sent", "--no-wait"]
    sent = subprocess.run(
        [*COMMAND, *words],
        env=os.environ | {"REELSCAPE_API_KEY": key},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    with Client(service.url, key) as client:
        job = client.job(sent.stdout.strip())
        assert job.title == "Sent" and not job.is_over
        assert client.cancel(job).error_code == "cancelled"
        with pytest.raises(Cancelled):
            client.wait(job)
        client.delete(job)
        assert job.job_id not in {found.job_id for found in client.jobs()}
    assert key not in sent.stdout + sent.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_same_with_curl(service: LiveService, key: str, story: Story, video: Path, tmp_path: Path) -> None:
    def curl(*words: str) -> str:
        done = subprocess.run(
            ["curl", "-sS", "--fail", *words], capture_output=True, text=True, timeout=60, cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    shutil.copy(video, tmp_path / "walk.mp4")
    auth, as_json = ("-H", f"Authorization: Api-Key {key}"), ("-H", "Content-Type: application/json")
    asked = curl(
        "-X", "POST", *auth, *as_json, "-d", '{"file_extension": "mp4"}', f"{service.api_url}/generate-upload-url/"
    )
    slot = json.loads(asked)
    curl("-X", "PUT", "-H", "x-ms-blob-type: BlockBlob", "--data-binary", "@walk.mp4", slot["url"])
    wish = json.dumps({"blob_name": slot["blob_name"], "title": "By curl"})
    job = json.loads(curl("-X", "POST", *auth, *as_json, "-d", wish, f"{service.api_url}/submit-job/"))
    assert DOCUMENTED.fullmatch(json.loads(curl(*auth, f"{service.api_url}/jobs/{job['job_id']}/"))["status"])
    curl("-X", "DELETE", *auth, f"{service.api_url}/jobs/{job['job_id']}/")
    finished = f"{service.api_url}/jobs/{story.job_id}"
    curl(*auth, "-L", f"{finished}/download/ply/", "-o", "scene.ply")
    assert len(read_ply(tmp_path / "scene.ply")) > 1000
    head = curl("-I", *auth, f"{finished}/preview/")
    where = re.search(r"(?im)^location: (\S+)", head)
    assert " 302 " in head.splitlines()[0] and where and urlsplit(where[1]).port == service.port


def test_the_webhook_comes_after_its_receiver_and_the_service_were_down(service: LiveService, story: Story) -> None:
    """The last test: it restarts the service."""
    service.stop()
    with receiving(HOOK_PORT) as receiver:
        service.start()
        wait_for(lambda: receiver.calls, limit_s=60)
        (headers, body), *others = receiver.calls
    told = json.loads(body)
    assert told["type"] == "job.finished" and told["data"]["job_id"] == story.job_id
    assert told["data"]["status"] == "finished" and headers["webhook-id"] and not others

"""Pictures and pages of open files: drawn by a child, shown by a viewer, and never able to run what was uploaded."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.service.made_jobs import made_product
from tests.service.made_open import GLB, MP4, PLY_HEAD, got, local_client, path_of, preview_of, uploaded

from reelscape.jobs import drawing, open_jobs, previews
from reelscape.jobs.files import store
from reelscape.jobs.models import Asset, Job
from reelscape.web.api_open import view
from reelscape.web.api_open.files import CARD_PATH

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n"
DRAW = """
import sys, time
from pathlib import Path
source, out, *options = sys.argv[1:]
assert options == ["--lifeline"] and Path(source).is_file()
with open(LOG, "a") as log:
    log.write(source + "\\n")
"""


@pytest.fixture
def client() -> Client:
    return local_client()


@pytest.fixture
def drawings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets what the drawing program does at last; returns the files that it was called for so far."""
    log = tmp_path / "log"

    def program(last: str = "Path(out).write_bytes(b'\\x89PNG\\r\\n\\x1a\\n' + Path(source).read_bytes())") -> Any:
        script = tmp_path / "draw.py"
        script.write_text(f"LOG = {str(log)!r}\n{DRAW}{last}\n")
        monkeypatch.setattr(drawing, "PROGRAM", (sys.executable, "-I", "-S", str(script)))
        return lambda: log.read_text().splitlines() if log.exists() else []

    return program


def test_a_picture_is_drawn_once_and_kept(client: Client, drawings: Any) -> None:
    calls = drawings()
    told = uploaded()
    key = Asset.objects.get(id=told["id"]).key
    for _ in range(2):
        answer = got(client, preview_of(told))
        assert (answer.status_code, answer["Content-Type"], answer.data) == (200, "image/png", PNG + GLB)
        assert answer["Cache-Control"] == "private, no-cache"
    assert calls() == [str(store().path(key))]
    assert client.head(preview_of(told))["Content-Length"] == str(len(PNG + GLB))
    assert got(client, preview_of(told), headers={"If-None-Match": answer["ETag"]}).status_code == 304


def is_card(answer: Any) -> bool:
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    return bool(answer.data == CARD_PATH.read_bytes() and answer["Cache-Control"] == "no-store")


@pytest.mark.parametrize("last", ["sys.exit(1)", "sys.exit(2)", "time.sleep(60)", "import os; os.abort()", ""])
def test_without_a_picture_there_is_a_card(
    client: Client, drawings: Any, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    monkeypatch.setattr(drawing, "_TIME_LIMIT_S", 1.0)
    calls = drawings(last)
    told = uploaded()
    begun = time.monotonic()
    assert is_card(got(client, preview_of(told)))
    assert is_card(got(client, preview_of(told)))
    assert time.monotonic() - begun < 10
    assert len(calls()) == 1  # what failed is not tried again at once


def test_a_file_that_cannot_be_drawn_now_is_drawn_later(
    client: Client, drawings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings("sys.exit(1)")
    told = uploaded()
    assert is_card(got(client, preview_of(told)))
    drawings()
    monkeypatch.setattr(previews.cache, "get", lambda _: None)  # ten minutes later
    assert got(client, preview_of(told)).data == PNG + GLB


def test_a_full_disk_draws_nothing(client: Client, drawings: Any, settings: Any) -> None:
    calls = drawings()
    told = uploaded()
    settings.REELSCAPE = replace(settings.REELSCAPE, disk_quota_bytes=1)
    assert is_card(got(client, preview_of(told))) and calls() == []


def test_a_program_that_is_not_there_is_a_card(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "PROGRAM", ("/nowhere/picture",))
    assert is_card(got(client, preview_of(uploaded())))


def test_two_are_drawn_at_once_and_others_get_a_card_in_time(
    client: Client, drawings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = drawings()
    monkeypatch.setattr(previews, "_WAIT_S", 0.1)
    told = uploaded()
    for _ in range(previews.AT_ONCE):
        previews._drawing.acquire()
    try:
        assert is_card(got(client, preview_of(told))) and calls() == []
    finally:
        for _ in range(previews.AT_ONCE):
            previews._drawing.release()
    assert not is_card(got(client, preview_of(told)))


def test_a_file_that_goes_while_it_is_drawn_leaves_no_picture(client: Client, drawings: Any) -> None:
    drawings()
    told = uploaded()
    asset = Asset.objects.get(id=told["id"])
    Asset.objects.filter(id=asset.id).delete()
    assert previews.preview_of(asset) is None
    assert not store().exists(f"{asset.key}.preview.png")


def test_a_child_ends_with_its_request(drawings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The time limit ends the whole group, also what the program started."""
    monkeypatch.setattr(drawing, "_TIME_LIMIT_S", 1.0)
    mark = tmp_path / "late"
    child = f"import time; time.sleep(2.5); open({str(mark)!r}, 'w')"
    drawings(f"import subprocess; subprocess.Popen([sys.executable, '-c', {child!r}]).wait()")
    asset = Asset.objects.get(id=uploaded()["id"])
    assert previews.preview_of(asset) is None
    threading.Event().wait(2.5)
    assert not mark.exists()


def test_a_videos_picture_becomes_that_of_its_scene(client: Client, drawings: Any) -> None:
    calls = drawings()
    told = uploaded("a.mp4", MP4)
    assert got(client, preview_of(told)).data == PNG + MP4
    job = Job.objects.get()
    product = made_product(job, "preview", "jpg", b"the scene")
    assert got(client, preview_of(told)).data == PNG + MP4  # it is not there before the job has ended
    Job.objects.update(status="finished")
    assert got(client, preview_of(told)).data == PNG + b"the scene"
    assert [Path(source).name for source in calls()] == [f"{told['id']}.mp4", Path(product.key).name]


def config_of(text: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script id="scene-config" type="application/json">(.*?)</script>', text)
    config: dict[str, Any] = json.loads(found)
    return config


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "viewer_files", lambda: {"script": "viewer/v.js", "style": "viewer/v.css"})


MODELS = [
    ("a.glb", GLB, {"mesh": {"url": "FILE", "kind": "glb"}}),
    ("a.bin", GLB, {"mesh": {"url": "FILE", "kind": "glb"}}),
    ("a.ply", PLY_HEAD.format(3, "element face 1\n").encode(), {"mesh": {"url": "FILE", "kind": "ply"}}),
    ("a.ply", PLY_HEAD.format(3, "").encode(), {"points": {"url": "FILE"}}),
    ("a.ply", PLY_HEAD.format(3, "property float f_dc_0\n").encode(), {"splats": {"ply": "FILE"}}),
    ("a.stl", bytes(80) + b"\x01\x00\x00\x00" + bytes(50), {"mesh": {"url": "FILE", "kind": "stl"}}),
    ("a.bin", b"NGSP" + bytes(30), {"splats": {"spz": "FILE"}}),
]


@pytest.mark.parametrize(("name", "data", "config"), MODELS)
def test_models_open_in_the_viewer(client: Client, built: None, name: str, data: bytes, config: dict[str, Any]) -> None:
    told = uploaded(name, data)
    answer = got(client, path_of(told["view"]))
    text = answer.data.decode()
    file = path_of(told["url"])
    assert config_of(text) == {"title": name, "poster": preview_of(told)} | json.loads(
        json.dumps(config).replace("FILE", file)
    )
    assert '<script type="module" src="/static/viewer/v.js"></script>' in text
    assert '<main id="viewer">' in text and f'<img class="poster" src="{preview_of(told)}"' in text


def test_the_page_unfurls_and_runs_nothing_of_the_file(client: Client, built: None) -> None:
    told = uploaded("a</script><script>alert(1)</script>.glb".replace("/", "_"))
    answer = got(client, path_of(told["view"]))
    text = answer.data.decode()
    picture = settings.REELSCAPE.public_url + preview_of(told)
    assert f'<meta property="og:image" content="{picture}">' in text
    assert f'<meta property="og:url" content="{told["view"]}">' in text
    assert "<script>" not in text and not re.search(r"\son\w+=", text) and "style=" not in text
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", text))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe-inline" not in policy and "'unsafe-eval'" not in policy
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "private, no-store")


@pytest.mark.parametrize("data", [b"whatever", b"PK\x03\x04" + bytes(30)])
def test_an_opaque_file_has_a_download_page(client: Client, built: None, data: bytes) -> None:
    told = uploaded("thing.omxl", data)
    text = got(client, path_of(told["view"])).data.decode()
    assert f'<a href="{path_of(told["url"])}" download>' in text and "<script" not in text


def test_without_a_built_viewer_there_is_a_download_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "viewer_files", lambda: None)
    text = got(client, path_of(uploaded()["view"])).data.decode()
    assert "cannot show it" in text and "<script" not in text


def test_a_videos_page_follows_its_job_and_then_shows_the_scene(client: Client, built: None) -> None:
    told = uploaded("walk.mp4", MP4)
    text = got(client, path_of(told["view"])).data.decode()
    assert f'data-status="/api/reconstruct/status/{told["job_id"]}"' in text
    assert '<script type="module" src="/static/reelscape/progress.js"></script>' in text
    job = Job.objects.get()
    for name, extension in (("glb", "glb"), ("spz", "spz"), ("preview", "jpg")):
        made_product(job, name, extension)
    Job.objects.update(status="finished")
    text = got(client, path_of(told["view"])).data.decode()
    config = config_of(text)
    paths = {asset.name: f"/api/files/{asset.id}.{asset.extension}" for asset in job.products.all()}
    assert config["splats"] == {"spz": paths["spz"]}
    assert config["mesh"] == {"url": paths["glb"], "kind": "glb"}
    assert config["poster"] == paths["preview"] and config["camera"] == job.camera_data
    assert "data-status" not in text
    assert all(got(client, path).status_code == 200 for path in paths.values())


def test_each_of_two_jobs_of_a_video_has_its_own_page(client: Client, built: None) -> None:
    told = uploaded("walk.mp4", MP4)
    first = Job.objects.get()
    Job.objects.update(status="finished")
    second = open_jobs.start_for(Asset.objects.get(id=told["id"]))
    Job.objects.update(status="finished")
    for job in (first, second):
        scene, picture = made_product(job, "spz"), made_product(job, "preview", "jpg")
        link = client.get(f"/api/reconstruct/status/{job.id}").json()["view_url"]
        text = got(client, path_of(link)).data.decode()
        assert config_of(text)["splats"] == {"spz": f"/api/files/{scene.id}.spz"}
        assert f"/api/preview/{picture.id}.jpg" in text and f'content="{link}"' in text
    for other in ("x", told["id"]):
        assert got(client, f"{path_of(told['view'])}?job={other}").status_code == 404


def test_a_scene_whose_products_are_gone_is_a_page_still(client: Client, built: None) -> None:
    told = uploaded("walk.mp4", MP4)
    Job.objects.update(status="finished")
    text = got(client, path_of(told["view"])).data.decode()
    assert "a video" in text and "data-status" not in text
    assert f'<video class="preview" src="{path_of(told["url"])}" poster="{preview_of(told)}"' in text
    assert "controls" in text and "<script" not in text


def test_a_video_without_a_job_plays_and_one_with_a_job_does_not(client: Client, built: None) -> None:
    with_job, without = uploaded("walk.mp4", MP4), uploaded("walk.bin", MP4)
    texts = [got(client, path_of(told["view"])).data.decode() for told in (with_job, without)]
    assert ["<video" in text for text in texts] == [False, True]


def test_a_kind_without_a_viewer_is_named(client: Client, built: None) -> None:
    text = got(client, path_of(uploaded("cube.bin", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")["view"])).data.decode()
    assert "a 3D model in the OBJ format" in text and "<script" not in text


def test_static_files_of_the_pages_are_served(client: Client) -> None:
    for name, kind in (("progress.js", "text/javascript"), ("view.css", "text/css"), ("card.png", "image/png")):
        answer = got(client, f"/static/reelscape/{name}")
        assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, kind)

"""The file host: what goes in comes out again by its id, for everybody who knows it, and none of it runs anywhere."""

from __future__ import annotations

import io
import uuid
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from tests.service.made_addresses import left_incoming
from tests.service.made_jobs import made_caller, made_job, made_product, made_upload
from tests.service.made_open import GLB, MP4, PLY_HEAD, got, local_client, path_of, upload, uploaded

from reelscape.jobs import open_files, workers
from reelscape.jobs.models import Asset, Job

pytestmark = pytest.mark.django_db
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.fixture
def client() -> Client:
    return local_client()


def zip_bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(20_000_000))
    return data.getvalue()


def test_a_mesh_is_stored_and_given_back(client: Client) -> None:
    answer = upload(client)
    told = answer.json()
    assert answer.status_code == 200
    assert (told["filename"], told["size"], told["kind"]) == ("scan.glb", len(GLB), "glb")
    assert told["url"] == f"{settings.REELSCAPE.public_url}/api/files/{told['id']}.glb"
    assert told["view"] == f"{settings.REELSCAPE.public_url}/view/{told['id']}.glb"
    assert "job_id" not in told and left_incoming() == []
    back = got(client, path_of(told["url"]))
    assert (back.status_code, back.data) == (200, GLB)
    assert back["Content-Type"] == "model/gltf-binary"
    assert back["Content-Disposition"] == 'attachment; filename="scan.glb"'


def test_a_video_starts_a_job(client: Client) -> None:
    workers.sign_in("a worker")
    told = uploaded("My Walk.MOV", MP4)
    job = Job.objects.get()
    assert (told["job_id"], told["reconstruction_started"], told["kind"]) == (str(job.id), True, "video")
    assert "reconstruction_error" not in told
    assert job.is_open and job.video is not None and str(job.video.id) == told["id"]
    back = got(client, path_of(told["url"]))
    assert (back.data, back["Content-Type"]) == (MP4, "video/quicktime")
    assert back["Content-Disposition"].startswith("inline")
    assert got(client, f"/api/reconstruct/status/{job.id}").json()["status"] == "pending"


def test_without_a_worker_the_video_is_kept_and_waits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelscape.jobs.open_jobs.workers_alive", lambda: False)
    told = uploaded("a.mp4", MP4)
    assert told["reconstruction_started"] is False and told["reconstruction_error"]
    assert Job.objects.get(id=told["job_id"]).status == "queued"


def test_without_room_for_a_job_the_video_is_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from reelscape.errors import StorageFull

    def full(asset: Asset) -> Job:
        raise StorageFull()

    monkeypatch.setattr("reelscape.jobs.open_jobs.start_for", full)
    told = uploaded("a.mp4", MP4)
    assert (told["reconstruction_started"], told["reconstruction_error"]) == (False, StorageFull.sentence)
    assert "job_id" not in told and got(client, path_of(told["url"])).status_code == 200


def test_ranges_validators_and_head(client: Client) -> None:
    path = path_of(uploaded()["url"])
    whole = got(client, path)
    assert whole["Accept-Ranges"] == "bytes" and whole["Content-Length"] == str(len(GLB))
    part = got(client, path, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.data, part["Content-Range"]) == (206, GLB[4:8], f"bytes 4-7/{len(GLB)}")
    assert got(client, path, headers={"Range": "bytes=900-"}).status_code == 416
    assert got(client, path, headers={"If-None-Match": whole["ETag"]}).status_code == 304
    head = client.head(path)
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(len(GLB)), b"")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("evil.glb", SVG, "opaque"),
        ("evil.ply", HTML, "opaque"),
        ("evil.bin", HTML, "opaque"),
        ("page.html.stl", HTML, "opaque"),
        ("x.omxl", b"whatever", "opaque"),
        ("bomb.bin", zip_bomb(), "zip"),
        ("huge.ply", PLY_HEAD.format(1_000_000_000, "").encode(), "ply-points"),
        ("picture.bin", b"\xff\xd8\xff\xe0" + bytes(40), "picture"),
        ("video.bin", MP4, "video"),
        ("points.glb", PLY_HEAD.format(2, "property float f_dc_0\n").encode(), "ply-splats"),
    ],
)
def test_whatever_a_file_is_called_no_browser_runs_it(client: Client, name: str, data: bytes, kind: str) -> None:
    told = uploaded(name, data)
    assert told["kind"] == kind and "job_id" not in told
    back = got(client, path_of(told["url"]))
    assert back.data == data
    assert back["Content-Type"] == "application/octet-stream"
    assert back["X-Content-Type-Options"] == "nosniff"
    assert back["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert back["Content-Disposition"].startswith("attachment")
    page = got(client, path_of(told["view"]))
    assert page.status_code == 200 and b"alert(1)" not in page.content


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("x.exe", b"MZ", 400, "unknown_file_type"),
        ("x.html", HTML, 400, "unknown_file_type"),
        ("x.svg", SVG, 400, "unknown_file_type"),
        ("none", b"x", 400, "unknown_file_type"),
        ("x.glb", b"", 400, "empty_upload"),
        ("x.mp4", HTML, 400, "not_a_video"),
        ("x.webm", GLB, 400, "not_a_video"),
    ],
)
def test_what_is_refused_leaves_nothing(client: Client, name: str, data: bytes, status: int, code: str) -> None:
    answer = upload(client, name, data)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert told["error"] and told["advice"]
    assert left_incoming() == [] and not Asset.objects.exists() and not Job.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", ""),
        (b'{"file": "x"}', "application/json"),
        (b"--B--\r\n", "multipart/form-data; boundary=B"),
        (b"nothing of a form", "multipart/form-data; boundary=B"),
    ],
)
def test_a_request_without_a_file_is_400(client: Client, body: bytes, kind: str) -> None:
    answer = client.generic("POST", "/api/upload", body, content_type=kind)
    assert answer.status_code == 400 and {"error", "code", "advice"} <= answer.json().keys()
    chunked = client.generic(
        "POST", "/api/upload", b"x", content_type="multipart/form-data; boundary=B", CONTENT_LENGTH=""
    )
    assert (chunked.status_code, chunked.json()["code"]) == (400, "length_required")


def test_the_limit_is_the_surfaces_own(client: Client, settings: Any) -> None:
    settings.REELSCAPE = replace(settings.REELSCAPE, open_upload_limit_bytes=70_000)
    assert upload(client, data=bytes(70_000)).status_code == 200
    answer = upload(client, data=bytes(70_001))
    assert (answer.status_code, answer.json()["code"]) == (413, "upload_too_large")
    announced = client.generic(
        "POST", "/api/upload", b"x", content_type="multipart/form-data; boundary=B", CONTENT_LENGTH="99999999"
    )
    assert announced.status_code == 413


def test_a_full_server_is_507(client: Client, settings: Any) -> None:
    settings.REELSCAPE = replace(settings.REELSCAPE, disk_quota_bytes=1)
    answer = upload(client)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")


def test_a_fault_of_ours_is_500_without_a_trace_of_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelscape.jobs.uploads.keep", lambda asset, path: 1 / 0)
    answer = upload(client)
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected_error")
    assert b"division" not in answer.content and not Asset.objects.exists()


def test_unknown_files_are_404_in_json(client: Client) -> None:
    told = uploaded()
    for path in (f"/api/files/{uuid.uuid4()}.glb", f"/api/files/{told['id']}.ply", "/api/files/x.glb", "/api/files/"):
        answer = got(client, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert got(client, f"/api/preview/{uuid.uuid4()}.glb").status_code == 404
    assert got(client, f"/view/{uuid.uuid4()}.glb").status_code == 404


def test_what_is_private_is_not_there(client: Client) -> None:
    bob = made_caller("bob")
    video = made_upload(bob.user)
    product = made_product(made_job(bob.user, public=True, status="finished", video=video), "ply")
    for asset in (video, product):
        for template in ("/api/files/{}", "/api/preview/{}", "/view/{}"):
            path = template.format(f"{asset.id}.{asset.extension}")
            assert got(client, path).status_code == 404
            assert got(bob.client, path).status_code == 404  # a key changes nothing here
        assert client.delete(f"/api/files/{asset.id}.{asset.extension}?token=").status_code == 404
    assert Asset.objects.count() == 2


def test_products_of_an_open_job_are_files(client: Client) -> None:
    told = uploaded("a.mp4", MP4)
    job = Job.objects.get(id=told["job_id"])
    product = made_product(job, "glb", data=GLB)
    back = got(client, f"/api/files/{product.id}.glb")
    assert (back.status_code, back.data) == (200, GLB)
    assert 'filename="a.glb"' in back["Content-Disposition"]
    names = {"ply": "ply", "spz": "spz", "mesh": "ply", "preview": "jpg", "turntable": "mp4"}
    products = [product, *(made_product(job, name, extension) for name, extension in names.items())]
    saved = [open_files.file_name(each) for each in products]
    assert saved == ["a.glb", "a.ply", "a.spz", "a_mesh.ply", "a_preview.jpg", "a_turntable.mp4"]


def test_the_guest_owns_it_and_can_never_sign_in() -> None:
    uploaded()
    asset = Asset.objects.get()
    assert asset.owner.username == open_files.GUEST
    assert not asset.owner.is_active and not asset.owner.has_usable_password()
    assert uploaded() and User.objects.count() == 1


def test_with_a_key_it_is_the_key_owners() -> None:
    ann = made_caller("ann")
    told = upload(ann.client).json()
    assert Asset.objects.get(id=told["id"]).owner == ann.user
    assert got(local_client(), path_of(told["url"])).status_code == 200

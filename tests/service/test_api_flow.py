"""From the upload address to the downloads: what a documented client sees."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests.service.made_jobs import API, Caller, made_caller, made_job, made_product, made_upload, post, submit

from reelscape.jobs import verbs
from reelscape.jobs.files import run_dir, store
from reelscape.jobs.models import Asset, Job

pytestmark = pytest.mark.django_db
DOCUMENTED = {
    "job_id", "title", "status", "percent_complete", "uploaded_at", "public", "reconstruction_method",
    "training_max_num_gaussians", "training_num_steps", "remove_background", "has_ply", "has_spz", "camera_data",
}  # fmt: skip
SUBMITTED_CAMERA = {
    "position": {"x": 0.0, "y": 0.0, "z": 5.0},
    "lookAt": {"x": 0.0, "y": 0.0, "z": 0.0},
    "up": {"x": 0.0, "y": 1.0, "z": 0.0},
    "cameraType": "orbital",
}


@pytest.fixture
def ann() -> Caller:
    return made_caller("ann")


@pytest.mark.parametrize("extension", ["mp4", "MP4", ".Mov", "zip"])
def test_an_upload_address_names_its_blob(ann: Caller, extension: str) -> None:
    answer = post(ann, "generate-upload-url/", {"file_extension": extension})
    assert answer.status_code == 200
    told = answer.json()
    plain = extension.lower().lstrip(".")
    assert re.fullmatch(rf"videos/[0-9a-f-]{{36}}\.{plain}", told["blob_name"])
    assert told["url"].startswith(f"{settings.REELSCAPE.public_url}/blobs/{told['blob_name']}?")
    assert Asset.objects.get(key=told["blob_name"]).owner == ann.user
    expires_at = datetime.fromisoformat(told["expires_at"])
    assert timedelta(minutes=119) < expires_at - timezone.now() <= timedelta(minutes=120)
    assert told["max_bytes"] == settings.REELSCAPE.upload_limit_bytes
    assert told["resumable"] is True


def test_a_file_without_an_extension_is_told_so(ann: Caller) -> None:
    answer = post(ann, "generate-upload-url/", {"file_extension": ""})
    assert (answer.status_code, answer.json()["error"]) == (400, "The file's name has no extension.")


@pytest.mark.parametrize("body", [{}, {"file_extension": "exe"}, {"file_extension": "../x"}, {"file_extension": None}])
def test_an_upload_address_for_no_video_is_refused(ann: Caller, body: dict[str, Any]) -> None:
    answer = post(ann, "generate-upload-url/", body)
    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert Asset.objects.count() == 0


def test_a_submitted_job_is_told_as_documented(ann: Caller) -> None:
    answer = submit(ann, title="My Awesome Video", public=False, reconstruction_method="glomap")
    assert answer.status_code == 201
    told = answer.json()
    assert told.keys() > DOCUMENTED | {"success"}
    job = Job.objects.get()
    expected = {
        "success": True,
        "job_id": str(job.id),
        "title": "My Awesome Video",
        "status": "Queued",
        "percent_complete": None,
        "public": False,
        "reconstruction_method": "glomap",
        "training_max_num_gaussians": settings.REELSCAPE.default_max_gaussians,
        "training_num_steps": settings.REELSCAPE.default_num_steps,
        "remove_background": False,
        "has_ply": False,
        "has_spz": False,
        "camera_data": SUBMITTED_CAMERA,
        "queue_position": 1,
        "progress": 0.0,
        "error_message": None,
        "error_code": None,
        "advice": None,
        "estimated_time_remaining": None,
        "attempt": 0,
    }
    assert {name: told[name] for name in expected} == expected
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", told["uploaded_at"])
    home = f"{settings.REELSCAPE.public_url}/api/v1/jobs/{job.id}/"
    assert told["links"] == {
        "self": home, "viewer": f"{home}viewer/", "report": f"{home}report/", "preview": f"{home}preview/",
        "thumbnail": f"{home}download/thumbnail/",
        "ply": f"{home}download/ply/", "spz": f"{home}download/spz/",
        "cancel": f"{home}cancel/", "retry": f"{home}retry/",
        "page": f"{settings.REELSCAPE.public_url}/scenes/{job.id}/",
    }  # fmt: skip
    detail = ann.client.get(f"{API}/jobs/{job.id}/").json()
    assert detail == {**{k: v for k, v in told.items() if k != "success"}, "status": "Queued - position: 1"}


def test_a_form_does_as_well_as_json(ann: Caller) -> None:
    fields = {
        "blob_name": made_upload(ann.user).key,
        "title": "By form",
        "public": "true",
        "remove_background": "false",
        "apriltag_size_mm": "",
        "training_num_steps": "1500",
    }
    answer = ann.client.post(f"{API}/submit-job", fields)
    assert answer.status_code == 201
    assert answer.json()["public"] is True
    assert answer.json()["training_num_steps"] == 1500


def test_an_empty_field_asks_for_the_default(ann: Caller) -> None:
    names = ("training_num_steps", "training_max_num_gaussians", "reconstruction_method", "camera_type", "public")
    for send in (partial(post, ann, "submit-job"), partial(ann.client.post, f"{API}/submit-job")):
        told = send({"blob_name": made_upload(ann.user).key, **dict.fromkeys(names, "")})
        assert told.status_code == 201, told.text
        job = told.json()
        assert (job["training_num_steps"], job["reconstruction_method"], job["public"]) == (2000, "glomap", False)


@pytest.mark.parametrize(
    ("title", "stem"), [("Кухня №1", "Кухня_1"), ("हिन्दी", "हिन्दी"), ("../a\\b:c", "a_b_c"), ("🎥", "scene")]
)
def test_a_download_is_named_after_the_title(title: str, stem: str) -> None:
    assert verbs.plain_name(title) == stem


def test_a_title_is_one_line(ann: Caller) -> None:
    told = submit(ann, title="  Our\r\n\tkitchen \u2003 table\n").json()
    assert told["title"] == "Our kitchen table"
    changed = ann.client.patch(f"{API}/jobs/{told['job_id']}/", {"title": "a\nb"}, content_type="application/json")
    assert changed.json()["title"] == "a b"


def test_a_title_left_away_is_the_name_of_the_file(ann: Caller) -> None:
    told = submit(ann, title=None).json()
    assert told["title"] == Asset.objects.get().key.removeprefix("videos/")


def test_case_of_method_and_extension_does_not_matter(ann: Caller) -> None:
    upload = made_upload(ann.user)
    fields = {
        "blob_name": upload.key.replace(".mp4", ".MP4"),
        "reconstruction_method": "COLMAP",
        "camera_type": "Drone",
    }
    told = post(ann, "submit-job", fields).json()
    assert told["reconstruction_method"] == Job.objects.get().method == "colmap"
    assert told["camera_data"]["cameraType"] == "drone"
    assert Job.objects.get().video == upload


@pytest.mark.parametrize("without", [3_000_000, "3000000", 1e300, 10**400])
def test_above_the_range_is_clamped_and_echoed(ann: Caller, without: Any) -> None:
    told = submit(ann, training_max_num_gaussians=without, training_num_steps=without).json()
    assert (told["training_max_num_gaussians"], told["training_num_steps"]) == (2_000_000, 40_000)
    job = Job.objects.get()
    assert (job.max_gaussians, job.num_steps) == (2_000_000, 40_000)


REFUSED = [
    ({"training_max_num_gaussians": 9_999}, "Number of gaussians must be at least 10,000"),
    ({"training_num_steps": 999}, "Number of training steps must be at least 1,000"),
    ({"training_max_num_gaussians": 9**9, "training_num_steps": 5}, "Number of training steps must be at least 1,000"),
    ({"training_num_steps": "abc"}, "Number of training steps must be a whole number"),
    ({"training_num_steps": True}, "Number of training steps must be a whole number"),
    ({"training_num_steps": 1500.5}, "Number of training steps must be a whole number"),
    ({"training_max_num_gaussians": [1]}, "Number of gaussians must be a whole number"),
    ({"reconstruction_method": "magic"}, "Invalid reconstruction method. Must be one of: glomap, colmap"),
    ({"reconstruction_method": 7}, "Invalid reconstruction method. Must be one of: glomap, colmap"),
    ({"camera_type": "boat"}, 'Invalid camera_type. Must be "orbital" or "drone".'),
    ({"title": "t" * 256}, "title: Ensure this field has no more than 255 characters."),
    ({"public": "perhaps"}, "public: Must be a valid boolean."),
    ({"webhook_url": "not an address"}, "webhook_url: Enter a valid URL."),
    ({"webhook_url": "https://127.0.0.1/hook"}, "The host '127.0.0.1' of the webhook is not a public one."),
    ({"webhook_secret": "whsec_!"}, "What follows whsec_ in the webhook's secret is not base64."),
    ({"webhook_secret": "whsec_"}, "The webhook's secret must have 16 bytes or more."),
    ({"webhook_secret": "too short"}, "The webhook's secret must have 16 bytes or more."),
    ({"title": "\ud800"}, "title: Surrogate characters are not allowed: U+D800."),
    ({"title": "a\0b"}, "title: Null characters are not allowed."),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "sentence"), REFUSED)
def test_a_field_out_of_range_is_refused_in_a_sentence(ann: Caller, fields: dict[str, Any], sentence: str) -> None:
    answer = submit(ann, **fields)
    assert answer.status_code == 400
    told = answer.json()
    assert told["success"] is False
    assert told["error"] == told["error_message"] == told["detail"] == sentence
    assert told["code"] and told["advice"]
    assert Job.objects.count() == 0


NOT_BUILT = [
    {"reconstruction_method": "vggt"}, {"reconstruction_method": "Quest"}, {"reconstruction_method": "generate_lod"},
    {"apriltag_size_mm": 80.0}, {"apriltag_size_mm": "80"}, {"remove_background": True}, {"remove_background": "true"},
    {"equirectangular": True}, {"use_background_sphere": "on"}, {"pilgram_filter": "clarendon"}, {"generate_lod": True},
    {"remove_background": 1}, {"apriltag_size_mm": "0.5"},
]  # fmt: skip


@pytest.mark.parametrize("fields", NOT_BUILT)
def test_what_is_not_built_is_refused_by_name_and_never_ignored(ann: Caller, fields: dict[str, Any]) -> None:
    answer = submit(ann, **fields)
    assert answer.status_code == 400
    assert answer.json()["code"] == "not_built_yet"
    ((name, value),) = fields.items()
    assert name in answer.json()["error"]
    assert name != "reconstruction_method" or value.lower() in answer.json()["error"]
    assert Job.objects.count() == 0


@pytest.mark.parametrize(
    "name", ["apriltag_size_mm", "remove_background", "equirectangular", "pilgram_filter", "generate_lod"]
)
@pytest.mark.parametrize("value", [None, False, "false", "", 0, "0", 0.0])
def test_what_is_not_built_may_be_declined(ann: Caller, name: str, value: Any) -> None:
    assert submit(ann, **{name: value}).status_code == 201


@pytest.mark.parametrize("blob_name", ["videos/../../x.mp4", "", None, 5, "videos/x.mp4", f"jobs/{uuid.uuid4()}.mp4"])
def test_a_bad_blob_name_is_refused(ann: Caller, blob_name: Any) -> None:
    answer = post(ann, "submit-job/", {"blob_name": blob_name, "title": "t"})
    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert answer.json()["error_message"]


def test_only_a_complete_upload_of_ones_own_can_be_submitted(ann: Caller) -> None:
    foreign = made_upload(made_caller("bob").user)
    awaited = post(ann, "generate-upload-url/", {"file_extension": "mp4"}).json()["blob_name"]
    for name in (foreign.key, awaited, f"videos/{uuid.uuid4()}.mp4"):
        answer = post(ann, "submit-job/", {"blob_name": name})
        assert answer.status_code == 400
        assert answer.json()["error_message"] == "Blob not found. Please verify the upload."


def test_a_webhook_is_kept_with_its_job(ann: Caller) -> None:
    answer = submit(ann, webhook_url="https://93.184.215.14/hook", webhook_secret=" s3cret, long enough ")
    assert answer.status_code == 201
    job = Job.objects.get()
    assert (job.webhook_url, job.webhook_secret) == ("https://93.184.215.14/hook", " s3cret, long enough ")
    assert "s3cret" not in answer.text


def finished_job(caller: Caller, **fields: Any) -> Job:
    job = made_job(caller.user, status="finished", overall=1.0, percent_complete=100.0, title="A garden!", **fields)
    for name, extension in (
        ("ply", "ply"),
        ("spz", "spz"),
        ("preview", "jpg"),
        ("turntable", "mp4"),
        ("transforms", "json"),
    ):
        made_product(job, name, extension)
    return job


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("kind", ["ply", "SPZ", "transforms", "Turntable", "preview"])
def test_a_download_redirects_to_a_signed_address(ann: Caller, kind: str, method: str) -> None:
    job = finished_job(ann)
    answer = getattr(ann.client, method)(f"{API}/jobs/{job.id}/download/{kind}/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{settings.REELSCAPE.public_url}/blobs/jobs/{job.id}/{kind.lower()}.")
    assert answer.content == b""
    path = answer["Location"].removeprefix(settings.REELSCAPE.public_url)
    assert b"".join(Client().get(path).streaming_content) == b"a product"  # type: ignore[attr-defined]


@pytest.mark.parametrize("accept", ["*/*", "image/jpeg", "text/html"])
def test_a_preview_redirects_whatever_the_client_accepts(ann: Caller, accept: str) -> None:
    job = finished_job(ann)
    answer = ann.client.head(f"{API}/jobs/{job.id}/preview/", headers={"Accept": accept})
    assert answer.status_code == 302
    assert f"/jobs/{job.id}/preview.jpg?" in answer["Location"]


def test_files_that_are_not_there_say_so(ann: Caller) -> None:
    job = made_job(ann.user)
    missing = ann.client.get(f"{API}/jobs/{job.id}/download/ply/")
    assert (missing.status_code, missing.json()["error"]) == (404, "PLY file not available for this job")
    unknown = ann.client.get(f"{API}/jobs/{job.id}/download/exe/")
    assert unknown.status_code == 400
    assert unknown.json()["error"].startswith("Invalid file type. Must be one of ply, spz,")
    preview = ann.client.get(f"{API}/jobs/{job.id}/preview/")
    assert (preview.status_code, preview.json()["error"]) == (400, "No preview available yet")
    report = ann.client.get(f"{API}/jobs/{job.id}/report/")
    assert (report.status_code, report.json()["code"]) == (404, "not_available")


def test_the_report_is_that_of_the_run(ann: Caller) -> None:
    job = made_job(ann.user, status="finished", report={"stages": {"train": {"psnr_db": 27.5}}})
    assert ann.client.get(f"{API}/jobs/{job.id}/report").json() == {"stages": {"train": {"psnr_db": 27.5}}}


def test_delete_removes_rows_blobs_and_the_run_folder(ann: Caller) -> None:
    upload = made_upload(ann.user)
    job = finished_job(ann, video=upload)
    (run_dir(job.id) / "work").mkdir(parents=True)
    keys = [asset.key for asset in Asset.objects.all()]
    answer = ann.client.delete(f"{API}/jobs/{job.id}/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (Job.objects.count(), Asset.objects.count()) == (0, 0)
    assert not [key for key in keys if store().exists(key)]
    assert not [path for path in settings.REELSCAPE.runs_dir.iterdir() if str(job.id) in path.name]
    assert ann.client.delete(f"{API}/jobs/{job.id}/").status_code == 404


def test_cancel_stops_a_job_once(ann: Caller) -> None:
    job = made_job(ann.user)
    told = post(ann, f"jobs/{job.id}/cancel/").json()
    assert (told["status"], told["error_code"]) == ("Failed", "cancelled")
    assert told["error_message"] and told["advice"]
    again = post(ann, f"jobs/{job.id}/cancel/")
    assert (again.status_code, again.json()["code"]) == (409, "job_over")


def test_retry_queues_again_with_new_settings(ann: Caller) -> None:
    job = made_job(ann.user, status="failed", error_code="no_overlap", error_message="No.", video=made_upload(ann.user))
    fields = {"training_num_steps": 50_000, "reconstruction_method": "colmap"}
    told = post(ann, f"jobs/{job.id}/retry/", fields).json()
    assert (told["status"], told["error_code"], told["attempt"]) == ("Queued - position: 1", None, 1)
    assert (told["training_num_steps"], told["reconstruction_method"]) == (40_000, "colmap")
    assert told["training_max_num_gaussians"] == 80_000
    waiting = post(ann, f"jobs/{job.id}/retry/")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "job_not_over")


def test_retry_without_the_video_or_with_bad_settings_changes_nothing(ann: Caller) -> None:
    gone = made_job(ann.user, status="failed")
    assert post(ann, f"jobs/{gone.id}/retry/").json()["code"] == "blob_not_found"
    kept = made_job(ann.user, status="failed", video=made_upload(ann.user))
    assert post(ann, f"jobs/{kept.id}/retry/", {"training_num_steps": 1}).status_code == 400
    assert set(Job.objects.values_list("status", flat=True)) == {"failed"}

"""Every error is the same JSON, wherever it comes from."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import OperationalError
from django.http import JsonResponse
from django.test import Client
from rest_framework.exceptions import Throttled
from tests.service.made_jobs import API, Caller, made_caller, made_job

from reelscape import errors
from reelscape.jobs import verbs
from reelscape.jobs.worker import worker_of
from reelscape.web import health, hosts
from reelscape.web.api_v1 import answers

pytestmark = pytest.mark.django_db
STYLES = {"success", "error", "error_message", "detail", "code", "advice"}


@pytest.fixture
def ann() -> Caller:
    return made_caller("ann")


def check(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The body, after a look at its shape."""
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    told: dict[str, Any] = answer.json()
    assert told.keys() >= STYLES
    assert told["success"] is False
    assert told["error"] == told["error_message"] == told["detail"] != ""
    assert (told["code"], bool(told["advice"])) == (code, True)
    return told


STATUSES = {
    "not_authenticated": 401, "bad_api_key": 401, "forbidden": 403, "bad_signature": 403, "link_expired": 403,
    "not_found": 404, "not_available": 404, "method_not_allowed": 405, "job_over": 409, "job_not_over": 409,
    "upload_spent": 409, "upload_offset": 409, "length_required": 411, "upload_too_large": 413,
    "unsupported_media_type": 415, "rate_limited": 429, "storage_full": 507, "disk_full": 507,
    "bad_worker_token": 401, "callbacks_off": 403, "attempt_over": 409, "no_worker": 503,
}  # fmt: skip


@pytest.mark.parametrize(("code", "status"), STATUSES.items())
def test_the_status_of_an_error(code: str, status: int) -> None:
    check(as_sent(answers.json_failure(errors.by_code()[code]())), status, code)


def as_sent(response: JsonResponse) -> Any:
    """A response with `json()`, as the test client gives it."""
    response.json = lambda: json.loads(response.content)  # type: ignore[attr-defined]
    return response


@pytest.mark.parametrize("group", [errors.JobError, errors.UploadError])
def test_other_errors_of_uploads_and_jobs_are_the_clients(group: type[errors.ReelscapeError]) -> None:
    leaves = [kind for kind in group.__subclasses__() if kind.code not in STATUSES]
    assert leaves
    assert all(400 <= answers.status_of(kind()) < 500 for kind in leaves)
    assert answers.status_of(errors.BadSetting()) == 400


def test_every_other_error_is_a_fault_of_the_server() -> None:
    assert answers.status_of(errors.NoOverlap()) == 500


def test_no_key_and_a_wrong_key(ann: Caller) -> None:
    path = f"{API}/jobs/"
    answer = Client().get(path)
    check(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Api-Key"
    for header in ("Api-Key nonsense.nonsense", f"Api-Key {ann.key[:-1]}", "Api-Key", "Api-Key \xff"):
        check(Client().get(path, headers={"Authorization": header}), 401, "bad_api_key")
    for header in (f"Bearer {ann.key}", ann.key):
        check(Client().get(path, headers={"Authorization": header}), 401, "not_authenticated")
    signed_in = Client()
    signed_in.force_login(ann.user)
    check(signed_in.get(path), 401, "not_authenticated")


@pytest.mark.parametrize("path", ["nothing", "jobs/not-a-uuid/", "jobs/123/preview", "jobs//", f"jobs/{'-' * 36}/"])
def test_an_unknown_address_is_told_in_json(ann: Caller, path: str) -> None:
    check(ann.client.get(f"{API}/{path}"), 404, "not_found")
    check(ann.client.get(f"/blobs/{path}"), 403 if path else 404, "bad_signature")


def test_an_unknown_job(ann: Caller) -> None:
    check(ann.client.get(f"{API}/jobs/{uuid.uuid4()}/"), 404, "not_found")


def test_a_page_that_is_not_there_is_a_page() -> None:
    answer = Client().get("/nothing")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_a_wrong_method(ann: Caller) -> None:
    answer = ann.client.get(f"{API}/submit-job/")
    told = check(answer, 405, "method_not_allowed")
    assert told["detail"] == 'Method "GET" not allowed.'
    assert "POST" in answer["Allow"]
    check(Client().post(f"{API}/openapi.json"), 405, "method_not_allowed")


BODIES: list[tuple[Any, str, int, str]] = [
    ("{broken", "application/json", 400, "bad_request"),
    ("[]", "application/json", 400, "bad_request"),
    ('"text"', "application/json", 400, "bad_request"),
    ("null", "application/json", 400, "bad_request"),
    ("[" * 100_000, "application/json", 400, "bad_request"),
    (b"\xff\xfe", "application/json", 400, "bad_request"),
    ('{"title": NaN}', "application/json", 400, "bad_request"),
    ("title=x", "text/plain", 415, "unsupported_media_type"),
    ("<a/>", "application/xml", 415, "unsupported_media_type"),
    ("x", "multipart/form-data", 400, "bad_request"),
    (b" " * (1 << 20) + b"{}", "application/json", 413, "upload_too_large"),
]


@pytest.mark.parametrize("path", ["submit-job/", "generate-upload-url/", "jobs/JOB/retry/", "jobs/JOB/"])
@pytest.mark.parametrize(("body", "kind", "status", "code"), BODIES)
def test_a_body_that_cannot_be_read(ann: Caller, path: str, body: Any, kind: str, status: int, code: str) -> None:
    job = made_job(ann.user, status="failed")
    method = ann.client.patch if path == "jobs/JOB/" else ann.client.post
    check(method(f"{API}/{path.replace('JOB', str(job.id))}", body, content_type=kind), status, code)


def test_a_field_that_rest_framework_refuses_keeps_its_list(ann: Caller) -> None:
    told = check(ann.client.post(f"{API}/submit-job/", {"title": "t"}), 400, "bad_request")
    assert told["blob_name"] == ["This field is required."]
    assert told["error"] == "blob_name: This field is required."


def test_who_asks_too_often_is_told_how_long_to_wait(ann: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "jobs_of", raising(Throttled(7.2)))
    answer = ann.client.get(f"{API}/jobs/")
    check(answer, 429, "rate_limited")
    assert answer["Retry-After"] == "8"


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any) -> Any:
        raise error

    return fail


def test_a_fault_of_ours_is_logged_and_not_shown(
    ann: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(verbs, "jobs_of", raising(RuntimeError("an inner secret")))
    with caplog.at_level(logging.ERROR):
        answer = ann.client.get(f"{API}/jobs/")
    check(answer, 500, "unexpected_error")
    assert "inner secret" not in answer.text
    assert "RuntimeError: an inner secret" in caplog.text


@pytest.mark.parametrize("path", [f"{API}/openapi.json", f"{API}/nothing", "/blobs/a"])
def test_a_fault_outside_of_the_views_is_told_in_json(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr("reelscape.web.middleware.address_wait_s", raising(RuntimeError("an inner secret")))
    answer = Client(raise_request_exception=False).get(path)
    check(answer, 500, "unexpected_error")
    assert "inner secret" not in answer.text


def test_a_full_store_is_told_as_such(ann: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs.quota, "check_room", raising(errors.StorageFull()))
    check(ann.client.post(f"{API}/generate-upload-url/", {"file_extension": "mp4"}), 507, "storage_full")


def test_a_database_without_room_is_told_as_such(ann: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    full = OperationalError("database or disk is full")
    url = urlsplit(ann.client.post(f"{API}/generate-upload-url/", {"file_extension": "mp4"}).json()["url"])
    monkeypatch.setattr(verbs, "stored", raising(full))
    check(Client().put(f"{url.path}?{url.query}", b"video", content_type="video/mp4"), 507, "storage_full")
    monkeypatch.setattr(verbs, "new_upload", raising(full))
    check(ann.client.post(f"{API}/generate-upload-url/", {"file_extension": "mp4"}), 507, "storage_full")


@pytest.mark.parametrize(("name", "code"), [("OperationalError", "database_damaged"), ("room", "storage_full")])
def test_a_service_that_cannot_write_is_not_ready(monkeypatch: pytest.MonkeyPatch, name: str, code: str) -> None:
    assert Client().get("/readyz").json() == {"status": "ok", "worker": "missing"}
    if name == "room":
        monkeypatch.setattr(health.quota, "free_bytes", lambda: 1000)
    else:
        malformed = OperationalError("database disk image is malformed")
        monkeypatch.setattr(health, "connection", SimpleNamespace(cursor=raising(malformed)))
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "code": code, "worker": "missing"})


def test_readiness_tells_whether_the_worker_lives() -> None:
    with worker_of(settings.REELSCAPE.data_dir):
        assert Client().get("/readyz").json() == {"status": "ok", "worker": "alive"}
    assert Client().get("/readyz").json() == {"status": "ok", "worker": "missing"}


def test_a_host_that_is_refused_is_logged_once(
    ann: Caller, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "_told", set())
    for _ in range(2):
        Client().get("/accounts/login/", headers={"Host": "mypc:8000"})
    (record,) = [record for record in caplog.records if record.name == hosts.log.name]
    assert "'mypc'" in record.getMessage() and "REELSCAPE_ALLOWED_HOSTS" in record.getMessage()
    for number in range(100):
        Client().get("/llms.txt", headers={"Host": f"host{number}"})
    assert len([record for record in caplog.records if record.name == hosts.log.name]) == 20


def test_the_address_of_the_api_itself_tells_where_to_read_on() -> None:
    for path in (API, f"{API}/"):
        links = Client().get(path).json()
        for name in ("guide", "openapi"):
            assert Client().get(urlsplit(links[name]).path).status_code == 200


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/admin", "/admin/"),
        ("/accounts/login?next=/x", "/accounts/login/?next=/x"),
        ("/accounts/profile", "/accounts/profile/"),
    ],
)
def test_a_page_is_found_without_its_last_slash(path: str, target: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer["Location"]) == (302, target)
    assert Client().post(path).status_code == 404
    assert Client().get("/nowhere").status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/jobs/", "/api/v1/openapi.json", "/llms.txt"])
def test_a_forged_host_is_refused(ann: Caller, path: str) -> None:
    answer = ann.client.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text
    if path.startswith("/api"):
        check(answer, 400, "bad_request")


def test_what_a_proxy_might_say_changes_no_address(ann: Caller) -> None:
    made_job(ann.user)
    plain = ann.client.get(f"{API}/jobs/").content
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    assert ann.client.get(f"{API}/jobs/", headers=forged).content == plain
    assert ann.client.get(f"{API}/jobs/", headers={"Host": "localhost:9"}).content == plain

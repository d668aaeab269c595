"""What settings of the service lead to: bad values are said at the start; https, mail, and pages of other origins."""

from __future__ import annotations

import logging
import runpy
from typing import Any

import pytest
from django.test import Client

from reelscape.config import PRESETS
from reelscape.errors import BadSetting
from reelscape.service_config import PRESETS as SERVICE_PRESETS
from reelscape.service_config import ServiceConfig, variable
from reelscape.web import settings

ORIGIN = "https://pages.example"
pytestmark = pytest.mark.urls("tests.service.guarded_routes")


def loaded(monkeypatch: pytest.MonkeyPatch, **values: str) -> dict[str, Any]:
    """Django's settings under these settings of ours."""
    for name, text in values.items():
        monkeypatch.setenv(variable(name), text)
    return runpy.run_path(str(settings.__file__))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requests_per_minute", "-1"),
        ("requests_per_minute", "many"),
        ("failures_per_minute_ip", "-5"),
        ("upload_limit_bytes", "0"),
        ("job_tries", "0"),
        ("job_time_limit_s", "-3600"),
        ("preset", "fastest"),
        ("signup", "perhaps"),
        ("public_url", "scenes.example"),
        ("public_url", "ftp://scenes.example"),
        ("public_url", "https://scenes.example/below"),
        ("public_url", "https://scenes.example?a=1"),
        ("public_url", "https://scenes.example/#top"),
        ("public_url", "https://me@scenes.example"),
        ("trusted_proxies", "10.0.0.0/8, proxy"),
        ("cors_origins", "pages.example"),
        ("cors_origins", "https://pages.example/app"),
        ("mail_url", "imap://mail.example.org"),
        ("mail_url", "mail.example.org:25"),
        ("mail_url", "smtp://mail.example.org:port"),
        ("mail_url", "smtp://"),
    ],
)
def test_a_value_that_cannot_be_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    with pytest.raises(BadSetting, match=variable(name)):
        loaded(monkeypatch, **{name: text})


def test_a_number_that_is_none_is_told_in_plain_words() -> None:
    with pytest.raises(BadSetting, match="is '1h', which must be a whole number") as raised:
        ServiceConfig.from_environ({"REELSCAPE_KEEP_RUNS_S": "1h"})
    assert "docs/service-settings.md" in raised.value.advice


def test_the_presets_are_those_of_a_run() -> None:
    numbers = {name: (preset.train.max_gaussians, preset.train.num_steps) for name, preset in PRESETS.items()}
    assert numbers == SERVICE_PRESETS
    usual = (ServiceConfig().default_max_gaussians, ServiceConfig().default_num_steps)
    assert usual == SERVICE_PRESETS[ServiceConfig().preset]
    assert ServiceConfig().preset in PRESETS


def test_cookies_are_safe_behind_https_only(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = loaded(monkeypatch, public_url="http://scenes.example:8000")
    assert not plain["SESSION_COOKIE_SECURE"] and plain["SECURE_HSTS_SECONDS"] == 0
    assert plain["CSRF_TRUSTED_ORIGINS"] == ["http://scenes.example:8000"]
    safe = loaded(monkeypatch, public_url="https://scenes.example")
    assert safe["SESSION_COOKIE_SECURE"] and safe["CSRF_COOKIE_SECURE"] and safe["SECURE_HSTS_SECONDS"] > 0
    assert "scenes.example" in safe["ALLOWED_HOSTS"] and "*" not in safe["ALLOWED_HOSTS"]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://[2001:db8::1]:8000", "[2001:db8::1]"),
        ("https://scenes.example:8443/", "scenes.example"),
        ("http://192.0.2.1", "192.0.2.1"),
    ],
)
def test_the_public_host_may_be_named(
    monkeypatch: pytest.MonkeyPatch, settings: Any, client: Client, url: str, host: str
) -> None:
    settings.ALLOWED_HOSTS = loaded(monkeypatch, public_url=url)["ALLOWED_HOSTS"]
    assert host in settings.ALLOWED_HOSTS
    assert client.get("/own-policy", headers={"Host": f"{host}:8000"}).status_code == 200
    assert client.get("/own-policy", headers={"Host": "[2001:db8::2]:8000"}).status_code == 400


def test_refusals_that_anybody_can_cause_are_not_logged(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[logging.LogRecord] = []
    root = logging.getLogger()
    for handler in root.handlers:
        if type(handler) is logging.StreamHandler:
            monkeypatch.setattr(handler, "emit", logged.append)
    strict, many = Client(enforce_csrf_checks=True), {f"field{number}": "" for number in range(1001)}
    assert client.get("/own-policy", headers={"Host": "evil.example"}).status_code == 400
    assert strict.post("/accounts/login/", {"login": "a"}).status_code == 403
    assert client.post("/accounts/login/", many).status_code == 400
    assert logged == []
    logging.getLogger("django.request").error("A fault of the server's own")
    assert len(logged) == 1


def test_mails_go_to_the_log_without_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch)["EMAIL_BACKEND"].endswith("console.EmailBackend")


def test_a_mail_server_is_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    found = loaded(monkeypatch, mail_url="smtp+tls://me%40example.org:p%2Fw%3A@mail.example.org")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("me@example.org", "p/w:")
    assert found["EMAIL_USE_TLS"] and not found["EMAIL_USE_SSL"]
    assert found["DEFAULT_FROM_EMAIL"] == "me@example.org"
    assert found["ACCOUNT_EMAIL_VERIFICATION"] == "optional" and "email*" in found["ACCOUNT_SIGNUP_FIELDS"]


def test_the_sender_of_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"public_url": "https://scenes.example"}
    found = loaded(monkeypatch, mail_url="smtp+ssl://mail.example.org?from=hello@example.org", **values)
    assert (found["EMAIL_PORT"], found["EMAIL_USE_SSL"]) == (465, True)
    assert found["DEFAULT_FROM_EMAIL"] == "hello@example.org"
    found = loaded(monkeypatch, mail_url="smtp://mail.example.org:2525", **values)
    assert (found["EMAIL_PORT"], found["DEFAULT_FROM_EMAIL"]) == (2525, "reelscape@scenes.example")


def preflight(path: str, method: str, headers: str, origin: str = ORIGIN) -> Any:
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return Client().options(path, headers=asked)


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/api/v1/jobs/", "POST", "authorization, content-type"),
        ("/api/v1/jobs/1/", "PATCH", "authorization"),
        ("/blobs/videos/a.mp4", "PUT", "content-type, x-ms-blob-type"),
        ("/blobs/videos/a.mp4", "PATCH", "content-type, tus-resumable, upload-offset"),
        ("/blobs/videos/a.mp4", "HEAD", "tus-resumable"),
        ("/blobs/videos/a.mp4", "POST", "tus-resumable, x-http-method-override"),
        ("/api/v1/uploads/", "POST", "tus-resumable, upload-length, upload-defer-length, upload-metadata"),
    ],
)
def test_pages_of_a_named_origin_may_call(settings: Any, path: str, method: str, headers: str) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    answer = preflight(path, method, headers)
    assert answer.status_code == 200 and answer["Access-Control-Allow-Origin"] == ORIGIN
    assert method in answer["Access-Control-Allow-Methods"]
    assert set(headers.split(", ")) <= set(answer["Access-Control-Allow-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Access-Control-Allow-Origin" not in preflight(path, method, headers, "https://evil.example")


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/profile/", "/admin/", "/own-policy"])
@pytest.mark.parametrize("any_origin", [True, False])
def test_no_foreign_page_reads_the_pages_of_accounts(settings: Any, path: str, any_origin: bool) -> None:
    settings.CORS_ALLOWED_ORIGINS, settings.CORS_ALLOW_ALL_ORIGINS = [ORIGIN], any_origin
    assert "Access-Control-Allow-Origin" not in preflight(path, "POST", "content-type")


@pytest.mark.django_db
def test_a_page_elsewhere_reads_answers_and_refusals(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    answer = Client().get("/api/v1/me/", headers={"Origin": ORIGIN})
    assert answer.status_code == 401 and answer["Access-Control-Allow-Origin"] == ORIGIN
    exposed = answer["Access-Control-Expose-Headers"].split(", ")
    assert {"Location", "ETag", "Retry-After", "Tus-Resumable"} <= set(exposed)
    assert {"Upload-Offset", "Upload-Length", "Upload-Defer-Length", "Upload-Expires"} <= set(exposed)
    assert "Access-Control-Allow-Credentials" not in answer


def test_any_origin_is_a_star(monkeypatch: pytest.MonkeyPatch) -> None:
    found = loaded(monkeypatch, cors_origins="*")
    assert found["CORS_ALLOW_ALL_ORIGINS"] and not found["CORS_ALLOW_CREDENTIALS"]

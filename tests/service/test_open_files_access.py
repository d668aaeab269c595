"""Who may send to the open surface, how much, and which pages may use it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.service.made_jobs import API, made_caller
from tests.service.made_open import GLB, got, local_client, path_of, upload, uploaded

from reelscape.jobs.models import Asset

pytestmark = pytest.mark.django_db
ORIGIN = {"Origin": "https://example.org"}
FAR = "203.0.113.5"


@pytest.fixture
def set_config(settings: Any) -> Any:
    def change(**fields: Any) -> None:
        settings.REELSCAPE = replace(settings.REELSCAPE, **fields)

    return change


@pytest.mark.parametrize(
    ("name", "address", "public_url"),
    [
        ("127.0.0.1", FAR, "http://127.0.0.1:8000"),
        ("127.0.0.1", "192.168.1.7", "http://127.0.0.1:8000"),
        ("127.0.0.1", "", "http://127.0.0.1:8000"),
        ("testserver", "127.0.0.1", "http://127.0.0.1:8000"),  # a proxy that nobody told us of, with its own name
        ("127.0.0.1", "127.0.0.1", "https://scenes.example.org"),
        ("127.0.0.1", "127.0.0.1", "http://192.168.1.5:8000"),
    ],
)
def test_beyond_loopback_a_key_is_needed(name: str, address: str, public_url: str, set_config: Any) -> None:
    ann = made_caller("ann")
    set_config(public_url=public_url)
    more = {"SERVER_NAME": name, "REMOTE_ADDR": address}
    answer = upload(Client(), **more)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert not Asset.objects.exists()
    told = upload(ann.client, **more).json()
    assert got(Client(SERVER_NAME=name, REMOTE_ADDR=FAR), f"/api/files/{told['id']}.glb").status_code == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_loopback_needs_none(address: str, name: str) -> None:
    assert upload(Client(), SERVER_NAME=name, REMOTE_ADDR=address).status_code == 200


def test_behind_a_trusted_proxy_the_client_counts(set_config: Any) -> None:
    set_config(trusted_proxies=("127.0.0.1",))
    forwarded = {"X-Forwarded-For": FAR}
    assert upload(local_client(), headers=forwarded).status_code == 401
    assert upload(local_client(), headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 200


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via"])
@pytest.mark.parametrize("value", [FAR, "127.0.0.1", ""])
def test_what_a_proxy_passed_on_that_nobody_told_us_of_needs_a_key(name: str, value: str) -> None:
    assert upload(local_client(), headers={name: value}).status_code == 401


def test_the_operator_may_open_or_close_it(set_config: Any) -> None:
    set_config(open_access="anyone", public_url="https://scenes.example.org")
    assert upload(Client(), REMOTE_ADDR=FAR).status_code == 200
    set_config(open_access="key")
    assert upload(local_client()).status_code == 401


def test_a_wrong_key_is_refused_where_none_is_needed() -> None:
    answer = upload(local_client(Authorization="Api-Key wrongkey.00000000000000000000000000000000"))
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_api_key")


@pytest.mark.parametrize("given", ["Bearer abc", "Basic YTpi", "abcdefgh.0000", "Token x"])
def test_credentials_of_another_kind_are_refused(given: str) -> None:
    answer = upload(local_client(Authorization=given))
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert local_client().post("/api/reconstruct", {}, headers={"Authorization": given}).status_code == 401


def test_cookies_open_nothing(set_config: Any) -> None:
    ann = made_caller("ann")
    client = local_client()
    client.force_login(ann.user)
    set_config(open_access="key")
    assert upload(client).status_code == 401


def test_sends_of_an_address_are_limited(set_config: Any) -> None:
    set_config(open_posts_per_minute_ip=2, open_access="anyone")
    client = local_client()
    assert [upload(client).status_code for _ in range(2)] == [200, 200]
    for path in ("/api/upload", "/api/reconstruct"):
        answer = client.post(path, {}, headers=ORIGIN)
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert 1 <= int(answer["Retry-After"]) <= 60
        assert answer["Access-Control-Allow-Origin"] == "*"
    assert upload(client, REMOTE_ADDR="127.0.0.2").status_code == 200


def test_bytes_of_an_address_are_limited(set_config: Any) -> None:
    set_config(open_bytes_per_hour_ip=3000, open_access="anyone")
    client, large = local_client(), GLB + bytes(1000)
    assert [upload(client, data=large).status_code for _ in range(3)] == [200, 200, 429]
    answer = upload(client, data=large)
    assert answer.json()["code"] == "rate_limited" and 1 <= int(answer["Retry-After"]) <= 3600
    assert upload(client, data=large, REMOTE_ADDR="127.0.0.2").status_code == 200
    assert Asset.objects.count() == 3


def test_a_file_beyond_the_limit_costs_nothing(set_config: Any) -> None:
    set_config(open_bytes_per_hour_ip=3000, open_upload_limit_bytes=1500)
    big = {"content_type": "multipart/form-data; boundary=B", "CONTENT_LENGTH": "99999999"}
    assert local_client().generic("POST", "/api/upload", b"x", **big).status_code == 413
    assert upload(local_client()).status_code == 200


def test_pages_of_any_origin_may_read() -> None:
    told = uploaded()
    for path in (path_of(told["url"]), "/api/openapi.json", "/api/files/none.glb", "/api/reconstruct/status/none"):
        answer = got(local_client(), path, headers=ORIGIN)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert {"Content-Range", "ETag", "Retry-After"} <= set(answer["Access-Control-Expose-Headers"].split(", "))
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert upload(local_client(**ORIGIN))["Access-Control-Allow-Origin"] == "*"


def test_no_cache_keeps_an_error(set_config: Any) -> None:
    none = "00000000-0000-4000-8000-000000000000.glb"
    for path in (f"/api/files/{none}", f"/api/preview/{none}", "/api/files/x", "/api/reconstruct/report/x"):
        answer = got(local_client(), path)
        assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store"), path
    set_config(open_access="key")
    assert upload(local_client())["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/api/upload", "/api/upload/", "/api/files/x.glb", "/api/reconstruct"])
def test_preflights_are_answered(path: str) -> None:
    asked = {**ORIGIN, "Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "x-delete-token"}
    answer = Client().options(path, headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "DELETE" in answer["Access-Control-Allow-Methods"]
    assert {"Authorization", "Range", "X-Delete-Token"} <= set(answer["Access-Control-Allow-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_the_other_surface_stays_closed_to_pages() -> None:
    ann = made_caller("ann")
    for path in (f"{API}/jobs/", f"{API}/upload/", "/view/x", "/healthz", "/accounts/login/", "/api/uploads"):
        assert "Access-Control-Allow-Origin" not in ann.client.get(path, headers=ORIGIN).headers, path


def test_the_document_describes_the_routes() -> None:
    document = got(local_client(), "/api/openapi.json").json()
    paths = document["paths"]
    assert paths["/api/upload"]["post"]["responses"].keys() == {"200", "400", "401", "413", "429", "507"}
    assert paths["/api/files/{file_id}.{extension}"].keys() == {"get", "delete"}
    assert "image/png" in paths["/api/preview/{file_id}.{extension}"]["get"]["responses"]["200"]["content"]
    assert not any(path.startswith("/api/v1") for path in paths)
    assert f"{document['servers'][0]['url']}/api/openapi.json" in Client().get("/llms.txt").text


def test_every_route_has_a_heading_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs/api-open.md").read_text(encoding="utf-8")
    paths = local_client().get("/api/openapi.json").json()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    named = {route.replace("{file_id}.{extension}", "{id}.{ext}") for route in routes}
    assert named <= set(re.findall(r"^### (.*)$", page, re.MULTILINE))


def test_the_name_of_the_guest_is_taken() -> None:
    from reelscape.errors import BadUserName
    from reelscape.web import accounts

    with pytest.raises(BadUserName):
        accounts.create("Guest")

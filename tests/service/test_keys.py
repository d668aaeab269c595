"""API keys: how they are made, what they open, and when they no longer do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from reelscape.errors import BadKeyName, KeyNotFound
from reelscape.web import keys
from reelscape.web.models import ApiKey

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.service.guarded_routes")]
ME = "/api/v1/me/"


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def key(ann: User) -> str:
    return keys.create(ann, "laptop")[1]


def ask(client: Client, authorization: str) -> Any:
    return client.get(ME, headers={"Authorization": authorization})


def test_a_key_opens_the_api(client: Client, key: str) -> None:
    assert ask(client, f"Api-Key {key}").status_code == 200
    assert ask(client, f"api-key   {key} ").status_code == 200


def test_only_the_hash_of_a_key_is_kept(ann: User) -> None:
    row, key = keys.create(ann, "laptop")
    secret = key.partition(".")[2]
    assert len(secret) == 32
    assert secret not in str(ApiKey.objects.filter(pk=row.pk).values())


@pytest.mark.parametrize("authorization", ["", "Api-Key", "Bearer {key}", "Token {key}", "{key}", "Basic YW5uOng="])
def test_without_a_key_nobody_is_let_in(client: Client, key: str, authorization: str) -> None:
    answer = ask(client, authorization.format(key=key))
    assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Api-Key"
    assert answer.json()["error"] == answer.json()["detail"] != ""


@pytest.mark.parametrize(
    "wrong",
    [
        "{prefix}.",
        "{prefix}." + "x" * 32,
        "{key}x",
        "x{key}",
        "{prefix}",
        "." * 200,
        "\x00" * 41,
        "'; DROP TABLE web_apikey; --",
        "äöü€",
        "\udcff\udcfe.\udcff",
        "x" * 100_000,
    ],
)
def test_a_wrong_key_is_refused_whatever_its_bytes(client: Client, key: str, wrong: str) -> None:
    text = wrong.format(key=key, prefix=key[:8]).encode("utf-8", "surrogatepass").decode("latin-1")
    answer = client.get(ME, HTTP_AUTHORIZATION=f"Api-Key {text}")
    assert answer.status_code == 401 and answer.json()["code"] == "bad_api_key"


def test_a_session_is_no_key(client: Client, ann: User) -> None:
    client.force_login(ann)
    assert client.get(ME).status_code == 401


def test_a_revoked_key_is_dead_for_good(client: Client, ann: User, key: str) -> None:
    assert keys.revoke(ann, "laptop").prefix == key[:8]
    assert ask(client, f"Api-Key {key}").status_code == 401
    with pytest.raises(KeyNotFound):
        keys.revoke(ann, "laptop")


def test_an_expired_key_is_dead(client: Client, ann: User) -> None:
    row, key = keys.create(ann, "old", timezone.now() + timedelta(hours=1))
    assert ask(client, f"Api-Key {key}").status_code == 200
    ApiKey.objects.filter(pk=row.pk).update(expiry_date=timezone.now())
    assert ask(client, f"Api-Key {key}").status_code == 401
    assert list(keys.live_keys(ann)) == []


def test_the_keys_of_an_inactive_user_are_dead(client: Client, ann: User, key: str) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert ask(client, f"Api-Key {key}").status_code == 401


def test_a_name_is_taken_by_live_keys_of_the_same_user_only(ann: User, key: str) -> None:
    with pytest.raises(BadKeyName, match="already exists"):
        keys.create(ann, " laptop ")
    keys.create(User.objects.create_user("bob"), "laptop")
    keys.revoke(ann, "laptop")
    keys.create(ann, "laptop", timezone.now() + timedelta(hours=1))
    ApiKey.objects.filter(user=ann).update(expiry_date=timezone.now())
    keys.create(ann, "laptop")
    assert [row.name for row in keys.live_keys(ann)] == ["laptop"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 51, "two\nlines", "\x1b[2J"])
def test_names_that_are_refused(ann: User, name: str) -> None:
    with pytest.raises(BadKeyName):
        keys.create(ann, name)


def test_names_at_the_limit(ann: User) -> None:
    assert keys.create(ann, "é" * 50)[0].name == "é" * 50


def test_a_key_of_another_user_cannot_be_revoked(key: str) -> None:
    with pytest.raises(KeyNotFound):
        keys.revoke(User.objects.create_user("bob"), key[:8])


def test_the_last_use_is_written_once_a_minute(client: Client, key: str) -> None:
    ask(client, f"Api-Key {key}")
    first = ApiKey.objects.get().last_used_at
    assert first is not None and timezone.now() - first < timedelta(seconds=10)
    ask(client, f"Api-Key {key}")
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    ask(client, f"Api-Key {key}")
    assert ApiKey.objects.get().last_used_at > first - timedelta(minutes=1)


def test_a_busy_database_refuses_no_good_key(client: Client, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any, **__: Any) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr(QuerySet, "update", busy)
    assert ask(client, f"Api-Key {key}").status_code == 200
    assert ApiKey.objects.get().last_used_at is None

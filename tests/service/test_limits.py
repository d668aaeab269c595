"""Limits: of keys, of addresses, of guesses; and whose word about an address is believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from reelscape.errors import BadSetting
from reelscape.web import keys, throttles
from reelscape.web.addresses import client_address, limited_as, networks

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.service.guarded_routes")]
ME = "/api/v1/me/"
Configure = Callable[..., None]


@pytest.fixture
def configure(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Change settings of the service; the clock of the counters stands still, so that no minute ends in a test."""
    monkeypatch.setattr(throttles.time, "time", lambda: 1_800_000_010.0)

    def change(**values: Any) -> None:
        settings.REELSCAPE = replace(settings.REELSCAPE, **values)

    return change


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def key(ann: User) -> str:
    return keys.create(ann, "laptop")[1]


def ask(key: str, address: str = "192.0.2.1", **headers: str) -> Any:
    return Client().get(ME, REMOTE_ADDR=address, headers={"Authorization": f"Api-Key {key}", **headers})


def statuses(key: str, number: int, address: str = "192.0.2.1", **headers: str) -> list[int]:
    return [ask(key, address, **headers).status_code for _ in range(number)]


def test_a_key_is_limited_from_all_addresses_together(configure: Configure, key: str) -> None:
    configure(requests_per_minute=3)
    assert [ask(key, f"192.0.2.{number}").status_code for number in range(1, 6)] == [200] * 3 + [429] * 2
    refused = ask(key)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused.json()["code"] == "rate_limited" and refused.json()["detail"]


def test_another_key_of_the_same_user_has_its_own_limit(configure: Configure, ann: User, key: str) -> None:
    configure(requests_per_minute=1)
    assert statuses(key, 2) == [200, 429]
    assert statuses(keys.create(ann, "phone")[1], 1) == [200]


def test_the_next_minute_counts_anew(configure: Configure, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(requests_per_minute=1)
    assert statuses(key, 2) == [200, 429]
    wait_s = int(ask(key)["Retry-After"])
    monkeypatch.setattr(throttles.time, "time", lambda: 1_800_000_010.0 + wait_s)
    assert statuses(key, 2) == [200, 429]


def test_an_address_is_limited_on_every_route(configure: Configure, key: str) -> None:
    configure(requests_per_minute_ip=3)
    asked = [Client().get(path, REMOTE_ADDR="192.0.2.1") for path in (ME, "/accounts/login/", "/own-policy", ME, "/x")]
    assert [answer.status_code for answer in asked] == [401, 200, 200, 429, 429]
    assert asked[3].json()["code"] == "rate_limited" and 1 <= int(asked[3]["Retry-After"]) <= 60
    assert asked[4]["Content-Type"].startswith("text/plain") and asked[4]["Retry-After"]
    assert statuses(key, 1, "192.0.2.2") == [200]


def test_a_limit_of_zero_is_none(configure: Configure, key: str) -> None:
    configure(requests_per_minute=0, requests_per_minute_ip=0, failures_per_minute_ip=0)
    assert set(statuses(key, 20)) == {200}
    assert set(statuses("wrong", 20)) == {401}


def test_guesses_are_limited_before_a_key_is_looked_up(
    configure: Configure, key: str, django_assert_num_queries: Any
) -> None:
    configure(failures_per_minute_ip=3)
    assert statuses("wrong.key", 5) == [401] * 3 + [429] * 2
    with django_assert_num_queries(0):
        refused = ask(key)
    assert refused.status_code == 429 and 1 <= int(refused["Retry-After"]) <= 60
    assert statuses(key, 1, "192.0.2.2") == [200], "another address goes on"


def test_a_proven_key_outlives_the_guesses_of_a_neighbour(configure: Configure, ann: User, key: str) -> None:
    configure(failures_per_minute_ip=2)
    assert statuses(key, 1) == [200]
    assert statuses(f"{key[:8]}.{'x' * 32}", 4) == [401, 401, 429, 429]
    assert statuses(key, 3) == [200] * 3
    keys.revoke(ann, "laptop")
    assert statuses(key, 2) == [401, 429], "what was right once is tried once"


def test_a_missing_key_is_no_guess(configure: Configure, key: str) -> None:
    configure(failures_per_minute_ip=1)
    assert {Client().get(ME, REMOTE_ADDR="192.0.2.1").status_code for _ in range(5)} == {401}
    assert statuses(key, 1) == [200]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP"])
def test_a_forged_address_escapes_no_limit(configure: Configure, key: str, header: str) -> None:
    configure(requests_per_minute_ip=2)
    asked = [ask(key, **{header: f"198.51.100.{number}"}).status_code for number in range(4)]
    assert asked == [200, 200, 429, 429]


def test_a_forged_address_behind_a_proxy_escapes_no_limit(configure: Configure, key: str) -> None:
    """The proxy appends who really asked; what stands before that is the client's own invention."""
    configure(requests_per_minute_ip=2, trusted_proxies=("10.0.0.0/8",))
    through = {"address": "10.0.0.1"}
    asked = [
        ask(key, **through, **{"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"}).status_code
        for number in range(4)
    ]
    assert asked == [200, 200, 429, 429]
    assert ask(key, **through, **{"X-Forwarded-For": "203.0.113.10"}).status_code == 200


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2,10.0.0.3", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("2001:db8:ffff::1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", "0.0.0.0"),
        ("unix:", "198.51.100.1", "0.0.0.0"),
    ],
)
def test_whose_request_it_is(configure: Configure, peer: str, forwarded: str, client: str) -> None:
    configure(trusted_proxies=("10.0.0.0/8", "2001:db8:ffff::1"))
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded} if forwarded else {})
    assert client_address(request) == client


def test_an_ipv6_client_counts_by_its_network() -> None:
    assert limited_as("2001:db8:1:2:3:4:5:6") == limited_as("2001:db8:1:2::") != limited_as("2001:db8:1:3::")
    assert limited_as("192.0.2.1") != limited_as("192.0.2.2")


@pytest.mark.parametrize("text", ["10.0.0.0/33", "proxy.example.org", "10.0.0.*"])
def test_a_bad_proxy_is_said_at_the_start(text: str) -> None:
    with pytest.raises(BadSetting, match="REELSCAPE_TRUSTED_PROXIES"):
        networks((text,))


@pytest.mark.parametrize(("peer", "url"), [("192.0.2.1", "http://"), ("10.0.0.1", "https://")])
def test_only_a_trusted_proxy_says_that_a_request_was_encrypted(
    configure: Configure, key: str, peer: str, url: str
) -> None:
    configure(trusted_proxies=("10.0.0.1",))
    assert ask(key, peer, **{"X-Forwarded-Proto": "https"}).json()["url"].startswith(url)


def test_a_forged_host_is_refused_or_ignored(key: str) -> None:
    assert ask(key, Host="evil.example").status_code == 400
    for header in ("X-Forwarded-Host", "X-Host", "Forwarded"):
        assert "evil" not in ask(key, **{header: "evil.example"}).json()["url"]

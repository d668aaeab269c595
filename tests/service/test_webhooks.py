"""Webhooks: signed, retried, never to where they must not go, and never twice at once."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import itertools
import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings
from tests.service.receiver import Receiver, receiving

from reelscape.errors import BadRequest, UrlForbidden
from reelscape.jobs import engine, public_addresses, receivers, webhooks
from reelscape.jobs.models import Delivery, Job

SECRET = "a secret that the client chose"
PUBLIC = "93.184.215.14"
names = itertools.count()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def loopback_allowed(settings: Settings) -> None:
    settings.REELSCAPE = dataclasses.replace(settings.REELSCAPE, webhook_hosts=("127.0.0.1",))


def ended_job(url: str, secret: str = SECRET) -> Job:
    """A job with a webhook, which is cancelled and so owes a call."""
    owner = User.objects.create_user(f"person{next(names)}")
    job = Job.objects.create(
        owner=owner, title="Garden", max_gaussians=10_000, num_steps=1000, webhook_url=url, webhook_secret=secret
    )
    engine.cancel(job, engine.WorkerLost())
    return job


def owed(job: Job) -> Delivery:
    return Delivery.objects.get(job=job)


def make_due(job: Job) -> None:
    """As if the wait were over."""
    Delivery.objects.filter(job=job).update(due_at=timezone.now())


def is_signed(headers: dict[str, str], body: bytes, key: bytes) -> bool:
    """As a receiver checks it, after the specification."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return headers["webhook-signature"] == f"v1,{expected}"


@pytest.mark.django_db
@pytest.mark.usefixtures("loopback_allowed")
class TestDelivery:
    def test_a_signed_call_arrives_once(self, receiver: Receiver) -> None:
        job = ended_job(receiver.url)
        assert webhooks.deliver_due() == 1
        assert webhooks.deliver_due() == 0
        ((headers, body),) = receiver.calls
        assert is_signed(headers, body, SECRET.encode())
        assert not is_signed(headers, body + b" ", SECRET.encode())
        assert abs(int(headers["webhook-timestamp"]) - time.time()) < 30
        said = json.loads(body)
        assert said["type"] == "job.cancelled"
        assert said["data"]["job_id"] == str(job.id) and said["data"]["error"]["code"] == "worker_lost"
        delivery = owed(job)
        assert headers["webhook-id"] == str(delivery.id)
        assert delivery.due_at is None and delivery.delivered_at is not None and delivery.tries == 1

    def test_a_secret_in_the_form_of_the_specification(self, receiver: Receiver) -> None:
        ended_job(receiver.url, "whsec_" + base64.b64encode(b"24 bytes of a random key").decode())
        webhooks.deliver_due()
        assert is_signed(*receiver.calls[0], b"24 bytes of a random key")

    def test_no_secret_no_signature(self, receiver: Receiver) -> None:
        ended_job(receiver.url, "")
        assert webhooks.deliver_due() == 1
        assert "webhook-signature" not in receiver.calls[0][0]

    def test_a_receiver_that_was_down_gets_the_same_bytes_later(self, receiver: Receiver) -> None:
        receiver.answer = 500
        job = ended_job(receiver.url)
        assert webhooks.deliver_due() == 0
        assert owed(job).last_problem == "The receiver answered 500."
        assert webhooks.deliver_due() == 0 and len(receiver.calls) == 1  # not before its time
        make_due(job)
        receiver.answer = 200
        assert webhooks.deliver_due() == 1
        first, second = receiver.calls
        assert first[1] == second[1] and first[0]["webhook-id"] == second[0]["webhook-id"]
        assert owed(job).last_problem == ""

    def test_nobody_listens_at_first(self, receiver: Receiver) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            free_port = server.getsockname()[1]
        job = ended_job(f"http://127.0.0.1:{free_port}/hook")
        assert webhooks.deliver_due() == 0
        assert owed(job).last_problem == "The receiver could not be reached."
        make_due(job)
        with receiving(free_port) as late:
            assert webhooks.deliver_due() == 1
            assert len(late.calls) == 1

    def test_redirects_are_not_followed(self, receiver: Receiver) -> None:
        with receiving() as bait:
            receiver.answer, receiver.location = 307, bait.url
            job = ended_job(receiver.url)
            assert webhooks.deliver_due() == 0
            assert bait.calls == []
        assert owed(job).last_problem == "The receiver answered 307."

    def test_tries_end(self, receiver: Receiver) -> None:
        receiver.answer = 503
        job = ended_job(receiver.url)
        waits = []
        while (delivery := owed(job)).due_at is not None:
            make_due(job)
            webhooks.deliver_due()
            if (due_at := owed(job).due_at) is not None:
                waits.append(round((due_at - timezone.now()).total_seconds()))
        assert waits == list(webhooks.BACK_OFF_S)
        assert len(receiver.calls) == delivery.tries == webhooks.MAX_TRIES
        assert delivery.last_problem == "Given up: The receiver answered 503." and delivery.delivered_at is None

    def test_gone_is_taken_at_its_word(self, receiver: Receiver) -> None:
        receiver.answer = 410
        job = ended_job(receiver.url)
        webhooks.deliver_due()
        assert owed(job).due_at is None and owed(job).tries == 1

    @pytest.mark.parametrize("drip", [False, True])
    def test_a_receiver_that_hangs_holds_up_no_other(
        self, receiver: Receiver, drip: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(public_addresses, "TIMEOUT_S", 0.3)
        with socket.create_server(("127.0.0.1", 0)) as silent, receiving() as dripping:
            dripping.drip_s = 20.0
            url = dripping.url if drip else f"http://127.0.0.1:{silent.getsockname()[1]}/"
            slow, good = ended_job(url), ended_job(receiver.url)
            began = time.monotonic()
            assert webhooks.deliver_due() == 1
            assert time.monotonic() - began < 5
        assert "did not answer" in owed(slow).last_problem
        assert owed(good).delivered_at is not None

    def test_two_workers_never_send_the_same(self, receiver: Receiver) -> None:
        job = ended_job(receiver.url)
        mine, theirs = owed(job), owed(job)
        assert webhooks._claim(mine)
        assert not webhooks._claim(theirs)
        assert webhooks.deliver_due() == 0 and receiver.calls == []

    def test_what_a_dead_worker_had_claimed_is_sent_by_the_next(self, receiver: Receiver) -> None:
        job = ended_job(receiver.url)
        assert webhooks._claim(owed(job))
        Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))  # its lease ran out
        assert webhooks.deliver_due() == 1
        assert owed(job).tries == 2

    def test_many_take_several_rounds(self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(webhooks, "_AT_ONCE", 9)
        for _ in range(5):
            ended_job(receiver.url)
        assert [webhooks.deliver_due(limit=3) for _ in range(3)] == [3, 2, 0]
        assert len({headers["webhook-id"] for headers, _ in receiver.calls}) == 5

    def test_one_host_or_account_does_not_take_the_places_of_others(
        self, receiver: Receiver, settings: Settings
    ) -> None:
        settings.REELSCAPE = dataclasses.replace(settings.REELSCAPE, webhook_hosts=("127.0.0.1", "localhost"))
        tarpit = receiver.url.replace("127.0.0.1", "localhost")
        crowd = [ended_job(tarpit) for _ in range(webhooks.BATCH)]
        mine = [ended_job(receiver.url) for _ in range(3)]
        Job.objects.filter(id__in=[job.id for job in mine]).update(owner=mine[0].owner)
        other = ended_job("http://127.0.0.2:9/")
        webhooks.deliver_due()
        assert [owed(job).tries for job in crowd] == [1, 1] + [0] * (webhooks.BATCH - 2)
        assert [owed(job).tries for job in mine] == [1, 1, 0] and owed(other).tries == 1


def test_the_documented_check_tells_genuine_calls(receiver: Receiver, settings: Settings) -> None:
    settings.REELSCAPE = dataclasses.replace(settings.REELSCAPE, webhook_hosts=("127.0.0.1",))
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    written: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], written)
    for secret in (SECRET, "whsec_" + base64.b64encode(b"a key").decode()):
        receivers.post(receivers.Call("delivery-1", receiver.url, secret, b'{"type":"job.finished"}'))
        headers, body = receiver.calls[-1]
        assert written["is_genuine"](headers, body, secret)
        assert not written["is_genuine"](headers, body, "another secret")
        assert not written["is_genuine"](headers, body + b" ", secret)
        assert not written["is_genuine"](headers | {"webhook-timestamp": "1000"}, body, secret)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "localhost", "LOCALHOST", "localhost.",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(UrlForbidden):
        webhooks.check_url(f"https://{host}/hook")
    assert receivers.post(receivers.Call("1", f"https://{host}/hook", "", b"{}")).problem


@pytest.mark.parametrize(
    "url",
    [
        f"http://{PUBLIC}/", f"ftp://{PUBLIC}/", "file:///etc/passwd", "https://", "https:///x", "", "hook",
        "javascript:1", f"https://user:word@{PUBLIC}/", f"https://{PUBLIC}:99999/", "https://no such host/", "https://[half/",
        "https://intranet/", f"https://{'x' * 64}.example/",
    ],
)  # fmt: skip
def test_bad_addresses_are_refused(url: str) -> None:
    with pytest.raises(UrlForbidden):
        webhooks.check_url(url)


def test_public_addresses_are_allowed() -> None:
    webhooks.check_url(f"https://{PUBLIC}/hook?x=1")
    webhooks.check_url("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/hook")


def answer_of_resolver(*addresses: str) -> Any:
    return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]


def test_no_name_is_looked_up_before_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(host: str, *rest: Any, flags: int = 0, **more: Any) -> Any:
        assert flags & socket.AI_NUMERICHOST, f"{host} was looked up"
        raise socket.gaierror("a name")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    webhooks.check_url("https://anybody.example/")


def test_a_name_that_turns_private_after_the_check_is_not_called(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answer_of_resolver("127.0.0.1"))
    call = receivers.Call("1", f"https://rebound.example:{receiver.port}/", "", b"{}")
    assert receivers.post(call) == receivers.Outcome("The host's address is not a public one.")
    monkeypatch.setattr(socket, "getaddrinfo", answer_of_resolver("127.0.0.1", PUBLIC))
    assert receivers.post(call).problem
    assert receiver.calls == []


@pytest.mark.usefixtures("loopback_allowed")
def test_hosts_that_the_operator_allows(receiver: Receiver) -> None:
    webhooks.check_url(receiver.url)
    with pytest.raises(UrlForbidden):
        webhooks.check_url("http://localhost/")
    assert receivers.post(receivers.Call("1", receiver.url, "", b"{}")) == receivers.Outcome()


def test_the_environment_sets_no_proxy_and_no_password(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver, settings: Settings, tmp_path: Any
) -> None:
    settings.REELSCAPE = dataclasses.replace(settings.REELSCAPE, webhook_hosts=("127.0.0.1",))
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password word\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert receivers.post(receivers.Call("1", receiver.url, "", b"{}")) == receivers.Outcome()
    assert "authorization" not in receiver.calls[0][0]


def test_a_secret_that_cannot_be_read_is_refused() -> None:
    webhooks.check_secret("sixteen or more.")
    webhooks.check_secret("whsec_" + base64.b64encode(bytes(16)).decode())
    for secret in (
        "whsec_not base64!",
        "whsec_",
        "whsec_" + base64.b64encode(bytes(15)).decode(),
        "fifteen letters",
        "",
    ):
        with pytest.raises(BadRequest):
            webhooks.check_secret(secret)

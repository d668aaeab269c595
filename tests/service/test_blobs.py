"""Signed addresses: one PUT stores a file whole, GET sends it, and nothing else gets through."""

from __future__ import annotations

import dataclasses
import io
import threading
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.service.made_addresses import VIDEO, Address, left_incoming, local, made_address, read_url

from reelscape.errors import UploadSpent
from reelscape.jobs import quota, uploads, verbs
from reelscape.jobs.files import signer, store
from reelscape.jobs.models import Asset
from reelscape.web import blobs
from reelscape.web.slots import Slots

pytestmark = pytest.mark.django_db
client = Client(raise_request_exception=False)


def put(url: str, body: bytes = VIDEO, **headers: str) -> Any:
    return client.put(url, body, content_type="application/x-www-form-urlencoded", headers=headers)


def get(url: str, **headers: str) -> Any:
    """The answer, read to its end and closed; its bytes in `body`."""
    answer = client.get(url, headers=headers)
    answer.body = answer.getvalue()
    answer.close()
    return answer


def refused(answer: Any, status: int, code: str) -> bool:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    return left_incoming() == []


@pytest.fixture
def sent() -> Asset:
    address = made_address()
    assert put(address.url).status_code == 201
    address.asset.refresh_from_db()
    return address.asset


def test_a_put_is_stored_once() -> None:
    address = made_address()
    answer = put(address.url, **{"x-ms-blob-type": "BlockBlob"})
    assert answer.status_code == 201 and answer.content == b""
    assert address.stored() == VIDEO and left_incoming() == []
    assert get(read_url(address.asset))["ETag"] == answer["ETag"]
    assert refused(put(address.url, b"other"), 409, "upload_spent")
    assert address.stored() == VIDEO


@pytest.mark.parametrize(
    ("length", "status", "code"),
    [
        ("", 411, "length_required"),
        ("many", 411, "length_required"),
        ("-1", 411, "length_required"),
        ("0", 400, "empty_upload"),
        (str(10**9 + 1), 413, "upload_too_large"),
        ("9" * 30, 411, "length_required"),
        (str(len(VIDEO) + 1), 400, "upload_truncated"),
    ],
)
def test_a_length_that_does_not_fit_stores_nothing(length: str, status: int, code: str) -> None:
    address = made_address()
    body: Any = {"wsgi.input": io.BytesIO(VIDEO), "CONTENT_LENGTH": length}
    answer = client.generic("PUT", address.url, VIDEO, **body)
    assert refused(answer, status, code) and address.stored() is None
    assert put(address.url).status_code == 201, "a broken PUT may be repeated"


def test_a_full_disk_or_quota_is_told_before_the_body_comes(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    address = made_address()
    needed_bytes = (quota.used_bytes() + len(VIDEO)) * 4 // 3 + 1  # a quarter is left to jobs
    settings.REELSCAPE = dataclasses.replace(settings.REELSCAPE, disk_quota_bytes=needed_bytes - 4)
    assert refused(put(address.url), 507, "storage_full")
    settings.REELSCAPE = dataclasses.replace(settings.REELSCAPE, disk_quota_bytes=needed_bytes)
    assert put(address.url).status_code == 201


def test_a_disk_that_fills_while_the_body_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*args: object) -> None:
        raise OSError(28, "No space left on device")

    address = made_address()
    monkeypatch.setattr("os.posix_fallocate", no_space)
    assert refused(put(address.url), 507, "storage_full") and address.stored() is None


@pytest.mark.parametrize("query", ["comp=block&blockid=AAAA", "comp=blocklist"])
def test_one_block_does_not_pass_for_the_file(query: str) -> None:
    address = made_address()
    assert refused(put(f"{address.url}&{query}"), 400, "parts_not_offered")
    assert refused(put(address.url, **{"Content-Range": "bytes 0-9/20"}), 400, "parts_not_offered")
    assert address.stored() is None


def test_of_two_puts_at_once_one_wins() -> None:
    address = made_address()
    both_have_read = threading.Barrier(2)
    outcomes: list[object] = []

    def send(body: bytes) -> None:
        stream = io.BytesIO(body)

        def read(size: int) -> bytes:
            chunk = stream.read(size)
            both_have_read.wait(5)
            return chunk

        with uploads.spooled(uploads.settings.REELSCAPE.incoming_dir, read, len(body)) as path:
            try:
                store().take(address.asset.key, path)
                outcomes.append(body)
            except FileExistsError:
                outcomes.append(None)

    threads = [threading.Thread(target=send, args=(letter * 1000,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(None) == 1 and store().path(address.asset.key).read_bytes() in outcomes
    assert left_incoming() == []


def test_the_slower_of_two_puts_is_told_so(tmp_path: Path) -> None:
    address = made_address()
    slow = tmp_path / "slow"
    slow.write_bytes(b"slow")
    row = Asset.objects.get(id=address.asset.id)
    assert put(address.url).status_code == 201
    with pytest.raises(UploadSpent):
        uploads.keep(row, slow)
    assert address.stored() == VIDEO


def test_an_upload_that_was_deleted_meanwhile_leaves_no_blob(monkeypatch: pytest.MonkeyPatch) -> None:
    address = made_address()
    monkeypatch.setattr(uploads.quota, "check_upload_room", lambda wanted_bytes: address.asset.delete())
    key = address.asset.key
    assert refused(put(address.url), 404, "not_found") and not store().exists(key)


def test_too_many_at_once_are_asked_to_come_again(monkeypatch: pytest.MonkeyPatch, sent: Asset) -> None:
    full = Slots(1, per_client=1)
    full.take("somebody")
    monkeypatch.setattr(blobs, "UPLOADS", full)
    monkeypatch.setattr("reelscape.web.sending.DOWNLOADS", full)
    for answer in (put(made_address().url), get(read_url(sent))):
        assert refused(answer, 429, "rate_limited") and answer["Retry-After"]


def changed(url: str, **changes: str) -> str:
    path, _, query = url.partition("?")
    pairs = dict(pair.split("=", 1) for pair in query.split("&")) | changes
    return f"{path}?" + "&".join(f"{name}={value}" for name, value in pairs.items())


@pytest.mark.parametrize(
    "changes",
    [
        {"sig": "x"},
        {"sig": "%F0%9F%99%82"},
        {"se": "9999999999"},
        {"se": "soon"},
        {"sp": "r"},
        {"sp": "rw"},
        {"fn": "x"},
    ],
)
def test_a_changed_address_opens_nothing(changes: dict[str, str], sent: Asset) -> None:
    address = made_address()
    assert refused(put(changed(address.url, **changes)), 403, "bad_signature") and address.stored() is None
    read_changes = {name: "w" if name == "sp" else value for name, value in changes.items()}
    assert refused(get(changed(read_url(sent), **read_changes)), 403, "bad_signature")


def test_each_permission_is_for_itself_and_its_key(sent: Asset) -> None:
    address, other = made_address(), made_address("bob")
    assert refused(put(read_url(address.asset)), 403, "bad_signature")
    assert refused(get(local(verbs.upload_url(sent))), 403, "bad_signature")
    assert refused(put(address.url.replace(address.asset.key, other.asset.key)), 403, "bad_signature")
    assert address.stored() is None and other.stored() is None


def test_an_address_expires(sent: Asset) -> None:
    address = made_address()
    assert refused(put(local(signer().url(address.asset.key, "w", -1))), 403, "link_expired")
    assert refused(get(local(signer().url(sent.key, "r", -1))), 403, "link_expired")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST", "TRACE"])
@pytest.mark.parametrize(
    "key",
    [
        "..",
        "../../etc/passwd",
        "videos/%2e%2e/x",
        "%2Fetc%2Fpasswd",
        "a%00b",
        "%ff%fe",
        "k" * 5000,
        "a//b",
        "a%0Ab",
        "é",
    ],
)
def test_odd_keys_are_refused(method: str, key: str) -> None:
    for query in ("", "?se=1&sp=w&sig=x", "?se=1&sp=r&sig=%00"):
        answer = client.generic(method, f"/blobs/{key}{query}", VIDEO if method == "PUT" else b"")
        assert 400 <= answer.status_code < 500


def test_odd_queries_are_refused(sent: Asset) -> None:
    url = read_url(sent)
    for name in ("se", "sp", "sig"):
        value = dict(pair.split("=", 1) for pair in url.partition("?")[2].split("&"))[name]
        assert refused(get(f"{url}&{name}={value}"), 403, "bad_signature"), "a doubled parameter"
    assert get(url + "&x=1" * 2000).status_code == 400
    assert get(url, **{"Range": "bytes=" + "0-1," * 20_000}).status_code in (200, 400, 431)


def test_a_get_says_what_it_sends(sent: Asset) -> None:
    answer = get(read_url(sent, "my scene.mp4"))
    assert answer.status_code == 200 and answer.body == VIDEO
    assert answer["Content-Type"] == "video/mp4" and int(answer["Content-Length"]) == len(VIDEO)
    assert answer["Content-Disposition"] == 'attachment; filename="my scene.mp4"'
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Cache-Control"].startswith("private")
    assert "sandbox" in answer["Content-Security-Policy"] and "default-src 'none'" in answer["Content-Security-Policy"]
    assert not answer.cookies and get(read_url(sent))["Content-Disposition"] == "inline"


@pytest.mark.parametrize(
    ("content_type", "shown"), [("image/jpeg", True), ("text/html", False), ("image/svg+xml", False)]
)
def test_only_pictures_and_videos_are_shown_in_place(sent: Asset, content_type: str, shown: bool) -> None:
    Asset.objects.filter(id=sent.id).update(content_type=content_type)
    assert get(read_url(sent))["Content-Disposition"] == ("inline" if shown else "attachment")


def test_a_name_of_any_letters_is_kept(sent: Asset) -> None:
    answer = get(read_url(sent, 'Küche "neu"\r\nX-Evil: 1 \U0001f3a5.ply'))
    assert answer.status_code == 200 and "X-Evil" not in answer.headers
    told = answer["Content-Disposition"]
    assert told.startswith('attachment; filename="K_che_neu_X-Evil_1_.ply"; filename*=UTF-8')
    assert "''K%C3%BCche%20%22neu%22" in told
    told = get(read_url(sent, "кухня.spz"))["Content-Disposition"]
    assert told.startswith('attachment; filename="scene.mp4"; filename*=UTF-8') and told.isascii()


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=10-", 10, 10239), ("bytes=-7", 10233, 10239),
     ("bytes=-99999", 0, 10239), ("bytes=10200-99999", 10200, 10239)],
)  # fmt: skip
def test_a_range_is_sent_alone(sent: Asset, asked: str, first: int, last: int) -> None:
    answer = get(read_url(sent), **{"Range": asked})
    assert answer.status_code == 206 and answer["Content-Range"] == f"bytes {first}-{last}/{len(VIDEO)}"
    assert answer.body == VIDEO[first : last + 1] and int(answer["Content-Length"]) == last + 1 - first


@pytest.mark.parametrize("asked", ["bytes=10240-", "bytes=99999-100000", "bytes=-0"])
def test_a_range_beyond_the_end(sent: Asset, asked: str) -> None:
    answer = get(read_url(sent), **{"Range": asked})
    assert answer.status_code == 416 and answer["Content-Range"] == f"bytes */{len(VIDEO)}" and not answer.body


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "pages=1-2", "bytes=b-", "bytes=5-2", "bytes=-", "bytes=١-٢"])
def test_what_is_no_single_range_gets_all(sent: Asset, asked: str) -> None:
    answer = get(read_url(sent), **{"Range": asked})
    assert answer.status_code == 200 and answer.body == VIDEO


def test_who_has_the_file_is_told_so(sent: Asset) -> None:
    url = read_url(sent)
    etag = get(url)["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = get(url, **{"If-None-Match": known})
        assert answer.status_code == 304 and answer["ETag"] == etag and not answer.body
    assert get(url, **{"If-None-Match": '"other"'}).status_code == 200
    assert get(url, **{"Range": "bytes=0-9", "If-Range": etag}).status_code == 206
    assert get(url, **{"Range": "bytes=0-9", "If-Range": '"other"'}).status_code == 200


def test_head_is_get_without_the_body(sent: Asset) -> None:
    for headers in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=99999-"}):
        got, told = get(read_url(sent), **headers), client.head(read_url(sent), headers=headers)
        assert told.status_code == got.status_code and told.getvalue() == b""
        for name in ("Content-Type", "ETag", "Content-Length", "Content-Range"):
            assert told.get(name) == got.get(name)


def test_what_was_deleted_is_gone_at_once(sent: Asset) -> None:
    url = read_url(sent)
    store().delete(sent.key)
    assert refused(get(url), 404, "not_found"), "the blob"
    verbs.delete_upload(sent)
    assert refused(get(url), 404, "not_found"), "the row"
    address = made_address()
    verbs.delete_upload(address.asset)
    assert refused(put(address.url), 404, "not_found")


def test_other_methods_are_named() -> None:
    answer = client.post(made_address().url, VIDEO, content_type="video/mp4")
    assert refused(answer, 405, "method_not_allowed") and "PUT" in answer["Allow"]


def test_no_address_reaches_a_product_for_writing(sent: Asset) -> None:
    Asset.objects.filter(id=sent.id).update(kind=Asset.Kind.PRODUCT, size_bytes=None)
    store().delete(sent.key)
    assert refused(put(local(verbs.upload_url(sent))), 404, "not_found")


def test_an_address_is_of_the_public_url(settings: Any) -> None:
    address: Address = made_address()
    assert verbs.upload_url(address.asset).startswith(f"{settings.REELSCAPE.public_url}/blobs/videos/")

"""Uploads in parts, by the tus protocol: what has arrived stays, and the last part completes the file."""

from __future__ import annotations

import base64
import dataclasses
import io
import threading
import time
from typing import Any

import pytest
from django.test import Client
from tests.service.made_addresses import VIDEO, Address, left_incoming, local, made_address
from tests.service.made_jobs import API, made_caller

from reelscape.errors import UploadOffset
from reelscape.jobs import quota, uploads, verbs
from reelscape.jobs.files import signer, store
from reelscape.jobs.models import Asset
from reelscape.storage.partial import Note, Partial
from reelscape.web.tus import PART_TYPE

pytestmark = pytest.mark.django_db
client = Client(raise_request_exception=False)


def patch(url: str, body: bytes, offset: int, total: int | None = None, **environ: Any) -> Any:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)}
    if total is not None:
        headers["Upload-Length"] = str(total)
    return client.generic("PATCH", url, body, content_type=PART_TYPE, headers=headers, **environ)


def arrived(address: Address) -> tuple[str, str | None]:
    answer = client.head(address.url, headers={"Tus-Resumable": "1.0.0"})
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store" and answer["Tus-Resumable"] == "1.0.0"
    assert ("Upload-Length" in answer) != ("Upload-Defer-Length" in answer)
    return answer["Upload-Offset"], answer.get("Upload-Length")


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def create(key_client: Client, name: str = "my video.MP4", **headers: str) -> Any:
    metadata = f"filename {base64.b64encode(name.encode()).decode()},filetype dmlkZW8=,is_confidential"
    given = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(VIDEO)), "Upload-Metadata": metadata} | headers
    return key_client.post(f"{API}/uploads/", headers={name: value for name, value in given.items() if value})


@pytest.fixture
def caller() -> Any:
    return made_caller("ann")


def test_options_tell_what_the_server_can_do(settings: Any) -> None:
    for url in (made_address().url, f"{API}/uploads/"):
        answer = client.options(url)
        assert answer.status_code == 204 and answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
        assert int(answer["Tus-Max-Size"]) == settings.REELSCAPE.upload_limit_bytes
        assert {"creation", "termination", "expiration"} <= set(answer["Tus-Extension"].split(","))


def test_parts_become_the_file() -> None:
    address = made_address()
    assert arrived(address) == ("0", None)
    first = patch(address.url, VIDEO[:4000], 0, len(VIDEO))
    assert (first.status_code, first["Upload-Offset"]) == (204, "4000") and first["Upload-Expires"].endswith("GMT")
    assert arrived(address) == ("4000", str(len(VIDEO))) and address.stored() is None
    assert patch(address.url, VIDEO[4000:], 4000)["Upload-Offset"] == str(len(VIDEO))
    assert address.stored() == VIDEO and left_incoming() == []
    assert arrived(address) == (str(len(VIDEO)), str(len(VIDEO))), "a client that missed the last answer asks"
    assert code(patch(address.url, b"more", len(VIDEO))) == (409, "upload_spent")
    assert code(client.put(address.url, b"other")) == (409, "upload_spent")


def test_a_part_at_the_wrong_place_is_refused() -> None:
    address = made_address()
    patch(address.url, VIDEO[:4000], 0, len(VIDEO))
    for offset in (0, 3999, 4001):
        assert code(patch(address.url, b"part", offset)) == (409, "upload_offset")
    assert arrived(address)[0] == "4000"


def test_a_broken_part_is_kept_as_far_as_it_came() -> None:
    address = made_address()
    patch(address.url, VIDEO, 0, len(VIDEO), **{"wsgi.input": io.BytesIO(VIDEO[:3000])})
    assert arrived(address)[0] == "3000"
    assert patch(address.url, VIDEO[3000:], 3000).status_code == 204 and address.stored() == VIDEO


@pytest.mark.parametrize(
    ("headers", "status", "expected"),
    [
        ({"Upload-Offset": None}, 400, "bad_upload_header"),
        ({"Upload-Offset": "-1"}, 400, "bad_upload_header"),
        ({"Upload-Offset": "x"}, 400, "bad_upload_header"),
        ({"Upload-Length": "1e3"}, 400, "bad_upload_header"),
        ({"Upload-Length": "0"}, 400, "empty_upload"),
        ({"Upload-Length": str(10**9 + 1)}, 413, "upload_too_large"),
        ({"Upload-Length": "3"}, 413, "upload_too_large"),
        ({"Tus-Resumable": "0.2.2"}, 412, "unknown_tus_version"),
        ({"Content-Type": "video/mp4"}, 415, "unsupported_media_type"),
    ],
)
def test_headers_that_make_no_sense(headers: dict[str, str | None], status: int, expected: str) -> None:
    address = made_address()
    given = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Upload-Length": "100",
        "Content-Type": PART_TYPE,
    } | headers
    kind = given.pop("Content-Type")
    sent = {name: value for name, value in given.items() if value is not None}
    answer = client.generic("PATCH", address.url, b"part", content_type=str(kind), headers=sent)
    assert code(answer) == (status, expected) and address.stored() is None
    assert arrived(address)[0] == "0"


def test_a_part_without_length_or_beyond_the_end() -> None:
    address = made_address()
    assert code(patch(address.url, b"part", 0, 100, CONTENT_LENGTH="")) == (411, "length_required")
    assert left_incoming() == [] and patch(address.url, b"pa", 0, 100).status_code == 204
    assert code(patch(address.url, b"x" * 99, 2)) == (413, "upload_too_large")
    assert code(patch(address.url, b"rt", 2, 99)) == (400, "bad_upload_header"), "the length was told before"
    assert arrived(address) == ("2", "100")


def test_the_length_may_be_told_with_the_last_part() -> None:
    address = made_address()
    assert patch(address.url, VIDEO[:4000], 0).status_code == 204 and arrived(address) == ("4000", None)
    assert code(patch(address.url, b"x", 4000, 3999)) == (400, "bad_upload_header")
    assert patch(address.url, VIDEO[4000:], 4000, len(VIDEO)).status_code == 204 and address.stored() == VIDEO


def test_no_room_for_a_part(settings: Any) -> None:
    address = made_address()
    settings.REELSCAPE = dataclasses.replace(settings.REELSCAPE, disk_quota_bytes=quota.used_bytes() + 100)
    assert code(patch(address.url, b"part", 0, 200)) == (507, "storage_full")
    assert patch(address.url, b"part", 0, 20).status_code == 204


def test_an_upload_can_be_given_up() -> None:
    address = made_address()
    patch(address.url, VIDEO[:4000], 0, len(VIDEO))
    assert client.delete(address.url).status_code == 204 and left_incoming() == []
    assert code(patch(address.url, b"part", 4000)) == (404, "not_found")
    assert client.head(address.url).status_code == 404


def test_a_stored_upload_is_not_deleted_by_its_address() -> None:
    address = made_address()
    client.put(address.url, VIDEO)
    assert code(client.delete(address.url)) == (409, "upload_spent") and address.stored() == VIDEO


def test_a_whole_put_overtakes_the_parts() -> None:
    address = made_address()
    patch(address.url, VIDEO[:4000], 0, len(VIDEO))
    assert client.put(address.url, VIDEO).status_code == 201
    assert address.stored() == VIDEO and left_incoming() == []


def test_a_client_that_can_only_post() -> None:
    address = made_address()
    headers = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0", "Upload-Length": str(len(VIDEO))}
    assert client.post(address.url, VIDEO, content_type=PART_TYPE, headers=headers).status_code == 204
    assert address.stored() == VIDEO


def test_every_request_needs_the_write_signature() -> None:
    address = made_address()
    read = local(signer().url(address.asset.key, "r", 60))
    late = local(signer().url(address.asset.key, "w", -1))
    for url, expected in ((read, "bad_signature"), (late, "link_expired"), (address.url + "x", "bad_signature")):
        assert code(patch(url, b"part", 0, 100)) == (403, expected)
        assert code(client.delete(url)) == (403, expected)
    assert client.head(late).status_code == 403 and client.head(address.url + "x").status_code == 403
    assert left_incoming() == []


def test_creation_gives_the_signed_address(caller: Any) -> None:
    answer = create(caller.client)
    assert answer.status_code == 201 and answer["Tus-Resumable"] == "1.0.0" and answer["Upload-Offset"] == "0"
    given = answer.json()
    assert answer["Location"] == given["url"] and given["blob_name"].endswith(".mp4")
    asset = Asset.objects.get(key=given["blob_name"])
    assert asset.owner == caller.user
    address = Address(asset, local(given["url"]))
    assert arrived(address) == ("0", str(len(VIDEO)))
    assert patch(address.url, VIDEO, 0).status_code == 204 and address.stored() == VIDEO


def test_creation_may_bring_the_first_part(caller: Any) -> None:
    name = base64.b64encode(b"a.zip").decode()
    headers = {"Upload-Length": str(len(VIDEO)), "Upload-Metadata": f"filename {name}"}
    answer = caller.client.post(f"{API}/uploads", VIDEO[:4000], content_type=PART_TYPE, headers=headers)
    assert answer.status_code == 201 and answer["Upload-Offset"] == "4000"
    address = Address(Asset.objects.get(key=answer.json()["blob_name"]), local(answer["Location"]))
    assert arrived(address) == ("4000", str(len(VIDEO)))


@pytest.mark.parametrize(
    ("headers", "status", "expected"),
    [
        ({"Upload-Metadata": ""}, 400, "unknown_extension"),
        ({"Upload-Metadata": "filename !!"}, 400, "bad_upload_header"),
        ({"Upload-Metadata": "filename /w=="}, 400, "bad_upload_header"),
        ({"Upload-Metadata": "filename eC5leGU="}, 400, "unknown_extension"),
        ({"Upload-Length": ""}, 411, "length_required"),
        ({"Upload-Length": "-5"}, 400, "bad_upload_header"),
        ({"Upload-Length": "0"}, 400, "empty_upload"),
        ({"Upload-Length": "99999999999"}, 413, "upload_too_large"),
        ({"Tus-Resumable": "2.0.0"}, 412, "unknown_tus_version"),
    ],
)
def test_creation_that_makes_no_sense(caller: Any, headers: dict[str, str], status: int, expected: str) -> None:
    assert code(create(caller.client, **headers)) == (status, expected)
    assert not Asset.objects.exists() and left_incoming() == []


def test_creation_needs_a_key() -> None:
    assert code(create(client)) == (401, "not_authenticated")


def test_the_newest_request_goes_on_and_the_stalled_one_ends(tmp_path: Any) -> None:
    parts = Partial(tmp_path, "upload")
    stalled, woken = threading.Event(), threading.Event()
    outcome: list[object] = []

    def slow(size: int) -> bytes:
        stalled.set()
        woken.wait(5)
        return b"late"

    def first() -> None:
        try:
            parts.append(slow, 0, 100)
        except UploadOffset as error:
            outcome.append(error)

    thread = threading.Thread(target=first)
    thread.start()
    stalled.wait(5)
    assert parts.append(io.BytesIO(b"fresh").read, 0, 5) == 5
    woken.set()
    thread.join()
    assert len(outcome) == 1 and parts.path.read_bytes() == b"fresh"


def test_nothing_is_appended_to_a_file_that_was_taken_away(tmp_path: Any) -> None:
    parts = Partial(tmp_path, "upload")
    parts.append(io.BytesIO(b"whole").read, 0, 5)
    with parts.path.open("ab") as late, parts.complete(5) as path:
        path.rename(tmp_path / "taken")
    assert late.closed and not parts.path.exists()
    with pytest.raises(UploadOffset):
        parts.append(io.BytesIO(b"x").read, 5, 1)
    assert (tmp_path / "taken").read_bytes() == b"whole"
    with pytest.raises(UploadOffset), Partial(tmp_path, "none").complete(5):
        pass


def test_a_server_killed_after_the_last_part_lost_nothing() -> None:
    address, swept = made_address(), made_address()
    for one in (address, swept):
        parts = uploads.partial_of(one.asset)
        parts.declare(Note(len(VIDEO), time.time() + 60))
        parts.append(io.BytesIO(VIDEO).read, 0, len(VIDEO))
    assert arrived(address) == (str(len(VIDEO)), str(len(VIDEO))) and address.stored() == VIDEO
    uploads.sweep_incoming()
    assert swept.stored() == VIDEO and left_incoming() == []
    assert verbs.submit(address.asset.owner, verbs.Submission(address.asset.key)).video == address.asset
    assert store().exists(swept.asset.key)

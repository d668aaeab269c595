"""The client against answers made here: what it sends, what it makes of answers, and where the key never goes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reelscape import errors
from reelscape.client import Client, Job, client, uploads

BASE = "http://scenes.example"
KEY = "prefix88.secret"
ID = "123e4567-e89b-12d3-a456-426614174000"
BLOB = f"videos/{ID}.mp4"
SIGNED = "https://blobs.example/videos/room.mp4?sig=abc"


class Server:
    """Answers by method and path, in turn when there are several, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answers: dict[str, list[httpx.Response | Exception]] = {}

    def on(self, method: str, path: str, *answers: httpx.Response | Exception) -> Server:
        self.answers[f"{method} {path}"] = list(answers)
        return self

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        left = self.answers[f"{request.method} {request.url.path}"]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self) -> Client:
        return Client(BASE, KEY, transport=httpx.MockTransport(self))


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """No waiting; the pauses that were asked for."""
    asked: list[float] = []
    monkeypatch.setattr(time, "sleep", asked.append)
    yield asked


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "Room.MP4"
    path.write_bytes(bytes(range(256)) * 1000)
    return path


def told(status: str, **more: Any) -> httpx.Response:
    return httpx.Response(200, json={"job_id": ID, "title": "Room", "status": status, "percent_complete": None} | more)


def detail(*answers: httpx.Response | Exception) -> Server:
    return Server().on("GET", f"/api/v1/jobs/{ID}/", *answers)


def slot(**more: Any) -> httpx.Response:
    return httpx.Response(200, json={"url": SIGNED, "blob_name": BLOB} | more)


class TestUpload:
    def test_the_file_goes_to_the_signed_address_without_the_key(self, video: Path) -> None:
        server = Server().on("POST", "/api/v1/generate-upload-url/", slot())
        server.on("PUT", "/videos/room.mp4", httpx.Response(201))
        seen: list[tuple[int, int]] = []
        with server.client() as our:
            assert our.upload(video, lambda done, total: seen.append((done, total))) == BLOB
        asked, put = server.asked
        assert asked.headers["Authorization"] == f"Api-Key {KEY}"
        assert json.loads(asked.content) == {"file_extension": "mp4"}
        assert "Authorization" not in put.headers and KEY not in str(put.headers)
        assert put.headers["x-ms-blob-type"] == "BlockBlob"
        assert put.headers["Content-Length"] == "256000" and "Transfer-Encoding" not in put.headers
        assert put.content == video.read_bytes() and put.url.query == b"sig=abc"
        assert seen[-1] == (256_000, 256_000) and [done for done, _ in seen] == sorted(done for done, _ in seen)

    def test_a_put_that_breaks_is_repeated_whole(self, video: Path, pauses: list[float]) -> None:
        server = Server().on("POST", "/api/v1/generate-upload-url/", slot())
        server.on("PUT", "/videos/room.mp4", httpx.WriteError("broken pipe"), httpx.Response(503), httpx.Response(201))
        with server.client() as our:
            our.upload(video)
        assert [len(request.content) for request in server.asked[1:]] == [256_000] * 3
        assert pauses == [1.0, 2.0]

    def test_a_put_whose_answer_was_lost_is_done(self, video: Path) -> None:
        spent = httpx.Response(409, json=errors.UploadSpent().as_dict())
        server = Server().on("POST", "/api/v1/generate-upload-url/", slot())
        server.on("PUT", "/videos/room.mp4", httpx.ReadError("reset"), spent)
        with server.client() as our:
            assert our.upload(video) == BLOB

    def test_an_address_that_is_spent_from_the_start_is_an_error(self, video: Path) -> None:
        server = Server().on("POST", "/api/v1/generate-upload-url/", slot())
        server.on("PUT", "/videos/room.mp4", httpx.Response(409, json=errors.UploadSpent().as_dict()))
        with server.client() as our, pytest.raises(errors.UploadSpent):
            our.upload(video)

    def test_tries_end(self, video: Path, pauses: list[float]) -> None:
        server = Server().on("POST", "/api/v1/generate-upload-url/", slot())
        server.on("PUT", "/videos/room.mp4", httpx.ConnectError("refused"))
        with server.client() as our, pytest.raises(errors.ServerUnreachable, match="refused"):
            our.upload(video)
        assert pauses == list(uploads.PAUSES_S)

    def test_an_upload_in_parts_goes_on_where_it_broke(self, video: Path, pauses: list[float]) -> None:
        server = Server().on("POST", "/api/v1/generate-upload-url/", slot(resumable=True))
        server.on("HEAD", "/videos/room.mp4", *(httpx.Response(200, headers={"Upload-Offset": n}) for n in "05"))
        server.on(
            "PATCH",
            "/videos/room.mp4",
            httpx.ReadError("reset"),
            httpx.Response(204, headers={"Upload-Offset": "256000"}),
        )
        with server.client() as our:
            our.upload(video)
        _, _, first, _, second = server.asked
        assert first.content == video.read_bytes() and second.content == video.read_bytes()[5:]
        assert (first.headers["Upload-Offset"], second.headers["Upload-Offset"]) == ("0", "5")
        assert second.headers["Upload-Length"] == "256000" and second.headers["Tus-Resumable"] == "1.0.0"
        assert second.headers["Content-Type"] == "application/offset+octet-stream"
        assert len(pauses) == 1

    def test_parts_that_get_further_do_not_use_up_the_tries(self, video: Path) -> None:
        offsets = [str(number) for number in range(0, 256_001, 12_800)]
        server = Server().on("POST", "/api/v1/generate-upload-url/", slot(resumable=True))
        server.on("HEAD", "/videos/room.mp4", *(httpx.Response(200, headers={"Upload-Offset": n}) for n in offsets))
        server.on("PATCH", "/videos/room.mp4", httpx.ReadError("reset"))
        with server.client() as our:
            assert our.upload(video) == BLOB
        assert len(server.asked) > 3 * len(uploads.PAUSES_S)

    def test_what_the_server_refuses_is_not_tried_again(self, video: Path) -> None:
        large = httpx.Response(413, json=errors.UploadTooLarge().as_dict())
        server = Server().on("POST", "/api/v1/generate-upload-url/", slot())
        server.on("PUT", "/videos/room.mp4", large)
        with server.client() as our, pytest.raises(errors.UploadTooLarge):
            our.upload(video)
        assert len(server.asked) == 2

    def test_a_missing_file_asks_nothing_of_the_server(self, tmp_path: Path) -> None:
        server = Server()
        with server.client() as our:
            with pytest.raises(errors.InputNotFound):
                our.upload(tmp_path / "none.mp4")
            with pytest.raises(errors.InputUnreadable):
                our.upload(tmp_path)
        assert server.asked == []


class TestJobs:
    def test_submit_sends_what_is_given_and_reads_what_is_told(self) -> None:
        answer = {
            "success": True,
            "job_id": ID,
            "title": "Room",
            "status": "Queued",
            "public": False,
            "camera_data": None,
        }
        server = Server().on("POST", "/api/v1/submit-job/", httpx.Response(201, json=answer | {"new_field": 1}))
        with server.client() as our:
            job = our.submit(BLOB, title="Room", training_num_steps=5000)
        assert json.loads(server.asked[0].content) == {"blob_name": BLOB, "title": "Room", "training_num_steps": 5000}
        assert job == Job(ID, "Room", "Queued")
        assert not job.is_over and not job.is_finished and job.error is None

    def test_a_list_of_ids_and_titles_is_enough(self) -> None:
        server = Server().on("GET", "/api/v1/jobs/", httpx.Response(200, json=[{"job_id": ID, "title": "Room"}]))
        with server.client() as our:
            assert our.jobs(public=True, limit=5) == [Job(ID, "Room")]
        assert dict(server.asked[0].url.params) == {"public": "true", "limit": "5"}

    def test_verbs_of_a_job(self) -> None:
        server = detail(told("Failed", error_code="cancelled"))
        server.on("POST", f"/api/v1/jobs/{ID}/cancel/", httpx.Response(200, json={}))
        server.on("POST", f"/api/v1/jobs/{ID}/retry/", httpx.Response(200, json={}))
        server.on("DELETE", f"/api/v1/jobs/{ID}/", httpx.Response(204))
        server.on("GET", f"/api/v1/jobs/{ID}/report/", httpx.Response(200, json={"status": "failed"}))
        with server.client() as our:
            assert our.cancel(ID).error_code == "cancelled"
            assert our.retry(Job(ID), training_num_steps=2000).job_id == ID
            our.delete(ID)
            assert our.report(ID) == {"status": "failed"}
        retried = next(request for request in server.asked if request.url.path.endswith("retry/"))
        assert json.loads(retried.content) == {"training_num_steps": 2000}

    @pytest.mark.parametrize("base", [BASE, f"{BASE}/", f"{BASE}/api/v1", f"{BASE}/api/v1/"])
    def test_the_address_with_and_without_the_path_of_the_api(self, base: str) -> None:
        server = detail(told("Queued"))
        with Client(base, KEY, transport=httpx.MockTransport(server)) as our:
            assert our.job(ID).status == "Queued"

    @pytest.mark.parametrize("base", ["scenes.example", "ftp://scenes.example", "", "http://", "http://[half"])
    def test_an_address_that_is_none(self, base: str) -> None:
        with pytest.raises(errors.ServerUnreachable, match="http"):
            Client(base, KEY)

    def test_an_id_cannot_lead_elsewhere(self) -> None:
        server = Server()
        server.answers = {"GET /api/v1/jobs/../../admin/": [httpx.Response(404)]}
        with server.client() as our, pytest.raises(errors.NotFound):
            our.job("../../admin")
        assert server.asked[0].url.raw_path == b"/api/v1/jobs/..%2F..%2Fadmin/"


class TestErrors:
    @pytest.mark.parametrize(
        ("answer", "kind", "text"),
        [
            (httpx.Response(404, json={"code": "not_available", "error": "Gone."}), errors.NotAvailable, "Gone."),
            (httpx.Response(400, json={"success": False, "error_message": "No."}), errors.BadRequest, "No."),
            (httpx.Response(403, json={"detail": "Invalid API key"}), errors.Forbidden, "Invalid API key"),
            (httpx.Response(400, json={"title": ["Too long."]}), errors.BadRequest, "title: Too long."),
            (httpx.Response(401, json={"error": "No."}), errors.BadApiKey, "No."),
            (httpx.Response(404, text="<html>"), errors.NotFound, "nothing at this address"),
            (httpx.Response(502, text="<html>"), errors.ServerUnreachable, "cannot be reached"),
            (httpx.Response(500, text="<html>"), errors.BadAnswer, "answered 500"),
            (httpx.Response(301, headers={"Location": "/x"}), errors.BadAnswer, "answered 301"),
            (httpx.Response(200, text="<html>"), errors.BadAnswer, "JSON"),
            (httpx.Response(200, json=["job"]), errors.BadAnswer, "no job"),
            (httpx.ConnectError("refused"), errors.ServerUnreachable, "refused"),
            (httpx.ReadTimeout("slow"), errors.ServerUnreachable, "in time"),
        ],
    )  # fmt: skip
    def test_what_goes_wrong_is_an_error_of_the_tree(
        self, answer: httpx.Response | Exception, kind: type[Exception], text: str
    ) -> None:
        with detail(answer).client() as our, pytest.raises(kind, match=text) as raised:
            our.job(ID)
        assert type(raised.value) is kind


class TestWait:
    def test_changes_are_told_until_the_end(self, pauses: list[float]) -> None:
        server = detail(
            told("Queued - position: 2"),
            told("Queued - position: 2"),
            told("Generating 3D scene", percent_complete=40.0),
            told("Finished", percent_complete=100.0, has_ply=True),
        )
        seen: list[str] = []
        with server.client() as our:
            job = our.wait(Job(ID), lambda job: seen.append(job.status), poll_s=7)
        assert seen == ["Queued - position: 2", "Generating 3D scene", "Finished"]
        assert job.is_finished and job.has_ply and pauses == [7, 7, 7]

    @pytest.mark.parametrize(
        ("fields", "kind"),
        [
            ({"error_code": "too_few_frames", "error_message": "Short."}, errors.TooFewFrames),
            ({"error_code": "cancelled"}, errors.Cancelled),
            ({"error_code": "of a later version", "error_message": "Oh."}, errors.JobFailed),
            ({}, errors.JobFailed),
        ],
    )
    def test_a_failure_is_the_error_of_the_job(self, fields: dict[str, str], kind: type[Exception]) -> None:
        with detail(told("Failed", **fields)).client() as our, pytest.raises(kind) as raised:
            our.wait(ID)
        assert str(raised.value) == fields.get("error_message", kind.sentence)  # type: ignore[attr-defined]

    def test_it_bears_with_outages_and_limits(self, pauses: list[float]) -> None:
        limited = httpx.Response(429, headers={"Retry-After": "17"}, json={"detail": "Slow down."})
        server = detail(httpx.ConnectError("refused"), httpx.Response(503), limited, told("Finished"))
        with server.client() as our:
            assert our.wait(ID).is_finished
        assert pauses == [2.0, 2.0, 17.0]

    def test_but_not_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(client, "OUTAGE_LIMIT_S", 0.0)
        with detail(httpx.ConnectError("refused")).client() as our, pytest.raises(errors.ServerUnreachable):
            our.wait(ID)

    def test_a_limit_of_time(self) -> None:
        with detail(told("Queued")).client() as our, pytest.raises(errors.JobNotOver):
            our.wait(ID, limit_s=0)

    def test_a_deleted_job_is_an_error(self) -> None:
        server = detail(told("Queued"), httpx.Response(404, json={"detail": "No."}))
        with server.client() as our, pytest.raises(errors.NotFound):
            our.wait(ID)


def busy(retry_after: str = "7") -> httpx.Response:
    return httpx.Response(429, headers={"Retry-After": retry_after}, json=errors.RateLimited().as_dict())


class TestLimits:
    """A server that is asked too often is asked again when it wants that."""

    @pytest.mark.parametrize("resumable", [False, True])
    def test_an_upload(self, video: Path, pauses: list[float], resumable: bool) -> None:
        server = Server().on("POST", "/api/v1/generate-upload-url/", busy("3"), slot(resumable=resumable))
        server.on("PUT", "/videos/room.mp4", busy(), busy(), httpx.Response(201))
        server.on("HEAD", "/videos/room.mp4", busy("2"), httpx.Response(200, headers={"Upload-Offset": "0"}))
        server.on("PATCH", "/videos/room.mp4", busy(), httpx.Response(204, headers={"Upload-Offset": "256000"}))
        with server.client() as our:
            assert our.upload(video) == BLOB
        assert pauses == ([3, 2, 7] if resumable else [3, 7, 7])
        assert server.asked[-1].content == video.read_bytes()

    def test_a_submit_that_was_refused_is_sent_again(self, pauses: list[float]) -> None:
        server = Server().on("POST", "/api/v1/submit-job/", busy(), httpx.Response(201, json={"job_id": ID}))
        with server.client() as our:
            assert our.submit(BLOB, title="Room").job_id == ID
        first, second = server.asked
        assert first.content == second.content and pauses == [7]

    def test_both_steps_of_a_download(self, tmp_path: Path, pauses: list[float]) -> None:
        there = httpx.Response(302, headers={"Location": "/blobs/scene.spz?sig=1"})
        server = Server().on("GET", f"/api/v1/jobs/{ID}/download/spz/", busy("1"), there)
        server.on("GET", "/blobs/scene.spz", busy("2"), httpx.Response(200, content=b"splats"))
        with server.client() as our:
            our.download(ID, "spz", tmp_path / "room.spz")
        assert (tmp_path / "room.spz").read_bytes() == b"splats" and pauses == [1, 2]
        assert "Authorization" in server.asked[1].headers and "Authorization" not in server.asked[3].headers

    @pytest.mark.parametrize(("retry_after", "num_asked"), [("100", 7), ("3600", 1), ("0", 601), ("soon", 61)])
    def test_but_not_for_ever(self, pauses: list[float], retry_after: str, num_asked: int) -> None:
        server = Server().on("POST", "/api/v1/submit-job/", busy(retry_after))
        with server.client() as our, pytest.raises(errors.RateLimited):
            our.submit(BLOB)
        assert len(server.asked) == num_asked and len(pauses) == num_asked - 1


class TestDownload:
    def where(self, location: str, *answers: httpx.Response | Exception) -> Server:
        server = Server()
        server.on("GET", f"/api/v1/jobs/{ID}/download/spz/", httpx.Response(302, headers={"Location": location}))
        return server.on("GET", "/blobs/scene.spz", *answers)

    @pytest.mark.parametrize("location", ["https://blobs.example/blobs/scene.spz?sig=1", "/blobs/scene.spz?sig=1"])
    def test_the_key_is_not_sent_along(self, location: str, tmp_path: Path) -> None:
        server = self.where(location, httpx.Response(200, content=b"splats"))
        with server.client() as our:
            assert our.download(ID, "spz", tmp_path / "room.spz") == tmp_path / "room.spz"
        assert (tmp_path / "room.spz").read_bytes() == b"splats"
        assert "Authorization" in server.asked[0].headers and "Authorization" not in server.asked[1].headers
        assert server.asked[1].url.query == b"sig=1"

    def test_what_breaks_off_leaves_nothing_and_overwrites_nothing(self, tmp_path: Path) -> None:
        class Breaking(httpx.SyncByteStream):
            def __iter__(self) -> Iterator[bytes]:
                yield b"half of"
                raise httpx.ReadError("reset")

        path = tmp_path / "room.spz"
        path.write_bytes(b"older")
        server = self.where("/blobs/scene.spz", httpx.Response(200, stream=Breaking()))
        with server.client() as our, pytest.raises(errors.ServerUnreachable):
            our.download(ID, "spz", path)
        assert [found.name for found in tmp_path.iterdir()] == ["room.spz"] and path.read_bytes() == b"older"

    def test_errors_of_both_steps(self, tmp_path: Path) -> None:
        expired = httpx.Response(403, json=errors.LinkExpired().as_dict())
        with self.where("/blobs/scene.spz", expired).client() as our, pytest.raises(errors.LinkExpired):
            our.download(ID, "spz", tmp_path / "room.spz")
        server = Server().on("GET", f"/api/v1/jobs/{ID}/preview/", httpx.Response(400, json={"error": "No preview"}))
        with server.client() as our, pytest.raises(errors.BadRequest, match="No preview"):
            our.preview(ID, tmp_path / "preview.jpg")
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        server = self.where("/blobs/scene.spz", httpx.Response(200, content=b"splats"))
        with server.client() as our, pytest.raises(errors.ReelscapeError):
            our.download(ID, "spz", tmp_path / "none" / "room.spz")

"""Videos that are fetched: whole or not at all, and never from where nobody outside may look."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from tests.service.made_addresses import left_incoming
from tests.service.made_jobs import made_job
from tests.service.made_work import configure, on_event, work_once, work_until_over
from tests.service.site import VIDEO, Bait, Site, baited, made_authority, serving

from reelscape.errors import (
    Cancelled,
    ReelscapeError,
    UrlForbidden,
    UrlNotVideo,
    UrlRefused,
    UrlTooLarge,
    WrongDeleteToken,
)
from reelscape.jobs import engine, fetch, fetch_child, open_files, runner, verbs
from reelscape.jobs.fetch_child import Order
from reelscape.jobs.files import store
from reelscape.jobs.models import Asset, Job

PUBLIC = "93.184.215.14"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def bait() -> Iterator[Bait]:
    with baited() as found:
        yield found
        assert found.is_untouched()


def fetched(path: Path, url: str, *hosts: str, limit_bytes: int = 1 << 20, ca_path: str = "") -> bytes:
    """Fetch in this process."""
    path.touch()
    fetch_child.fetch(Order(url, str(path), limit_bytes, hosts, ca_path), lambda _: None)
    return path.read_bytes()


def resolver(*answers: str) -> Any:
    """A resolver that says one thing after the other of any name, and then the last for ever; `asked` are the names."""
    real, left = socket.getaddrinfo, list(answers)

    def look_up(host: str, port: Any, *arguments: Any, **options: Any) -> Any:
        if host.replace(".", "").replace(":", "").isalnum() and not any(part.isalpha() for part in host):
            return real(host, port, *arguments, **options)
        look_up.asked.append(host)  # type: ignore[attr-defined]
        said = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (said, port))]

    look_up.asked = []  # type: ignore[attr-defined]
    return look_up


class TestTheClient:
    def test_a_file_comes_whole(self, tmp_path: Path, site: Site) -> None:
        assert fetched(tmp_path / "v", site.url("video.mp4?a=b"), site.host) == VIDEO
        assert site.asked == ["/video.mp4?a=b"]

    def test_redirects_are_followed_a_few_times(self, tmp_path: Path, site: Site) -> None:
        site.to = "/video.mp4"
        assert fetched(tmp_path / "v", site.url("away"), site.host) == VIDEO
        site.to = "/away"
        with pytest.raises(UrlRefused, match="redirects more than 5 times"):
            fetched(tmp_path / "v", site.url("away"), site.host)
        assert len(site.asked) == 2 + 6

    @pytest.mark.parametrize(
        "where",
        [
            "http://127.0.0.1:{}/", "https://127.0.0.1:{}/", "https://localhost:{}/", "//0.0.0.0:{}/", "https://[::1]:{}/",
            "https://[::ffff:127.0.0.1]:{}/", "https://2130706433:{}/", "https://0x7f.1:{}/", "ftp://127.0.0.1:{}/",
            "file:///etc/passwd#{}", "https://user@127.0.0.1:{}/", "gopher://127.0.0.1:{}/",
        ],
    )  # fmt: skip
    def test_a_redirect_to_a_private_address_is_not_followed(
        self, tmp_path: Path, site: Site, bait: Bait, where: str
    ) -> None:
        site.to = where.format(bait.port)
        with pytest.raises(UrlForbidden):
            fetched(tmp_path / "v", site.url("away"), site.host)

    def test_a_name_that_turned_private_is_not_called(
        self, tmp_path: Path, bait: Bait, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for address in ("127.0.0.1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "::7f00:1", "fec0::1"):
            monkeypatch.setattr(socket, "getaddrinfo", resolver(address))
            with pytest.raises(UrlForbidden):
                fetched(tmp_path / "v", f"https://rebound.example:{bait.port}/")
            monkeypatch.undo()

    def test_the_address_that_was_checked_is_the_one_connected_to(
        self, tmp_path: Path, bait: Bait, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        look_up, connected = resolver(PUBLIC, "127.0.0.1"), []

        def connect(address: tuple[str, int], *_: Any, **__: Any) -> Any:
            connected.append(address)
            raise OSError("far away")

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(urllib3.util.connection, "create_connection", connect)
        with pytest.raises(ReelscapeError) as raised:
            fetched(tmp_path / "v", f"https://rebound.example:{bait.port}/")
        assert raised.value.code == "url_unreachable"
        assert connected == [(PUBLIC, bait.port)] and look_up.asked == ["rebound.example"]

    def test_the_name_is_what_the_certificate_must_hold(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[Any] = []

        def send(self: Any, request: Any, **_: Any) -> Any:
            seen.append(self.build_connection_pool_key_attributes(request, True))
            raise requests.ConnectionError("far away")

        monkeypatch.setattr(socket, "getaddrinfo", resolver(PUBLIC))
        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
        with pytest.raises(ReelscapeError):
            fetched(tmp_path / "v", "https://videos.example/")
        ((host, pool),) = seen
        assert host["host"] == PUBLIC
        assert (pool["assert_hostname"], pool["server_hostname"]) == ("videos.example", "videos.example")

    def test_the_environment_sets_no_proxy(
        self, tmp_path: Path, site: Site, bait: Bait, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{bait.port}")
        assert fetched(tmp_path / "v", site.url("video.mp4"), site.host) == VIDEO

    @pytest.mark.parametrize("path", ["video.mp4", "endless"])
    def test_a_file_that_is_too_large_is_left(self, tmp_path: Path, site: Site, path: str) -> None:
        with pytest.raises(UrlTooLarge):
            fetched(tmp_path / "v", site.url(path), site.host, limit_bytes=len(VIDEO) - 1)
        assert (tmp_path / "v").stat().st_size < len(VIDEO)

    @pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 404, 410, 500, 503])
    def test_what_the_host_does_not_give(self, tmp_path: Path, site: Site, status: int) -> None:
        site.status, site.video = status, b""
        with pytest.raises(UrlRefused, match=str(status)):
            fetched(tmp_path / "v", site.url("video.mp4"), site.host)

    @pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "TEXT/HTML", "application/json", "image/svg+xml"])
    def test_a_page_is_no_video(self, tmp_path: Path, site: Site, kind: str) -> None:
        site.kind = kind
        with pytest.raises(UrlNotVideo):
            fetched(tmp_path / "v", site.url("video.mp4"), site.host)

    def test_an_empty_file_is_no_video(self, tmp_path: Path, site: Site) -> None:
        site.video = b""
        with pytest.raises(UrlNotVideo, match="empty"):
            fetched(tmp_path / "v", site.url("video.mp4"), site.host)

    def test_a_file_that_breaks_off_is_none(self, tmp_path: Path, site: Site) -> None:
        with pytest.raises(ReelscapeError) as raised:
            fetched(tmp_path / "v", site.url("cut"), site.host)
        assert raised.value.code == "url_unreachable"

    def test_a_host_that_never_answers(self, tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fetch_child.public_addresses, "TIMEOUT_S", 0.2)
        with pytest.raises(ReelscapeError) as raised:
            fetched(tmp_path / "v", site.url("hang"), site.host)
        assert raised.value.code == "url_too_slow"

    def test_tls_is_verified_by_the_authority_of_the_setting(self, tmp_path: Path, bait: Bait) -> None:
        authority = made_authority(tmp_path)
        with serving(authority.certificate_path) as site:
            ours = str(authority.ca_path)
            assert fetched(tmp_path / "v", site.url("video.mp4"), site.host, ca_path=ours) == VIDEO
            with pytest.raises(ReelscapeError, match="certificate"):
                fetched(tmp_path / "v", site.url("video.mp4"), site.host)
            with pytest.raises(ReelscapeError, match="certificate"):  # the name in it is the address
                fetched(
                    tmp_path / "v", site.url("video.mp4").replace("127.0.0.1", "localhost"), "localhost", ca_path=ours
                )
            with pytest.raises(UrlForbidden):
                fetched(tmp_path / "v", site.url("video.mp4"), ca_path=ours)


@pytest.mark.django_db
class TestTheJob:
    @pytest.fixture(autouse=True)
    def allowed(self, site: Site, settings: Any) -> None:
        configure(settings, fetch_hosts=(site.host,))

    def job(self, url: str) -> Job:
        return made_job(open_files.guest(), is_open=True, video_url=url)

    def test_the_video_is_stored_and_the_scene_made(self, tmp_path: Path, settings: Any) -> None:
        authority = made_authority(tmp_path)
        with serving(authority.certificate_path) as site:
            configure(settings, fetch_hosts=(site.host,), fetch_ca_path=str(authority.ca_path))
            job = work_until_over(self.job(site.url("My%20walk.MOV?key=1")))
        assert (job.status, job.error_message) == ("finished", "")
        video = job.video
        assert video is not None and video.is_open and video.kind == Asset.Kind.UPLOAD
        assert (video.extension, video.file_name, video.owner) == ("mov", "My walk.MOV", open_files.guest())
        assert store().path(video.key).read_bytes() == VIDEO
        assert open_files.find(video.id, "mov") == video and left_incoming() == []
        with pytest.raises(WrongDeleteToken):
            open_files.delete(video, open_files.fetched_token(Job()))
        open_files.delete(video, open_files.fetched_token(job))
        assert not Asset.objects.exists() and not store().exists(video.key)

    @pytest.mark.parametrize(
        ("head", "extension"),
        [(b"    ftypqt  ", "mov"), (b"    ftypisom", "mp4"), (b"\x1a\x45\xdf\xa3 webm", "webm"),
         (b"\x1a\x45\xdf\xa3 matroska", "mkv"), (b"RIFF    AVI ", "avi")],
    )  # fmt: skip
    def test_a_name_that_says_nothing(self, tmp_path: Path, head: bytes, extension: str) -> None:
        (tmp_path / "v").write_bytes(head)
        assert fetch._extension("watch", tmp_path / "v") == extension
        assert fetch._extension("watch.php", tmp_path / "v") == extension

    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_a_redirect_to_a_private_address_fails_it(self, site: Site, bait: Bait, scheme: str) -> None:
        site.to = f"{scheme}://127.0.0.1:{bait.port}/"
        job = work_until_over(self.job(site.url("away")))
        assert (job.status, job.error_code, job.attempt) == ("failed", "url_forbidden", 1)
        assert job.error_message and job.advice and job.video is None and left_incoming() == []

    def test_a_name_that_is_private_by_now_fails_it(self, bait: Bait, monkeypatch: pytest.MonkeyPatch) -> None:
        injected = (
            "import socket; from reelscape.jobs import fetch_child;"
            "socket.getaddrinfo = lambda host, port, *_, **__: [(2, 1, 6, '', ('127.0.0.1', port))];"
            "fetch_child.main()"
        )
        monkeypatch.setattr(fetch, "PROGRAM", (sys.executable, "-P", "-c", injected))
        job = work_until_over(self.job(f"https://rebound.example:{bait.port}/x.mp4"))
        assert (job.status, job.error_code, job.attempt) == ("failed", "url_forbidden", 1)

    def test_each_failure_has_its_code(self, site: Site, settings: Any) -> None:
        def code_of(path: str) -> str:
            job = work_until_over(self.job(site.url(path)))
            assert job.status == "failed" and job.attempt == 1 and left_incoming() == []
            return job.error_code

        assert code_of("cut") == "url_unreachable"
        site.status = 404
        assert code_of("video.mp4") == "url_refused"
        site.status, site.video = 200, b"<html>not what the head says</html>"
        assert code_of("video.mp4") == "url_not_video"
        configure(settings, fetch_hosts=(site.host,), open_upload_limit_bytes=20)
        assert code_of("video.mp4") == "url_too_large"
        configure(settings, fetch_hosts=(site.host,), fetch_time_limit_s=1, open_upload_limit_bytes=1 << 30)
        assert code_of("drip") == "url_too_slow"
        assert not Asset.objects.exists()

    @pytest.mark.parametrize("path", ["drip", "hang"])
    def test_a_cancel_ends_it_at_once(self, site: Site, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
        job = self.job(site.url(path))
        begun: list[float] = []

        def cancel() -> None:
            while not site.asked:
                time.sleep(0.01)
            engine.cancel(job, Cancelled())
            begun.append(time.monotonic())

        check = runner._Attempt._check_claim_holds

        def watched(self: Any) -> None:
            if site.asked and not begun:
                cancel()
            check(self)

        monkeypatch.setattr(runner._Attempt, "_check_claim_holds", watched)
        work_once()
        assert time.monotonic() - begun[0] < 2.0
        job.refresh_from_db()
        assert (job.status, job.stage, job.video) == ("cancelled", "fetch", None)
        assert left_incoming() == []

    def test_it_starts_again_when_its_process_is_killed(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        job = self.job(site.url("drip"))
        started: list[int] = []

        class Watched(runner.RunProcess):
            def __init__(self, *arguments: Any) -> None:
                super().__init__(*arguments)
                started.append(self.pid)

        monkeypatch.setattr(runner, "RunProcess", Watched)
        on_event(
            monkeypatch, lambda event: os.kill(started[0], signal.SIGKILL) if event["event"] == "progress" else None
        )
        work_once()
        job.refresh_from_db()
        assert (job.status, job.crashes, job.crash_stage, job.video) == ("queued", 1, "fetch", None)
        monkeypatch.undo()
        Job.objects.update(video_url=site.url("video.mp4"))
        work_until_over(job)
        assert (job.status, job.attempt) == ("finished", 2) and left_incoming() == []

    def test_it_starts_again_when_its_worker_was_killed(self, site: Site) -> None:
        job = self.job(site.url("video.mp4"))
        claim = engine.claim("killed")
        assert claim is not None and claim.update(stage="fetch")
        assert engine.recover_own("killed") == [job.id]
        assert work_until_over(job).status == "finished"

    def test_a_stop_of_the_worker_gives_the_job_back(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        job, stopping = self.job(site.url("drip")), threading.Event()
        on_event(monkeypatch, lambda event: stopping.set())
        work_once(stopping)
        job.refresh_from_db()
        assert (job.status, job.crashes, job.video) == ("queued", 0, None)

    def test_a_claim_that_is_lost_at_the_end_leaves_no_video(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        job, keep = self.job(site.url("video.mp4")), fetch.keep

        def late(*arguments: Any) -> Any:
            Job.objects.update(attempt=9)
            return keep(*arguments)

        monkeypatch.setattr(fetch, "keep", late)
        work_once()
        job.refresh_from_db()
        assert job.video is None and not Asset.objects.exists() and left_incoming() == []

    def test_it_is_said_while_it_goes_on(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        job = self.job(site.url("drip"))
        site.drip_s = 0.8
        seen: list[tuple[str, str, float | None]] = []

        def look(_: Any) -> None:
            row = Job.objects.get(id=job.id)
            seen.append((row.stage, row.message, row.percent_complete))

        on_event(monkeypatch, look)
        work_once()
        seen = seen[1:]  # before it began
        assert {stage for stage, *_ in seen} == {"fetch"}
        assert seen[0][1] == "fetching the video" and seen[-1][1].startswith("fetching the video, ")
        assert {percent for *_, percent in seen} == {None}

    def test_a_retry_fetches_again(self, site: Site) -> None:
        site.status = 503
        job = work_until_over(self.job(site.url("video.mp4")))
        site.status = 200
        verbs.retry(job)
        assert work_until_over(job).status == "finished"

    def test_a_full_quota_ends_it(self, site: Site, settings: Any) -> None:
        from reelscape.jobs import quota

        configure(settings, fetch_hosts=(site.host,), disk_quota_bytes=quota.used_bytes() + 10_000)
        site.video = VIDEO * 2000
        job = work_until_over(self.job(site.url("endless")))
        assert (job.status, job.error_code) == ("failed", "storage_full") and left_incoming() == []

"""Jobs by an address: what is asked, what is answered, and which addresses are refused at once."""

from __future__ import annotations

import socket
import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from tests.service.made_jobs import made_caller, made_job, made_product, made_upload
from tests.service.made_open import local_client, upload
from tests.service.made_work import configure, on_event, work_until_over

from reelscape import pipeline
from reelscape.jobs import engine, open_files, open_jobs, progress, workers
from reelscape.jobs.models import Asset, Job, Worker

pytestmark = pytest.mark.django_db
URL = "https://videos.example.org/garden%20walk.mp4"
PUBLIC = "93.184.215.14"
LOCAL = Client(raise_request_exception=False, headers={"Host": "127.0.0.1:8000"})


@pytest.fixture(autouse=True)
def names_are_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name stands for a public address; addresses stand for themselves."""
    real = socket.getaddrinfo

    def look_up(host: str, *arguments: Any, **options: Any) -> Any:
        return real(PUBLIC if host == "videos.example.org" else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def ask(body: Any, client: Client | None = None) -> Any:
    return (client or LOCAL).post("/api/reconstruct", body, content_type="application/json")


def told_by(body: Any) -> tuple[str | None, dict[str, Any]]:
    """The token of the answer, and the rest of it."""
    told: dict[str, Any] = ask(body).json()
    return told.pop("delete_token", None), told


def status(job_id: object) -> Any:
    return LOCAL.get(f"/api/reconstruct/status/{job_id}")


def open_video(owner: User | None = None, **fields: Any) -> Asset:
    asset = made_upload(owner or open_files.guest(), b"{}")
    Asset.objects.filter(id=asset.id).update(is_open=True, file_name="walk.mp4", **fields)
    asset.refresh_from_db()
    return asset


def test_an_address_becomes_a_job() -> None:
    answer = ask({"video_url": URL, "filename": "My walk.mp4"})
    job = Job.objects.get()
    told = {"job_id": str(job.id), "status": "processing", "delete_token": open_files.fetched_token(job)}
    assert (answer.status_code, answer.json()) == (200, told)
    assert (job.video, job.video_url, job.title, job.is_open) == (None, URL, "My walk.mp4", True)
    assert job.owner == open_files.guest()
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_a_job_without_a_file_name_has_that_of_the_address() -> None:
    ask({"video_url": f"{URL}?token=1", "filename": None})
    assert Job.objects.get().title == "garden walk.mp4"


def test_a_job_belongs_to_whoever_has_a_key() -> None:
    ann = made_caller("ann")
    ask({"video_url": URL}, ann.client)
    assert Job.objects.get().owner == ann.user


def test_the_same_address_while_it_waits_or_runs_is_the_same_job() -> None:
    token, first = told_by({"video_url": URL})
    assert token
    assert told_by({"video_url": URL, "filename": "other.mp4"}) == (None, first)  # it may be somebody else who asks
    Job.objects.update(status="running")
    assert told_by({"video_url": URL}) == (None, first)
    assert ask({"video_url": URL}, made_caller("ann").client).json() != first  # nobody is given another's job
    Job.objects.update(status="failed")
    assert ask({"video_url": URL}).json() != first


@pytest.mark.parametrize(
    "body",
    [
        {}, {"filename": "x.mp4"}, {"video_url": ""}, {"video_url": None}, {"video_url": 5}, {"video_url": [URL]},
        {"video_url": {"url": URL}}, {"video_url": True}, {"video_url": URL, "filename": 5},
        {"video_url": URL, "filename": ["x"]}, {"video_url": URL + "x" * 2000}, {"video_url": URL + "\0"},
        [], [URL], "text", 5, None, "nonsense", b"\xff\xfe", '{"video_url":', "[" * 9000, f'"{URL}"',
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(body: Any) -> None:
    answer = LOCAL.post("/api/reconstruct", body, content_type="application/json")
    assert answer.status_code == 400
    told = answer.json()
    assert told["error"] and told["code"] == "bad_request" and told["advice"]
    assert not Job.objects.exists()


PRIVATE = [
    "127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "017700000001", "0177.0.0.1", "0x7f000001", "0x7f.1",
    "127.0.0.1.", "10.0.0.1", "172.16.5.4", "192.168.0.1", "169.254.169.254", "2852039166", "0xa9fea9fe", "100.64.0.1",
    "192.0.0.8", "198.18.0.1", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:192.168.0.1]",
    "[::127.0.0.1]", "[::7f00:1]", "[fe80::1]", "[fe80::1%25lo]", "[fe80::1%lo]", "[fd00::1]", "[fec0::1]", "[ff02::1]",
    "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[100::1]", "[5f00::1]",
    "localhost", "LOCALHOST", "localhost.", "a.localhost", "localhost.localdomain",
    "127。0。0。1", "①②⑦.0.0.1", "[::1]:8443", "127.0.0.1:8443", "127.0.0.1\\@93.184.215.14",
    "a" * 300 + ".org", "a..org",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_addresses_that_are_not_public_are_refused_at_once(host: str) -> None:
    answer = ask({"video_url": f"https://{host}/x.mp4"})
    assert answer.status_code == 400
    assert answer.json()["code"] in ("url_forbidden", "url_unreachable")
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://videos.example.org/x.mp4", f"http://{PUBLIC}/x.mp4", "http://videos.example.org/x",
        "data:video/mp4;base64,AAAA", "javascript:alert(1)", "gopher://videos.example.org/", "https://", "https:///x.mp4",
        "//videos.example.org/x.mp4", "videos.example.org/x.mp4", "x", f"https://user:word@{PUBLIC}/x.mp4",
        "https://videos.example.org@127.0.0.1/", "https://user@127.0.0.1/", f"https://{PUBLIC}:99999/", "https://[half/",
        "https://no such host/", "jar:https://videos.example.org/!",
    ],
)  # fmt: skip
def test_addresses_of_another_form_are_refused_at_once(url: str) -> None:
    answer = ask({"video_url": url})
    assert (answer.status_code, answer.json()["code"]) == (400, "url_forbidden"), answer.json()
    assert not Job.objects.exists()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "data:video/mp4;base64,AAAA", "videos.example.org/x.mp4", "x"])
def test_an_address_without_tls_is_told_so(url: str) -> None:
    assert ask({"video_url": url}).json()["error"] == "The video_url must start with https://."


def test_a_name_that_stands_for_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("10.1.2.3", "::1", "169.254.169.254"):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, said=address, **__: [(0, 0, 0, "", (said, 443))])
        assert ask({"video_url": URL}).json()["code"] == "url_forbidden"


def test_a_name_that_nobody_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: Any, **__: Any) -> Any:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    answer = ask({"video_url": URL})
    assert (answer.status_code, answer.json()["code"]) == (400, "url_unreachable")


def test_a_job_that_waits_is_given_again_without_a_look_at_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    _, first = told_by({"video_url": URL})
    monkeypatch.setattr(socket, "getaddrinfo", None)
    assert told_by({"video_url": URL}) == (None, first)


def test_a_full_server_says_so(settings: Any) -> None:
    _, first = told_by({"video_url": URL})
    configure(settings, disk_quota_bytes=1)
    made_upload(open_files.guest(), b"some bytes")
    answer = ask({"video_url": f"{URL}?other"})
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert told_by({"video_url": URL}) == (None, first)


def test_an_account_may_have_so_many_jobs_waiting(settings: Any) -> None:
    configure(settings, max_waiting_jobs=1)
    _, first = told_by({"video_url": URL})
    answer = ask({"video_url": f"{URL}?other"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_jobs")
    assert told_by({"video_url": URL}) == (None, first) and Job.objects.count() == 1


def test_an_account_whose_share_is_used_up_sends_no_more(settings: Any) -> None:
    configure(settings, user_quota_bytes=1)
    made_upload(open_files.guest(), b"some bytes")
    assert ask({"video_url": URL}).json()["code"] == "storage_full" and not Job.objects.exists()
    answer = upload(local_client())
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")


def test_a_resolver_that_hangs_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(10) and [])
    monkeypatch.setattr(open_jobs, "_LOOK_UP_S", 0.05)
    try:
        assert ask({"video_url": URL}).status_code == 200
    finally:
        release.set()


def test_hosts_that_the_operator_allows_are_taken(settings: Any) -> None:
    configure(settings, fetch_hosts=("10.0.0.5:8080", "nas.local"))
    assert ask({"video_url": "http://10.0.0.5:8080/x.mp4"}).status_code == 200
    assert ask({"video_url": "http://nas.local/x.mp4"}).status_code == 200
    assert ask({"video_url": "https://10.0.0.5/x.mp4"}).json()["code"] == "url_forbidden"
    assert ask({"video_url": "http://10.0.0.6:8080/x.mp4"}).json()["code"] == "url_forbidden"


def test_a_form_does_as_well_and_a_large_body_does_not() -> None:
    assert LOCAL.post("/api/reconstruct/", {"video_url": URL}).status_code == 200
    answer = ask({"video_url": URL, "filename": "x" * (2 << 20)})
    assert answer.status_code == 413 and "generate-upload-url" not in answer.json()["error"]
    assert LOCAL.get("/api/reconstruct").status_code == 405


class TestOurOwnFiles:
    def test_they_need_no_network(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", None)
        video = open_video()
        answer = ask({"video_url": open_files.file_url(video), "filename": "again.mp4"})
        job = Job.objects.get()
        assert answer.json() == {"job_id": str(job.id), "status": "processing"}
        assert (job.video, job.video_url) == (video, "")

    def test_the_job_that_an_upload_started_is_given_again(self) -> None:
        video = open_video()
        job = open_jobs.start_for(video)
        assert ask({"video_url": open_files.file_url(video)}).json()["job_id"] == str(job.id)
        assert open_jobs.start_for(video) == job

    def test_one_that_is_deleted_meanwhile_is_not_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        video = open_video()
        monkeypatch.setattr(open_jobs.quota, "check_room", lambda _: Asset.objects.all().delete())
        answer = ask({"video_url": open_files.file_url(video)})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found") and not Job.objects.exists()

    @pytest.mark.parametrize("tail", [f"{uuid.uuid4()}.mp4", "x.mp4", "", "../../readyz", f"{uuid.uuid4()}"])
    def test_those_that_are_not_there_are_not_looked_for_elsewhere(self, settings: Any, tail: str) -> None:
        answer = ask({"video_url": f"{settings.REELSCAPE.public_url}/api/files/{tail}"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    def test_a_closed_upload_is_not_found_by_its_id(self) -> None:
        closed = made_upload(User.objects.create_user("ann"))
        assert ask({"video_url": open_files.file_url(closed)}).status_code == 404

    def test_a_mesh_is_no_video(self) -> None:
        mesh = open_video(extension="glb")
        answer = ask({"video_url": open_files.file_url(mesh)})
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_file_type")

    def test_a_film_that_a_job_made_is_not_taken_from_it(self) -> None:
        job = made_job(open_files.guest(), is_open=True, status="finished")
        film = made_product(job, "turntable", "mp4")
        assert ask({"video_url": open_files.file_url(film)}).status_code == 400

    def test_the_file_goes_when_its_last_job_goes(self, settings: Any) -> None:
        configure(settings)
        video = open_video()
        first = open_jobs.start_for(video)
        engine.cancel(first, engine.WorkerLost())
        second = open_jobs.start_for(video)
        assert first != second
        from reelscape.jobs import verbs

        verbs.delete(first)
        assert Asset.objects.filter(id=video.id).exists()
        verbs.delete(second)
        assert not Asset.objects.filter(id=video.id).exists()


class TestWorkers:
    @pytest.fixture(autouse=True)
    def long_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workers, "_begun", workers._begun - 1e6)

    def test_without_any_the_job_waits_and_the_answer_says_so(self) -> None:
        answer = ask({"video_url": URL})
        job = Job.objects.get()
        assert answer.status_code == 503 and int(answer["Retry-After"]) > 0
        told = answer.json()
        assert (told["job_id"], told["code"]) == (str(job.id), "no_worker") and told["error"] and told["advice"]
        assert ask({"video_url": URL}).json()["job_id"] == str(job.id)
        assert status(job.id).json()["status"] == "pending"
        workers.sign_in("one")
        assert ask({"video_url": URL}).json() == {"job_id": str(job.id), "status": "processing"}

    def test_a_short_silence_is_none(self, settings: Any) -> None:
        workers.sign_in("one")
        silence = timedelta(seconds=settings.REELSCAPE.worker_silence_s)
        Worker.objects.update(last_seen=timezone.now() - silence / 2)
        assert open_jobs.workers_alive()
        Worker.objects.update(last_seen=timezone.now() - silence * 1.1)
        assert not open_jobs.workers_alive()

    def test_a_process_that_was_just_started_gives_workers_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workers, "_begun", workers.time.monotonic())
        assert open_jobs.workers_alive()

    def test_those_of_long_ago_are_forgotten(self) -> None:
        workers.sign_in("old")
        Worker.objects.update(last_seen=timezone.now() - timedelta(days=8))
        workers.sign_in("new")
        workers.sign_in("new")
        assert list(Worker.objects.values_list("name", flat=True)) == ["new"]

    def test_the_errands_of_a_worker_sign_it_in(self) -> None:
        from reelscape.jobs.worker import errands_of

        next(errand for errand in errands_of("w") if errand.name == "sign-in").run()
        assert open_jobs.workers_alive()


class TestStatus:
    @pytest.mark.parametrize("job_id", ["no-such-job", str(uuid.uuid4()), "0", "../x", uuid.uuid4().hex])
    def test_an_id_of_nothing(self, job_id: str) -> None:
        answer = status(job_id)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer.json()["error"]

    def test_a_job_that_is_not_open_is_not_there(self) -> None:
        job = made_job(User.objects.create_user("ann"))
        assert status(job.id).status_code == 404
        assert LOCAL.get(f"/api/reconstruct/report/{job.id}").status_code == 404

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [("queued", "pending"), ("running", "processing"), ("finished", "complete"), ("failed", "failed"),
         ("cancelled", "failed")],
    )  # fmt: skip
    def test_its_words(self, ours: str, theirs: str) -> None:
        job = made_job(open_files.guest(), is_open=True, status=ours, title="walk.mp4")
        told = status(job.id).json()
        assert (told["status"], told["title"], told["job_id"]) == (theirs, "walk.mp4", str(job.id))
        assert told["created_at"].endswith("Z") and told["percent"] == 0.0
        assert not told.keys() & {"mission_id", "relay_base", "error", "view_url", "glb_asset_url", "video_url"}

    def test_warnings_say_why_there_is_no_mesh(self) -> None:
        warning = {"code": "no_surface", "message": "The views agree on too little of a surface."}
        report = {"warnings": [{**warning, "more": 1}, "odd"]}
        job = made_job(open_files.guest(), is_open=True, status="finished", report=report)
        assert status(job.id).json()["warnings"] == [warning]
        Job.objects.update(report={"warnings": 5})
        assert "warnings" not in status(job.id).json()

    def test_what_happens_now_is_told_while_something_happens(self) -> None:
        job = made_job(open_files.guest(), is_open=True, status="running", message="picture 3 of 9")
        assert status(job.id).json()["message"] == "picture 3 of 9"
        Job.objects.update(status="failed")
        assert "message" not in status(job.id).json()

    def test_a_failure_is_told_with_code_and_advice(self) -> None:
        error = {"error_code": "camera_still", "error_message": "The camera hardly moved.", "advice": "Walk."}
        told = status(made_job(open_files.guest(), is_open=True, status="failed", **error).id).json()
        assert (told["error"], told["error_code"], told["advice"]) == tuple(error[k] for k in (
            "error_message", "error_code", "advice"))  # fmt: skip

    def test_links_of_a_finished_job_lead_to_its_files(self, settings: Any) -> None:
        configure(settings)
        job = work_until_over(open_jobs.start_for(open_video()))
        told = status(job.id).json()
        assert told["status"] == "complete" and told["percent"] == 100.0
        names = ("glb_asset_url", "ply_asset_url", "spz_asset_url", "preview_url", "turntable_url", "report_url")
        for name in names:
            assert LOCAL.head(told[name].removeprefix(settings.REELSCAPE.public_url)).status_code == 200, name
        assert told["glb_asset_url"].endswith(".glb") and told["mesh_viewer_url"].endswith(".glb")
        assert job.video is not None and told["view_url"] == f"{open_files.view_url(job.video)}?job={job.id}"

    def test_a_run_without_a_mesh_finishes_without_its_links(self, settings: Any) -> None:
        configure(settings)
        video = open_video()
        from tests.service.made_jobs import write_blob

        write_blob(video.key, b'{"flat": true}')
        told = status(work_until_over(open_jobs.start_for(video)).id).json()
        assert told["status"] == "complete" and told["spz_asset_url"] and told["view_url"]
        assert not told.keys() & {"glb_asset_url", "mesh_viewer_url", "obj_asset_url"}

    def test_a_scene_whose_video_is_gone_is_still_seen(self, settings: Any) -> None:
        job = made_job(open_files.guest(), is_open=True, status="finished")
        spz = made_product(job, "spz")
        assert status(job.id).json()["view_url"] == open_files.view_url(spz)
        glb = made_product(job, "glb")
        assert status(job.id).json()["view_url"] == open_files.view_url(glb)


class TestFrames:
    def test_they_never_fall_over_a_crash_and_end_at_their_total(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        configure(settings)
        video = open_video()
        from tests.service.made_jobs import write_blob

        write_blob(video.key, b'{"frames": 31, "die": {"train": 1, "preview": 1}}')
        job = open_jobs.start_for(video)
        seen: list[dict[str, Any]] = []
        on_event(monkeypatch, lambda _: seen.append(status(job.id).json()))
        work_until_over(job)
        seen.append(status(job.id).json())
        assert "current_frame" not in seen[0] and "total_frames" not in seen[0]
        counted = [(told["current_frame"], told["total_frames"]) for told in seen if "current_frame" in told]
        assert counted == sorted(counted) and {total for _, total in counted} == {93}
        assert counted[0][0] > 0 and counted[-1] == (93, 93) and len(set(counted)) > 3

    def test_each_frame_counts_three_times(self) -> None:
        def counted(overall: float) -> tuple[int | None, int | None]:
            return progress.counted_frames(Job(num_frames=100, overall=overall))

        assert progress.counted_frames(Job(overall=0.5)) == (None, None)
        first, then = progress.POSES_START, progress.TRAINING_STARTS
        points = (0.0, first / 2, first, (first + then) / 2, then, (then + 1) / 2, 1.0)
        assert [counted(point)[0] for point in points] == [0, 50, 100, 150, 200, 250, 300]
        assert counted(0.5)[1] == 300

    def test_the_shares_are_those_of_the_pipeline(self) -> None:
        shares = {stage.name: stage.share for stage in pipeline.STAGES}
        total = sum(shares.values())
        assert pytest.approx(shares["frames"] / total, abs=0.005) == progress.POSES_START
        before_training = (shares["frames"] + shares["poses"]) / total
        assert pytest.approx(before_training, abs=0.005) == progress.TRAINING_STARTS

    def test_a_retry_counts_anew(self) -> None:
        job = made_job(open_files.guest(), status="failed", num_frames=30)
        engine.requeue(job)
        job.refresh_from_db()
        assert job.num_frames is None

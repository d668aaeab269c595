"""mission_id and relay_base of the open surface: the live view of a job, for whoever knows its id."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from tests.service.made_jobs import made_caller, made_job, made_product, write_blob
from tests.service.made_open import MP4, local_client, path_of, uploaded
from tests.service.test_open_files_pages import config_of

from reelscape.jobs.models import Job
from reelscape.web.api_open import view

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> Job:
    uploaded("walk.mp4", MP4)
    Job.objects.update(status="running", stage="train", overall=0.5, attempt=2)
    return Job.objects.get()


def status(job: Job) -> dict[str, Any]:
    return dict(local_client().get(f"/api/reconstruct/status/{job.id}").json())


def test_a_client_of_the_status_finds_the_live_view(job: Job) -> None:
    assert not status(job).keys() & {"mission_id", "relay_base"}
    write_blob(f"jobs/{job.id}/live/2-300.spz", b"early")
    told = status(job)
    assert told["mission_id"] == str(job.id) and told["relay_base"] == f"{settings.REELSCAPE.public_url}/api/live"
    answer = local_client().get(path_of(f"{told['relay_base']}/{told['mission_id']}"))
    state = answer.json()
    assert (state["status"], state["stage"], state["percent"]) == ("running", "training", 50)
    assert answer["Access-Control-Allow-Origin"] == "*" and "log" not in state
    assert state["snapshot"] == {"step": 300, "url": f"/api/live/{job.id}/2-300.spz"}
    early: Any = local_client().get(state["snapshot"]["url"])
    assert b"".join(early.streaming_content) == b"early" and early["Access-Control-Allow-Origin"] == "*"
    early.close()
    assert local_client().get(f"/api/live/{job.id}/1-300.spz").status_code == 404
    Job.objects.update(status="finished")
    assert not status(job).keys() & {"mission_id", "relay_base"}
    assert local_client().get(state["snapshot"]["url"]).status_code == 404


def test_the_live_view_tells_the_end(job: Job) -> None:
    spz = made_product(job, "spz")
    Job.objects.update(status="finished")
    told = local_client().get(f"/api/live/{job.id}").json()
    assert told["config"]["splats"] == {"spz": f"/api/files/{spz.id}.spz"}
    Job.objects.update(status="failed", error_message="Too dark.")
    assert local_client().get(f"/api/live/{job.id}").json() == {"status": "failed", "message": "Too dark."}


def test_the_page_of_the_video_shows_it(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "viewer_files", lambda: {"script": "viewer/v.js", "style": "viewer/v.css"})
    assert job.video is not None
    text = local_client().get(f"/view/{job.video.id}.mp4").text
    assert config_of(text)["live"] == {"url": f"/api/live/{job.id}"}
    assert f'data-live="/api/live/{job.id}" data-viewer="/static/viewer/v.js"' in text
    Job.objects.update(status="failed", error_message="Too dark.", advice="Light.")
    text = local_client().get(f"/view/{job.video.id}.mp4").text
    assert "Too dark." in text and "Light." in text and "<script" not in text


def test_the_job_of_an_account_has_no_open_live_view() -> None:
    job = made_job(made_caller("ann").user, status="running", public=True, attempt=1)
    write_blob(f"jobs/{job.id}/live/1-1.spz", b"early")
    for part in ("", "/1-1.spz"):
        assert local_client().get(f"/api/live/{job.id}{part}").status_code == 404

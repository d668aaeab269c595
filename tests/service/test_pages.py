"""Home, upload, the own scenes and the guide: what they show, and to whom."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from tests.service.made_jobs import made_job, made_product, made_upload, write_blob
from tests.service.made_work import configure

from reelscape.jobs.files import preview_key, store
from reelscape.jobs.models import Asset, Job
from reelscape.web.middleware import CONTENT_POLICY
from reelscape.web.pages import cards, upload

pytestmark = pytest.mark.django_db
PAGES = ("/", "/upload/", "/mine/", "/docs/", "/accounts/profile/")


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def client(ann: User) -> Client:
    """Ann's browser; nothing is let through without its token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    return client


def made_scene(owner: User, **fields: Any) -> Job:
    """A finished scene with its files."""
    known = {"status": "finished", "ended_at": timezone.now(), "public": True}
    job = made_job(owner, **(known | fields))
    made_product(job, "ply")
    made_product(job, "preview", "jpg")
    return job


def token_of(client: Client) -> str:
    """As the upload page's form holds it."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/upload/").content.decode())
    assert found is not None
    return found[1]


def post(client: Client, path: str, **fields: str) -> Any:
    return client.post(path, fields, headers={"X-CSRFToken": token_of(client)})


def form_address(client: Client) -> str:
    found = re.search(r'action="(/upload/file/[^"]+)"', client.get("/upload/").content.decode())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", PAGES)
def test_pages_answer_under_the_policy(client: Client, path: str) -> None:
    answer = client.get(path)
    text = answer.content.decode()
    assert answer.status_code == 200 and answer["Content-Security-Policy"] == CONTENT_POLICY
    assert not re.search(r"<style|style=|<script(?![^>]*\ssrc=)|\son\w+=|javascript:", text)
    assert text.count("<h1") == 1 and "{%" not in text and "{{" not in text


@pytest.mark.parametrize("path", ["/", "/docs/"])
def test_visitors_see_the_first_page_and_the_guide(path: str) -> None:
    text = Client().get(path).content.decode()
    assert "Sign in" in text and "Sign out" not in text


def test_the_gallery_shows_public_finished_scenes_alone_the_newest_first(ann: User) -> None:
    now = timezone.now()
    made_scene(ann, title="Older one", ended_at=now - timedelta(days=1))
    made_scene(ann, title="Newer one", ended_at=now)
    for name, fields in {"Private": {"public": False}, "Running": {"status": "running"}}.items():
        made_scene(ann, title=name, **fields)
    made_job(ann, title="Without files", public=True, status="finished", ended_at=now)
    text = Client().get("/").content.decode()
    assert re.findall(r'<h3 class="name"><a [^>]+>([^<]+)<', text) == ["Newer one", "Older one"]
    assert text.count("/preview.jpg") == 2


def test_a_scene_made_private_leaves_the_gallery_at_once(ann: User) -> None:
    job = made_scene(ann)
    assert str(job.id) in Client().get("/").content.decode()
    Job.objects.update(public=False)
    answer = Client().get("/")
    assert str(job.id) not in answer.content.decode() and "no-store" in answer["Cache-Control"]
    assert "Nothing is shown here yet" in answer.content.decode()


def test_the_gallery_shows_no_frame_of_a_video(ann: User, client: Client) -> None:
    job = made_scene(ann, video=made_upload(ann))
    assert job.video is not None
    job.products.filter(name="preview").delete()
    key = preview_key(job.video.key)
    Asset.objects.create(owner=ann, kind="product", key=key, name="thumbnail", extension="png", size_bytes=1)
    write_blob(key, b"p")
    assert f"/scenes/{job.id}/thumbnail.png" in client.get("/mine/").content.decode()
    assert "thumbnail" not in client.get("/").content.decode()


def test_long_lists_have_pages(ann: User, client: Client) -> None:
    for number in range(cards.PAGE_SIZE + 1):
        made_scene(ann, title=f"scene {number}")
    for path in ("/", "/mine/"):
        assert client.get(path).content.decode().count('class="name"') == cards.PAGE_SIZE
        assert 'rel="next" href="?page=2"' in client.get(path).content.decode()
        for page in ("2", "999"):
            assert client.get(path, {"page": page}).content.decode().count('class="name"') == 1
        assert client.get(path, {"page": "-x"}).status_code == 200


def test_lists_ask_the_database_as_often_for_many_scenes_as_for_one(
    ann: User, client: Client, django_assert_num_queries: Any
) -> None:
    counts = []
    for _ in range(2):
        with django_assert_num_queries(20, exact=False) as asked:
            client.get("/mine/")
        counts.append(len(asked))
        for _ in range(5):
            made_scene(ann, video=made_upload(ann))
    made_job(ann)
    assert counts[0] <= counts[1] <= counts[0] + 1


def test_my_scenes_are_mine(ann: User, client: Client) -> None:
    made_scene(ann, title="Of ann", public=False)
    made_scene(User.objects.create_user("bob"), title="Of bob")
    text = client.get("/mine/").content.decode()
    assert "Of ann" in text and "Of bob" not in text


def test_a_scene_in_the_making_shows_how_far_it_is_and_the_page_looks_again(ann: User, client: Client) -> None:
    made_scene(ann)
    assert "mine.js" not in client.get("/mine/").content.decode()
    made_job(ann, title="<b>Bold</b>", status="running", overall=0.41, stage="train", message="step 8")
    made_job(ann, status="queued")
    text = client.get("/mine/").content.decode()
    assert 'value="41"' in text and "Step 8" in text and "Place 1 in the queue" in text
    assert "mine.js" in text and "<b>Bold" not in text


def test_a_failed_scene_says_why(ann: User, client: Client) -> None:
    made_job(ann, status="failed", error_message="The camera only turned.", advice="Walk.")
    text = client.get("/mine/").content.decode()
    assert "The camera only turned." in text and "Walk." in text and "mine.js" not in text


def test_an_upload_by_the_page_goes_the_way_of_the_api(ann: User, client: Client, settings: Settings) -> None:
    told = post(client, "/upload/address/", name="Walk.MOV").json()
    assert told["url"].startswith(f"/blobs/{told['blob_name']}?") and told["blob_name"].endswith(".mov")
    assert client.put(told["url"], b"a video", content_type="video/quicktime").status_code == 201
    wish = {"blob_name": told["blob_name"], "title": "  A   walk ", "quality": "best", "public": "true"}
    answer = post(client, "/upload/submit/", **wish)
    job = Job.objects.get()
    assert (answer.status_code, answer.json()) == (201, {"page": f"/scenes/{job.id}/"})
    assert (job.owner, job.title, job.public) == (ann, "A walk", True)
    assert (job.max_gaussians, job.num_steps) == upload.QUALITIES["best"]


@pytest.mark.parametrize("quality", ["", "balanced"])
def test_the_usual_quality_is_that_of_the_operator(client: Client, ann: User, settings: Settings, quality: str) -> None:
    configure(settings, default_max_gaussians=12_345, default_num_steps=1234)
    assert post(client, "/upload/submit/", blob_name=made_upload(ann).key, quality=quality).status_code == 201
    job = Job.objects.get()
    assert (job.max_gaussians, job.num_steps, job.public) == (12_345, 1234, False)


def test_an_upload_that_was_begun_gets_a_fresh_address(ann: User, client: Client) -> None:
    begun = post(client, "/upload/address/", name="walk.mp4").json()["blob_name"]
    assert post(client, "/upload/address/", name="walk.mp4", blob_name=begun).json()["blob_name"] == begun
    assert Asset.objects.count() == 1
    bobs = made_upload(User.objects.create_user("bob")).key
    for name in (bobs, "videos/nonsense.mp4", "../../etc"):
        assert post(client, "/upload/address/", name="walk.mp4", blob_name=name).json()["blob_name"] not in (
            begun,
            name,
        )


def test_a_wish_whose_answer_was_lost_makes_no_second_scene(ann: User, client: Client) -> None:
    blob_name = made_upload(ann).key
    answers = [post(client, "/upload/submit/", blob_name=blob_name).json() for _ in range(2)]
    assert answers == [{"page": f"/scenes/{Job.objects.get().id}/"}] * 2


def test_bad_wishes_are_told(ann: User, client: Client) -> None:
    bobs, own = made_upload(User.objects.create_user("bob")).key, made_upload(ann).key
    assert post(client, "/upload/address/", name="walk.txt").json()["code"] == "unknown_extension"
    assert post(client, "/upload/address/").status_code == 400
    assert post(client, "/upload/submit/", blob_name=bobs).json()["code"] == "blob_not_found"
    assert post(client, "/upload/submit/", blob_name=own, quality="huge").json()["code"] == "bad_request"
    assert post(client, "/upload/submit/", blob_name=own, title="x" * 256).status_code == 400
    assert not Job.objects.exists()


def test_other_sites_cannot_upload_or_submit(ann: User, client: Client) -> None:
    blob_name = made_upload(ann).key
    assert client.post("/upload/address/", {"name": "walk.mp4"}).status_code == 403
    assert client.post("/upload/submit/", {"blob_name": blob_name}).status_code == 403
    bob = Client()
    bob.force_login(User.objects.create_user("bob"))
    for address in ("/upload/file/", "/upload/file/?token=x", form_address(bob)):
        answer = client.post(address, {"file": SimpleUploadedFile("walk.mp4", b"a video")})
        assert answer.status_code == 403 and "too old" in answer.content.decode()
    assert Asset.objects.count() == 1 and not Job.objects.exists()


def test_the_form_works_without_script(ann: User, client: Client) -> None:
    fields = {"title": "", "quality": "draft", "file": SimpleUploadedFile("My walk.mp4", b"a video")}
    answer = client.post(form_address(client), fields)
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/scenes/{job.id}/")
    assert (job.title, job.num_steps, job.public) == ("My walk", upload.QUALITIES["draft"][1], False)
    assert job.video is not None and store().path(job.video.key).read_bytes() == b"a video"


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"file": SimpleUploadedFile("walk.txt", b"text")}, 400, "are not accepted"),
        ({"file": SimpleUploadedFile("walk.mp4", b"a video"), "quality": "huge"}, 400, "Quality"),
        ({"file": SimpleUploadedFile("walk.mp4", b"x" * 200_000)}, 413, "larger"),
        ({"title": "no file"}, 400, "no file"),
    ],
)
def test_the_form_says_what_is_wrong(
    client: Client, settings: Settings, fields: dict[str, Any], status: int, words: str
) -> None:
    configure(settings, upload_limit_bytes=100_000)
    answer = client.post(form_address(client), fields)
    assert answer.status_code == status
    assert words in answer.content.decode() and 'role="alert"' in answer.content.decode()
    assert not Job.objects.exists() and not Asset.objects.exists()


def test_the_guide_names_this_server(settings: Settings) -> None:
    configure(settings, public_url="https://scenes.example.org")
    text = Client().get("/docs/").content.decode()
    assert "https://scenes.example.org/api/v1/submit-job/" in text and "/llms.txt" in text

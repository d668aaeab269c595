"""Users with keys, jobs and their files as rows, without a run behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from reelscape.jobs.camera import first_camera
from reelscape.jobs.files import store
from reelscape.jobs.models import Asset, Job
from reelscape.web.models import ApiKey

API = "/api/v1"


@dataclass(frozen=True)
class Caller:
    """A user, and a client that sends the user's key."""

    user: User
    key: str
    client: Client


def made_caller(name: str, **fields: Any) -> Caller:
    user = User.objects.create_user(name, password=None, **fields)
    _, key = ApiKey.objects.create_key(name=f"key of {name}", user=user)
    # What goes wrong inside is to be an answer, as it is to real clients.
    return Caller(user, key, Client(raise_request_exception=False, headers={"Authorization": f"Api-Key {key}"}))


def made_upload(owner: User, data: bytes = b"a video") -> Asset:
    asset = Asset(owner=owner, name="upload", extension="mp4", size_bytes=len(data), stored_at=timezone.now())
    asset.key = f"videos/{asset.id}.mp4"
    asset.save()
    write_blob(asset.key, data)
    return asset


def made_job(owner: User, **fields: Any) -> Job:
    known: dict[str, Any] = {"title": "Made", "max_gaussians": 80_000, "num_steps": 2000}
    return Job.objects.create(owner=owner, **(known | {"camera_data": first_camera("orbital")} | fields))


def made_product(job: Job, name: str, extension: str = "", data: bytes = b"a product") -> Asset:
    extension = extension or name
    key = f"jobs/{job.id}/{name}.{extension}"
    write_blob(key, data)
    return Asset.objects.create(
        owner=job.owner, kind="product", key=key, name=name, extension=extension, size_bytes=len(data), job=job
    )


def write_blob(key: str, data: bytes) -> None:
    path = store().path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def post(caller: Caller, path: str, body: Any = None) -> Any:
    """What the API answers to a POST of JSON."""
    return caller.client.post(f"{API}/{path}", body, content_type="application/json")


def submit(caller: Caller, **fields: Any) -> Any:
    """What the API answers to a job for a new upload of the caller."""
    return post(caller, "submit-job/", {"blob_name": made_upload(caller.user).key, **fields})

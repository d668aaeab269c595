"""Jobs of the open surface: whoever knows the id of one may ask for its state, without a key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import PurePath
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from reelscape.errors import NotFound, UnknownFileType, UrlForbidden, UrlUnreachable
from reelscape.jobs import fetch, limits, open_files, quota, snapshots, workers
from reelscape.jobs.camera import first_camera
from reelscape.jobs.models import Asset, Job
from reelscape.jobs.progress import counted_frames
from reelscape.jobs.public_addresses import is_public_name

URL_LIMIT = 2000
_STATUS = {
    Job.Status.QUEUED: "pending",
    Job.Status.RUNNING: "processing",
    Job.Status.FINISHED: "complete",
    Job.Status.FAILED: "failed",
    Job.Status.CANCELLED: "failed",
}
_OWN_PATH = re.compile(r"/api/files/([0-9a-fA-F-]{36})\.([a-z0-9]{1,8})")
_LINKS = {
    "glb": "glb_asset_url",
    "obj": "obj_asset_url",
    "mesh": "mesh_ply_asset_url",
    "ply": "ply_asset_url",
    "spz": "spz_asset_url",
    "preview": "preview_url",
    "turntable": "turntable_url",
}
"""Links to the products, by the products' names."""

_LOOK_UP_S = 3.0
_look_ups = ThreadPoolExecutor(4, thread_name_prefix="look-up")  # a resolver that hangs shall hold up few requests


def workers_alive() -> bool:
    """Whether somebody is there to make scenes; true also for a while after the last one fell silent."""
    return workers.any_alive()


def start_for(asset: Asset) -> Job:
    """Queue a job for an open video, or give the one that waits or runs for it.

    Raises NotFound (the video was deleted meanwhile), StorageFull, TooManyJobs.
    """
    return _start(asset.owner, asset.file_name, Job.objects.filter(video=asset), video=asset)[0]


def start_for_url(owner: User, video_url: str, file_name: str = "") -> tuple[Job, str]:
    """Queue a job for a video that the worker is to fetch; one of `owner` that waits or runs for the same address is
    given again. Also returns the token that deletes the file once it is fetched, for a new job; else "".

    An address of a file of ours is taken for that file, before anything else is looked at. Raises UrlForbidden,
    UrlUnreachable, NotFound and UnknownFileType (our own address, but of no video), StorageFull, TooManyJobs.
    """
    own = own_file(video_url)
    if own is not None:
        return start_for(own), ""
    same = Job.objects.filter(owner=owner, video_url=video_url)
    running = _active(same)
    if running is not None:
        return running, ""
    quota.check_share(owner)
    check_video_url(video_url)
    title = file_name or PurePath(unquote(urlsplit(video_url).path)).name
    job, is_new = _start(owner, title, same, video_url=video_url)
    return job, open_files.fetched_token(job) if is_new else ""


def _active(jobs: QuerySet[Job]) -> Job | None:
    return jobs.filter(is_open=True, status__in=Job.ACTIVE).order_by("created_at").first()


def _start(owner: User, title: str, same: QuerySet[Job], **source: Any) -> tuple[Job, bool]:
    """A new job, or the one of `same` that waits or runs, and whether it is new.

    Raises NotFound, StorageFull, TooManyJobs.
    """
    config = settings.REELSCAPE
    if _active(same) is None:
        quota.check_room(0)  # may take a while: nobody else shall wait for it
    with transaction.atomic():  # no removal of the video comes between the look and the job
        video = source.get("video")
        if video is not None and not Asset.objects.filter(id=video.id).exists():
            raise NotFound("There is no such file on this server.")
        running = _active(same)
        if running is not None:
            return running, False
        limits.check_waiting_jobs(owner)
        job = Job.objects.create(
            owner=owner,
            is_open=True,
            title=_plain(title) or "video",
            max_gaussians=config.default_max_gaussians,
            num_steps=config.default_num_steps,
            camera_data=first_camera("orbital"),
            **source,
        )
    return job, True


def _plain(title: str) -> str:
    return "".join(letter for letter in title if letter.isprintable()).strip()[:255]


def own_file(video_url: str) -> Asset | None:
    """The open video that an address of ours names; None for an address of others.

    Raises NotFound (there is no such file), UnknownFileType (it is no video).
    """
    base, _, rest = video_url.partition("/api/files/")
    if base != settings.REELSCAPE.public_url:
        return None
    match = _OWN_PATH.fullmatch("/api/files/" + re.split(r"[?#]", rest)[0].rstrip("/"))
    if match is None:
        raise NotFound("There is no such file on this server.")
    with suppress(ValueError):
        asset = open_files.find(UUID(match[1]), match[2])
        if asset.kind != Asset.Kind.UPLOAD or not open_files.is_video(asset.extension):
            raise UnknownFileType(f"The file {asset.id}.{asset.extension} is no uploaded video.")
        return asset
    raise NotFound("There is no such file on this server.")


def check_video_url(video_url: str) -> None:
    """Refuse an address that the worker would not fetch from, as far as that can be told now.

    A name that takes long to look up passes: the worker looks again, and its word is the last. Raises UrlForbidden,
    UrlUnreachable (there is no such host).
    """
    target = fetch.allowed_target(video_url)
    if fetch.is_listed(target):
        return
    found: Future[bool] = _look_ups.submit(is_public_name, target.host)
    try:
        if not found.result(_LOOK_UP_S):
            raise UrlForbidden(f"The host {target.host!r} of the video_url is not a public one.")
    except TimeoutError:
        found.cancel()
    except OSError as error:
        raise UrlUnreachable(f"The host {target.host!r} of the video_url cannot be found.") from error


def find(job_id: str) -> Job:
    """An open job. Raises NotFound, also for an id that is none and for a job that is not open."""
    with suppress(ValueError):
        job = Job.objects.filter(id=UUID(job_id), is_open=True).select_related("video").first()
        if job is not None:
            return job
    raise NotFound("There is no such job.")


def document(job: Job) -> dict[str, Any]:
    """What the open surface tells of a job; what is not known yet is not in it."""
    current, total = counted_frames(job)
    told = {
        "job_id": str(job.id),
        "status": _STATUS[Job.Status(job.status)],
        "title": job.title,
        "created_at": job.created_at.isoformat().replace("+00:00", "Z"),
        "stage": job.stage,
        "message": "" if job.is_over else job.message,
        "warnings": _warnings(job),
        "percent": round(100 * job.overall, 1),
        "current_frame": current,
        "total_frames": total,
        **_live_view(job),
        "error": job.error_message,
        "error_code": job.error_code,
        "advice": job.advice,
        **_links(job),
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _live_view(job: Job) -> dict[str, str]:
    """Where to watch a scene in the making, as long as there is something to see."""
    if snapshots.newest(job) is None:
        return {}
    return {"mission_id": str(job.id), "relay_base": f"{settings.REELSCAPE.public_url}/api/live"}


def _warnings(job: Job) -> list[dict[str, str]]:
    """What the run could not do, such as a mesh. The report may come from outside: nothing of its form is certain."""
    told = job.report.get("warnings") if isinstance(job.report, dict) else None
    found = [warning for warning in told if isinstance(warning, dict)] if isinstance(told, list) else []
    return [{name: str(warning.get(name, ""))[:500] for name in ("code", "message")} for warning in found[:20]]


def _links(job: Job) -> dict[str, str]:
    products = {asset.name: asset for asset in job.products.filter(size_bytes__isnull=False)}
    links = {link: open_files.file_url(products[name]) for name, link in _LINKS.items() if name in products}
    if "glb" in products:
        links["mesh_viewer_url"] = open_files.view_url(products["glb"])
    if job.report is not None:
        links["report_url"] = f"{settings.REELSCAPE.public_url}/api/reconstruct/report/{job.id}"
    if job.status == Job.Status.FINISHED and (viewed := _viewed(job, products)) is not None:
        links["view_url"] = open_files.view_url(viewed) + (f"?job={job.id}" if viewed == job.video else "")
    return links


def _viewed(job: Job, products: Mapping[str, Asset]) -> Asset | None:
    """What the viewer is to show: the scene's page, which the video's address leads to; else what there is."""
    return job.video or next((products[name] for name in ("glb", "spz", "ply") if name in products), None)

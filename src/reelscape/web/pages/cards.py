"""A scene in a list: its picture, its state in words, how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.utils import timezone

from reelscape.jobs import engine
from reelscape.jobs.files import PREVIEW_SUFFIX
from reelscape.jobs.models import Asset, Job
from reelscape.web import live
from reelscape.web.api_v1 import rows, words

PAGE_SIZE = 24
_LOOKS = {
    Job.Status.QUEUED: "busy",
    Job.Status.RUNNING: "busy",
    Job.Status.FINISHED: "good",
    Job.Status.FAILED: "bad",
    Job.Status.CANCELLED: "",
}

_STATES = {
    Job.Status.QUEUED: "Waiting",
    Job.Status.RUNNING: "In the making",
    Job.Status.FAILED: "Failed",
    Job.Status.CANCELLED: "Cancelled",
}


@dataclass(frozen=True)
class Card:
    """What a list shows of a job. `picture` is an address or empty, `look` a class of the style sheet."""

    job: Job
    picture: str
    state: str
    look: str
    step: str
    percent: int
    seconds_left: int | None

    @property
    def is_active(self) -> bool:
        """Whether it will look different in a while."""
        return not self.job.is_over

    @property
    def minutes_left(self) -> int | None:
        """In whole minutes, at least 1."""
        return None if self.seconds_left is None else max(1, round(self.seconds_left / 60))


def pictured(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """The jobs with what their cards tell of files, without a query for each."""
    previews = Asset.objects.filter(job=OuterRef("pk"), name="preview", size_bytes__isnull=False)
    thumbnails = Asset.objects.filter(key=Concat(OuterRef("video__key"), Value(PREVIEW_SUFFIX)))
    return rows.described(jobs).annotate(has_preview=Exists(previews), has_thumbnail=Exists(thumbnails))


def page_of(request: HttpRequest, jobs: QuerySet[Job]) -> Page[Any]:
    """The page of `jobs` (made by `pictured`) that `?page=` asks for; for nonsense the nearest there is."""
    return Paginator(jobs, PAGE_SIZE).get_page(request.GET.get("page"))


def cards(jobs: Page[Any], is_owner: bool) -> list[Card]:
    """The cards of a page; a frame of the video stands in for a missing preview for the owner alone."""
    waits = any(job.status == Job.Status.QUEUED for job in jobs)
    places = engine.positions() if waits else {}
    return [_card(job, places.get(job.id), is_owner) for job in jobs]


def _card(job: Any, place: int | None, is_owner: bool) -> Card:
    file = "preview.jpg" if job.has_preview else "thumbnail.png" if job.has_thumbnail and is_owner else ""
    return Card(
        job=job,
        picture=f"/scenes/{job.id}/{file}" if file else "",
        state=_state(job),
        look=_LOOKS[job.status],
        step=f"Place {place} in the queue" if place else live.current_step(job),
        percent=round(100 * job.overall),
        seconds_left=words.seconds_left(job, timezone.now()),
    )


def _state(job: Any) -> str:
    """The state in a word: a cancelled job is told from a failed one, unlike in the API."""
    if job.status == Job.Status.FINISHED:
        return "Ready" if job.has_ply or job.has_spz else "Removed"
    return _STATES[job.status]

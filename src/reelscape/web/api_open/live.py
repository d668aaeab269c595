"""The live view of a job in the making, for whoever knows its id: relay_base/mission_id of the status leads here."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from reelscape.errors import NotAvailable
from reelscape.jobs import open_jobs, snapshots
from reelscape.jobs.models import Job
from reelscape.web import live
from reelscape.web.api_open.documents import LiveState, problems
from reelscape.web.api_open.scene_config import job_config
from reelscape.web.api_open.status import JOB_ID, Reading
from reelscape.web.sending import send_changing

_SNAPSHOT = OpenApiParameter("snapshot", OpenApiTypes.STR, OpenApiParameter.PATH)


class Live(Reading):
    @extend_schema(
        operation_id="get_live",
        tags=["reconstruction"],
        summary="How a scene comes along, with its newest early scene; poll it every few seconds",
        parameters=[JOB_ID],
        responses={200: LiveState, 304: None, **problems(404, 429)},
    )
    def get(self, request: Request, job_id: str) -> HttpResponseBase:
        """With If-None-Match, 304 while nothing is new."""
        return live.answer(request._request, state(open_jobs.find(job_id)))


class Snapshot(Reading):
    @extend_schema(
        operation_id="get_live_snapshot",
        tags=["reconstruction"],
        summary="The newest early scene, in SPZ",
        parameters=[JOB_ID, _SNAPSHOT],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **problems(404, 429)},
    )
    def get(self, request: Request, job_id: str, snapshot: str) -> HttpResponseBase:
        """404 soon after there is a newer one, and when the job is over."""
        path = snapshots.path_of(open_jobs.find(job_id), snapshot)
        try:
            if path is None:
                raise FileNotFoundError
            return send_changing(request._request, path, snapshots.CONTENT_TYPE)
        except FileNotFoundError:
            raise NotAvailable("There is a newer early scene, or none.") from None


def state(job: Job) -> live.State:
    """What the viewer reads of an open job."""
    if job.status == Job.Status.FINISHED:
        return {"status": "finished", "config": job_config(job)}
    if job.is_over:
        return live.failed(job)
    return live.running(job, lambda shown: f"/api/live/{job.id}/{shown.name}")

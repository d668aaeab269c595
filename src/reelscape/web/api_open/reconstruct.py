"""Jobs by an address: the worker fetches the video, wherever it lies."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reelscape.errors import NoWorker
from reelscape.jobs import open_jobs
from reelscape.web.api_open.access import THROTTLES, MaySend, owner_of
from reelscape.web.api_open.documents import StartedJob, WaitingJob, problems
from reelscape.web.api_v1.answers import body_of, status_of
from reelscape.web.api_v1.endpoint import Endpoint
from reelscape.web.api_v1.requests import read

_RETRY_AFTER_S = 30


class Text(serializers.CharField):
    """A text: a number is none."""

    def to_internal_value(self, data: Any) -> str:
        """Raises ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class ReconstructRequest(serializers.Serializer[Any]):
    """Which video, and what to call it."""

    video_url = Text(max_length=open_jobs.URL_LIMIT)
    filename = Text(max_length=255, required=False, allow_null=True, allow_blank=True)


class Reconstruct(Endpoint):
    permission_classes = (MaySend,)
    throttle_classes = THROTTLES

    @extend_schema(
        operation_id="reconstruct",
        tags=["reconstruction"],
        summary="Make a scene of a video at an https address",
        request=ReconstructRequest,
        responses={200: StartedJob, 503: WaitingJob, **problems(400, 401, 404, 413, 415, 429, 507)},
    )
    def post(self, request: Request) -> Response:
        """Queue a job; 503, and the job waits, when no worker was seen for a while."""
        wish = read(ReconstructRequest, request.data).validated_data
        job, token = open_jobs.start_for_url(owner_of(request), wish["video_url"], wish.get("filename") or "")
        told = {"job_id": str(job.id), "status": "processing", **({"delete_token": token} if token else {})}
        if open_jobs.workers_alive():
            return Response(told)
        error = NoWorker()
        return Response(told | body_of(error), status_of(error), headers={"Retry-After": str(_RETRY_AFTER_S)})

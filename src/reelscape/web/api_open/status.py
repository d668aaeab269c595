"""The state of a job and the report of its run, for whoever knows its id."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reelscape.errors import NotAvailable
from reelscape.jobs import open_jobs
from reelscape.web.api_open.documents import JobState, problems
from reelscape.web.api_v1.endpoint import Endpoint

JOB_ID = OpenApiParameter("job_id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class Reading(Endpoint):
    """The id is the key."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()


class Status(Reading):
    @extend_schema(
        operation_id="get_reconstruction",
        tags=["reconstruction"],
        summary="State and links of a job; poll it every few seconds",
        parameters=[JOB_ID],
        responses={200: JobState, **problems(404, 429)},
    )
    def get(self, request: Request, job_id: str) -> Response:
        """The job's document."""
        return Response(open_jobs.document(open_jobs.find(job_id)), headers={"Cache-Control": "no-store"})


class Report(Reading):
    @extend_schema(
        operation_id="get_reconstruction_report",
        tags=["reconstruction"],
        summary="The run's report: frames, cameras, training, seconds and memory of every stage",
        parameters=[JOB_ID],
        responses={200: OpenApiTypes.OBJECT, **problems(404, 429)},
    )
    def get(self, request: Request, job_id: str) -> Response:
        """404 until the run has ended."""
        report = open_jobs.find(job_id).report
        if report is None:
            raise NotAvailable("There is no report of this job yet.")
        return Response(report)

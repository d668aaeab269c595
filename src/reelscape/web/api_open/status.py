"""The state of a job and the report of its run, for whoever knows its id."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reelscape.errors import NotAvailable
from reelscape.jobs import open_jobs
from reelscape.web.api_v1.endpoint import Endpoint


class Reading(Endpoint):
    """The id is the key."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()


class Status(Reading):
    @extend_schema(exclude=True)
    def get(self, request: Request, job_id: str) -> Response:
        """The job's document."""
        return Response(open_jobs.document(open_jobs.find(job_id)), headers={"Cache-Control": "no-store"})


class Report(Reading):
    @extend_schema(exclude=True)
    def get(self, request: Request, job_id: str) -> Response:
        """404 until the run has ended."""
        report = open_jobs.find(job_id).report
        if report is None:
            raise NotAvailable("There is no report of this job yet.")
        return Response(report)

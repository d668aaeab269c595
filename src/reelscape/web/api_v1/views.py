"""The endpoints: each translates one request to a verb and its result to a document."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reelscape.errors import BadRequest, NoPreviewYet, NotAvailable
from reelscape.jobs import verbs
from reelscape.jobs.publication import PRODUCTS
from reelscape.web.api_v1.documents import JobDocument, SubmittedJob, UploadAddress
from reelscape.web.api_v1.endpoint import Endpoint, problems
from reelscape.web.api_v1.requests import JobChange, JobFilter, JobRequest, JobSettings, UploadRequest, read
from reelscape.web.api_v1.rows import document, documents, filtered, own_job
from reelscape.web.scene import access

KINDS = (*PRODUCTS, verbs.THUMBNAIL)
_ID = OpenApiParameter("job_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_KIND = OpenApiParameter("kind", OpenApiTypes.STR, OpenApiParameter.PATH, enum=KINDS)
_LOCATION = OpenApiParameter("Location", OpenApiTypes.URI, OpenApiParameter.HEADER, response=[302])


def _user(request: Request) -> User:
    """Who asks; the permission of all endpoints has seen to it that it is a user."""
    user: Any = request.user
    return user  # type: ignore[no-any-return]


def _redirect(url: str) -> Response:
    """A 302 that nobody keeps, because the address expires."""
    return Response(status=302, headers={"Location": url, "Cache-Control": "no-store"})


class NewUpload(Endpoint):
    @extend_schema(
        operation_id="generate_upload_url",
        tags=["uploads"],
        summary="Get a signed address that takes one video (or zip of photos) by PUT",
        request=UploadRequest,
        responses={200: UploadAddress, **problems(507, body=True)},
    )
    def post(self, request: Request) -> Response:
        """The address needs no key, expires, and is spent once a PUT to it was complete."""
        asset = verbs.new_upload(_user(request), read(UploadRequest, request.data).validated_data["file_extension"])
        address = {
            "url": verbs.upload_url(asset),
            "blob_name": asset.key,
            "expires_at": timezone.now() + timedelta(seconds=settings.REELSCAPE.upload_expiry_s),
            "max_bytes": settings.REELSCAPE.upload_limit_bytes,
            "resumable": True,
        }
        return Response(UploadAddress(address).data)


class SubmitJob(Endpoint):
    @extend_schema(
        operation_id="submit_job",
        tags=["jobs"],
        summary="Make a scene of an uploaded video",
        request=JobRequest,
        responses={201: SubmittedJob, **problems(507, body=True)},
    )
    def post(self, request: Request) -> Response:
        """The job is queued; poll its address every few seconds, or give a webhook_url."""
        user = _user(request)
        job = verbs.submit(user, read(JobRequest, request.data).submission)
        return Response(document(own_job(user, str(job.id)), SubmittedJob), 201)


class Jobs(Endpoint):
    @extend_schema(
        operation_id="list_jobs",
        summary="Your jobs, newest first",
        parameters=[JobFilter],
        responses={200: JobDocument(many=True), **problems(400)},
    )
    def get(self, request: Request) -> Response:
        """A bare array of all of them, or of the page that `limit` and `offset` ask for."""
        wanted = read(JobFilter, request.query_params).validated_data
        return Response(documents(filtered(_user(request), wanted)))


class JobDetail(Endpoint):
    @extend_schema(
        operation_id="get_job",
        summary="State and settings of a job",
        parameters=[_ID],
        responses={200: JobDocument, **problems(404)},
    )
    def get(self, request: Request, job_id: str) -> Response:
        """Poll it every few seconds until `status` is Finished or Failed."""
        return Response(document(own_job(_user(request), job_id)))

    @extend_schema(
        operation_id="replace_job",
        summary="Change title, public and camera_data; title must be there",
        parameters=[_ID],
        request=JobChange,
        responses={200: JobDocument, **problems(404, body=True)},
    )
    def put(self, request: Request, job_id: str) -> Response:
        """Anything else that is sent is left alone."""
        return self._change(request, job_id, partial=False)

    @extend_schema(
        operation_id="change_job",
        summary="Change title, public or camera_data",
        parameters=[_ID],
        request=JobChange,
        responses={200: JobDocument, **problems(404, body=True)},
    )
    def patch(self, request: Request, job_id: str) -> Response:
        """Anything else that is sent is left alone."""
        return self._change(request, job_id, partial=True)

    def _change(self, request: Request, job_id: str, partial: bool) -> Response:
        job = own_job(_user(request), job_id)
        read(JobChange, request.data, instance=job, partial=partial).save()
        return Response(document(own_job(_user(request), job_id)))

    @extend_schema(
        operation_id="delete_job",
        summary="Remove a job with its files; a running one is stopped",
        parameters=[_ID],
        responses={204: None, **problems(404)},
    )
    def delete(self, request: Request, job_id: str) -> Response:
        """Its products, its run folder, and its video unless another job needs that."""
        verbs.delete(own_job(_user(request), job_id))
        return Response(status=204)


class Download(Endpoint):
    @extend_schema(
        operation_id="download",
        summary="A product of a job",
        parameters=[_ID, _KIND, _LOCATION],
        responses={302: OpenApiResponse(description="A signed address that expires."), **problems(400, 404)},
    )
    def get(self, request: Request, job_id: str, kind: str) -> Response:
        """Redirects to a signed address that needs no key. HEAD works too."""
        name = kind.lower()
        if name not in KINDS:
            raise BadRequest(f"Invalid file type. Must be one of {', '.join(KINDS)}")
        job = own_job(_user(request), job_id)
        try:
            return _redirect(verbs.artifact_url(job, name))
        except NotAvailable:
            raise NotAvailable(f"{name.upper()} file not available for this job") from None


class Preview(Endpoint):
    @extend_schema(
        operation_id="preview",
        summary="A picture of the scene",
        parameters=[_ID, _LOCATION],
        responses={302: OpenApiResponse(description="A signed address that expires."), **problems(400, 404)},
    )
    def get(self, request: Request, job_id: str) -> Response:
        """Redirects to a signed address of a JPEG; 400 while there is none. HEAD works too."""
        job = own_job(_user(request), job_id)
        try:
            return _redirect(verbs.artifact_url(job, "preview"))
        except NotAvailable:
            raise NoPreviewYet() from None


class Viewer(Endpoint):
    @extend_schema(
        operation_id="viewer",
        summary="The scene's page",
        parameters=[_ID, _LOCATION],
        responses={302: OpenApiResponse(description="The page; expires unless the job is public."), **problems(404)},
    )
    def get(self, request: Request, job_id: str) -> Response:
        """Redirects to a page for browsers. HEAD works too."""
        return _redirect(access.page_url(own_job(_user(request), job_id)))


class Report(Endpoint):
    @extend_schema(
        operation_id="get_report",
        summary="The run's report: frames, cameras, training, seconds and memory of every stage",
        parameters=[_ID],
        responses={200: OpenApiTypes.OBJECT, **problems(404)},
    )
    def get(self, request: Request, job_id: str) -> Response:
        """404 until the run has ended."""
        report = own_job(_user(request), job_id).report
        if report is None:
            raise NotAvailable("There is no report of this job yet.")
        return Response(report)


class Cancel(Endpoint):
    @extend_schema(
        operation_id="cancel_job",
        summary="Stop a waiting or running job",
        parameters=[_ID],
        request=None,
        responses={200: JobDocument, **problems(404, 409)},
    )
    def post(self, request: Request, job_id: str) -> Response:
        """Its status reads Failed then, with the error_code `cancelled`."""
        verbs.cancel(own_job(_user(request), job_id))
        return Response(document(own_job(_user(request), job_id)))


class Retry(Endpoint):
    @extend_schema(
        operation_id="retry_job",
        summary="Run a job again that ended, perhaps with other settings",
        parameters=[_ID],
        request=JobSettings,
        responses={200: JobDocument, **problems(404, 409, 507, body=True)},
    )
    def post(self, request: Request, job_id: str) -> Response:
        """Stages whose settings did not change are reused."""
        job = own_job(_user(request), job_id)
        verbs.retry(job, **read(JobSettings, request.data).columns)
        return Response(document(own_job(_user(request), job_id)))

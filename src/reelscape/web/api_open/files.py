"""The file host: one file in by a form, out again by its id, its picture, and away again by its token."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reelscape.errors import LengthRequired, NotFound, NoWorker, ReelscapeError, UnsupportedMediaType
from reelscape.jobs import open_files, open_jobs, previews, quota
from reelscape.jobs.files import store
from reelscape.jobs.models import Asset
from reelscape.web.addresses import client_address, limited_as
from reelscape.web.api_open.access import THROTTLES, MaySend, charge_bytes, owner_of
from reelscape.web.api_open.documents import OpenUpload, UploadedFile, problems
from reelscape.web.api_v1.answers import body_of
from reelscape.web.api_v1.endpoint import JsonAlways
from reelscape.web.multipart import FORM_BYTES, form_file
from reelscape.web.sending import send_file
from reelscape.web.transfer import content_length

CONTENT_POLICY = "sandbox; default-src 'none'"
_ANY = "*/*"
CARD_PATH = Path(__file__).parents[1] / "static/reelscape/card.png"
_SHOWN = ("image/jpeg", "image/png", *(f"video/{kind}" for kind in ("mp4", "x-m4v", "quicktime", "webm")))


class Upload(APIView):
    """A form is read from the connection, so nothing here may touch `request.data`."""

    content_negotiation_class = JsonAlways
    permission_classes = (MaySend,)
    throttle_classes = THROTTLES

    @extend_schema(
        operation_id="upload",
        tags=["files"],
        summary="Upload a model, points, splats or a video in a form",
        request={"multipart/form-data": OpenUpload},
        responses={200: UploadedFile, **problems(400, 401, 413, 429, 507)},
    )
    def post(self, request: Request) -> Response:
        """As `curl -F file=@scan.glb` sends it. A video starts its reconstruction at once."""
        try:
            return Response(_received(request))
        except (UnsupportedMediaType, LengthRequired) as error:  # the document has one answer for every bad form
            return Response(body_of(error), 400)


def _received(request: Request) -> dict[str, Any]:
    """Store the file of the form, and the answer that tells of it."""
    plain, limit_bytes = request._request, settings.REELSCAPE.open_upload_limit_bytes
    owner = owner_of(request)
    quota.check_share(owner)
    announced_bytes = content_length(plain) or 0
    if announced_bytes <= limit_bytes + FORM_BYTES:  # else it is refused unread
        charge_bytes(plain, announced_bytes)
    client = limited_as(client_address(plain))
    with form_file(plain, "file", open_files.accepted_extension, client, limit_bytes) as part:
        extension = open_files.accepted_extension(part.name)
        asset, token = open_files.open_upload(owner, extension, part.name, part.path)
    return {**_description(asset), "delete_token": token, **_reconstruction(asset)}


def _description(asset: Asset) -> dict[str, Any]:
    return {
        "id": str(asset.id),
        "filename": asset.file_name,
        "url": open_files.file_url(asset),
        "view": open_files.view_url(asset),
        "size": asset.size_bytes,
        "kind": open_files.kind(asset),
    }


def _reconstruction(asset: Asset) -> dict[str, Any]:
    """Of a video: its job. The file is stored and the token given whatever becomes of that."""
    if not open_files.is_video(asset.extension):
        return {}
    try:
        job_id = str(open_jobs.start_for(asset).id)
    except ReelscapeError as error:
        return {"reconstruction_started": False, "reconstruction_error": error.message}
    if not open_jobs.workers_alive():
        return {"job_id": job_id, "reconstruction_started": False, "reconstruction_error": NoWorker.sentence}
    return {"job_id": job_id, "reconstruction_started": True}


class Reading(APIView):
    """For everybody who knows the id."""

    content_negotiation_class = JsonAlways
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()


class File(Reading):
    @extend_schema(
        operation_id="get_file",
        tags=["files"],
        summary="A file: an upload, or a product of a job",
        responses={(200, _ANY): OpenApiTypes.BINARY, (206, _ANY): OpenApiTypes.BINARY, **problems(404, 429)},
    )
    def get(self, request: Request, file_id: UUID, extension: str) -> HttpResponseBase:
        """The bytes, whole or the asked range."""
        asset = open_files.find(file_id, extension)
        headers = {
            "Content-Type": asset.content_type,
            "Content-Disposition": _disposition(asset),
            "Content-Security-Policy": CONTENT_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-cache",
        }
        try:
            return send_file(request._request, store().path(asset.key), headers)
        except FileNotFoundError:
            raise NotFound() from None

    @extend_schema(
        operation_id="delete_file",
        tags=["files"],
        summary="Remove an upload with its jobs, their products and all pictures",
        parameters=[
            OpenApiParameter("X-Delete-Token", OpenApiTypes.STR, OpenApiParameter.HEADER),
            OpenApiParameter("token", OpenApiTypes.STR, OpenApiParameter.QUERY),
        ],
        responses={204: None, **problems(403, 404, 429)},
    )
    def delete(self, request: Request, file_id: UUID, extension: str) -> Response:
        """Remove the upload and everything that came of it."""
        asset = open_files.find(file_id, extension)
        token = request.headers.get("X-Delete-Token") or request.query_params.get("token", "")
        open_files.delete(asset, token)
        return Response(status=204)


def _disposition(asset: Asset) -> str:
    """A browser shows videos and pictures in place, and saves everything else."""
    name = open_files.file_name(asset)
    return content_disposition_header(asset.content_type not in _SHOWN, name) or "inline"


class Preview(Reading):
    @extend_schema(
        operation_id="get_preview",
        tags=["files"],
        summary="A picture of a file, PNG",
        responses={(200, "image/png"): OpenApiTypes.BINARY, **problems(404, 429)},
    )
    def get(self, request: Request, file_id: UUID, extension: str) -> HttpResponseBase:
        """The picture, drawn when it is asked for the first time."""
        path = previews.preview_of(open_files.find(file_id, extension))
        keep = {"Cache-Control": "private, no-cache" if path else "no-store"}
        headers = {"Content-Type": "image/png", "Content-Security-Policy": CONTENT_POLICY, **keep}
        try:
            return send_file(request._request, path or CARD_PATH, headers)
        except FileNotFoundError:
            raise NotFound() from None

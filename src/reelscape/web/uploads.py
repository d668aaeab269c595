"""Uploads with an API key: a resumable one begins here, and a whole file may come in a form."""

from __future__ import annotations

import base64
import binascii
import time
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reelscape.errors import BadUploadHeader, LengthRequired, NotFound
from reelscape.jobs import uploads, verbs
from reelscape.web import tus
from reelscape.web.api_v1.documents import Problem
from reelscape.web.api_v1.endpoint import Endpoint, JsonAlways, problems
from reelscape.web.multipart import form_file


class ResumableUpload(serializers.Serializer[Any]):
    """Where to send the parts, and what to name the upload at submit-job."""

    url = serializers.URLField()
    blob_name = serializers.CharField()


class FormUpload(serializers.Serializer[Any]):
    """A form with one file."""

    file = serializers.FileField()


class StoredUpload(serializers.Serializer[Any]):
    """What to name the upload at submit-job."""

    blob_name = serializers.CharField()
    size_bytes = serializers.IntegerField()


_MEANINGS = {
    400: "The file, its name or a header cannot be used.",
    409: "The upload went on elsewhere.",
    411: "The request does not say how long the file is.",
    412: "The client speaks another version of the protocol.",
    413: "The file is larger than this server accepts.",
    415: "The body is no form.",
    507: "The server has no room left.",
}


def _problems(*statuses: int) -> dict[int, OpenApiResponse]:
    return problems() | {status: OpenApiResponse(Problem, _MEANINGS[status]) for status in statuses}


def _header(name: str, *statuses: int, required: bool = False) -> OpenApiParameter:
    kind = OpenApiTypes.STR if name in ("Location", "Upload-Metadata") else OpenApiTypes.INT
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, response=list(statuses) or False, required=required)


class NewResumableUpload(APIView):
    """Creation by the tus protocol; its other requests go to the signed address."""

    content_negotiation_class = JsonAlways

    def get_permissions(self) -> Any:
        """OPTIONS tells anybody what the server can do."""
        return [AllowAny()] if self.request.method == "OPTIONS" else super().get_permissions()

    @extend_schema(
        operation_id="create_resumable_upload",
        summary="Begin an upload that may pause and go on (tus 1.0)",
        request=None,
        parameters=[
            _header("Upload-Length"),
            _header("Upload-Defer-Length"),
            _header("Upload-Metadata", required=True),
            _header("Location", 201),
            _header("Upload-Offset", 201),
        ],
        responses={201: ResumableUpload, **_problems(400, 409, 411, 412, 413, 507)},
    )
    def post(self, request: Request) -> Response:
        """Upload-Metadata names the file (`filename` and its name in base64). PATCH the parts to the address."""
        plain = request._request
        tus.check_version(plain)
        length_bytes = _length(plain)
        extension = _extension(plain.headers.get("Upload-Metadata", ""))
        asset = verbs.new_upload(_user(request), extension)
        expires_at = time.time() + settings.REELSCAPE.upload_expiry_s
        tus.declare(uploads.partial_of(asset), length_bytes, expires_at)
        offset = tus.append(plain, asset, 0, expires_at) if plain.content_type == tus.PART_TYPE else 0
        url = verbs.upload_url(asset)
        headers = {"Location": url, "Upload-Offset": str(offset), "Upload-Expires": http_date(expires_at)}
        answer = {"url": url, "blob_name": asset.key}
        return Response(ResumableUpload(answer).data, 201, headers={**headers, **tus.SPOKEN})

    @extend_schema(exclude=True)
    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The protocol's question what the server can do."""
        return tus.options(request._request)


class Upload(Endpoint):
    @extend_schema(
        operation_id="delete_upload",
        summary="Remove an upload that no job uses, complete or not",
        parameters=[OpenApiParameter("upload_id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={204: None, **problems(404, 409)},
    )
    def delete(self, request: Request, upload_id: str) -> Response:
        """`upload_id` is the number in its blob_name: videos/UPLOAD_ID.mp4."""
        try:
            asset = verbs.upload_of(_user(request), UUID(upload_id))
        except ValueError:
            raise NotFound() from None
        uploads.give_up(asset)
        return Response(status=204)


class FormUploads(APIView):
    content_negotiation_class = JsonAlways

    @extend_schema(
        operation_id="upload_file",
        summary="Upload one video (or zip of photos) in a form",
        request={"multipart/form-data": FormUpload},
        responses={201: StoredUpload, **_problems(400, 411, 413, 415, 507)},
    )
    def post(self, request: Request) -> Response:
        """As `curl -F file=@video.mp4` sends it."""
        user = _user(request)
        with form_file(request._request, "file", extension_of, client=str(user.pk)) as part:
            asset = uploads.store_new(user, extension_of(part.name), part.path)
        return Response(StoredUpload({"blob_name": asset.key, "size_bytes": asset.size_bytes}).data, 201)


def extension_of(file_name: str) -> str:
    """The extension of a file that is accepted. Raises UnknownExtension."""
    return verbs.accepted_extension(PurePath(file_name).suffix)


def _user(request: Request) -> User:
    user: Any = request.user
    return user  # type: ignore[no-any-return]


def _length(request: HttpRequest) -> int | None:
    """The length that the client tells; None when it says that it will tell later. Raises LengthRequired."""
    length_bytes = tus.header_number(request, "Upload-Length")
    if length_bytes is not None:
        return uploads.check_length(length_bytes)
    if request.headers.get("Upload-Defer-Length") != "1":
        raise LengthRequired("The upload tells neither Upload-Length nor Upload-Defer-Length: 1.")
    return None


def _extension(metadata: str) -> str:
    """The extension of the file that Upload-Metadata names. Raises BadUploadHeader, UnknownExtension."""
    pairs = (pair.split() for pair in metadata.split(","))
    told = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
    try:
        name = base64.b64decode(told.get("filename") or told.get("name", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise BadUploadHeader("The header Upload-Metadata holds text that is no base64 of UTF-8.") from None
    return extension_of(name)

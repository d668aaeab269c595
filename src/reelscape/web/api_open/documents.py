"""What the file host is sent and answers, for its OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from reelscape.jobs.kinds import Kind
from reelscape.web.api_v1.documents import Problem

_MEANINGS = {
    400: "The file is missing or of a type that is not accepted, or the request is malformed.",
    401: "This server asks for an API key here, or the one that was sent is wrong.",
    403: "The token is not the one of this upload.",
    404: "There is no such file or job.",
    413: "The file is larger than this server accepts.",
    429: "Too many requests or bytes from this address: wait as many seconds as Retry-After says.",
    503: "Nobody is there to do the work.",
    507: "The server has no room left.",
}


class OpenUpload(serializers.Serializer[Any]):
    """A form with one file."""

    file = serializers.FileField()


class UploadedFile(serializers.Serializer[Any]):
    """Where the file is, and the token that deletes it; of a video also its job."""

    id = serializers.UUIDField()
    filename = serializers.CharField()
    url = serializers.URLField(help_text="The file itself.")
    view = serializers.URLField(help_text="A page that shows it.")
    size = serializers.IntegerField(help_text="Bytes.")
    kind = serializers.ChoiceField([kind.value for kind in Kind], help_text="By its content, whatever its name says.")
    delete_token = serializers.CharField(help_text="Deletes the file and all that came of it; told only here.")
    job_id = serializers.UUIDField(required=False)
    reconstruction_started = serializers.BooleanField(required=False)
    reconstruction_error = serializers.CharField(required=False)


def problems(*statuses: int) -> dict[int, OpenApiResponse]:
    """The errors of a route."""
    return {status: OpenApiResponse(Problem, _MEANINGS[status]) for status in statuses}

"""What the file host is sent and answers, for its OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from reelscape.kinds import Kind
from reelscape.web.api_v1.documents import Problem

_MEANINGS = {
    400: "The file is missing or of a type that is not accepted, or the request is malformed.",
    401: "This server asks for an API key here, or the one that was sent is wrong.",
    403: "The token is not the one of this upload.",
    404: "There is no such file or job.",
    413: "The file is larger than this server accepts.",
    415: "The body is neither JSON nor a form.",
    429: "Too many requests or bytes from this address: wait as many seconds as Retry-After says.",
    503: "Nobody is there to do the work.",
    507: "The server has no room left.",
}

_TOKEN = "Of a new job whose video is fetched: deletes the fetched file and all that came of it; told only here."


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


class StartedJob(serializers.Serializer[Any]):
    """The job of an address."""

    job_id = serializers.UUIDField()
    status = serializers.CharField(help_text="processing")
    delete_token = serializers.CharField(required=False, help_text=_TOKEN)


class WaitingJob(Problem):
    """The job waits, because no worker is there."""

    job_id = serializers.UUIDField()
    status = serializers.CharField(help_text="processing")
    delete_token = serializers.CharField(required=False, help_text=_TOKEN)


class RunWarning(serializers.Serializer[Any]):
    """Something that the run could not do."""

    code = serializers.CharField()
    message = serializers.CharField()


class JobState(serializers.Serializer[Any]):
    """A job; what is not known yet, or does not apply, is left out."""

    job_id = serializers.UUIDField()
    status = serializers.ChoiceField(["pending", "processing", "complete", "failed"])
    title = serializers.CharField()
    created_at = serializers.DateTimeField()
    percent = serializers.FloatField(help_text="Of the whole job, 0 to 100; never falls.")
    stage = serializers.CharField(required=False)
    message = serializers.CharField(required=False, help_text="What happens now, for people.")
    warnings = RunWarning(many=True, required=False, help_text="At most 20; among them why there is no mesh.")
    current_frame = serializers.IntegerField(required=False, help_text="Never falls.")
    total_frames = serializers.IntegerField(required=False, help_text="Three times the frames of the scene.")
    view_url = serializers.URLField(required=False)
    mesh_viewer_url = serializers.URLField(required=False)
    glb_asset_url = serializers.URLField(required=False)
    obj_asset_url = serializers.URLField(required=False)
    mesh_ply_asset_url = serializers.URLField(required=False)
    ply_asset_url = serializers.URLField(required=False, help_text="The splats.")
    spz_asset_url = serializers.URLField(required=False, help_text="The splats, small.")
    preview_url = serializers.URLField(required=False)
    turntable_url = serializers.URLField(required=False)
    report_url = serializers.URLField(required=False)
    mission_id = serializers.CharField(required=False, help_text="While there is a live view: the job's id.")
    relay_base = serializers.URLField(
        required=False, help_text="While there is a live view: relay_base/mission_id is the address to poll."
    )
    error = serializers.CharField(required=False)
    error_code = serializers.CharField(required=False)
    advice = serializers.CharField(required=False)


class LiveSnapshot(serializers.Serializer[Any]):
    """An early scene of the training: splats, SPZ."""

    step = serializers.IntegerField()
    url = serializers.CharField(help_text="A path on this server; 404 soon after there is a newer one.")


class LiveState(serializers.Serializer[Any]):
    """How a scene comes along; a running one has `stage` to `steps`."""

    status = serializers.ChoiceField(["running", "finished", "failed"])
    stage = serializers.CharField(required=False)
    percent = serializers.IntegerField(required=False, help_text="Of the whole job, 0 to 100; never falls.")
    snapshot = LiveSnapshot(required=False, allow_null=True)
    text = serializers.CharField(required=False, help_text="What happens now, for people.")
    more = serializers.CharField(required=False, help_text="When it is to be expected, for people.")
    steps = serializers.ListField(required=False, child=serializers.DictField(), help_text="name, state, time of each.")
    config = serializers.DictField(required=False, allow_null=True, help_text="Of a finished one: its files.")
    message = serializers.CharField(required=False, help_text="Of a failed one.")


def problems(*statuses: int) -> dict[int, OpenApiResponse]:
    """The errors of a route."""
    return {status: OpenApiResponse(Problem, _MEANINGS[status]) for status in statuses}

"""The bodies that clients send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reelscape.errors import BadRequest, NotBuiltYet
from reelscape.jobs.models import Job
from reelscape.jobs.verbs import VIDEO_TYPES, Submission
from reelscape.web.api_v1 import words
from reelscape.web.api_v1.fields import BoundedNumber, CameraField, CameraTypeField, Flag, MethodField, Title

GAUSSIANS = ("number of gaussians", 10_000, 2_000_000)
STEPS = ("number of training steps", 1_000, 40_000)
S = TypeVar("S", bound=serializers.Serializer[Any])
_WHILE_NOT_BUILT = "Accepted only as null, false, 0 or empty: this server does not offer it yet."
_DECLINED = ("", "false", "off", "no", "none", "null", "0", "0.0")
_COLUMNS = {
    "reconstruction_method": "method",
    "training_max_num_gaussians": "max_gaussians",
    "training_num_steps": "num_steps",
}


@extend_schema_field({"nullable": True, "description": _WHILE_NOT_BUILT})
class NotBuiltField(serializers.Field[Any, Any, Any, Any]):
    """A field of vid2scene's that we cannot serve yet: refused when it asks for something, never ignored."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> None:
        """Raises NotBuiltYet."""
        if str(data).strip().lower() not in _DECLINED:
            raise NotBuiltYet(f"The field {self.field_name} is not built yet on this server.")


@extend_schema_field(
    {"type": "string", "enum": list(VIDEO_TYPES), "description": "In any case of letters, with or without a dot."}
)
class ExtensionField(serializers.CharField):
    """An extension; which ones are accepted is the verb's to say."""


class UploadRequest(serializers.Serializer[Any]):
    """What kind of file is going to be uploaded."""

    file_extension = ExtensionField(max_length=32, allow_blank=True)


class JobSettings(serializers.Serializer[Any]):
    """What a run can be told, at submit and again at a retry."""

    reconstruction_method = MethodField(required=False, allow_null=True)
    training_max_num_gaussians = BoundedNumber(*GAUSSIANS)
    training_num_steps = BoundedNumber(*STEPS)

    @property
    def columns(self) -> dict[str, Any]:
        """The settings that were given, by the names of the row."""
        given = self.validated_data
        return {column: given[name] for name, column in _COLUMNS.items() if given.get(name) is not None}


class JobRequest(JobSettings):
    """A job to queue. `blob_name` is that of generate-upload-url."""

    blob_name = serializers.CharField(max_length=200)
    title = Title(max_length=255, required=False, allow_null=True, allow_blank=True)
    public = Flag(required=False, allow_null=True, help_text="Whether anybody may see the scene's page.")
    allow_as_example = Flag(required=False, allow_null=True, help_text="Accepted; this server shows no examples.")
    camera_type = CameraTypeField(required=False, allow_null=True)
    webhook_url = serializers.URLField(max_length=500, required=False, allow_null=True, allow_blank=True)
    webhook_secret = serializers.CharField(
        max_length=200, required=False, allow_null=True, allow_blank=True, trim_whitespace=False
    )
    remove_background = NotBuiltField()
    apriltag_size_mm = NotBuiltField()
    generate_lod = NotBuiltField()
    equirectangular = NotBuiltField()
    use_background_sphere = NotBuiltField()
    pilgram_filter = NotBuiltField()

    @property
    def submission(self) -> Submission:
        """The wish in the words of the verbs."""
        given = {name: value for name, value in self.validated_data.items() if value is not None}
        return Submission(
            blob_name=given["blob_name"].lower(),
            title=given.get("title", ""),
            public=given.get("public", False),
            camera_type=given.get("camera_type", "orbital"),
            webhook_url=given.get("webhook_url", ""),
            webhook_secret=given.get("webhook_secret", ""),
            **self.columns,
        )


class JobChange(serializers.Serializer[Job]):
    """What may change of a job; anything else that is sent is left alone."""

    title = Title(max_length=255)
    public = Flag(required=False)
    camera_data = CameraField(required=False, allow_null=True)

    def update(self, job: Job, validated_data: dict[str, Any]) -> Job:
        """Write the given columns alone: a worker may be writing others."""
        if "camera_data" in validated_data:  # null gives it back to the runs
            validated_data["camera_is_set"] = validated_data["camera_data"] is not None
        if validated_data:
            Job.objects.filter(id=job.id).update(**validated_data)
        return job


@extend_schema_field(
    {
        "type": "string",
        "enum": list(words.FILTERS),
        "description": "As a job's `status` reads, in any case of letters; a place in the queue does not matter.",
    }
)
class StatusField(serializers.Field[str, Any, str, Any]):
    """A state by our word, or as the documents or a job's `status` name it."""

    def to_internal_value(self, data: Any) -> str:
        """Raises BadRequest."""
        word = words.filter_of(str(data))
        if word and word not in words.FILTERS:
            raise BadRequest(f"Unknown status {word[:40]!r}. Must be one of: {', '.join(words.FILTERS)}")
        return word


class JobFilter(serializers.Serializer[Any]):
    """The query of the list."""

    status = StatusField(required=False)
    public = serializers.BooleanField(required=False, allow_null=True)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=1000)
    offset = serializers.IntegerField(required=False, min_value=0, max_value=2**31)


def read(kind: type[S], data: Any, **options: Any) -> S:
    """The checked body. Raises ValidationError and what the fields raise."""
    if not isinstance(data, Mapping | MultiValueDict):
        raise BadRequest("The body must be an object with the fields of the API's documentation.")
    checked = kind(data=data, **options)
    checked.is_valid(raise_exception=True)
    return checked

"""The bodies that the API answers with."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reelscape.jobs.models import Job
from reelscape.web.api_v1 import words
from reelscape.web.api_v1.fields import METHODS, CameraField

STATUS_HELP = (
    "One of: Queued; Queued - position: N; Processing video; Generating 3D scene; Finished; Failed (a cancelled job "
    "too); Not found (its products were removed)."
)
_LINKS = {
    "self": "",
    "viewer": "viewer/",
    "report": "report/",
    "preview": "preview/",
    "thumbnail": "download/thumbnail/",
    "ply": "download/ply/",
    "spz": "download/spz/",
    "cancel": "cancel/",
    "retry": "retry/",
}


def job_url(job: Job) -> str:
    """The absolute address of a job in this API."""
    return f"{settings.REELSCAPE.public_url}/api/v1/jobs/{job.id}/"


class Problem(serializers.Serializer[Any]):
    """Any error. `error`, `error_message` and `detail` are one sentence; refused fields are listed beside them."""

    success = serializers.BooleanField(help_text="false")
    error = serializers.CharField()
    error_message = serializers.CharField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="Stable, for programs.")
    advice = serializers.CharField(help_text="What to do next.")


class UploadAddress(serializers.Serializer[Any]):
    """Where to PUT the file, and what to name it at submit-job."""

    url = serializers.URLField()
    blob_name = serializers.CharField()
    expires_at = serializers.DateTimeField()
    max_bytes = serializers.IntegerField()
    resumable = serializers.BooleanField(help_text="Whether the address also takes the file in parts (tus 1.0).")


class JobDocument(serializers.Serializer[Job]):
    """A job."""

    # Reads rows of `rows.described`; the context's `positions` maps waiting jobs to places in the queue.

    job_id = serializers.UUIDField(source="id")
    title = serializers.CharField()
    status = serializers.SerializerMethodField(help_text=STATUS_HELP)
    percent_complete = serializers.FloatField(
        allow_null=True, help_text="0 to 100 over training and what follows; null before."
    )
    uploaded_at = serializers.DateTimeField(source="created_at")
    public = serializers.BooleanField()
    reconstruction_method = serializers.ChoiceField(source="method", choices=METHODS)
    training_max_num_gaussians = serializers.IntegerField(source="max_gaussians")
    training_num_steps = serializers.IntegerField(source="num_steps")
    remove_background = serializers.SerializerMethodField()
    has_ply = serializers.BooleanField()
    has_spz = serializers.BooleanField()
    camera_data = CameraField(allow_null=True)
    current_step = serializers.SerializerMethodField(help_text="What happens now, for people.")
    progress = serializers.SerializerMethodField(help_text="The whole job, 0 to 100.")
    estimated_time_remaining = serializers.SerializerMethodField(help_text="Seconds; null while unknown.")
    queue_position = serializers.SerializerMethodField(help_text="From 1; null unless the job waits.")
    error_message = serializers.SerializerMethodField()
    error_code = serializers.SerializerMethodField(help_text="`cancelled` for a cancelled job.")
    advice = serializers.SerializerMethodField()
    attempt = serializers.IntegerField(help_text="How often a worker took the job up, or it was retried.")
    links = serializers.SerializerMethodField(help_text="Addresses; what is not there yet answers 404.")

    def get_status(self, job: Job) -> str:
        return words.status(job, self.get_queue_position(job), self._has_scene(job))

    def _has_scene(self, job: Any) -> bool:
        return bool(job.has_ply or job.has_spz)

    def get_remove_background(self, job: Job) -> bool:
        return False

    def get_current_step(self, job: Job) -> str:
        return words.current_step(job)

    def get_progress(self, job: Job) -> float:
        return round(100 * job.overall, 1)

    def get_estimated_time_remaining(self, job: Job) -> int | None:
        return words.seconds_left(job, timezone.now())

    def get_queue_position(self, job: Job) -> int | None:
        position: int | None = self.context["positions"].get(job.id)
        return position

    def get_error_message(self, job: Job) -> str | None:
        return job.error_message or None

    def get_error_code(self, job: Job) -> str | None:
        return job.error_code or None

    def get_advice(self, job: Job) -> str | None:
        return job.advice or None

    @extend_schema_field(
        {
            "type": "object",
            "properties": {name: {"type": "string", "format": "uri"} for name in (*_LINKS, "page")},
            "required": [*_LINKS, "page"],
        }
    )
    def get_links(self, job: Job) -> dict[str, str]:
        page = {"page": f"{settings.REELSCAPE.public_url}/scenes/{job.id}/"}  # for people, who sign in
        return {name: job_url(job) + path for name, path in _LINKS.items()} | page


class SubmittedJob(JobDocument):
    """A job that was just queued."""

    success = serializers.SerializerMethodField(help_text="true")

    def get_success(self, job: Job) -> bool:
        return True

    def get_status(self, job: Job) -> str:
        return words.QUEUED

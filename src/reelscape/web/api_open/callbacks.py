"""The callbacks of external workers: claim a job, tell how far it is, end it. Bodies: docs/api-open-callbacks.md."""

from __future__ import annotations

from hmac import compare_digest
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from reelscape.errors import BadRequest, BadWorkerToken, CallbacksOff, NotFound
from reelscape.jobs import external
from reelscape.jobs.external import News
from reelscape.jobs.models import Job
from reelscape.jobs.progress import STAGES
from reelscape.web.api_open.reconstruct import Text
from reelscape.web.api_v1.endpoint import Endpoint
from reelscape.web.api_v1.requests import read
from reelscape.web.throttles import KeyGuesses

_MOST = 2**31 - 1


class WorkerToken(BaseAuthentication):
    """The header `Authorization: Bearer TOKEN` with the token of the settings."""

    def authenticate(self, request: Request) -> None:
        """Raises CallbacksOff, BadWorkerToken, Throttled (too many wrong tokens from this address)."""
        token = settings.REELSCAPE.worker_token
        if not token:
            raise CallbacksOff()
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        guesses = KeyGuesses(request._request, given)
        if wait_s := guesses.wait_s():
            raise Throttled(wait_s)
        is_right = scheme.lower() == "bearer" and compare_digest(given.strip().encode(), token.encode())
        guesses.note(is_right)
        if not is_right:
            raise BadWorkerToken()


class Attempt(serializers.Serializer[Any]):
    """`attempt` is the number that the session gave: it fences off whoever lost the job."""

    attempt = serializers.IntegerField(min_value=1, max_value=_MOST)


class SessionRequest(serializers.Serializer[Any]):
    """Who asks; with `attempt` it renews the claim that it has."""

    worker = Text(max_length=80)
    attempt = serializers.IntegerField(min_value=1, max_value=_MOST, required=False, allow_null=True)


class ProgressRequest(Attempt):
    """How far a stage is: a fraction, or frames."""

    stage = serializers.ChoiceField(STAGES)
    fraction = serializers.FloatField(min_value=0.0, max_value=1.0, required=False)
    current_frame = serializers.IntegerField(min_value=0, max_value=_MOST, required=False)
    num_frames = serializers.IntegerField(min_value=1, max_value=_MOST, required=False)
    message = Text(max_length=200, required=False, allow_blank=True)


class ErrorBody(serializers.Serializer[Any]):
    code = Text(max_length=32, required=False, allow_blank=True)
    message = Text(max_length=500, required=False, allow_blank=True)


class CompleteRequest(Attempt):
    """How the job ended."""

    status = serializers.ChoiceField(("complete", "failed"))
    error = ErrorBody(required=False, allow_null=True)
    report = serializers.DictField(required=False, allow_null=True)


class Callback(Endpoint):
    """For external workers."""

    authentication_classes = (WorkerToken,)
    permission_classes = ()
    throttle_classes = ()


class Session(Callback):
    @extend_schema(exclude=True)
    def post(self, request: Request, job_id: str) -> Response:
        """Claim the job, or renew the claim."""
        given = read(SessionRequest, request.data).validated_data
        return Response(external.begin(_job(job_id), given["worker"], given.get("attempt")))


class Progress(Callback):
    @extend_schema(exclude=True)
    def post(self, request: Request, job_id: str) -> Response:
        """Take in how far it is."""
        given = read(ProgressRequest, request.data).validated_data
        job = _job(job_id)
        num_frames = given.get("num_frames")
        fraction = _fraction(given, num_frames or job.num_frames)
        external.tell(job, given["attempt"], News(given["stage"], fraction, given.get("message", ""), num_frames))
        return Response({"job_id": str(job.id), "attempt": given["attempt"]})


def _fraction(given: dict[str, Any], num_frames: int | None) -> float:
    if "fraction" in given:
        return float(given["fraction"])
    if "current_frame" not in given or not num_frames:
        raise BadRequest("Either fraction is needed, or current_frame and num_frames.")
    return min(float(given["current_frame"] / num_frames), 1.0)


class Complete(Callback):
    @extend_schema(exclude=True)
    def post(self, request: Request, job_id: str) -> Response:
        """End the job: what was sent becomes its products, or its error is kept."""
        given = read(CompleteRequest, request.data).validated_data
        job = _job(job_id)
        if given["status"] == "complete":
            external.complete(job, given["attempt"], given.get("report") or {})
        else:
            error = given.get("error") or {}
            external.fail(job, given["attempt"], error.get("code", ""), error.get("message", ""))
        return Response({"job_id": str(job.id), "status": given["status"]})


def _job(job_id: str) -> Job:
    """Raises NotFound."""
    try:
        return Job.objects.select_related("video").get(id=UUID(job_id))
    except (ValueError, Job.DoesNotExist):
        raise NotFound("There is no such job.") from None

"""What a client is told when something is wrong: one body for every error, whichever view or handler gives it.

vid2scene's documents know two styles, `{"success": false, "error_message": ...}` and `{"error": ...}`, its code a
third, `{"detail": ...}`: the body has all three, and our code and advice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import DisallowedHost, PermissionDenied, SuspiciousOperation
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    UnreadablePostError,
)
from django.urls import is_valid_path
from django.views import defaults
from rest_framework import exceptions as drf
from rest_framework.response import Response

from reelscape import errors
from reelscape.errors import ReelscapeError
from reelscape.jobs.database import is_full
from reelscape.web import hosts

log = logging.getLogger(__name__)

STATUS: Mapping[type[ReelscapeError], int] = {
    ReelscapeError: 500,
    errors.BadSetting: 400,
    errors.UploadError: 400,
    errors.JobError: 400,
    errors.NotAuthenticated: 401,
    errors.BadApiKey: 401,
    errors.BadWorkerToken: 401,
    errors.Forbidden: 403,
    errors.CallbacksOff: 403,
    errors.WrongDeleteToken: 403,
    errors.BadSignature: 403,
    errors.LinkExpired: 403,
    errors.NotFound: 404,
    errors.NotAvailable: 404,
    errors.MethodNotAllowed: 405,
    errors.AttemptOver: 409,
    errors.RequestTimeout: 408,
    errors.JobOver: 409,
    errors.JobNotOver: 409,
    errors.UploadInUse: 409,
    errors.UploadSpent: 409,
    errors.UploadOffset: 409,
    errors.LengthRequired: 411,
    errors.UnknownTusVersion: 412,
    errors.UploadTooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.RateLimited: 429,
    errors.TooManyJobs: 429,
    errors.TooManyUploads: 429,
    errors.NoWorker: 503,
    errors.StorageFull: 507,
    errors.DiskFull: 507,
}
_OURS: Mapping[type[Exception], type[ReelscapeError]] = {
    drf.NotAuthenticated: errors.NotAuthenticated,
    drf.AuthenticationFailed: errors.BadApiKey,
    drf.PermissionDenied: errors.Forbidden,
    drf.NotFound: errors.NotFound,
    drf.MethodNotAllowed: errors.MethodNotAllowed,
    drf.UnsupportedMediaType: errors.UnsupportedMediaType,
    drf.Throttled: errors.RateLimited,
    drf.APIException: errors.BadRequest,
    PermissionDenied: errors.Forbidden,
    Http404: errors.NotFound,
    SuspiciousOperation: errors.BadRequest,
    UnreadablePostError: errors.BadRequest,
    RecursionError: errors.BadRequest,
}  # RecursionError: JSON that is nested thousands deep
_WAIT_S: Mapping[type[ReelscapeError], float] = {errors.TooManyJobs: 60.0, errors.TooManyUploads: 60.0}
_SPOKEN = (drf.ParseError, drf.UnsupportedMediaType, drf.MethodNotAllowed)  # whose text says more than our sentence
_FAULT_ADVICE = "Try again in a while; if it happens again, tell the operator: the server's log has the traceback."


def status_of(error: ReelscapeError) -> int:
    """The HTTP status of an error: that of the nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def body_of(error: ReelscapeError) -> dict[str, Any]:
    """The JSON that tells of an error."""
    text = error.message
    told = {"success": False, "error": text, "error_message": text, "detail": text}
    return {**told, "code": error.code, "advice": error.advice}


def failure(exc: Exception, context: Mapping[str, Any]) -> Response:
    """REST framework's exception handler: an answer for whatever a view raised."""
    error = as_ours(exc)
    if error is None:
        log.error("Unforeseen error at %s", getattr(context.get("request"), "path", "?"), exc_info=exc)
        return Response(_fault(), 500)
    fields = exc.detail if isinstance(exc, drf.ValidationError) and isinstance(exc.detail, dict) else {}
    status = status_of(error)
    wait_s = _WAIT_S.get(type(error), getattr(exc, "wait", None))
    return Response({**fields, **body_of(error)}, status, headers=_headers(status, wait_s))


def json_failure(error: ReelscapeError, wait_s: float | None = None) -> JsonResponse:
    """The same answer from a plain Django view; `wait_s` are the seconds of a 429."""
    status = status_of(error)
    return JsonResponse(body_of(error), status=status, headers=_headers(status, wait_s))


def refusal(request: HttpRequest, error: ReelscapeError, wait_s: float | None = None) -> HttpResponse:
    """The answer of what stands before all views: for programs that of other errors, for people a sentence."""
    if _speaks_json(request):
        return json_failure(error, wait_s)
    status = status_of(error)
    text = f"{error.message}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status, headers=_headers(status, wait_s))


def _headers(status: int, wait_s: float | None = None) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": "Api-Key"}
    return {"Retry-After": str(max(1, round(wait_s or 1)))} if status == 429 else {}


def as_ours(exc: Exception) -> ReelscapeError | None:
    """The leaf of our tree for what a view raised; None for what nobody foresaw."""
    if isinstance(exc, ReelscapeError):
        return exc
    if is_full(exc):
        return errors.StorageFull()
    if isinstance(exc, drf.ValidationError):
        return errors.BadRequest(_first_sentence(exc.detail))
    kind = next((_OURS[kind] for kind in type(exc).__mro__ if kind in _OURS), None)
    return kind(str(exc) if isinstance(exc, _SPOKEN) else None) if kind else None


def _first_sentence(detail: Any, field: str = "") -> str:
    """The first of REST framework's sentences about fields, with the name of its field."""
    if isinstance(detail, dict) and detail:
        name, inner = next(iter(detail.items()))
        return _first_sentence(inner, "" if name == "non_field_errors" else str(name))
    if isinstance(detail, list) and detail:
        return _first_sentence(detail[0], field)
    return f"{field}: {detail}" if field else str(detail)


def _fault() -> dict[str, Any]:
    return {**body_of(errors.UnexpectedError("The server met a fault of its own.")), "advice": _FAULT_ADVICE}


def _speaks_json(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/blobs/"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: among others a Host that is not ours."""
    if isinstance(exception, DisallowedHost):
        hosts.tell(request.META.get("HTTP_HOST", ""))
    if _speaks_json(request):
        return json_failure(errors.BadRequest("The request is not one that this server answers."))
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return json_failure(errors.Forbidden()) if _speaks_json(request) else defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: no such route, or an id that is none. A page that stands with a slash alone is led to."""
    if _speaks_json(request):
        return json_failure(errors.NotFound())
    lacks_slash = request.method in ("GET", "HEAD") and not request.path.endswith("/")
    if lacks_slash and is_valid_path(f"{request.path_info}/"):
        return HttpResponseRedirect(request.get_full_path(force_append_slash=True))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500; Django has logged the traceback."""
    return JsonResponse(_fault(), status=500) if _speaks_json(request) else defaults.server_error(request)

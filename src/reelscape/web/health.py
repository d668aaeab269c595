"""Two questions of whoever watches the service: does the process live, can it serve."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from reelscape.errors import StorageFull
from reelscape.jobs import database, quota

_LEAST_FREE_BYTES = 1 << 20  # below that no change of a row is certain


def alive(request: HttpRequest) -> JsonResponse:
    """The web process answers."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """The database answers too, and has room to write; else 503 and why."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM jobs_job LIMIT 1")
    except DatabaseError as error:
        return _unready(database.fault(error, "of the service").code)
    return _unready(StorageFull.code) if quota.free_bytes() < _LEAST_FREE_BYTES else JsonResponse({"status": "ok"})


def _unready(code: str) -> JsonResponse:
    return JsonResponse({"status": "unavailable", "code": code}, status=503)

"""Two questions of whoever watches the service: does the process live, can it serve."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from reelscape.errors import StorageFull
from reelscape.jobs import database, quota
from reelscape.jobs.locks import WORKER_LOCK, is_held

_LEAST_FREE_BYTES = 1 << 20  # below that no change of a row is certain


def alive(request: HttpRequest) -> JsonResponse:
    """The web process answers."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """The database answers too, and has room to write; else 503 and why. Says whether the worker lives, too."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM jobs_job LIMIT 1")
    except DatabaseError as error:
        return _unready(database.fault(error, "of the service").code)
    if quota.free_bytes() < _LEAST_FREE_BYTES:
        return _unready(StorageFull.code)
    return JsonResponse({"status": "ok", "worker": _worker()})


def _unready(code: str) -> JsonResponse:
    return JsonResponse({"status": "unavailable", "code": code, "worker": _worker()}, status=503)


def _worker() -> str:
    """A service whose worker is just starting again takes uploads and jobs all the same."""
    return "alive" if is_held(settings.REELSCAPE.data_dir / WORKER_LOCK) else "missing"

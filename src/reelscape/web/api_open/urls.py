"""The routes of the open surface below /api/."""

from __future__ import annotations

from django.urls import URLPattern, path

from reelscape.web.api_open import callbacks, files, live, openapi, reconstruct, status
from reelscape.web.routes import exact_route, route

urlpatterns: list[URLPattern] = [
    route("openapi.json", openapi.AsJson.as_view()),
    route("upload", files.Upload.as_view()),
    path("files/<uuid:file_id>.<slug:extension>", files.File.as_view()),
    path("preview/<uuid:file_id>.<slug:extension>", files.Preview.as_view()),
    route("reconstruct", reconstruct.Reconstruct.as_view()),
    route("reconstruct/status/{job_id}", status.Status.as_view()),
    route("reconstruct/report/{job_id}", status.Report.as_view()),
    exact_route("live/{job_id}", live.Live.as_view()),
    exact_route("live/{job_id}/{snapshot}", live.Snapshot.as_view()),
    route("reconstruct/session/{job_id}", callbacks.Session.as_view()),
    route("reconstruct/progress/{job_id}", callbacks.Progress.as_view()),
    route("reconstruct/complete/{job_id}", callbacks.Complete.as_view()),
]

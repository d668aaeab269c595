"""The routes below /api/v1/."""

from __future__ import annotations

from reelscape.web import uploads
from reelscape.web.api_v1 import openapi, views
from reelscape.web.routes import route

urlpatterns = [
    route("generate-upload-url", views.NewUpload.as_view()),
    route("uploads", uploads.NewResumableUpload.as_view()),
    route("uploads/{upload_id}", uploads.Upload.as_view()),
    route("upload", uploads.FormUploads.as_view()),
    route("submit-job", views.SubmitJob.as_view()),
    route("jobs", views.Jobs.as_view()),
    route("jobs/{job_id}", views.JobDetail.as_view()),
    route("jobs/{job_id}/download/{kind}", views.Download.as_view()),
    route("jobs/{job_id}/preview", views.Preview.as_view()),
    route("jobs/{job_id}/viewer", views.Viewer.as_view()),
    route("jobs/{job_id}/report", views.Report.as_view()),
    route("jobs/{job_id}/cancel", views.Cancel.as_view()),
    route("jobs/{job_id}/retry", views.Retry.as_view()),
    route("openapi.json", openapi.AsJson.as_view()),
    route("openapi.yaml", openapi.AsYaml.as_view()),
]

"""Every route of the service. API routes stand with and without the trailing slash."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from reelscape.web import blobs, health, llms
from reelscape.web.api_open import view
from reelscape.web.api_v1 import openapi
from reelscape.web.pages import guide, home, mine, upload
from reelscape.web.routes import route
from reelscape.web.scene import sharing

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("upload/", upload.page, name="upload"),
    path("upload/address/", upload.address, name="upload_address"),
    path("upload/submit/", upload.submit, name="upload_submit"),
    path("upload/file/", upload.plain_form, name="upload_file"),
    path("mine/", mine.mine, name="mine"),
    path("docs/", guide.guide, name="docs"),
    path("docs/<slug:name>/", guide.reference, name="reference"),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("blobs/<path:key>", blobs.blob),
    path("accounts/", include("reelscape.web.account_urls")),
    path("admin/", admin.site.urls),
    route("api/v1", openapi.Start.as_view()),
    path("api/v1/", include("reelscape.web.api_v1.urls")),
    path("api/", include("reelscape.web.api_open.urls")),
    path("view/<uuid:file_id>.<slug:extension>", view.page),
    path("llms.txt", llms.guide),
    path("scenes/", include("reelscape.web.scene.urls")),
    path("oembed", sharing.oembed),
]

handler400 = "reelscape.web.api_v1.answers.bad_request"
handler403 = "reelscape.web.api_v1.answers.forbidden"
handler404 = "reelscape.web.api_v1.answers.not_found"
handler500 = "reelscape.web.api_v1.answers.server_error"

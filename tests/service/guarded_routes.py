"""One route that asks for a key, one that sets a policy of its own, and the routes of accounts."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class WhoAmI(APIView):
    def get(self, request: Request) -> Response:
        return Response({"name": request.user.get_username(), "url": request.build_absolute_uri()})


def own_policy(request: HttpRequest) -> HttpResponse:
    return HttpResponse("", headers={"Content-Security-Policy": "sandbox"})


urlpatterns = [
    path("api/v1/me/", WhoAmI.as_view()),
    path("own-policy", own_policy),
    path("accounts/", include("reelscape.web.account_urls")),
    path("admin/", admin.site.urls),
]

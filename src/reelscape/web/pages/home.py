"""The first page: what this is, and what others made and show."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reelscape.jobs.models import Job
from reelscape.web.api_v1 import words
from reelscape.web.pages import cards


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The gallery holds finished public scenes alone, the newest first."""
    public = cards.pictured(Job.objects.filter(public=True)).filter(words.FILTERS["finished"])
    page = cards.page_of(request, public.order_by("-ended_at", "-created_at", "id"))
    return render(request, "home.html", {"page": page, "cards": cards.cards(page, is_owner=False)})

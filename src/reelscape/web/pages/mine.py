"""The scenes of who has signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reelscape.jobs import verbs
from reelscape.web.pages import cards
from reelscape.web.profile import SignedInRequest


@never_cache
@login_required
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """All of them, newest first; the page looks again by itself while one of them is in the making."""
    page = cards.page_of(request, cards.pictured(verbs.jobs_of(request.user)))
    shown = cards.cards(page, is_owner=True)
    return render(request, "mine.html", {"page": page, "cards": shown, "waits": any(card.is_active for card in shown)})

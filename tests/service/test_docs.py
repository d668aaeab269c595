"""The page of the API has a heading for each route."""

from __future__ import annotations

import re
from pathlib import Path

from reelscape.web.api_v1 import urls

API_PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def template(pattern: str) -> str:
    """A route as people write it: jobs/JOB_ID/report."""
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda part: part[1].upper(), pattern).removeprefix("^").removesuffix(r"/?\Z")


def test_every_route_has_a_heading() -> None:
    routes = {template(str(route.pattern)) for route in urls.urlpatterns} - {"openapi.json", "openapi.yaml"}
    headings = re.findall(r"^### (.*)$", API_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = {word.rstrip("/") for heading in headings for word in heading.split()}
    assert len(routes) >= 12
    assert routes <= told

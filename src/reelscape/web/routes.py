"""Routes that stand with and without the trailing slash: a redirect would lose the body of a POST."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path

_PARTS = {
    "job_id": r"[0-9a-fA-F-]{36}",
    "upload_id": r"[0-9a-fA-F-]{36}",
    "kind": r"[^/]+",
    "file": r"[a-z]+[.][a-z0-9]+",
    "snapshot": r"[0-9]+-[0-9]+[.]spz",
}


def route(template: str, view: Callable[..., HttpResponseBase], **options: Any) -> URLPattern:
    """A route such as `jobs/{job_id}/report`."""
    return re_path(rf"^{_pattern(template)}/?\Z", view, **options)


def exact_route(template: str, view: Callable[..., HttpResponseBase]) -> URLPattern:
    """A route without the slash, for what is no page: a 404 of it is not led on to an address with one."""
    return re_path(rf"^{_pattern(template)}\Z", view)


def _pattern(template: str) -> str:
    return re.sub(r"{(\w+)}", lambda part: f"(?P<{part[1]}>{_PARTS[part[1]]})", template)

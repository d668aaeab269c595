"""Routes that stand with and without the trailing slash: a redirect would lose the body of a POST."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path

_PARTS = {"job_id": r"[0-9a-fA-F-]{36}", "upload_id": r"[0-9a-fA-F-]{36}", "kind": r"[^/]+"}


def route(template: str, view: Callable[..., HttpResponseBase], **options: Any) -> URLPattern:
    """A route such as `jobs/{job_id}/report`."""
    pattern = re.sub(r"{(\w+)}", lambda part: f"(?P<{part[1]}>{_PARTS[part[1]]})", template)
    return re_path(rf"^{pattern}/?\Z", view, **options)

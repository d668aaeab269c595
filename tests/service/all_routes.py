"""Every route of the service, as it is registered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("get", "head", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Route:
    """A route such as `api/v1/jobs/{job_id}`; `methods` are known of views that are classes of ours."""

    template: str
    methods: frozenset[str]


def all_routes() -> list[Route]:
    return list(_below(get_resolver().url_patterns, ""))


def _below(entries: Sequence[Any], prefix: str) -> Iterator[Route]:
    for entry in entries:
        text = prefix + _plain(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _below(entry.url_patterns, text)
        else:
            assert isinstance(entry, URLPattern)
            yield Route(text.removesuffix("/?"), _methods(entry))


def _plain(pattern: str) -> str:
    """A part of a route with `{name}` where its parameters stand."""
    text = re.sub(r"\(\?P<(\w+)>.*?\)(?=[^)]|$)", r"{\1}", pattern)
    text = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", text)
    return text.removeprefix("^").removesuffix(r"\Z").removesuffix("$")


def _methods(entry: URLPattern) -> frozenset[str]:
    view = getattr(entry.callback, "cls", None)
    own = {name for name in METHODS if hasattr(view, name)}
    return frozenset(own | ({"head"} if "get" in own else set()))

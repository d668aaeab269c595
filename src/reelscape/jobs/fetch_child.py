"""Fetches one file from the internet, in a process of its own: `python -m reelscape.jobs.fetch_child`.

The order comes as one line of JSON on standard input, which then stays open as a lifeline; events go to standard output
as those of a run do. So whoever started it can stop it at any moment, whatever the other side of the connection does.
This module needs no Django.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from requests_hardened.ip_filter import InvalidIPAddress

from reelscape.errors import (
    ReelscapeError,
    UrlForbidden,
    UrlNotVideo,
    UrlRefused,
    UrlTooLarge,
    UrlTooSlow,
    UrlUnreachable,
    coded,
)
from reelscape.jobs import public_addresses
from reelscape.jobs.public_addresses import Target, check_scheme, session_for, target_of
from reelscape.lifeline import die_with_parent

WHAT = "The video_url"
STAGE = "fetch"
_AGENT = "Reelscape-Fetch"
_MAX_HOPS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK_BYTES = 1 << 15  # a chunk is waited for whole: a slow host shall show progress too
_TELL_EVERY_S = 0.5
_NO_VIDEO = ("text/html", "application/xhtml+xml", "text/plain", "application/json", "image/svg+xml")

Say = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Order:
    """What to fetch, into which file (it is there already), and how: `hosts` are those that the operator allows."""

    url: str
    path: str
    limit_bytes: int
    hosts: tuple[str, ...]
    ca_path: str


def allowed_target(url: str, hosts: tuple[str, ...]) -> Target:
    """The address, if its form and its scheme are allowed. Raises UrlForbidden."""
    target = target_of(url, WHAT)
    if not target.is_among(hosts):
        check_scheme(target, WHAT)
    return target


def fetch(order: Order, say: Say) -> None:
    """Fetch the file whole. Raises UrlForbidden, UrlUnreachable, UrlRefused, UrlTooSlow, UrlTooLarge, UrlNotVideo."""
    try:
        url = order.url
        for _ in range(_MAX_HOPS + 1):
            with closing(_answer(allowed_target(url, order.hosts), order)) as answer:
                if answer.status_code not in _REDIRECTS:
                    return _store(answer, order, say)
                url = urljoin(answer.url, answer.headers.get("Location", ""))
        raise UrlRefused(f"{WHAT} redirects more than {_MAX_HOPS} times.")
    except InvalidIPAddress as error:
        raise UrlForbidden(f"{WHAT} leads to an address that is not a public one.") from error
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise UrlTooSlow("The host of the address did not answer in time.") from error
    except requests.exceptions.SSLError as error:
        raise UrlUnreachable("The certificate of the address could not be verified.") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise UrlUnreachable() from error


def _answer(target: Target, order: Order) -> requests.Response:
    """The head of the answer of one hop. A host that the operator allows is not held to public addresses."""
    is_listed = target.is_among(order.hosts)
    session = session_for(_AGENT, filtered=not is_listed)
    if is_listed and order.ca_path:
        session.verify = order.ca_path
    headers = {"Accept-Encoding": "identity", "Accept": "video/*, application/octet-stream;q=0.9, */*;q=0.5"}
    answer: requests.Response = session.get(
        target.url, headers=headers, stream=True, timeout=public_addresses.TIMEOUT_S
    )
    return answer


def _store(answer: requests.Response, order: Order, say: Say) -> None:
    _check_head(answer, order.limit_bytes)
    total_bytes = int(answer.headers.get("Content-Length") or 0)
    fetched_bytes, told_at = 0, 0.0
    with open(order.path, "r+b") as file:
        for chunk in _chunks(answer):
            fetched_bytes += len(chunk)
            if fetched_bytes > order.limit_bytes:
                raise _too_large(order.limit_bytes)
            file.write(chunk)
            if time.monotonic() > told_at + _TELL_EVERY_S:
                told_at = time.monotonic()
                say(_progress(fetched_bytes, total_bytes))
    if fetched_bytes == 0:
        raise UrlNotVideo("The file at the address is empty.")


def _check_head(answer: requests.Response, limit_bytes: int) -> None:
    """Raise what can be told before the body comes."""
    if answer.status_code != 200:
        raise UrlRefused(f"The host of the address answered {answer.status_code}.")
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in _NO_VIDEO:
        raise UrlNotVideo(f"The address gives no video but {kind}.")
    length = answer.headers.get("Content-Length", "0")
    if not (length.isascii() and length.isdigit()):
        raise UrlRefused("The host of the address gave an answer that cannot be used.")
    if int(length[:20]) > limit_bytes:
        raise _too_large(limit_bytes)


def _chunks(answer: requests.Response) -> Iterator[bytes]:
    """The body as it is sent: nothing is unpacked, so nothing can grow. One that breaks off raises HTTPError."""
    raw: urllib3.HTTPResponse = answer.raw
    yield from raw.stream(_CHUNK_BYTES, decode_content=False)


def _too_large(limit_bytes: int) -> UrlTooLarge:
    return UrlTooLarge(f"The file at the address is larger than {limit_bytes // 1_000_000} MB.")


def _progress(fetched_bytes: int, total_bytes: int) -> dict[str, Any]:
    whole = f" of {total_bytes / 1e6:.0f}" if total_bytes else ""
    return {"event": "progress", "stage": STAGE, "message": f"fetching the video, {fetched_bytes / 1e6:.0f}{whole} MB"}


def main() -> None:
    """Entry point of the process."""
    fields = json.loads(sys.stdin.buffer.readline())
    die_with_parent()
    order = Order(**fields | {"hosts": tuple(fields["hosts"])})
    error: ReelscapeError | None = None
    try:
        fetch(order, _say)
    except Exception as raised:  # the border: every fault becomes a coded error for the parent
        error = coded(raised)
    _say({"event": "ended", "stage": STAGE, "status": "failed" if error else "finished", "error": _told(error)})
    os._exit(1 if error else 0)  # no waiting for the threads of a resolver


def _told(error: ReelscapeError | None) -> dict[str, str] | None:
    return error.as_dict() if error else None


def _say(event: dict[str, Any]) -> None:
    print(json.dumps(event), flush=True)


if __name__ == "__main__":
    main()

"""Static files for browsers that read gzip: compressed when first asked for, and kept.

Browsers ask for Brotli over TLS alone; the viewer brings its files along as Brotli too (NAME.br), which WhiteNoise
sends by itself. Only static files are compressed: the length of a compressed page would tell something of its secrets.
"""

from __future__ import annotations

import gzip
import re

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from reelscape.web.middleware import View

_SHRINKS = re.compile(r"text/|[a-z]+/(javascript|json|wasm|svg\+xml)")
_LEAST_BYTES = 1000


def static_gzip(get_response: View) -> View:
    """Middleware around WhiteNoise, which takes files from the disk once, when the process starts."""
    compressed: dict[str, bytes] = {}

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = get_response(request)
        if not request.path_info.startswith(settings.STATIC_URL) or not _shrinks(answer):
            return answer
        patch_vary_headers(answer, ["Accept-Encoding"])
        if request.method != "GET" or "gzip" not in request.headers.get("Accept-Encoding", ""):
            return answer
        content = compressed.get(request.path_info)
        if content is None:
            content = compressed[request.path_info] = gzip.compress(_read(answer), mtime=0)
        answer.close()
        changed = {"Content-Encoding": "gzip", "Content-Length": str(len(content))}
        return HttpResponse(content, headers=dict(answer.items()) | changed)

    return middleware


def _shrinks(answer: HttpResponseBase) -> bool:
    return (
        answer.status_code == 200
        and not answer.has_header("Content-Encoding")
        and _SHRINKS.match(answer.get("Content-Type", "")) is not None
        and int(answer.get("Content-Length", "0")) >= _LEAST_BYTES
    )


def _read(answer: HttpResponseBase) -> bytes:
    assert isinstance(answer, FileResponse)
    return answer.getvalue()

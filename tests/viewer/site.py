"""The viewer's page as a server gives it: built files, one configuration, strict policy. Needs nothing of the service.

`python -m tests.viewer.site scene.spz mesh.glb` shows files of one's own.
"""

from __future__ import annotations

import json
import mimetypes
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

STATIC_DIR = Path(__file__).parents[2] / "src" / "reelscape" / "web" / "static" / "viewer"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page needs and no more; blob: is for the pictures inside a GLB."""

FILE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; frame-ancestors 'none'"
"""On everything else, so also on the worker, whose own answer carries its policy."""

PAGE = """<!doctype html>
<html lang="en" class="viewer-page">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>{title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/viewer/{style}">
<script type="module" src="/static/viewer/{script}"></script>
</head>
<body>
<main id="viewer">{poster}<noscript><p>The scene needs JavaScript.</p></noscript></main>
<script type="application/json" id="scene-config">{config}</script>
</body>
</html>
"""
FAVICON = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1" fill="#456"/></svg>'

Answer = tuple[int, str, bytes]
MIME_TYPES = {".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json", ".css": "text/css"}


def page(config: dict[str, Any]) -> bytes:
    """The page of a scene; the configuration is data, never script."""
    names = json.loads((STATIC_DIR / "manifest.json").read_text(encoding="utf-8"))
    poster = f'<img class="poster" src="{config["poster"]}" alt="">' if config.get("poster") else ""
    text = json.dumps(config).replace("<", "\\u003c")
    return PAGE.format(title=config["title"], config=text, poster=poster, **names).encode()


class Site:
    """A server on loopback with one scene at `/`; what is asked for is noted in `requests`."""

    page_policy = POLICY

    def __init__(self, config: dict[str, Any], files_dir: Path, port: int = 0) -> None:
        self.config = config
        self.files_dir = files_dir
        self.requests: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[], Answer]] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.send(*site.answer(self.path))

            def do_PATCH(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                site.bodies.append({"path": self.path, "csrf": self.headers.get("X-CSRFToken"), "body": body})
                self.send(200, "application/json", b"{}")

            def send(self, status: int, mime_type: str, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", mime_type)
                self.send_header("Content-Length", str(len(content)))
                self.send_header(
                    "Content-Security-Policy", site.page_policy if mime_type == "text/html" else FILE_POLICY
                )
                self.send_header("X-Content-Type-Options", "nosniff")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                site.requests.append(self.path)

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def answer(self, path: str) -> Answer:
        """What stands at an address."""
        path = path.split("?")[0]
        if path in self.answers:
            return self.answers[path]()
        if path == "/":
            return 200, "text/html", page(self.config)
        if path == "/favicon.svg":
            return 200, "image/svg+xml", FAVICON
        for prefix, folder in (("/static/viewer/", STATIC_DIR), ("/files/", self.files_dir)):
            file = folder / Path(path).name
            if path == prefix + file.name and file.is_file():
                mime_type = MIME_TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
                return 200, mime_type or "application/octet-stream", file.read_bytes()
        return 404, "text/plain", b"not here"

    def serve_forever(self) -> None:
        self._server.serve_forever()

    def __enter__(self) -> Site:
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def config_of(paths: list[Path]) -> dict[str, Any]:
    """A scene out of files that lie in one folder; a PLY counts as splats, or as a mesh when its name says so."""
    config: dict[str, Any] = {"title": paths[0].stem.replace("_", " ").capitalize()}
    for path in paths:
        url, kind = f"/files/{path.name}", path.suffix[1:].lower()
        if kind in ("jpg", "png"):
            config["poster"] = url
        elif kind == "spz" or (kind == "ply" and "mesh" not in path.stem):
            config.setdefault("splats", {})[kind] = url
        else:
            config["mesh"] = {"url": url, "kind": kind}
    return config


if __name__ == "__main__":
    shown = [Path(argument).resolve() for argument in sys.argv[1:]]
    served = Site(config_of(shown), shown[0].parent, port=8321)
    print(served.url)
    served.serve_forever()

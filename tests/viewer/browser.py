"""Chromium without a window, driven over its debugging pipe: no driver program and no package besides."""

from __future__ import annotations

import base64
import fcntl
import io
import itertools
import json
import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from PIL import Image

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--mute-audio",
    "--ignore-gpu-blocklist",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--remote-debugging-pipe",
]
TIMEOUT_S = 60.0
WATCHED = ("Runtime", "Log", "Network", "Audits")
ATTACH = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
"""Frames of other sites and workers have sessions of their own, which wait until they are watched."""
MIDDLE = """(() => {
  const { x, y, width, height } = document.querySelector(%s).getBoundingClientRect();
  return [x + width / 2, y + height / 2];
})()"""
IS_ON_TOP = """(() => {
  const found = document.querySelector(%s);
  found?.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, width, height } = found?.getBoundingClientRect() ?? {};
  return found?.contains(document.elementFromPoint(x + width / 2, y + height / 2));
})()"""


def find_chromium() -> str | None:
    """The program, or None."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Browser:
    """A running Chromium with one page at a time."""

    def __init__(self, program: str, profile_dir: Path, *flags: str) -> None:
        self._numbers = itertools.count(1)
        self._answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self._listeners: list[Callable[[dict[str, Any]], None]] = []
        self._writing = threading.Lock()
        from_us, to_browser = os.pipe()
        from_browser, to_us = os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (from_us, to_us)]

        def wire() -> None:  # the browser reads commands from 3 and answers on 4
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self._process = subprocess.Popen(
            [program, *FLAGS, *flags, f"--user-data-dir={profile_dir}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=wire,
            pass_fds=(3, 4),
        )
        for end in (from_us, to_us, *ends):
            os.close(end)
        self._to = os.fdopen(to_browser, "wb", buffering=0)
        self._from = os.fdopen(from_browser, "rb")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def send(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """One command of the DevTools protocol and its result."""
        number = next(self._numbers)
        answer = self._answers[number] = queue.Queue()
        self._write(number, method, session, params)
        found = answer.get(timeout=TIMEOUT_S)
        if "error" in found:
            raise RuntimeError(f"{method}: {found['error']['message']}")
        return dict(found["result"])

    def post(self, method: str, session: str, **params: Any) -> None:
        """One command whose result nobody waits for: what listeners may send."""
        self._write(next(self._numbers), method, session, params)

    def _write(self, number: int, method: str, session: str | None, params: dict[str, Any]) -> None:
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        with self._writing:
            self._to.write(json.dumps(message).encode() + b"\0")

    def open(
        self,
        url: str,
        width: int = 1280,
        height: int = 800,
        touch: bool = False,
        scale: float = 1,
        stranger: bool = False,
    ) -> Page:
        """A fresh page of that size; a stranger's has no cookie of the other pages."""
        page = Page(self, width, height, touch, scale, stranger)
        page.navigate(url)
        return page

    def cpu_s(self) -> float:
        """Seconds that all its processes have worked for so far."""
        known = {self._process.pid}
        ticks = 0
        for path in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parent.name)):
            with suppress(OSError):  # it has just ended
                fields = path.read_text().rpartition(") ")[2].split()
                if int(path.parent.name) in known or int(fields[1]) in known:  # parents come before children
                    known.add(int(path.parent.name))
                    ticks += sum(map(int, fields[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def listen(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """Be told of every event."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """The opposite of `listen`."""
        self._listeners.remove(listener)

    def _read(self) -> None:
        buffer = b""
        while chunk := os.read(self._from.fileno(), 1 << 20):
            *messages, buffer = (buffer + chunk).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    if answer := self._answers.pop(message["id"], None):
                        answer.put(message)
                else:
                    for listener in list(self._listeners):
                        listener(message)

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.send("Browser.close")
            self._process.wait(timeout=20)
        except (subprocess.TimeoutExpired, queue.Empty, OSError):
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=10)
        self._to.close()
        self._from.close()


class Page:
    """One page with its frames and workers: what they wrote to the console and asked for, and how it looks."""

    def __init__(
        self, browser: Browser, width: int, height: int, touch: bool, scale: float, stranger: bool = False
    ) -> None:
        self._browser = browser
        self.console: list[str] = []
        self.requests: list[str] = []
        self.violations: list[str] = []
        """What the policies of the pages refused."""
        self.frames: list[str] = []
        """Sessions of the frames of other sites, the newest last."""
        self._context = browser.send("Target.createBrowserContext")["browserContextId"] if stranger else None
        where = {"browserContextId": self._context} if self._context else {}
        self._target = browser.send("Target.createTarget", url="about:blank", **where)["targetId"]
        self._session = browser.send("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        self._sessions = {self._session}
        browser.listen(self._note)
        for domain in ("Page", *WATCHED):
            self.send(f"{domain}.enable")
        self.send("Target.setAutoAttach", **ATTACH)
        self.resize(width, height, touch, scale)

    def resize(self, width: int, height: int, touch: bool = False, scale: float = 1) -> None:
        """As if it were another screen."""
        self.touch, self.scale = touch, scale
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=touch
        )
        self.send("Emulation.setTouchEmulationEnabled", enabled=touch, **({"maxTouchPoints": 2} if touch else {}))

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.send(method, self._session, **params)

    def navigate(self, url: str) -> None:
        self.send("Page.navigate", url=url)

    def evaluate(self, expression: str, frame: str | None = None) -> Any:
        """The value of a JavaScript expression, awaited; of one of `frames` if its session is given."""
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        found = self._browser.send("Runtime.evaluate", frame or self._session, **asked)
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def wait_for(self, expression: str, timeout_s: float = TIMEOUT_S) -> None:
        """Until an expression holds."""
        end_s = time.monotonic() + timeout_s
        while not self.evaluate(f"(async () => Boolean(await ({expression})))()"):
            assert time.monotonic() < end_s, f"never came true: {expression}; console: {self.console}"
            time.sleep(0.05)

    def picture(self, path: Path | None = None, whole: bool = False) -> np.ndarray:
        """A screenshot [H, W, 3] in 8 bits, of the screen or of the whole page; also kept as a PNG at `path`."""
        area: dict[str, Any] = {}
        if whole:
            size = self.send("Page.getLayoutMetrics")["cssContentSize"]
            area = {"captureBeyondViewport": True, "clip": {**size, "scale": 1}}
        content = base64.b64decode(self.send("Page.captureScreenshot", format="png", **area)["data"])
        if path:
            path.write_bytes(content)
        return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))

    def tap(self, selector: str) -> None:
        """Press an element where a finger would, once it is there, in sight and on top."""
        self.wait_for(IS_ON_TOP % json.dumps(selector))
        x, y = self.evaluate(MIDDLE % json.dumps(selector))
        if self.touch:
            self.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
            self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        else:
            self.click(x, y)

    def type(self, selector: str, text: str) -> None:
        """Write into a field as a keyboard does."""
        self.tap(selector)
        self.evaluate(f"document.querySelector({json.dumps(selector)}).select()")
        self.send("Input.insertText", text=text)

    def choose_file(self, selector: str, *paths: Path) -> None:
        """Give files to a file input, as its dialog does."""
        root = self.send("DOM.getDocument")["root"]["nodeId"]
        found = self.send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.send("DOM.setFileInputFiles", nodeId=found, files=[str(path) for path in paths])

    @contextmanager
    def filmed(self) -> Iterator[list[np.ndarray]]:
        """All pictures that the page shows while the block lasts, as far as the machine keeps up; there afterwards."""
        frames: list[dict[str, Any]] = []
        shown: list[np.ndarray] = []

        def note(message: dict[str, Any]) -> None:
            if message.get("sessionId") == self._session and message["method"] == "Page.screencastFrame":
                frames.append(message["params"])
                self._browser.post("Page.screencastFrameAck", self._session, sessionId=message["params"]["sessionId"])

        self._browser.listen(note)
        self.send("Page.startScreencast", format="png", everyNthFrame=1)
        try:
            yield shown
        finally:
            self.send("Page.stopScreencast")
            self._browser.forget(note)
        pictures = (Image.open(io.BytesIO(base64.b64decode(frame["data"]))) for frame in frames)
        shown.extend(np.asarray(picture.convert("RGB")) for picture in pictures)

    def click(self, x: float, y: float, times: int = 1) -> None:
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.mouse(kind, x, y, clickCount=count)

    def swipe(self, start: tuple[float, float], end: tuple[float, float], steps: int = 5) -> None:
        """Drag with one finger."""
        self.fingers([start, end], steps=steps)

    def fingers(self, *paths: Sequence[tuple[float, float]], steps: int = 5) -> None:
        """Drag with several fingers at once, each from the start of its path to the end."""
        for step in range(steps + 1):
            points = [[a + (b - a) * step / steps for a, b in zip(*path, strict=True)] for path in paths]
            touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
            self.send("Input.dispatchTouchEvent", type="touchMove" if step else "touchStart", touchPoints=touches)
        self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 5) -> None:
        self.mouse("mousePressed", *start, clickCount=1)
        for step in range(1, steps + 1):
            x, y = (a + (b - a) * step / steps for a, b in zip(start, end, strict=True))
            self.mouse("mouseMoved", x, y, buttons=1)
        self.mouse("mouseReleased", *end, clickCount=1)

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **({"button": "left"} | more))

    def press(self, code: str, key: str = "", hold_s: float = 0.0) -> None:
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, code=code, key=key or code)
            time.sleep(hold_s if kind == "keyDown" else 0)

    def close(self) -> None:
        self._browser.forget(self._note)
        self._browser.send("Target.closeTarget", targetId=self._target)
        if self._context:
            self._browser.send("Target.disposeBrowserContext", browserContextId=self._context)

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("sessionId") not in self._sessions:
            return
        method, params = message["method"], message["params"]
        if method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(arg.get("value", arg.get("description"))) for arg in params["args"]))
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.console.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded":
            self.console.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Audits.issueAdded" and params["issue"]["code"] == "ContentSecurityPolicyIssue":
            self.violations.append(json.dumps(params["issue"]["details"]["contentSecurityPolicyIssueDetails"]))
        elif method == "Target.attachedToTarget":
            self._watch(params["sessionId"], params["targetInfo"]["type"])

    def _watch(self, session: str, kind: str) -> None:
        self._sessions.add(session)
        if kind == "iframe":
            self.frames.append(session)
        for domain in WATCHED:  # some of them are not there in a worker
            self._browser.post(f"{domain}.enable", session)
        self._browser.post("Target.setAutoAttach", session, **ATTACH)
        self._browser.post("Runtime.runIfWaitingForDebugger", session)

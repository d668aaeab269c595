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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


def find_chromium() -> str | None:
    """The program, or None."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Browser:
    """A running Chromium with one page at a time."""

    def __init__(self, program: str, profile_dir: Path, *flags: str) -> None:
        self._numbers = itertools.count(1)
        self._answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self._listeners: list[Callable[[dict[str, Any]], None]] = []
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
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        self._to.write(json.dumps(message).encode() + b"\0")
        found = answer.get(timeout=TIMEOUT_S)
        if "error" in found:
            raise RuntimeError(f"{method}: {found['error']['message']}")
        return dict(found["result"])

    def tell(self, method: str, session: str, **params: Any) -> None:
        """A command whose result does not matter; also for listeners, which may not wait for one."""
        number = next(self._numbers)
        self._answers[number] = queue.Queue()
        message = {"id": number, "method": method, "params": params, "sessionId": session}
        self._to.write(json.dumps(message).encode() + b"\0")

    def open(self, url: str, width: int = 1280, height: int = 800, touch: bool = False, scale: float = 1) -> Page:
        """A fresh page of that size."""
        page = Page(self, width, height, touch, scale)
        page.navigate(url)
        return page

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
                    self._answers.pop(message["id"]).put(message)
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
    """One page: what it wrote to the console, what it asked for, how it looks."""

    def __init__(self, browser: Browser, width: int, height: int, touch: bool, scale: float) -> None:
        self._browser = browser
        self.console: list[str] = []
        self.requests: list[str] = []
        self._target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.send("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        browser.listen(self._note)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=touch
        )
        if touch:
            self.send("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.send(method, self._session, **params)

    def navigate(self, url: str) -> None:
        self.send("Page.navigate", url=url)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited."""
        found = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def wait_for(self, expression: str, timeout_s: float = TIMEOUT_S) -> None:
        """Until an expression holds."""
        end_s = time.monotonic() + timeout_s
        while not self.evaluate(f"(async () => Boolean(await ({expression})))()"):
            assert time.monotonic() < end_s, f"never came true: {expression}; console: {self.console}"
            time.sleep(0.05)

    def picture(self, path: Path | None = None) -> np.ndarray:
        """A screenshot [H, W, 3] in 8 bits; also kept as a PNG when `path` is given."""
        content = base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])
        if path:
            path.write_bytes(content)
        return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))

    @contextmanager
    def filmed(self) -> Iterator[list[np.ndarray]]:
        """All pictures that the page shows while the block lasts, as far as the machine keeps up; there afterwards."""
        frames: list[dict[str, Any]] = []
        shown: list[np.ndarray] = []

        def note(message: dict[str, Any]) -> None:
            if message.get("sessionId") == self._session and message["method"] == "Page.screencastFrame":
                frames.append(message["params"])
                self._browser.tell("Page.screencastFrameAck", self._session, sessionId=message["params"]["sessionId"])

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

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("sessionId") != self._session:
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

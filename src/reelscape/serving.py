"""The process tree of `reelscape serve`: this process watches over two children, the web process and the worker."""

from __future__ import annotations

import errno
import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

from reelscape.errors import HostUnknown, PortInUse

_EVERYWHERE = ("0.0.0.0", "::", "")
_PORT_PATIENCE_S = 3.0
_LOOK_EVERY_S = 0.1
_STOP_S = 6.0
_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.2, 10.0
_STEADY_S = 30.0  # a child that lived this long is started again without much ado

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Address:
    """Where the web process listens."""

    host: str
    port: int

    @property
    def is_everywhere(self) -> bool:
        return self.host in _EVERYWHERE

    @property
    def url(self) -> str:
        """The address that people reach it at: where it listens everywhere, that of this machine in its network."""
        host = lan_address() if self.is_everywhere else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def check(self) -> None:
        """Raise PortInUse or HostUnknown when nobody can listen there. Who did may be just ending: wait a little."""
        deadline = time.monotonic() + _PORT_PATIENCE_S
        while (number := self._bind_errno()) == errno.EADDRINUSE and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY_S)
        if number == errno.EADDRINUSE:
            raise PortInUse(f"Another program listens at port {self.port} of {self.host}.")
        if number == errno.EACCES:
            raise HostUnknown(f"To listen at port {self.port} needs administrator rights.")
        if number:
            raise HostUnknown(f"This machine cannot listen at {self.host}, port {self.port}: {os.strerror(number)}.")

    def _bind_errno(self) -> int:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((self.host, self.port))
                trial.listen()
            except (socket.gaierror, UnicodeError):
                raise HostUnknown(f"The name {self.host!r} cannot be found.") from None
            except OSError as error:
                return error.errno or errno.EADDRNOTAVAIL
        return 0


def lan_address() -> str:
    """This machine's address in its network; no packet is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that documents use and nobody has
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


class Child:
    """A process of ours, in a session of its own; its standard input is a pipe that closes when we go."""

    def __init__(self, name: str, program: Sequence[str]) -> None:
        self.name = name
        self._program = [sys.executable, "-P", "-m", *program]
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = self._due = 0.0
        self._pause_s = _FIRST_PAUSE_S

    def keep_running(self) -> None:
        """Start it, when it is due; when it has ended, end what is left of its group and plan the next start."""
        if self._process is not None and self._has_ended():
            self._plan_restart(f"ended (exit status {self.kill()})")
        elif self._process is None and time.monotonic() >= self._due:
            self._begun = time.monotonic()
            try:
                self._process = subprocess.Popen(self._program, stdin=subprocess.PIPE, start_new_session=True)
            except OSError as error:  # too many processes or open files, say
                self._plan_restart(f"cannot be started ({error.strerror})")

    def _plan_restart(self, reason: str) -> None:
        now = time.monotonic()
        self._pause_s = _FIRST_PAUSE_S if now - self._begun > _STEADY_S else min(self._pause_s * 2, _LAST_PAUSE_S)
        self._due = now + self._pause_s
        log.warning("%s %s; it starts again in %.1f s", self.name, reason, self._pause_s)

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process alone: it ends its own children well."""
        if self._process is not None and not self._has_ended():
            self._process.send_signal(signal.SIGTERM)

    def is_running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and not self._has_ended()

    def kill(self) -> int | None:
        """End its whole group now; returns its exit status, None when it did not run."""
        if self._process is None:
            return None
        self.signal_end()
        status = self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None
        return status

    def signal_end(self) -> None:
        """Send SIGKILL to its whole group, and wait for nothing: a signal's handler may do this at any moment."""
        if self._process is not None and self._process.returncode is None:  # reaped, its number may be another's
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _has_ended(self) -> bool:
        """Whether it is over; it is not reaped, so that its number stays ours."""
        assert self._process is not None
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def supervise(address: Address, on_ready: Callable[[], None]) -> None:
    """Run the service until SIGTERM or Ctrl-C; a second one ends it at once.

    The children read the settings of the environment. `on_ready` is called once, when the service can serve.
    """
    children = (
        Child("web", ("reelscape.web.server", address.host, str(address.port))),
        Child("worker", ("reelscape.cli", "worker", "--lifeline")),
    )
    stopping = _stop_on_signals(children)
    is_told = False
    try:
        while not stopping.is_set():
            for child in children:
                child.keep_running()
            if not is_told and _is_ready(address):
                is_told = True
                on_ready()
            stopping.wait(_LOOK_EVERY_S)
        _stop(children)
    finally:
        for child in children:
            child.kill()


def _stop(children: Sequence[Child]) -> None:
    """Ask the children to stop, and wait for that a little."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + _STOP_S
    while any(child.is_running() for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)


def _stop_on_signals(children: Sequence[Child]) -> threading.Event:
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            for child in children:
                child.signal_end()
            os._exit(128 + number)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means to outlive the terminal
            signal.signal(number, stop)
    return stopping


def _is_ready(address: Address) -> bool:
    """Whether the web process answers that it can serve."""
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(address.host, address.host)
    connection = http.client.HTTPConnection(host, address.port, timeout=2.0)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

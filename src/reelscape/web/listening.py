"""Connections whose client is gone without a word, such as a phone that left its network, end by themselves."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SILENCE_S = 60
"""For so long a client may take nothing of what is sent, or not answer the kernel's questions whether it is there."""

_OPEN_FILES = Path("/proc/self/fd")
_LOOK_EVERY_S, _LOOKS = 0.05, 200
_PROBES = 3
_OPTIONS = {
    "SO_KEEPALIVE": 1,
    "TCP_KEEPIDLE": SILENCE_S // 2,
    "TCP_KEEPINTVL": SILENCE_S // 2 // _PROBES,
    "TCP_KEEPCNT": _PROBES,
    "TCP_USER_TIMEOUT": SILENCE_S * 1000,
}


def end_silent_connections() -> None:
    """Set it on the sockets that this process listens at, as soon as it does; what they accept inherits it.

    The server that opens them offers no setting for it, so they are found among the open files.
    """

    def watch() -> None:
        for _ in range(_LOOKS):
            if set_up_listeners():
                return
            time.sleep(_LOOK_EVERY_S)

    threading.Thread(target=watch, name="listening", daemon=True).start()


def set_up_listeners() -> int:
    """Set it on every socket that this process listens at now; returns how many there are."""
    return sum(_set_up(found) for found in open_sockets())


def open_sockets() -> Iterator[socket.socket]:
    """The internet sockets that this process has open, each by a descriptor of its own that holds until the next."""
    for path in _OPEN_FILES.iterdir() if _OPEN_FILES.exists() else ():
        with suppress(OSError):
            if path.is_socket():
                with socket.socket(fileno=os.dup(int(path.name))) as found:
                    if found.family in (socket.AF_INET, socket.AF_INET6):
                        yield found


def _set_up(found: socket.socket) -> bool:
    """Whether the socket listens."""
    with suppress(OSError):
        if not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return False
        for name, value in _OPTIONS.items():
            if hasattr(socket, name):  # not all systems have all of them
                level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
                found.setsockopt(level, getattr(socket, name), value)
        return True
    return False

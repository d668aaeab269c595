"""A process that ends with whoever started it: its standard input is a pipe that nobody else holds open.

The parent keeps the writing end and writes nothing more; when the parent goes, however it goes, the pipe closes.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading


def die_with_parent() -> None:
    """End this process's whole group as soon as standard input closes. The process must lead its group.

    A thread waits for that on every platform. On Linux the kernel also sends the group SIGIO, which by default ends a
    process: native code that holds the interpreter for long (the global mapper does) cannot delay it. Not
    PR_SET_PDEATHSIG: it would end this process alone, before it could take its own children along.
    """

    def watch() -> None:
        while os.read(0, 1 << 12):
            pass
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
    if sys.platform == "linux":
        fcntl.fcntl(0, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)

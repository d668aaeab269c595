"""Connections on which next to nothing moves are ended, so that no client holds a thread for as long as it likes.

A read of the server waits until its bytes are there, and has no time limit that could be set. So the kernel is asked
how much has moved on each connection, and one that is too slow is shut down: the read then finds the end of the body,
and a file that is being sent finds its client gone. Linux alone tells; elsewhere nothing is ended.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

from reelscape.web.bodies import DEADLINE_S
from reelscape.web.listening import open_sockets
from reelscape.web.slots import BODIES

WINDOW_S = 60.0
LEAST_BYTES_PER_S = 1000
"""What a client has to send or take, on the average of the window."""

_LOOK_EVERY_S = 2.0
# struct tcp_info: unacked at 24, last_data_sent at 44, bytes_acked at 120, bytes_received at 128, notsent_bytes at 144
_INFO = struct.Struct("=24xI16xI72xQQ8xI")


@dataclass(frozen=True)
class Sample:
    """What the kernel knows of a connection at a time."""

    at_s: float
    moved_bytes: int
    silent_s: float  # since we sent something
    is_owed: bool  # something that we sent was not taken yet


@dataclass
class Pace:
    """The connections of this process, and what moved on them lately."""

    window_s: float = WINDOW_S
    body_window_s: float = DEADLINE_S
    _seen: dict[tuple[object, ...], deque[Sample]] = field(default_factory=dict)

    def look(self) -> int:
        """Take a sample of each connection, and end those that are too slow; returns how many that were.

        Where a small body is overdue, less time is enough to tell, for all connections of its client.
        """
        slow_peers = BODIES.overdue(self.body_window_s)
        seen, num_ended = self._seen, 0
        self._seen = {}
        for connection in open_sockets():
            with suppress(OSError):
                peer = connection.getpeername()  # a listener has none
                samples = self._seen[peer] = seen.get(peer, deque())
                samples.append(sample(connection))
                self._forget_old(samples)
                if is_slow(samples, self.window_s) or (peer[0] in slow_peers and is_slow(samples, self.body_window_s)):
                    connection.shutdown(socket.SHUT_RDWR)
                    num_ended += 1
        return num_ended

    def _forget_old(self, samples: deque[Sample]) -> None:
        while len(samples) > 2 and samples[-1].at_s - samples[1].at_s > self.window_s:
            samples.popleft()


def sample(connection: socket.socket) -> Sample:
    """The state of a connection now. Raises OSError."""
    told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size)
    unacked, silent_ms, acked_bytes, received_bytes, unsent_bytes = _INFO.unpack(told)
    return Sample(time.monotonic(), acked_bytes + received_bytes, silent_ms / 1000, unacked + unsent_bytes > 0)


def is_slow(samples: Collection[Sample], window_s: float) -> bool:
    """Whether too little moved in the window although a client had to send, or to take, for all of it.

    A connection that rests between two requests has nothing to do either; it ends as well when it rests for so long.
    """
    *_, last = samples
    recent = [known for known in samples if last.at_s - known.at_s <= window_s]
    before = [known for known in samples if last.at_s - known.at_s >= window_s]
    if not before:
        return False
    moved_bytes = last.moved_bytes - before[-1].moved_bytes
    is_waited_for = last.silent_s >= window_s or all(known.is_owed for known in recent)
    return is_waited_for and moved_bytes < window_s * LEAST_BYTES_PER_S


def keep_pace() -> None:
    """Look after the connections of this process from now on."""
    if not hasattr(socket, "TCP_INFO"):
        return
    pace = Pace()

    def watch() -> None:
        while True:
            time.sleep(_LOOK_EVERY_S)
            pace.look()

    threading.Thread(target=watch, name="pace", daemon=True).start()

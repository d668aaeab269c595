"""How many requests may wait for their clients at once.

A request that takes a body or sends a file holds a thread of the web process for as long as its client takes, which may
be on a slow phone, or mean harm. So only some of the threads may wait, few of them for one client, and the others go on
answering.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reelscape.errors import RateLimited


@dataclass(frozen=True, eq=False)
class Hold:
    """A slot that is taken. `client` is who it counts for, `peer` the address at the other end of the connection."""

    client: str
    peer: str
    since: float = field(default_factory=time.monotonic)


class Slots:
    """So many at once, and so many of one client; who comes when they are taken is told to come again."""

    def __init__(self, number: int, per_client: int) -> None:
        self.number, self.per_client = number, per_client
        self._held: set[Hold] = set()
        self._lock = threading.Lock()

    def take(self, client: str, peer: str = "") -> Hold:
        """Take a slot. Raises RateLimited."""
        hold = Hold(client, peer)
        with self._lock:
            if sum(other.client == client for other in self._held) >= self.per_client:
                raise RateLimited("You have too many requests under way at once: let one of them end first.")
            if len(self._held) >= self.number:
                raise RateLimited("The server has as many files and requests under way as it takes at once.")
            self._held.add(hold)
        return hold

    def give_back(self, hold: Hold) -> None:
        """Let the next one have it."""
        with self._lock:
            self._held.discard(hold)

    @contextmanager
    def held(self, client: str, peer: str = "") -> Iterator[None]:
        """A slot for as long as the block takes. Raises RateLimited."""
        hold = self.take(client, peer)
        try:
            yield
        finally:
            self.give_back(hold)

    def overdue(self, age_s: float) -> set[str]:
        """The peers of slots that were taken longer than `age_s` ago."""
        before = time.monotonic() - age_s
        with self._lock:
            return {hold.peer for hold in self._held if hold.since < before}


UPLOADS = Slots(24, per_client=4)
"""Files that arrive; the clients are accounts."""
DOWNLOADS = Slots(24, per_client=6)
"""Files that are sent; the clients are addresses. A browser opens up to six connections for one page."""
BODIES = Slots(48, per_client=24)
"""JSON and forms that have not arrived whole; the clients are addresses."""

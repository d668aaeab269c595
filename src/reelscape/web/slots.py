"""How many files may be on their way at once.

A transfer holds a thread of the web process for as long as its client takes, which may be on a slow phone, or paused.
So only some of the threads may carry files, and the others go on answering.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from reelscape.errors import RateLimited


class Slots:
    """So many at once; who comes when all are taken is told to come again."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._free = threading.BoundedSemaphore(number)

    def take(self) -> None:
        """Take a slot. Raises RateLimited."""
        if not self._free.acquire(blocking=False):
            raise RateLimited("Too many files are being sent at this moment.")

    def give_back(self) -> None:
        """Let the next one have it."""
        self._free.release()

    @contextmanager
    def held(self) -> Iterator[None]:
        """A slot for as long as the block takes. Raises RateLimited."""
        self.take()
        try:
            yield
        finally:
            self.give_back()


UPLOADS = Slots(24)
DOWNLOADS = Slots(24)

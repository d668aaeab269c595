"""Host names that requests name and that are none of ours: each is told to the operator once."""

from __future__ import annotations

import logging

_MOST = 20  # anybody can invent names
_told: set[str] = set()

log = logging.getLogger(__name__)


def tell(host: str) -> None:
    """Log what to do about a name, unless it was said before."""
    name = "".join(letter for letter in host.rpartition(":")[0] or host if letter.isprintable())[:100]
    if name in _told or len(_told) >= _MOST:
        return
    _told.add(name)
    log.warning(
        "requests name the host %r, which is refused: add it to REELSCAPE_ALLOWED_HOSTS or set REELSCAPE_PUBLIC_URL",
        name,
    )

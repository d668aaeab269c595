"""What the database says when it cannot go on, as errors of our tree."""

from __future__ import annotations

from django.db import DatabaseError, OperationalError

from reelscape.errors import DatabaseDamaged, DataDirBusy, DiskFull, OutDirUnwritable, ReelscapeError

_FAULTS: dict[str, tuple[type[ReelscapeError], str]] = {
    "is full": (DiskFull, "The disk has no room left for the database {path}."),
    "readonly": (OutDirUnwritable, "The database {path} cannot be written."),
    "unable to open": (OutDirUnwritable, "The database {path} cannot be opened, or no file made beside it."),
    "locked": (DataDirBusy, "Another process keeps the database {path} locked."),
}
"""By words of SQLite's; whatever else it finds wrong with a database that fits this version is damage."""


def is_full(error: BaseException) -> bool:
    """Whether the database could not write for lack of room."""
    return isinstance(error, OperationalError) and "is full" in str(error)


def is_locked(error: BaseException) -> bool:
    """Whether another held the database for longer than its timeout."""
    return isinstance(error, OperationalError) and "locked" in str(error)


def fault(error: DatabaseError, path: object) -> ReelscapeError:
    """What to tell the operator of the database at `path`."""
    for words, (kind, sentence) in _FAULTS.items():
        if words in str(error):
            return kind(sentence.format(path=path))
    return DatabaseDamaged(f"The database {path} cannot be used: {error}.")

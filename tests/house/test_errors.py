"""The error tree: leaves are raised, groups are caught, and what the system raises becomes a leaf that advises well."""

from __future__ import annotations

import errno

import pytest

from reelscape import errors


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/out/scene.ply"), errors.DiskFull),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), errors.DiskFull),
        (OSError(errno.EFBIG, "File too large"), errors.DiskFull),
        (PermissionError(errno.EACCES, "Permission denied", "/out/work"), errors.OutDirUnwritable),
        (OSError(errno.EROFS, "Read-only file system", "/out"), errors.OutDirUnwritable),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), errors.OutOfMemory),
        (MemoryError(), errors.OutOfMemory),
        (RuntimeError("std::bad_alloc"), errors.OutOfMemory),
        (OSError(errno.EIO, "Input/output error"), errors.UnexpectedError),
        (ZeroDivisionError("of ours"), errors.UnexpectedError),
    ],
)
def test_what_the_system_raises_becomes_a_leaf(raised: Exception, kind: type[errors.ReelscapeError]) -> None:
    found = errors.coded(raised)
    assert type(found) is kind
    if isinstance(raised, OSError) and raised.filename:
        assert raised.filename in found.message


def test_errors_of_the_tree_stay_as_they_are() -> None:
    error = errors.NoFeatures("Nothing to see in 7 pictures.")
    assert errors.coded(error) is error


def test_a_missing_permission_does_not_ask_for_space() -> None:
    assert "space" not in errors.OutDirUnwritable.advice


@pytest.mark.parametrize("group", [errors.ReelscapeError, *errors.ReelscapeError.__subclasses__()])
def test_groups_cannot_be_raised(group: type[errors.ReelscapeError]) -> None:
    with pytest.raises(TypeError, match="group"):
        group("said without a code")


def test_every_leaf_has_its_own_code_sentence_and_advice() -> None:
    for code, error in errors.by_code().items():
        assert error.code == code and {"code", "sentence", "advice"} <= vars(error).keys()
        assert errors.from_dict(error().as_dict()).as_dict() == error().as_dict()

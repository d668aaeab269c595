"""A PNG of a file that nobody vouches for: what it is is told here, the drawing is done by a child with limits."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

from reelscape import child
from reelscape.errors import (
    BadSetting,
    Cancelled,
    InputUnreadable,
    NoPicture,
    OutOfMemory,
    ReelscapeError,
    StageCrashed,
    TimeLimit,
    UnexpectedError,
)
from reelscape.inputs import check_input
from reelscape.kinds import Kind, kind_of
from reelscape.picture.backdrop import dithered
from reelscape.picture.card import draw_card
from reelscape.report import Report
from reelscape.workspace import atomic

SIZE = (1024, 768)
SIDES_PX = (64, 2048)
LIMITS = child.Limits(wall_s=30.0, memory_bytes=2200 << 20, file_bytes=64 << 20)
"""The libraries take about 600 MB of the address space, most of it never touched."""

CARD_KINDS = (Kind.OPAQUE, Kind.ZIP, Kind.GLTF, Kind.OBJ)


def make_picture(
    path: Path, out_path: Path, size: tuple[int, int], report: Report, limits: child.Limits = LIMITS
) -> Kind:
    """Write the picture of the file at `path` to `out_path`, PNG of `size` (width, height) without transparency.

    What is no model, scene, video or photo gets a card. Returns the kind. Raises `BadSetting` for a size outside of
    `SIDES_PX`, `InputNotFound`, `InputUnreadable`, the errors of the readers, `NoPicture` when the drawing took too
    much, and `Cancelled`.
    """
    kind = checked_kind(path, size)
    if kind in CARD_KINDS:
        write_card(path, out_path, kind, size)
        return kind
    with tempfile.TemporaryDirectory(prefix="reelscape-picture-") as folder, atomic(out_path) as drawn_path:
        arguments = {"path": str(path.absolute()), "out_path": str(drawn_path.absolute()), "kind": kind, "size": size}
        try:
            child.call("reelscape.picture.draw_child:draw", arguments, limits, report, Path(folder) / "log")
        except TimeLimit as error:
            raise NoPicture(f"Drawing the file took longer than {limits.wall_s:g} s.") from error
        except OutOfMemory as error:
            raise NoPicture("Drawing the file needs more memory than it may take.") from error
        except (StageCrashed, UnexpectedError) as error:
            raise NoPicture("Drawing the file failed.") from error
    return kind


def make_picture_or_card(path: Path, out_path: Path, size: tuple[int, int], report: Report) -> ReelscapeError | None:
    """As `make_picture`, but a file that cannot be drawn gets a card; returns why, None when it was drawn.

    Still raises `BadSetting`, `InputNotFound`, `InputUnreadable` and `Cancelled`.
    """
    kind = checked_kind(path, size)
    try:
        make_picture(path, out_path, size, report)
    except Cancelled:
        raise
    except ReelscapeError as error:
        write_card(path, out_path, kind, size)
        return error
    return None


def checked_kind(path: Path, size: tuple[int, int]) -> Kind:
    """The kind of a plain file. Raises `BadSetting`, `InputNotFound`, `InputUnreadable`."""
    if not all(SIDES_PX[0] <= side <= SIDES_PX[1] for side in size):
        raise BadSetting(f"A picture has {SIDES_PX[0]} to {SIDES_PX[1]} pixels a side, not {size[0]}x{size[1]}.")
    check_input(path)
    if not path.is_file():
        raise InputUnreadable(f"{path} is a folder; a picture is made of a file.")
    try:
        return kind_of(path)
    except OSError as error:
        raise InputUnreadable(f"{path} cannot be read: {error.strerror}.") from error


def write_card(path: Path, out_path: Path, kind: Kind, size: tuple[int, int]) -> None:
    """Write the card of a file of that kind."""
    with atomic(out_path) as drawn_path:
        Image.fromarray(dithered(draw_card(path, kind, size))).save(drawn_path, "PNG")

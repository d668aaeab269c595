"""From a folder or a zip of photos to pictures of one kind on disk."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import numpy as np

from reelscape.errors import HeicPhotos, InputError, PictureTooLarge, PictureTooSmall, TooFewPhotos, UnreadableMedia
from reelscape.media.candidates import write_jpeg
from reelscape.media.choose import MIN_FRAMES
from reelscape.media.motion import sharpness
from reelscape.media.picture import Photo, read_photo
from reelscape.report import Report
from reelscape.sniff import HEAD_BYTES, picture_format

MAX_FILES = 5000
MAX_FILE_BYTES = 128 << 20
_MOST_PHOTOS = 300
_MOST_WARNINGS = 20
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".bmp")


class PhotoSource(Protocol):
    """Where photos come from: names and bytes, nothing else."""

    def names(self) -> list[str]:
        """Relative names of all files, `/` between folders."""

    def read(self, name: str, limit_bytes: int) -> bytes | None:
        """The first `limit_bytes` of a file; None when it is broken."""


class PhotoFolder:
    """The files of a folder and of the folders in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """Relative names of all regular files."""
        files = (path for path in self._folder.rglob("*") if path.is_file())
        return [path.relative_to(self._folder).as_posix() for path in islice(files, MAX_FILES)]

    def read(self, name: str, limit_bytes: int) -> bytes | None:
        """The first `limit_bytes` of a file; None when it cannot be read."""
        try:
            with open(self._folder / name, "rb") as file:
                return file.read(limit_bytes)
        except OSError:
            return None


@dataclass
class _Gathering:
    """What was made of the photos so far."""

    out_dir: Path
    frames: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[tuple[str, InputError]] = field(default_factory=list)
    num_duplicates: int = 0
    _seen: set[int] = field(default_factory=set)

    def add(self, name: str, number: int, photo: Photo) -> None:
        """Write a photo and describe it, unless the same picture came before."""
        mark = zlib.crc32(photo.bgr.tobytes())
        if mark in self._seen:
            self.num_duplicates += 1
            return
        self._seen.add(mark)
        saved = f"frame_{number:06d}.jpg"
        write_jpeg(self.out_dir / saved, photo.bgr)
        self.frames.append(
            {
                "name": saved,
                "source_index": number,
                "time_s": None,
                "width": photo.bgr.shape[1],
                "height": photo.bgr.shape[0],
                "sharpness": round(sharpness(np.ascontiguousarray(photo.bgr[..., 1])), 4),
                "focal_px": photo.focal_px,
                "original_name": name,
            }
        )


def extract_photos(
    source: PhotoSource, out_dir: Path, num_frames: int, max_side_px: int, report: Report
) -> dict[str, Any]:
    """Write the usable, different photos of `source` to `out_dir` as `frame_<number>.jpg`, in natural order of names.

    Returns the frame index (see `stages.frames`). Photos that cannot be used are skipped with a warning. Raises
    `TooFewPhotos`, or `PictureTooSmall` or `PictureTooLarge` when that is why too few are left.
    """
    names = _photo_names(source)
    wanted = _thinned(names, num_frames or _MOST_PHOTOS, report)
    gathering = _Gathering(out_dir)
    for number, name in enumerate(wanted):
        report.progress(number / len(wanted), f"photo {number + 1} of {len(wanted)}")
        try:
            gathering.add(name, number, _read(source, name, max_side_px))
        except InputError as error:
            gathering.skipped.append((name, error))
    _warn(gathering, report)
    if len(gathering.frames) < MIN_FRAMES:
        raise _too_few(gathering, len(names))
    return _index(gathering, len(names))


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sort key that puts `IMG_9` before `IMG_10`: the longer number is the larger, of any length."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [_number_key(part) if part.isdecimal() and part.isascii() else (1, 0, part) for part in parts]


def _number_key(digits: str) -> tuple[int, int, str]:
    significant = digits.lstrip("0")
    return 0, len(significant), significant


def _photo_names(source: PhotoSource) -> list[str]:
    return [name for name in sorted(source.names(), key=natural_key) if _is_wanted(source, name)]


def _is_wanted(source: PhotoSource, name: str) -> bool:
    """Whether a file is a photo or says by its name that it should be one; hidden files and folders never are."""
    path = PurePosixPath(name)
    if any(part.startswith(".") or part == "__MACOSX" for part in path.parts):
        return False
    return path.suffix.lower() in _SUFFIXES or picture_format(source.read(name, HEAD_BYTES) or b"") is not None


def _thinned(names: list[str], most: int, report: Report) -> list[str]:
    if len(names) <= most:
        return names
    report.warn("photos_left_out", f"{most} of the {len(names)} photos are used, evenly spread.")
    return [names[i * len(names) // most] for i in range(most)]


def _read(source: PhotoSource, name: str, max_side_px: int) -> Photo:
    content = source.read(name, MAX_FILE_BYTES + 1)
    if content is None:
        raise UnreadableMedia("The file is broken.")
    if len(content) > MAX_FILE_BYTES:
        raise PictureTooLarge(f"The file is larger than {MAX_FILE_BYTES >> 20} MiB.")
    return read_photo(content, max_side_px)


def _warn(gathering: _Gathering, report: Report) -> None:
    for name, error in gathering.skipped[:_MOST_WARNINGS]:
        report.warn("photo_skipped", f"{name} was left out: {error.message}")
    rest = len(gathering.skipped) - _MOST_WARNINGS
    if rest > 0:
        report.warn("photo_skipped", f"{rest} more photos were left out.")


def _too_few(gathering: _Gathering, num_found: int) -> InputError:
    usable = len(gathering.frames)
    for kind in (PictureTooLarge, PictureTooSmall):
        causes = [error for _, error in gathering.skipped if isinstance(error, kind)]
        if usable + len(causes) >= MIN_FRAMES:
            return kind(causes[0].message)
    heic = [name for name, _ in gathering.skipped if name.lower().endswith((".heic", ".heif"))]
    if usable + len(heic) >= MIN_FRAMES:
        return HeicPhotos(f"{len(heic)} of {num_found} photos are HEIC pictures, which this program does not read.")
    if num_found == 0:
        return TooFewPhotos("There are no photos in it; a video is named by its own path, not by its folder.")
    return TooFewPhotos(
        f"{usable} of {num_found} photos can be used, and at least {MIN_FRAMES} different ones are needed."
    )


def _index(gathering: _Gathering, num_found: int) -> dict[str, Any]:
    return {
        "kind": "photos",
        "num_source_frames": num_found,
        "num_decoded": len(gathering.frames) + gathering.num_duplicates,
        "num_duplicates_dropped": gathering.num_duplicates,
        "num_damaged": len(gathering.skipped),
        "codec": None,
        "rotation_deg": 0,
        "source_width": None,
        "source_height": None,
        "fps": None,
        "duration_s": None,
        "frames": gathering.frames,
    }

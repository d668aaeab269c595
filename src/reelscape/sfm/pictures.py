"""What the poses stage is given: the chosen frames or photos, as the frames stage lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Picture:
    """One chosen frame or photo: file name, time in the video, size and, when its EXIF tells, the focal length."""

    name: str
    time_s: float
    width: int
    height: int
    focal_px: float | None = None

    @property
    def side_px(self) -> int:
        """The longer side."""
        return max(self.width, self.height)


@dataclass(frozen=True)
class Pictures:
    """All pictures in order; `is_video` when they follow each other in time and share one camera."""

    is_video: bool
    items: tuple[Picture, ...]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def names(self) -> tuple[str, ...]:
        """File names in order."""
        return tuple(item.name for item in self.items)

    def camera_groups(self) -> list[list[Picture]]:
        """Pictures that share one camera: all of a video, or the photos of one size and focal length."""

        def key(item: Picture) -> tuple[int, int, float]:
            return item.width, item.height, 0.0 if self.is_video else round(item.focal_px or 0.0, 1)

        return [list(group) for _, group in groupby(sorted(self.items, key=key), key)]

    def lost(self, registered: Iterable[str]) -> list[dict[str, Any]]:
        """Runs of pictures that are not among `registered`: first and last name, count and, for a video, seconds."""
        kept = set(registered)
        runs = []
        for missing, run in groupby(self.items, lambda item: item.name not in kept):
            items = list(run)
            if missing:
                times = {"start_s": items[0].time_s, "end_s": items[-1].time_s} if self.is_video else {}
                runs.append({"first": items[0].name, "last": items[-1].name, "num_images": len(items), **times})
        return runs


def parse_pictures(index: dict[str, Any]) -> Pictures:
    """The pictures of the frames stage's index (frames.json)."""
    items = tuple(
        Picture(
            str(frame["name"]),
            float(frame.get("time_s") or 0.0),
            int(frame["width"]),
            int(frame["height"]),
            float(frame["focal_px"]) if frame.get("focal_px") else None,
        )
        for frame in index["frames"]
    )
    return Pictures(index["kind"] == "video", items)


def batched(items: Sequence[T], size: int) -> Iterator[list[T]]:
    """The items in lists of `size`, the last one shorter."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])

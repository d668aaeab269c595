"""One photo: from the bytes of a camera file to an upright 8-bit picture in sRGB and its focal length."""

from __future__ import annotations

import io
import math
import warnings
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from reelscape.errors import InputError, PictureTooLarge, UnreadableMedia
from reelscape.media.motion import fitted_size
from reelscape.media.probe import check_size
from reelscape.sniff import picture_format

MAX_PHOTO_PIXELS = 8192 * 8192  # decoded at reduced size where the format can
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "BMP")
_FULL_FRAME_DIAGONAL_MM = 43.267


@dataclass(frozen=True)
class Photo:
    """`bgr` `[H, W, 3]` upright 8-bit sRGB; `focal_px` in pixels of this picture, None when the file tells nothing."""

    bgr: NDArray[np.uint8]
    focal_px: float | None


def read_photo(content: bytes, max_side_px: int) -> Photo:
    """Decode a photo, turn it as its EXIF orientation says and shrink it to `max_side_px`.

    Raises `UnreadableMedia`, `PictureTooSmall` or `PictureTooLarge`.
    """
    if picture_format(content[:16]) == "HEIC":
        raise UnreadableMedia("HEIC photos are not read; export them as JPEG.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd EXIF; sizes are checked below
            return _decode(content, max_side_px)
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise PictureTooLarge() from error
    except Exception as error:  # Pillow's plugins raise almost anything on broken files
        raise UnreadableMedia("The photo cannot be decoded.") from error


def _decode(content: bytes, max_side_px: int) -> Photo:
    Image.init()  # all of Pillow's plugins; it knows only a few of them at first
    with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
        check_size(image.width, image.height, MAX_PHOTO_PIXELS)
        size = fitted_size(image.width, image.height, max_side_px)
        exif = image.getexif()
        image.draft("RGB", size)  # JPEG decodes at 1/2, 1/4 or 1/8 for a fraction of the work, never below `size`
        rgb = np.asarray(image.convert("RGB"))
        profile = image.info.get("icc_profile")
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    upright = _upright(_in_srgb(small, profile), exif.get(ExifTags.Base.Orientation, 1))
    return Photo(np.ascontiguousarray(upright[..., ::-1]), _focal_px(exif, math.hypot(*size)))


def _upright(picture: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Undo the orientation of EXIF 2.3, tag 274 (1..8, the even ones up to 4 and the odd ones from 5 are mirrored)."""
    flips = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}  # of cv2: 1 left-right, 0 up-down, -1 both
    if orientation in (5, 6, 7, 8):
        picture = np.asarray(cv2.transpose(picture), np.uint8)
    return np.asarray(cv2.flip(picture, flips[orientation]), np.uint8) if orientation in flips else picture


def _in_srgb(rgb: NDArray[np.uint8], profile: bytes | None) -> NDArray[np.uint8]:
    """Colours of the photo's own profile (Display P3 on most phones) as sRGB; as they are when the profile is odd."""
    if not profile:
        return rgb
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(Image.fromarray(rgb), source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return rgb
    return rgb if turned is None else np.asarray(turned, np.uint8)


def _focal_px(exif: Image.Exif, diagonal_px: float) -> float | None:
    """Focal length from the EXIF field "in 35 mm film", which compares picture diagonals (CIPA DCG-001)."""
    equivalent_mm = float(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.FocalLengthIn35mmFilm) or 0)
    if not 5 <= equivalent_mm <= 1000:
        return None
    return round(equivalent_mm / _FULL_FRAME_DIAGONAL_MM * diagonal_px, 3)

"""What a file is, told by its first bytes; its name is never asked.

Only the containers named here are ever opened, each with its own demuxer by name: a playlist, a concat list or any
other text that points at further files is unknown here and so goes nowhere.
"""

from __future__ import annotations

from pathlib import Path

HEAD_BYTES = 1024

_MP4_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
_AVIF_BRANDS = (b"avif", b"avis")
_PICTURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
)
_TS_PACKET_BYTES = 188


def head_of(path: Path) -> bytes:
    """The first bytes of a file, enough for the functions below."""
    with open(path, "rb") as file:
        return file.read(HEAD_BYTES)


def is_zip(head: bytes) -> bool:
    """Whether a file that starts with `head` is a zip archive (an empty one too)."""
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def picture_format(head: bytes) -> str | None:
    """Pillow's name of the picture format, "HEIC" among them; None when `head` starts no still picture."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "HEIC" if brand in _HEIC_BRANDS else "AVIF" if brand in _AVIF_BRANDS else None
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return next((name for magic, name in _PICTURES if head.startswith(magic)), None)


def video_format(head: bytes) -> str | None:
    """FFmpeg's name of the demuxer for a video that starts with `head`; None for anything not on the list."""
    if picture_format(head) is not None:
        return None
    if head[4:8] in _MP4_ATOMS:
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if len(head) > 2 * _TS_PACKET_BYTES and set(head[: 3 * _TS_PACKET_BYTES : _TS_PACKET_BYTES]) == {0x47}:
        return "mpegts"
    return None

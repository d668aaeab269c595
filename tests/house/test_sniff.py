import pytest

from reelscape.sniff import is_zip, picture_format, video_format


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\x20ftypisom", "mov"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86", "matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        ((b"\x47" + b"\0" * 187) * 4, "mpegts"),
    ],
)
def test_known_containers(head: bytes, name: str) -> None:
    assert video_format(head) == name
    assert picture_format(head) is None


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"#EXTM3U\n#EXT-X-VERSION:3\n",
        b"this is plain text",
        b"<?xml version='1.0'?><MPD/>",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"\0\0\0\x18ftypheic\0\0\0\0",
        b"\xff\xd8\xff\xe0\0\x10JFIF",
    ],
)
def test_anything_else_is_no_video(head: bytes) -> None:
    assert video_format(head) is None


def test_pictures_and_archives() -> None:
    assert picture_format(b"\xff\xd8\xff\xe1") == "JPEG"
    assert picture_format(b"\0\0\0\x18ftypheic\0\0\0\0") == "HEIC"
    assert picture_format(b"\0\0\0\x18ftypavif\0\0\0\0") == "AVIF"
    assert is_zip(b"PK\x03\x04")
    assert is_zip(b"PK\x05\x06")
    assert not is_zip(b"PK")

import io
import stat
import zipfile
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tests import tolerances
from tests.media.tiny_media import jpeg, texture, write_photos

from reelscape.errors import (
    BadArchive,
    InputError,
    PictureTooLarge,
    PictureTooSmall,
    TooFewPhotos,
    UnreadableMedia,
    UnsafeArchive,
)
from reelscape.media.archive import PhotoZip
from reelscape.media.photos import PhotoFolder, extract_photos, natural_key
from reelscape.media.picture import read_photo
from reelscape.report import Report

ORIENTATION, EXIF_IFD, GPS_IFD, FOCAL_35MM = 274, 34665, 34853, 41989
# What a camera held that way stores, by EXIF orientation: the upright picture, transformed.
STORED = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: lambda p: np.rot90(p, 1),
    7: lambda p: np.rot90(p, 1)[:, ::-1].transpose(1, 0, 2)[::-1].transpose(1, 0, 2)[::-1],
    8: lambda p: np.rot90(p, -1),
}


def _exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.get_ifd(EXIF_IFD)[FOCAL_35MM] = 28
    exif.get_ifd(GPS_IFD)[1] = "N"
    return exif


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 8])
def test_orientation_is_undone(orientation: int) -> None:
    upright = texture(240, 160)
    photo = read_photo(jpeg(np.ascontiguousarray(STORED[orientation](upright)), _exif(orientation)), 960)
    assert photo.bgr.shape == (160, 240, 3)
    assert np.abs(photo.bgr[..., ::-1].astype(float) - upright).mean() < tolerances.H264_MEAN_LEVELS


def test_focal_length_of_the_saved_picture() -> None:
    """28 mm in 35 mm film on a 4:3 picture: 28 / 43.27 of the diagonal, and the diagonal of 400x300 is 500."""
    photo = read_photo(jpeg(texture(800, 600), _exif()), 400)
    assert photo.bgr.shape == (300, 400, 3)
    assert photo.focal_px == pytest.approx(28 / 43.27 * 500, rel=tolerances.FOCAL_RTOL)
    assert read_photo(jpeg(texture(240, 160)), 960).focal_px is None


def test_odd_modes_become_rgb() -> None:
    stream = io.BytesIO()
    Image.new("LA", (200, 150), (128, 40)).save(stream, "PNG")
    np.testing.assert_array_equal(read_photo(stream.getvalue(), 960).bgr, 128)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\xff\xd8\xff\xe0 broken", UnreadableMedia),
        (b"\0\0\0\x18ftypheic\0\0\0\0", UnreadableMedia),
        (b"", UnreadableMedia),
        (jpeg(texture(64, 64)), PictureTooSmall),
    ],
)
def test_photos_that_cannot_be_used(content: bytes, error: type[InputError]) -> None:
    with pytest.raises(error):
        read_photo(content, 960)


def test_a_decompression_bomb_is_not_decoded() -> None:
    content = bytearray(_png(texture(160, 160)))
    content[16:24] = (30_000).to_bytes(4, "big") * 2  # the size in its header
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    with pytest.raises(PictureTooLarge):
        read_photo(bytes(content), 960)


def test_natural_order() -> None:
    names = ["IMG_10.jpg", "img_9.jpg", "b/IMG_1.jpg", "IMG_1.jpg"]
    assert sorted(names, key=natural_key) == ["b/IMG_1.jpg", "IMG_1.jpg", "img_9.jpg", "IMG_10.jpg"]
    long = ["1" * 5000 + ".jpg", "0" * 5000 + "7.jpg", "12.jpg", "0.jpg"]
    assert sorted(long, key=natural_key) == [long[3], long[1], long[2], long[0]]


def test_a_folder_with_all_sorts_of_files(tmp_path: Path) -> None:
    folder, out_dir = tmp_path / "photos", tmp_path / "out"
    out_dir.mkdir()
    write_photos(folder, 11)
    (folder / ".hidden.jpg").write_bytes(jpeg(texture(seed=5)))
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "._1.jpg").write_bytes(b"x")
    (folder / "again.jpg").write_bytes((folder / "photo_3.jpg").read_bytes())
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    (folder / "notes.txt").write_text("no photo")
    (folder / "tall.png").write_bytes(_png(texture(300, 500, seed=9)))
    report = Report("frames")
    index = extract_photos(PhotoFolder(folder), out_dir, 0, 200, report)

    names = [frame["original_name"] for frame in index["frames"]]
    # "again" comes first by name, so the third photo is the duplicate
    assert names == ["again.jpg", *(f"photo_{i}.jpg" for i in (1, 2, *range(4, 12))), "tall.png"]
    assert index["num_duplicates_dropped"] == 1
    assert [warning["code"] for warning in report.warnings] == ["photo_skipped"]
    assert (index["frames"][-1]["width"], index["frames"][-1]["height"]) == (120, 200)
    for frame in index["frames"]:
        content = (out_dir / frame["name"]).read_bytes()
        assert b"Exif" not in content and b"GPS" not in content
        assert cv2.imread(str(out_dir / frame["name"])).shape == (frame["height"], frame["width"], 3)
    assert len(list(out_dir.iterdir())) == len(index["frames"])


def test_too_many_photos_are_spread(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 20)
    (tmp_path / "out").mkdir()
    report = Report("frames")
    index = extract_photos(PhotoFolder(tmp_path / "photos"), tmp_path / "out", 10, 200, report)
    assert [frame["original_name"] for frame in index["frames"]] == [f"photo_{i}.jpg" for i in range(1, 20, 2)]
    assert report.warnings[0]["code"] == "photos_left_out"


def test_too_few_photos(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 7)
    (tmp_path / "out").mkdir()
    with pytest.raises(TooFewPhotos, match="7 of 7"):
        extract_photos(PhotoFolder(tmp_path / "photos"), tmp_path / "out", 0, 200, Report("frames"))


def _png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def _zip(path: Path, entries: dict[str, bytes], mode: int = stat.S_IFREG | 0o600) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return path


def test_a_zip_gives_the_same_as_its_folder(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 9)
    entries = {f"set/{path.name}": path.read_bytes() for path in (tmp_path / "photos").iterdir()}
    made = []
    for source in (PhotoFolder(tmp_path / "photos"), PhotoZip(_zip(tmp_path / "a.zip", entries))):
        out_dir = tmp_path / f"out_{len(made)}"
        out_dir.mkdir()
        extract_photos(source, out_dir, 0, 200, Report("frames"))
        made.append({path.name: path.read_bytes() for path in out_dir.iterdir()})
    assert made[0] == made[1]


@pytest.mark.parametrize("name", ["../evil.jpg", "a/../../evil.jpg", "/abs.jpg", "C:\\evil.jpg", "..\\evil.jpg"])
def test_paths_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafeArchive):
        PhotoZip(_zip(tmp_path / "a.zip", {name: b"x"}))


def test_links_bombs_and_crowds(tmp_path: Path) -> None:
    with pytest.raises(UnsafeArchive, match="link"):
        PhotoZip(_zip(tmp_path / "link.zip", {"a.jpg": b"/etc/hostname"}, stat.S_IFLNK | 0o777))
    with pytest.raises(UnsafeArchive, match="larger than"):
        PhotoZip(_zip(tmp_path / "bomb.zip", {"a.jpg": bytes(130 << 20)}))
    with pytest.raises(UnsafeArchive, match="entries"):
        PhotoZip(_zip(tmp_path / "crowd.zip", {f"{i}": b"" for i in range(5001)}))


def test_encrypted_and_broken_archives(tmp_path: Path) -> None:
    content = bytearray(_zip(tmp_path / "a.zip", {"a.jpg": b"some content"}).read_bytes())
    content[content.find(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "encrypted.zip").write_bytes(content)
    with pytest.raises(UnsafeArchive, match="encrypted"):
        PhotoZip(tmp_path / "encrypted.zip")
    (tmp_path / "cut.zip").write_bytes(content[:20])
    with pytest.raises(BadArchive):
        PhotoZip(tmp_path / "cut.zip")


def test_a_broken_entry_is_none_and_a_lying_one_is_cut(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"a.jpg": bytes(range(256)) * 40})
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    assert PhotoZip(path).read("a.jpg", 1 << 20) is None

    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr("a.jpg", bytes(range(256)) * 40)
        content = bytearray(path.read_bytes())
        content[35:45] = b"\xff" * 10
        path.write_bytes(content)
        assert PhotoZip(path).read("a.jpg", 1 << 20) is None

    path = _zip(tmp_path / "lying.zip", {"a.jpg": bytes(100_000)})
    content = bytearray(path.read_bytes())
    size_at = content.find(b"PK\x01\x02") + 24
    content[size_at : size_at + 4] = (50).to_bytes(4, "little")
    path.write_bytes(content)
    assert len(PhotoZip(path).read("a.jpg", 1 << 20) or b"") <= 50

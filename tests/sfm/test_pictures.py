"""The list of pictures: shared cameras, and what is said of lost ones."""

from __future__ import annotations

from reelscape.sfm.pictures import Picture, Pictures, batched, parse_pictures


def test_a_video_has_one_camera_and_photos_one_per_size_and_focal_length() -> None:
    items = (
        Picture("a.jpg", 0.0, 640, 480, 500.0),
        Picture("b.jpg", 0.0, 480, 640, 500.0),
        Picture("c.jpg", 0.0, 640, 480, 500.0),
        Picture("d.jpg", 0.0, 640, 480, None),
    )
    groups = Pictures(False, items).camera_groups()
    assert sorted([item.name for item in group] for group in groups) == [["a.jpg", "c.jpg"], ["b.jpg"], ["d.jpg"]]
    video = Pictures(True, tuple(Picture(f"{i}.jpg", i / 10, 640, 480, None) for i in range(5)))
    assert len(video.camera_groups()) == 1


def test_lost_pictures_are_told_as_runs() -> None:
    index = {
        "kind": "video",
        "frames": [{"name": f"{i}.jpg", "time_s": i / 2, "width": 640, "height": 480} for i in range(8)],
    }
    runs = parse_pictures(index).lost(["0.jpg", "1.jpg", "4.jpg", "5.jpg"])
    assert runs == [
        {"first": "2.jpg", "last": "3.jpg", "num_images": 2, "start_s": 1.0, "end_s": 1.5},
        {"first": "6.jpg", "last": "7.jpg", "num_images": 2, "start_s": 3.0, "end_s": 3.5},
    ]
    photos = parse_pictures({**index, "kind": "photos"})
    assert "start_s" not in photos.lost(["0.jpg"])[0]
    assert photos.lost(photos.names) == []


def test_batches() -> None:
    assert list(batched(range(5), 2)) == [[0, 1], [2, 3], [4]]

"""Every error a person can meet, as one tree.

    ReelscapeError
    ├── InputError            the video, the photos or the archive cannot be used
    ├── PosesError            the camera path could not be found
    ├── TrainError            the splats could not be trained
    ├── OutputError           the run folder cannot be used
    └── RunError              the run was stopped or the machine gave out

Each class carries a stable `code` (for programs), a `message` (one sentence) and `advice` (what to do next).
Codes never change meaning; docs/errors.md lists all of them and a test keeps that page complete.
"""

from __future__ import annotations

from typing import Any, ClassVar


class ReelscapeError(Exception):
    """Root of the tree: `code`, a sentence and advice; `str(error)` is the sentence."""

    code: ClassVar[str] = "reelscape_error"
    sentence: ClassVar[str] = "Something went wrong."
    advice: ClassVar[str] = "Run `reelscape doctor` and read the log in the run folder."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.sentence
        super().__init__(self.message)

    def as_dict(self) -> dict[str, str]:
        """The three public fields, as they stand in report.json and in both APIs."""
        return {"code": self.code, "message": self.message, "advice": self.advice}


class InputError(ReelscapeError):
    """The video, the photos or the archive cannot be used."""

    code = "bad_input"
    sentence = "The input cannot be used."
    advice = "Give a video file, a folder of photos or a zip of photos."


class InputNotFound(InputError):
    code = "input_not_found"
    sentence = "There is no file or folder at the given path."
    advice = "Check the path; quote it when it holds spaces."


class UnreadableMedia(InputError):
    code = "unreadable_media"
    sentence = "The file is not a video that can be read."
    advice = "Give an MP4, MOV, MKV, WebM or AVI file that plays elsewhere; if the upload broke off, upload it again."


class NoVideoStream(InputError):
    code = "no_video_stream"
    sentence = "The file holds no moving pictures."
    advice = "Give the video itself, not its sound track or a single picture."


class DamagedVideo(InputError):
    code = "damaged_video"
    sentence = "The video breaks off before enough frames could be read."
    advice = "Copy or export the video again from the phone and try once more."


class TooFewFrames(InputError):
    code = "too_few_frames"
    sentence = "The video has too few different frames."
    advice = "Film for at least five seconds while you walk around the subject."


class TooFewPhotos(InputError):
    code = "too_few_photos"
    sentence = "There are too few usable photos."
    advice = "Give at least 8 overlapping photos taken from different places; 30 or more are better."


class PictureTooSmall(InputError):
    code = "picture_too_small"
    sentence = "The pictures are too small to find a camera path in them."
    advice = "Give pictures whose short side has at least 128 pixels; 720 or more are better."


class PictureTooLarge(InputError):
    code = "picture_too_large"
    sentence = "The pictures are larger than this program accepts."
    advice = "Export the video at 4K or less and try again."


class VideoTooLong(InputError):
    code = "video_too_long"
    sentence = "The video has more frames than this program reads."
    advice = "Cut it to the part that shows the scene: one to five minutes are best, an hour is the limit."


class BadArchive(InputError):
    code = "bad_archive"
    sentence = "The zip archive cannot be read."
    advice = "Make the zip again; if the upload broke off, upload it again."


class UnsafeArchive(InputError):
    code = "unsafe_archive"
    sentence = "The zip archive holds entries that this program refuses to unpack."
    advice = "Make a plain zip of photos: no links, no absolute or parent paths, no enormous entries."


class UnreadableScene(InputError):
    code = "unreadable_scene"
    sentence = "The file is not a scene that can be read."
    advice = "Give a scene.ply or scene.spz of a finished run, or splats in the same layout."


class PosesError(ReelscapeError):
    """The camera path could not be found."""

    code = "poses_failed"
    sentence = "The camera path could not be found."
    advice = "Film slowly, move sideways around the subject, in good light, past textured things."


class NoFeatures(PosesError):
    code = "no_features"
    sentence = "The pictures show too little detail to follow."
    advice = "Film in more light, hold the phone steadier, and include textured things, not plain walls alone."


class NoOverlap(PosesError):
    code = "no_overlap"
    sentence = "The pictures do not show the same things from different places."
    advice = "Film slower so that neighbouring pictures overlap by more than half."


class CameraStill(PosesError):
    code = "camera_still"
    sentence = "The camera hardly moved."
    advice = "Walk around the subject while filming; depth is found only from a moving camera."


class RotationOnly(PosesError):
    code = "rotation_only"
    sentence = "The camera turned on the spot without moving sideways."
    advice = "Walk sideways or around the subject; turning on the spot shows no depth."


class TooFewRegistered(PosesError):
    code = "too_few_registered"
    sentence = "Too few pictures could be joined into one camera path."
    advice = "Film in one go without cuts, slower, with more overlap, and avoid fast turns."


class TrainError(ReelscapeError):
    """The splats could not be trained."""

    code = "train_failed"
    sentence = "The splats could not be trained."
    advice = "Try the preset `draft`; if it fails too, report the run folder's report.json."


class TooFewPoints(TrainError):
    code = "too_few_points"
    sentence = "Too few 3D points were found to start the splats."
    advice = "Film textured things in good light, with more sideways movement."


class OutputError(ReelscapeError):
    """The run folder cannot be used."""

    code = "bad_output"
    sentence = "The output folder cannot be used."
    advice = "Name a new or empty folder with --out."


class OutDirNotOurs(OutputError):
    code = "out_dir_not_ours"
    sentence = "The output folder holds files that no run of this program made."
    advice = "Name a new or empty folder with --out; nothing was touched."


class OutDirNotEmpty(OutputError):
    code = "out_dir_not_empty"
    sentence = "The output folder already holds a run."
    advice = "Add --resume to go on with it, or name another folder with --out."


class OutDirBusy(OutputError):
    code = "out_dir_busy"
    sentence = "Another run is working in the output folder."
    advice = "Wait for it, stop it, or name another folder with --out."


class DiskFull(OutputError):
    code = "disk_full"
    sentence = "The disk is full or the folder cannot be written."
    advice = "Free some space (a run needs about 1 GB) or name a folder on another disk, then add --resume."


class RunError(ReelscapeError):
    """The run was stopped or the machine gave out."""

    code = "run_failed"


class Cancelled(RunError):
    code = "cancelled"
    sentence = "The run was stopped on request."
    advice = "Start it again with --resume to go on from where it stopped."


class TimeLimit(RunError):
    code = "time_limit"
    sentence = "A stage took longer than its time limit."
    advice = "Use fewer frames or the preset `draft`, or raise the stage's time limit."


class OutOfMemory(RunError):
    code = "out_of_memory"
    sentence = "A stage needed more memory than it may take."
    advice = "Use fewer or smaller frames, or fewer gaussians, or a machine with more memory."


class StageCrashed(RunError):
    code = "stage_crashed"
    sentence = "A stage's process ended unexpectedly."
    advice = "Start again with --resume; if it happens again, report the log under work/logs."


class BadSetting(RunError):
    code = "bad_setting"
    sentence = "A setting has a value that cannot be used."
    advice = "See `reelscape run --help` for the accepted values."


class UnexpectedError(RunError):
    code = "unexpected_error"
    sentence = "The program met a fault of its own."
    advice = "Report it with the traceback under work/logs; --resume may get past it."


def _subclasses(root: type[ReelscapeError]) -> list[type[ReelscapeError]]:
    return [root, *(found for child in root.__subclasses__() for found in _subclasses(child))]


def by_code() -> dict[str, type[ReelscapeError]]:
    """All classes of the tree by their code (child processes name an error by its code)."""
    return {error.code: error for error in _subclasses(ReelscapeError)}


def from_dict(fields: dict[str, Any]) -> ReelscapeError:
    """The error that `as_dict` described; an unknown code becomes `UnexpectedError`."""
    kind = by_code().get(str(fields.get("code")), UnexpectedError)
    return kind(str(fields.get("message") or "") or None)

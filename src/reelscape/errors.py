"""Every error a person can meet, as one tree.

    ReelscapeError
    ├── InputError            the video, the photos or the archive cannot be used
    ├── PosesError            the camera path could not be found
    ├── TrainError            the splats could not be trained
    ├── OutputError           the run folder or the data folder cannot be used
    ├── RunError              the run was stopped or the machine gave out
    ├── AccessError           who asks may not have what is asked for, or not so often
    ├── AccountError          an account or an API key cannot be made or found
    ├── UploadError           an upload or a signed address cannot be used
    ├── ServerError           a server gave no answer, or none that can be used
    └── JobError              a job cannot be made, or is not in a state for what is asked

These groups are for `except`; what is raised is a leaf. Each leaf carries a stable `code` (for programs), a `message`
(one sentence) and `advice` (what to do next). Codes never change meaning; docs/errors.md lists all of them and a test
keeps that page complete.
"""

from __future__ import annotations

import errno
from typing import Any, ClassVar


class ReelscapeError(Exception):
    """Root of the tree: `code`, a sentence and advice; `str(error)` is the sentence. Groups have none of the three."""

    code: ClassVar[str]
    sentence: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self, message: str | None = None) -> None:
        if not hasattr(self, "code"):
            raise TypeError(f"{type(self).__name__} is a group of errors: raise one of its leaves")
        self.message = message or self.sentence
        super().__init__(self.message)

    def as_dict(self) -> dict[str, str]:
        """The three public fields, as they stand in report.json and in both APIs."""
        return {"code": self.code, "message": self.message, "advice": self.advice}


class InputError(ReelscapeError):
    """The video, the photos or the archive cannot be used."""


class InputNotFound(InputError):
    code = "input_not_found"
    sentence = "There is no file or folder at the given path."
    advice = "Check the path; quote it when it holds spaces."


class InputUnreadable(InputError):
    code = "input_unreadable"
    sentence = "The input cannot be opened."
    advice = "Check that it is a plain file or folder and that you may read it."


class InputTooLarge(InputError):
    code = "input_too_large"
    sentence = "The folder holds far more files than photos of one scene."
    advice = "Put the photos of the scene into a folder of their own."


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


class HeicPhotos(InputError):
    code = "heic_photos"
    sentence = "The photos are HEIC pictures, which this program does not read."
    advice = "Export them as JPEG; an iPhone takes JPEG with Settings > Camera > Formats > Most Compatible."


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


class UnreadableMesh(InputError):
    code = "unreadable_mesh"
    sentence = "The file is not a mesh or a point cloud that can be read."
    advice = "Check that it opens in another viewer; if the upload broke off, upload it again."


class NoPicture(InputError):
    code = "no_picture"
    sentence = "No picture can be made of the file."
    advice = "Export it plainly (no Draco, no meshopt, no outside files) and smaller, at most 10 million vertices."


class UnreadableModel(InputError):
    code = "unreadable_model"
    sentence = "The folder is not a COLMAP model that can be read."
    advice = "Give the `sparse` folder of a finished run, or a binary COLMAP model of undistorted pictures."


class PosesError(ReelscapeError):
    """The camera path could not be found."""


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


class UnreadableFrame(PosesError):
    code = "unreadable_frame"
    sentence = "A frame that was chosen earlier cannot be read any more."
    advice = "Something changed the run folder's `work/frames`: start again in a new folder."


class TrainError(ReelscapeError):
    """The splats could not be trained."""


class TooFewPoints(TrainError):
    code = "too_few_points"
    sentence = "Too few 3D points were found to start the splats."
    advice = "Film textured things in good light, with more sideways movement."


class UnusableCameras(TrainError):
    code = "unusable_cameras"
    sentence = "The cameras of the scene cannot be trained with."
    advice = "Find the camera path anew; a scene from elsewhere must have finite poses and plain pinhole cameras."


class TooFewPictures(TrainError):
    code = "too_few_pictures"
    sentence = "The scene has too few pictures to hold some out and to train on the others."
    advice = "Train on all pictures (train.holdout_every 0), or film longer so that more pictures find their place."


class UnusablePicture(TrainError):
    code = "unusable_picture"
    sentence = "A picture of the scene cannot be trained on."
    advice = "Something changed the run folder's `images`, or they do not belong to `sparse`: start in a new folder."


class OutputError(ReelscapeError):
    """The run folder or the data folder cannot be used."""


class OutDirNotOurs(OutputError):
    code = "out_dir_not_ours"
    sentence = "The output folder holds files that no run of this program made."
    advice = "Name a new or empty folder with --out; nothing was touched."


class OutDirNotEmpty(OutputError):
    code = "out_dir_not_empty"
    sentence = "The output folder already holds a run."
    advice = "Add --resume to go on with it, or name another folder with --out."


class OutDirOtherInput(OutputError):
    code = "out_dir_other_input"
    sentence = "The output folder holds the finished scene of another input."
    advice = "Name another folder with --out; the scene in this one was left alone."


class OutDirInsideInput(OutputError):
    code = "out_dir_inside_input"
    sentence = "The output folder lies inside the input folder."
    advice = "Name a folder outside of the photos with --out."


class OutDirBusy(OutputError):
    code = "out_dir_busy"
    sentence = "Another run is working in the output folder."
    advice = "Wait for it, stop it, or name another folder with --out."


class DiskFull(OutputError):
    code = "disk_full"
    sentence = "The disk is full."
    advice = "Free some space (a run needs about 1 GB) and add --resume, or name a folder on another disk."


class OutDirUnwritable(OutputError):
    code = "output_not_writable"
    sentence = "The output folder cannot be written."
    advice = "Name a folder that you may write to, or change the permissions of this one."


class NoDataDir(OutputError):
    code = "no_data_dir"
    sentence = "The folder holds no data of the service."
    advice = "Start `reelscape serve` on it once, or name the service's folder with --data."


class OutputExists(OutputError):
    code = "output_exists"
    sentence = "A file of this name is already there."
    advice = "Move it away, or name another folder with --out; nothing was overwritten."


class DatabaseDamaged(OutputError):
    code = "database_damaged"
    sentence = "The service's database is damaged."
    advice = "Stop the service and put a backup in its place; `sqlite3 FILE .recover` may save what no backup has."


class DataDirBusy(OutputError):
    code = "data_dir_busy"
    sentence = "Another process of the service is working on the data folder."
    advice = "Stop it first, or name another folder with --data."


class PortInUse(OutputError):
    code = "port_in_use"
    sentence = "Another program listens at this address."
    advice = "Stop it, or name another port with --port, e.g. --port 8001."


class HostUnknown(OutputError):
    code = "host_unknown"
    sentence = "This machine cannot listen at this address."
    advice = (
        "Give --host 127.0.0.1 for this machine alone, or 0.0.0.0 for its network too; ports below 1024 need rights."
    )


class RunError(ReelscapeError):
    """The run was stopped or the machine gave out."""


class Cancelled(RunError):
    code = "cancelled"
    sentence = "The run was stopped on request."
    advice = "Start it again with --resume to go on from where it stopped."


class TimeLimit(RunError):
    code = "time_limit"
    sentence = "A stage took longer than its time limit."
    advice = "Use fewer frames or the preset `draft`, or raise the stage's limit, e.g. `--set poses.time_limit_s=7200`."


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
    advice = (
        "The accepted values are in the command's `--help`, in docs/settings.md, and, for variables REELSCAPE_..., in "
        "docs/service-settings.md."
    )


class UnexpectedError(RunError):
    code = "unexpected_error"
    sentence = "The program met a fault of its own."
    advice = "Report it with the traceback under work/logs; --resume may get past it."


class AccessError(ReelscapeError):
    """Who asks may not have what is asked for, or not so often."""


class NotAuthenticated(AccessError):
    code = "not_authenticated"
    sentence = "The request carries no API key."
    advice = "Send the header `Authorization: Api-Key YOUR_API_KEY`."


class BadApiKey(AccessError):
    code = "bad_api_key"
    sentence = "The API key is wrong, revoked or expired."
    advice = "Make a new key on your profile page, or with `reelscape apikey create`."


class Forbidden(AccessError):
    code = "forbidden"
    sentence = "You may not do this."
    advice = "Sign in with the account that owns it."


class WrongDeleteToken(AccessError):
    code = "wrong_delete_token"
    sentence = "The token does not delete this file."
    advice = "Send the delete_token of the upload's answer in the header X-Delete-Token; nobody can give it again."


class RateLimited(AccessError):
    code = "rate_limited"
    sentence = "Too many requests."
    advice = "Wait as many seconds as the header Retry-After says; ask for a job's status every few seconds only."


class TooManyJobs(AccessError):
    code = "too_many_jobs"
    sentence = "Too many jobs of this account are waiting."
    advice = "Submit more when some of them have ended; cancel those that are not needed."


class TooManyUploads(AccessError):
    code = "too_many_uploads"
    sentence = "Too many upload addresses of this account wait for their file."
    advice = "Send the files to the addresses that you have; those that get none are forgotten after a day."


class NotFound(AccessError):
    code = "not_found"
    sentence = "There is nothing at this address."
    advice = "Check the address; a job or file of another account, or one that was deleted, is not shown either."


class MethodNotAllowed(AccessError):
    code = "method_not_allowed"
    sentence = "This address does not accept this method."
    advice = "The header Allow names the methods that it accepts."


class RequestTimeout(AccessError):
    code = "request_timeout"
    sentence = "The request's body took too long to arrive."
    advice = "Send it again, on a better connection; a video goes to the address of generate-upload-url."


class UnsupportedMediaType(AccessError):
    code = "unsupported_media_type"
    sentence = "The request's body has a type that this address does not read."
    advice = "Send JSON (Content-Type: application/json) or a form."


class AccountError(ReelscapeError):
    """An account or an API key cannot be made or found."""


class BadUserName(AccountError):
    code = "bad_user_name"
    sentence = "There cannot be an account of this name."
    advice = "Choose another name: up to 150 letters, digits and @ . + - _ that no other account has."


class BadEmail(AccountError):
    code = "bad_email"
    sentence = "The e-mail address cannot be used."
    advice = "Give an address such as name@example.org that no other account has."


class BadPassword(AccountError):
    code = "bad_password"
    sentence = "The password is too easy to guess."
    advice = "Give at least 10 characters that are not a common word, not only digits, and not the user's name."


class UserNotFound(AccountError):
    code = "user_not_found"
    sentence = "There is no account of this name."
    advice = "Name the service's folder with --data; see `reelscape user list`, or make one: `reelscape user create`."


class BadKeyName(AccountError):
    code = "bad_key_name"
    sentence = "An API key cannot have this name."
    advice = "Give 1 to 50 visible characters that no other live key of the account has as its name."


class KeyNotFound(AccountError):
    code = "key_not_found"
    sentence = "There is no such API key."
    advice = "See `reelscape apikey list`, or your profile page, for the names and prefixes of live keys."


class UploadError(ReelscapeError):
    """An upload or a signed address cannot be used."""


class UnknownExtension(UploadError):
    code = "unknown_extension"
    sentence = "Files with this extension are not accepted."
    advice = "Upload a video (mp4, mov, avi, mkv, webm, m4v) or a zip of photos."


class UnknownFileType(UploadError):
    code = "unknown_file_type"
    sentence = "Files of this type are not accepted."
    advice = "Upload a model or points (glb, ply, stl), a video (mp4, mov, avi, mkv, webm), or bin or omxl as it is."


class NotAVideo(UploadError):
    code = "not_a_video"
    sentence = "The file has the name of a video but is none."
    advice = "Upload the video itself; if it plays elsewhere, export it as MP4."


class BadSignature(UploadError):
    code = "bad_signature"
    sentence = "The signature of the address is wrong."
    advice = "Use the address exactly as it was given, with its whole query."


class LinkExpired(UploadError):
    code = "link_expired"
    sentence = "The address has expired."
    advice = "Ask for a new one."


class LengthRequired(UploadError):
    code = "length_required"
    sentence = "The upload does not say its length."
    advice = "Send the header Content-Length: give your client a file, not a stream of unknown length."


class UploadTooLarge(UploadError):
    code = "upload_too_large"
    sentence = "The file is larger than this server accepts."
    advice = "Cut the video (two to three minutes are best), or export it at a lower resolution."


class UploadTruncated(UploadError):
    code = "upload_truncated"
    sentence = "The upload broke off before its end; nothing was stored."
    advice = "Send it again to the same address."


class UploadSpent(UploadError):
    code = "upload_spent"
    sentence = "A file was already uploaded to this address."
    advice = "Ask for a new upload address for another file."


class UploadOffset(UploadError):
    code = "upload_offset"
    sentence = "The part does not start where the upload ended."
    advice = "Ask with HEAD for Upload-Offset and go on from there."


class PartsNotOffered(UploadError):
    code = "parts_not_offered"
    sentence = "A part of a file cannot be sent this way."
    advice = "Send the whole file with one PUT, or send it in parts by the tus protocol."


class BadUploadHeader(UploadError):
    code = "bad_upload_header"
    sentence = "A header of the upload cannot be understood."
    advice = "Follow the tus protocol 1.0.0; its headers of lengths and offsets hold whole numbers of bytes."


class UnknownTusVersion(UploadError):
    code = "unknown_tus_version"
    sentence = "This server speaks version 1.0.0 of the tus protocol only."
    advice = "Send the header `Tus-Resumable: 1.0.0`."


class EmptyUpload(UploadError):
    code = "empty_upload"
    sentence = "The upload is empty."
    advice = "Choose a file that has something in it."


class StorageFull(UploadError):
    code = "storage_full"
    sentence = "The server has no room left."
    advice = "Delete scenes that are not needed any more, or ask the operator for more room."


class ServerError(ReelscapeError):
    """A server gave no answer, or none that can be used."""


class ServerUnreachable(ServerError):
    code = "server_unreachable"
    sentence = "The server cannot be reached."
    advice = "Check its address and your network, and that the service runs there; then try again."


class BadAnswer(ServerError):
    code = "bad_answer"
    sentence = "The server gave an answer that cannot be used."
    advice = "Check that the address is that of the service itself; if it is, try again later."


class JobError(ReelscapeError):
    """A job cannot be made, or is not in a state for what is asked."""


class BadRequest(JobError):
    code = "bad_request"
    sentence = "The request cannot be understood."
    advice = "Send JSON (or a form) with the fields of the API's documentation."


class BadBlobName(JobError):
    code = "bad_blob_name"
    sentence = "Invalid blob_name format."
    advice = "Send the blob_name exactly as generate-upload-url gave it."


class BlobNotFound(JobError):
    code = "blob_not_found"
    sentence = "Blob not found. Please verify the upload."
    advice = "Upload the video to the address of generate-upload-url first; a file is kept for a limited time."


class NotBuiltYet(JobError):
    code = "not_built_yet"
    sentence = "This server does not offer that yet."
    advice = "Leave the field away, or use the reconstruction method glomap or colmap."


class JobOver(JobError):
    code = "job_over"
    sentence = "The job has ended already."
    advice = "Retry it, or submit the video again."


class UploadInUse(JobError):
    code = "upload_in_use"
    sentence = "A job needs this upload."
    advice = "Delete the job: its upload goes with it, unless another job needs that."


class JobNotOver(JobError):
    code = "job_not_over"
    sentence = "The job is still waiting or running."
    advice = "Cancel it first, or wait for its end."


class NotAvailable(JobError):
    code = "not_available"
    sentence = "The job has no such file."
    advice = "Wait until the job is finished; products that were removed are made again by a retry."


class NoPreviewYet(JobError):
    code = "no_preview_yet"
    sentence = "No preview available yet"
    advice = "Wait until the job is finished."


class JobFailed(JobError):
    code = "job_failed"
    sentence = "The job failed, and the server does not say why."
    advice = "Film slowly, in good light, with much overlap, and submit the new video."


class WorkerLost(JobError):
    code = "worker_lost"
    sentence = "The process that worked on the job died several times."
    advice = (
        "After restarts or power cuts just retry it; else the machine may lack memory for this video: use fewer "
        "gaussians or a shorter video."
    )


class UrlForbidden(JobError):
    code = "url_forbidden"
    sentence = "The address may not be reached from this server."
    advice = "Give an https address of a public host; the operator can allow others."


class UrlUnreachable(JobError):
    code = "url_unreachable"
    sentence = "The host of the address cannot be reached."
    advice = "Check that the address opens from anywhere, then send it again; or upload the file instead."


class UrlRefused(JobError):
    code = "url_refused"
    sentence = "The host of the address does not give the file."
    advice = "Check that the address opens without signing in and has not expired; or upload the file instead."


class UrlTooSlow(JobError):
    code = "url_too_slow"
    sentence = "Fetching the file took too long."
    advice = "Upload the file instead, or put it on a faster host."


class UrlTooLarge(JobError):
    code = "url_too_large"
    sentence = "The file at the address is larger than this server accepts."
    advice = "Cut the video (two to three minutes are best), or export it at a lower resolution."


class UrlNotVideo(JobError):
    code = "url_not_video"
    sentence = "What the address gives is not a video."
    advice = "Give the address of the file itself (mp4, mov, avi, mkv or webm), not of a page that shows it."


class NoWorker(JobError):
    code = "no_worker"
    sentence = "No worker is there to make scenes at this moment."
    advice = "The job waits and starts when a worker is back; ask for its status, or tell the operator of this server."


class CallbacksOff(JobError):
    code = "callbacks_off"
    sentence = "This server takes no external workers."
    advice = "The operator turns them on with the setting worker_token."


class BadWorkerToken(JobError):
    code = "bad_worker_token"
    sentence = "The worker's token is missing or wrong."
    advice = "Send the header `Authorization: Bearer TOKEN` with the token of the setting worker_token."


class AttemptOver(JobError):
    code = "attempt_over"
    sentence = "The job is not in the hands of this attempt any more."
    advice = "Stop working on it: it was cancelled, deleted, has ended, or another worker has it."


_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)


def coded(error: BaseException) -> ReelscapeError:
    """The leaf of the tree for whatever was raised during a run; what nobody foresaw becomes `UnexpectedError`.

    Problems with reading the input have their own errors, so a refused access is taken to be one of writing.
    """
    if isinstance(error, ReelscapeError):
        return error
    if isinstance(error, MemoryError) or "bad_alloc" in str(error):
        return OutOfMemory()
    if isinstance(error, OSError):
        reason = f"{error.strerror}: {error.filename}." if error.filename else None
        if error.errno in _NO_SPACE:
            return DiskFull(reason)
        if error.errno in _NOT_WRITABLE:
            return OutDirUnwritable(reason)
        if error.errno == errno.ENOMEM:
            return OutOfMemory()
    return UnexpectedError(f"{type(error).__name__}: {error}")


def _leaves(root: type[ReelscapeError]) -> list[type[ReelscapeError]]:
    children = [leaf for child in root.__subclasses__() for leaf in _leaves(child)]
    return [root, *children] if hasattr(root, "code") else children


def by_code() -> dict[str, type[ReelscapeError]]:
    """All leaves of the tree by their code (child processes name an error by its code)."""
    return {error.code: error for error in _leaves(ReelscapeError)}


def from_dict(fields: dict[str, Any]) -> ReelscapeError:
    """The error that `as_dict` described; an unknown code becomes `UnexpectedError`."""
    kind = by_code().get(str(fields.get("code")), UnexpectedError)
    return kind(str(fields.get("message") or "") or None)

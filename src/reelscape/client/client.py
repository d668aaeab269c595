"""The client: one method per thing that the API can do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack
from urllib.parse import quote, urlsplit

import httpx

from reelscape.client.answers import ask_patiently, check, connection_errors, retry_after_s, value_of
from reelscape.client.downloads import save
from reelscape.client.job import Job
from reelscape.client.uploads import Progress, Source, send_resumably, send_whole
from reelscape.errors import BadAnswer, BadApiKey, JobNotOver, ServerUnreachable

API_PATH = "/api/v1"
OUTAGE_LIMIT_S = 600.0  # how long `wait` bears with a server that does not answer


class RunSettings(TypedDict, total=False):
    """How a scene is made; what is left out is the server's choice, which the job echoes."""

    reconstruction_method: str  # glomap or colmap
    training_max_num_gaussians: int
    training_num_steps: int


class JobOptions(RunSettings, total=False):
    """What a new job can be told."""

    title: str
    public: bool
    camera_type: str  # orbital or drone
    webhook_url: str
    webhook_secret: str


class Client:
    """Speaks to the service at `base_url` (with or without /api/v1) in the name of the owner of `api_key`.

        with Client("https://scenes.example.org", api_key) as client:
            blob_name = client.upload("garden.mp4")
            job = client.wait(client.submit(blob_name, title="Garden", training_num_steps=5000))
            client.download(job, "ply", "garden.ply")

    Every method raises the errors of `reelscape.errors`: what the server told, or ServerUnreachable. A server that is
    asked too often is asked again when it wants that, for up to ten minutes. No connection is silent for longer than
    `timeout_s`. `transport` is for tests.
    """

    def __init__(
        self, base_url: str, api_key: str, timeout_s: float = 30.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._api_url = _api_url(base_url)
        if not api_key.isprintable() or not api_key.isascii():  # told here: a refused header would be shown with it
            raise BadApiKey("The API key holds characters that no key has.")
        self._headers = {"Authorization": f"Api-Key {api_key}"}  # of requests to the API alone, so no default
        self._http = httpx.Client(timeout=timeout_s, transport=transport, headers={"User-Agent": "reelscape-client"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def upload(self, path: str | Path, progress: Progress | None = None) -> str:
        """Upload a video (or a zip of photos) and return its `blob_name`, for `submit`.

        A connection that breaks is tried again, and goes on where it broke when the server can. `progress` is called
        with the bytes that are done and their total, less again after a break.

            client.upload("room.mp4", lambda done, total: print(f"{done / total:.0%}"))

        Raises InputNotFound, InputUnreadable, UnknownExtension, UploadTooLarge, StorageFull, ServerUnreachable.
        """
        source = Source.of(Path(path), progress)
        extension = Path(path).suffix.removeprefix(".").lower()
        slot = value_of(self._send("POST", "generate-upload-url/", json={"file_extension": extension}))
        if not isinstance(slot, dict) or not {"url", "blob_name"} <= slot.keys():
            raise BadAnswer("The server gave no address for the upload.")
        send = send_resumably if slot.get("resumable") is True else send_whole
        send(self._http, str(slot["url"]), source)
        return str(slot["blob_name"])

    def submit(self, blob_name: str, **options: Unpack[JobOptions]) -> Job:
        """Queue a job for an upload.

            job = client.submit(blob_name, title="Room", reconstruction_method="colmap", public=False)

        Raises BlobNotFound, BadRequest, NotBuiltYet, UrlForbidden (of the webhook), StorageFull.
        """
        return self._job("POST", "submit-job/", {"blob_name": blob_name, **options})

    def job(self, job: Job | str) -> Job:
        """The job as it is now, by itself or by its id. Raises NotFound."""
        return self._job("GET", _path(job))

    def jobs(self, status: str | None = None, public: bool | None = None, limit: int | None = None) -> list[Job]:
        """Your jobs, newest first; some servers tell only id and title of each.

        client.jobs(status="Finished", limit=10)
        """
        wanted = {"status": status, "public": None if public is None else str(public).lower(), "limit": limit}
        told = value_of(self._send("GET", "jobs/", params={name: x for name, x in wanted.items() if x is not None}))
        if not isinstance(told, list):
            raise BadAnswer("The server gave no list of jobs.")
        return [Job.from_json(fields) for fields in told]

    def wait(
        self,
        job: Job | str,
        on_change: Callable[[Job], None] | None = None,
        poll_s: float = 2.0,
        limit_s: float | None = None,
    ) -> Job:
        """Wait until the job is finished, and return it as it is then.

        Asks every `poll_s` seconds, more rarely when the server wants that, and bears with a server that is away for
        up to ten minutes. `on_change` gets the job whenever something about it is new.

            client.wait(job, lambda job: print(job.status, job.percent_complete))

        Raises the job's own error when it failed; JobNotOver after `limit_s` seconds; ServerUnreachable, NotFound.
        """
        seen = Job(job) if isinstance(job, str) else job
        began_s = heard_s = time.monotonic()
        while not seen.is_over:
            try:
                now, pause_s = self._look(seen, poll_s)
                heard_s = time.monotonic()
            except ServerUnreachable:
                if time.monotonic() - heard_s > OUTAGE_LIMIT_S:
                    raise
                now, pause_s = seen, poll_s
            if now != seen and on_change:
                on_change(now)
            seen = now
            if not seen.is_over:
                _pause(pause_s, began_s, limit_s)
        if seen.error:
            raise seen.error
        return seen

    def download(self, job: Job | str, kind: str, path: str | Path, progress: Progress | None = None) -> Path:
        """Save a product, such as "ply" or "spz", to `path`, which appears when it is complete.

            client.download(job, "spz", "room.spz")

        Raises NotAvailable, NotFound, BadRequest (no such kind), DiskFull, OutDirUnwritable.
        """
        return self._save(f"{_path(job)}download/{quote(kind, safe='')}/", Path(path), progress)

    def preview(self, job: Job | str, path: str | Path) -> Path:
        """Save the job's preview picture, a JPEG, to `path`. Raises as `download` does, NoPreviewYet."""
        return self._save(f"{_path(job)}preview/", Path(path))

    def cancel(self, job: Job | str) -> Job:
        """Stop a waiting or running job. Raises JobOver."""
        check(self._send("POST", f"{_path(job)}cancel/"))
        return self.job(job)

    def retry(self, job: Job | str, **settings: Unpack[RunSettings]) -> Job:
        """Queue a job that is over again, with other settings if given; what still holds is reused.

            client.retry(job, training_num_steps=10_000)

        Raises JobNotOver, BlobNotFound (the upload is not kept any more).
        """
        check(self._send("POST", f"{_path(job)}retry/", json=settings))
        return self.job(job)

    def delete(self, job: Job | str) -> None:
        """Remove a job and everything that came of it."""
        check(self._send("DELETE", _path(job)))

    def report(self, job: Job | str) -> dict[str, Any]:
        """The run's report: quality, seconds and counts of every stage. Raises NotAvailable before the end."""
        told = value_of(self._send("GET", f"{_path(job)}report/"))
        if not isinstance(told, dict):
            raise BadAnswer("The server gave no report.")
        return told

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        return ask_patiently(lambda: self._send_once(method, path, **content))

    def _send_once(self, method: str, path: str, **content: Any) -> httpx.Response:
        with connection_errors():
            return self._http.request(method, f"{self._api_url}/{path}", headers=self._headers, **content)

    def _job(self, method: str, path: str, body: dict[str, Any] | None = None) -> Job:
        return Job.from_json(value_of(self._send(method, path, json=body)))

    def _look(self, job: Job, poll_s: float) -> tuple[Job, float]:
        """The job as it is now, and the seconds until it is polite to ask again."""
        response = self._send_once("GET", _path(job))
        if response.status_code == 429:
            return job, max(poll_s, retry_after_s(response, default_s=10.0))
        return Job.from_json(value_of(response)), poll_s

    def _save(self, api_path: str, path: Path, progress: Progress | None = None) -> Path:
        request = self._http.build_request("GET", f"{self._api_url}/{api_path}", headers=self._headers)
        save(self._http, request, path, progress)
        return path


def _api_url(base_url: str) -> str:
    """The address of the API below that of the service. Raises ServerUnreachable for what is no address."""
    try:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError(base_url)
    except ValueError as error:
        raise ServerUnreachable(f"{base_url!r} is not an address that starts with http:// or https://.") from error
    root = base_url.rstrip("/")
    return root if root.endswith(API_PATH) else root + API_PATH


def _path(job: Job | str) -> str:
    number = job if isinstance(job, str) else job.job_id
    return f"jobs/{quote(number, safe='')}/"


def _pause(pause_s: float, began_s: float, limit_s: float | None) -> None:
    """Sleep, but not beyond the limit. Raises JobNotOver when that is reached."""
    left_s = pause_s if limit_s is None else began_s + limit_s - time.monotonic()
    if left_s <= 0:
        raise JobNotOver(f"The job is not over after {limit_s:.0f} s.")
    time.sleep(min(pause_s, left_s))

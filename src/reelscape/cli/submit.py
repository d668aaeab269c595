"""`reelscape submit`: a video to a service, the scene back."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from reelscape.cli.submit_progress import SubmitProgress, open_submit_progress
from reelscape.client import Client, Job
from reelscape.client.client import JobOptions
from reelscape.errors import (
    BadRequest,
    NotAvailable,
    NotFound,
    OutDirUnwritable,
    OutputExists,
    ReelscapeError,
)

PRODUCTS = {"ply": "scene.ply", "spz": "scene.spz", "preview": "preview.jpg"}
_FIELDS = {
    "title": "title",
    "public": "public",
    "method": "reconstruction_method",
    "max_gaussians": "training_max_num_gaussians",
    "num_steps": "training_num_steps",
}
EXIT_FAILED, EXIT_STOPPED = 1, 130


@click.command("submit")
@click.argument("url")
@click.argument("video_path", metavar="VIDEO", type=click.Path(path_type=Path))
@click.option(
    "--key", required=True, envvar="REELSCAPE_API_KEY", show_envvar=True,
    help="API key; others on this machine cannot read it from the environment.",
)  # fmt: skip
@click.option("--title", help="Title of the scene; by default the video's name.")
@click.option("--public", is_flag=True, help="Let anybody see the scene's page.")
@click.option("--method", metavar="NAME", help="Mapper that finds the camera path: glomap or colmap.")
@click.option("--max-gaussians", type=int, help="Upper limit on the number of gaussians.")
@click.option("--steps", "num_steps", type=int, help="Training steps.")
@click.option(
    "--out", "out_dir", type=click.Path(path_type=Path), help="Folder for the scene; by default named after the video."
)
@click.option("--no-wait", is_flag=True, help="Submit only, and print the job's id on standard output.")
def command(url: str, video_path: Path, key: str, out_dir: Path | None, no_wait: bool, **options: Any) -> None:
    """Upload VIDEO to the service at URL, wait for its scene and download it."""
    options["title"] = options["title"] or video_path.stem
    fields: Any = {field: options[name] for name, field in _FIELDS.items() if options[name] is not None}
    errand = _Errand(video_path, fields, out_dir or Path(video_path.stem or "scene"))
    with open_submit_progress() as progress:
        try:
            _warn_of_plain_http(url, progress)
            with Client(url, key.strip()) as client:
                if no_wait:
                    click.echo(errand.submit(client, progress).job_id)
                else:
                    errand.make_scene(client, progress)
        except ReelscapeError as error:
            progress.say(f"Error: {error.message}\n  {errand.advice or error.advice}  [{error.code}]")
            sys.exit(EXIT_FAILED)
        except KeyboardInterrupt:
            progress.say(errand.farewell())
            sys.exit(EXIT_STOPPED)


@dataclass
class _Errand:
    """One video on its way, and the job that came of it."""

    video_path: Path
    options: JobOptions
    out_dir: Path
    job: Job | None = None
    advice: str = ""

    def make_scene(self, client: Client, progress: SubmitProgress) -> None:
        """Submit, wait, download. Raises OutputExists before anything is sent; NotAvailable when nothing came back."""
        with _folder(self.out_dir):
            self.submit(client, progress)
            self._wait(client, progress)
            saved = [name for kind, name in PRODUCTS.items() if self._fetch(client, kind, name, progress)]
            if not saved:
                raise NotAvailable("The job is finished, but the server has none of its files.")
        progress.say(f"Scene in {self.out_dir}: {', '.join(saved)}.")

    def submit(self, client: Client, progress: SubmitProgress) -> Job:
        """Upload the video and queue the job."""
        blob_name = client.upload(self.video_path, partial(progress.moved, "Upload"))
        self.job = client.submit(blob_name, **self.options)
        progress.say(f"Job {self.job.job_id} is queued." + _where(self.job))
        return self.job

    def farewell(self) -> str:
        """What somebody is told who stops waiting."""
        if self.job is None:
            return "Stopped; nothing was submitted."
        return f"Stopped waiting; job {self.job.job_id} goes on." + _where(self.job)

    def _wait(self, client: Client, progress: SubmitProgress) -> None:
        def changed(job: Job) -> None:
            self.job, self.advice = job, job.advice
            progress.changed(job)

        if self.job is not None:
            self.job = client.wait(self.job, changed)

    def _fetch(self, client: Client, kind: str, name: str, progress: SubmitProgress) -> bool:
        """Download one product; whether the server has it."""
        path = self.out_dir / name
        if path.exists():
            raise OutputExists(f"{path} has appeared meanwhile.")
        try:
            if self.job is not None and kind == "preview":
                client.preview(self.job, path)
            elif self.job is not None:
                client.download(self.job, kind, path, partial(progress.moved, name))
        except (NotAvailable, NotFound, BadRequest) as error:
            progress.say(f"Warning: no {name}: {error.message}")
            return False
        return True


@contextmanager
def _folder(out_dir: Path) -> Iterator[None]:
    """The folder for the products, gone again if none came. Raises OutputExists, OutDirUnwritable."""
    for name in PRODUCTS.values():
        if (out_dir / name).exists():
            raise OutputExists(f"{out_dir / name} is already there.")
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutDirUnwritable(f"The folder {out_dir} cannot be made: {error.strerror}.") from error
    try:
        yield
    finally:
        with suppress(OSError):
            out_dir.rmdir()  # only if it is empty


def _where(job: Job) -> str:
    """Where to look at a job, as far as the server says."""
    page = job.links.get("page") or job.links.get("viewer")
    return f"\n  Its page: {page}" if page else ""


def _warn_of_plain_http(url: str, progress: SubmitProgress) -> None:
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
            progress.say("Warning: the key and the video travel unencrypted; use https:// if the server has it.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

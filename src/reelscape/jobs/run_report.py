"""report.json of a run, fit to be told to users of the service."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from reelscape.errors import ReelscapeError, from_dict
from reelscape.jobs.advice import advice
from reelscape.jobs.files import run_dir, store
from reelscape.jobs.models import Job

_FILE_NAME = "report.json"
_PATH = re.compile(r"(?<![\w.:/~-])~?/(?:[\w.+@%~-]+/)*([\w.+@%~-]+)/?")
"""An absolute path, but not what follows the host of an address."""


def forget(job: Job) -> None:
    """Remove the report of an earlier attempt: what is there afterwards is this one's."""
    (run_dir(job.id) / _FILE_NAME).unlink(missing_ok=True)


def read(job: Job) -> dict[str, Any] | None:
    """The report that the run left, without places of this machine; None when it left none that can be read."""
    try:
        found = json.loads((run_dir(job.id) / _FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    told: dict[str, Any] = _without_places(found, job)
    if isinstance(told.get("error"), dict):
        error = from_dict(told["error"])
        told["error"] = {"code": error.code, "message": error.message, "advice": advice(error)}
    return told


def plain_error(error: dict[str, Any], job: Job) -> ReelscapeError:
    """The error that a run told, without places of this machine."""
    return from_dict(error | {"message": plain(str(error.get("message") or ""), job)})


def plain(text: str, job: Job) -> str:
    """A text of a run, where the video and the run are called so, and of any other place only the last name is left."""
    folder: Path = run_dir(job.id)
    text = text.replace(f"{folder}/", "").replace(str(folder), "the run")
    if job.video is not None:
        path = store().path(job.video.key)
        text = text.replace(str(path), "the video").replace(path.name, "the video")
    return _PATH.sub(r"\1", text)


def _without_places(value: Any, job: Job) -> Any:
    if isinstance(value, dict):
        return {plain(name, job): _without_places(part, job) for name, part in value.items()}
    if isinstance(value, list):
        return [_without_places(part, job) for part in value]
    return plain(value, job) if isinstance(value, str) else value

"""A job as the API describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from reelscape.errors import BadAnswer, JobFailed, NotFound, ReelscapeError, by_code, from_dict

FINISHED, FAILED, NOT_FOUND = "Finished", "Failed", "Not found"


@dataclass(frozen=True)
class Job:
    """A job at one moment. What a server does not tell has its default: some list jobs by id and title alone."""

    job_id: str
    title: str = ""
    status: str = ""
    percent_complete: float | None = None  # of training and what follows; None before
    uploaded_at: str = ""
    public: bool = False
    reconstruction_method: str = ""
    training_max_num_gaussians: int | None = None
    training_num_steps: int | None = None
    has_ply: bool = False
    has_spz: bool = False
    camera_data: Mapping[str, Any] | None = None
    progress: float | None = None  # of the whole job, 0 to 100
    current_step: str = ""
    queue_position: int | None = None
    estimated_time_remaining: float | None = None  # seconds
    error_code: str = ""
    error_message: str = ""
    advice: str = ""
    links: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, told: Any) -> Job:
        """Raises BadAnswer when this describes no job."""
        if not isinstance(told, dict) or not told.get("job_id"):
            raise BadAnswer("The server described no job where one was expected.")
        names = {described.name for described in fields(cls)}
        return cls(**{name: value for name, value in told.items() if name in names and value is not None})

    @property
    def is_finished(self) -> bool:
        """Whether its scene can be downloaded."""
        return self.status == FINISHED

    @property
    def is_over(self) -> bool:
        """Whether nothing happens to it any more, unless it is retried."""
        return self.status in (FINISHED, FAILED, NOT_FOUND)

    @property
    def error(self) -> ReelscapeError | None:
        """Why it has no scene, once it is over."""
        if self.is_finished or not self.is_over:
            return None
        if self.status == NOT_FOUND:
            return NotFound("The server knows nothing of this job's run any more.")
        if self.error_code in by_code():
            return from_dict({"code": self.error_code, "message": self.error_message})
        return JobFailed(self.error_message or None)

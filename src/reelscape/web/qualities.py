"""The qualities that people choose among, in the numbers of a job."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from reelscape.jobs.models import Job
from reelscape.service_config import PRESETS

QUALITIES: dict[str, tuple[int | None, int | None]] = {**PRESETS, "balanced": (None, None)}
"""Most gaussians and training steps; None is what the operator has set for jobs that name no number."""


def columns(quality: str) -> dict[str, Any]:
    """The numbers of a quality, by the names of a job's columns."""
    max_gaussians, num_steps = QUALITIES[quality]
    config = settings.REELSCAPE
    return {
        "max_gaussians": max_gaussians or config.default_max_gaussians,
        "num_steps": num_steps or config.default_num_steps,
    }


def quality_of(job: Job) -> str | None:
    """The quality whose numbers a job has; None when they are its own."""
    wanted = {"max_gaussians": job.max_gaussians, "num_steps": job.num_steps}
    return next((quality for quality in QUALITIES if columns(quality) == wanted), None)

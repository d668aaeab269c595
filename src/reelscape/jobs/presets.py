"""Which preset a job runs with."""

from __future__ import annotations

from django.conf import settings

from reelscape.jobs.models import Job
from reelscape.service_config import PRESETS


def preset_of(job: Job) -> str:
    """The preset whose numbers the job has, with all else that belongs to it; the operator's for all other numbers."""
    config, numbers = settings.REELSCAPE, (job.max_gaussians, job.num_steps)
    if numbers == (config.default_max_gaussians, config.default_num_steps):
        return str(config.preset)
    return next((name for name, known in PRESETS.items() if known == numbers), str(config.preset))

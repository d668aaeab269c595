"""The Django app of jobs and assets."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "reelscape.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

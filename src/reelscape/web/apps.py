"""The Django app of keys and pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "reelscape.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

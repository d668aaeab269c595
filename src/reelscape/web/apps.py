"""The Django app of keys and pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "reelscape.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear of failed sign-ins."""
        from django.contrib.auth.signals import user_login_failed  # noqa: PLC0415 (models are there only now)

        from reelscape.web.lockout import tell  # noqa: PLC0415

        user_login_failed.connect(tell)

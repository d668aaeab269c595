"""What allauth asks this service: who may sign up, who asks, and which address its mails name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter  # type: ignore[import-untyped]
from django.conf import settings
from django.http import HttpRequest

from reelscape.web.addresses import limited_address


@dataclass(frozen=True)
class Site:
    """What mails call the service."""

    name: str
    domain: str


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up by a setting, addresses of clients by our own rule, and links in mails on the public address alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether visitors may make accounts."""
        return bool(settings.REELSCAPE.signup)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that allauth's own limits count."""
        return limited_address(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Where who has changed the password goes on."""
        return str(settings.LOGIN_REDIRECT_URL)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail whose links start with the public address, whatever host the request named."""
        public = settings.REELSCAPE.public_url
        links = {name: on_public_address(url) for name, url in context.items() if name.endswith("_url")}
        site = Site("Reelscape", urlsplit(public).netloc)
        facts = {"current_site": site, "may_sign_up": settings.REELSCAPE.signup}
        super().send_mail(template_prefix, email, {**context, **links, **facts})


def on_public_address(url: str) -> str:
    """The same path and query on the public address."""
    path = urlsplit(url)._replace(scheme="", netloc="").geturl()
    return f"{settings.REELSCAPE.public_url}{path}"

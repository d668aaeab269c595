"""The mail server as one address."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from reelscape.errors import BadSetting

_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


@dataclass(frozen=True)
class MailServer:
    """Where mails go; `tls` is STARTTLS, `ssl` is TLS from the first byte."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    ssl: bool
    sender: str


def default_sender(public_host: str) -> str:
    """Who mails come from where no setting says so; no mail comes from a bare number."""
    try:
        ipaddress.ip_address(public_host)
    except ValueError:
        return f"reelscape@{public_host}"
    return "reelscape@localhost"


def mail_server(url: str, public_host: str) -> MailServer | None:
    """The server of e.g. smtp+tls://user:password@mail.example.org:587?from=me@example.org; None for an empty text.

    Without `from` the sender is the user, if that is an address, else reelscape@ the public host. Raises BadSetting.
    """
    if not url:
        return None
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise BadSetting("REELSCAPE_MAIL_URL names a port that is no number of 0 to 65535.") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadSetting(f"REELSCAPE_MAIL_URL must start with one of {', '.join(f'{name}://' for name in _PORTS)}.")
    user = unquote(parts.username or "")
    senders = parse_qs(parts.query).get("from") or [user if "@" in user else default_sender(public_host)]
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=user,
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smtp+tls",
        ssl=parts.scheme == "smtp+ssl",
        sender=senders[0],
    )

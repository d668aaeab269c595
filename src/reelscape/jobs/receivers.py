"""Who receives webhooks: which addresses are allowed, and one signed POST to one of them.

The signature is that of the Standard Webhooks specification (https://www.standardwebhooks.com): an HMAC-SHA256 over
`<id>.<timestamp>.<body>`, so that receivers can check it with any of the specification's libraries.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import EXTRA_BLOCKED_NET_RANGES, InvalidIPAddress
from urllib3.connection import HTTPConnection, HTTPSConnection

from reelscape.errors import BadRequest, UrlForbidden

TIMEOUT_S = 10.0  # to connect, to send, and for the whole answer's head
SECRET_PREFIX = "whsec_"
LEAST_SECRET_BYTES = 16
_FILTERED = Config(
    ip_filter_enable=True,
    ip_filter_allow_loopback_ips=False,
    never_redirect=True,
    default_timeout=TIMEOUT_S,
    user_agent_override="Reelscape-Webhooks",
)
_ALLOWED = Config(
    ip_filter_enable=False,
    ip_filter_allow_loopback_ips=True,
    never_redirect=True,
    default_timeout=TIMEOUT_S,
    user_agent_override="Reelscape-Webhooks",
)


@dataclass(frozen=True)
class Call:
    """One POST to a receiver; repeated calls of the same delivery have the same `id` and `body`."""

    id: str
    url: str
    secret: str
    body: bytes


@dataclass(frozen=True)
class Outcome:
    """How a call went: `problem` is empty when the receiver took it; `final` when no further try makes sense."""

    problem: str = ""
    final: bool = False


def check_url(url: str) -> None:
    """Refuse an address that webhooks must not reach, as far as it tells so itself: no https, no public address.

    No name is looked up, which would take time and tell what names the server's network knows; `post` minds where a
    name leads. The hosts of the setting `webhook_hosts` are allowed as they are. Raises UrlForbidden.
    """
    host = _check_form(url)
    if host not in settings.REELSCAPE.webhook_hosts and not _may_be_public(host):
        raise UrlForbidden(f"The host {host!r} of the webhook is not a public one.")


def _may_be_public(host: str) -> bool:
    """Whether a host is a public address, in any way of writing it, or a name of more than one part."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return "." in host.rstrip(".")
    except UnicodeError:
        return False
    return all(_is_public(str(entry[4][0])) for entry in found)


def check_secret(secret: str) -> None:
    """Raises BadRequest for a secret that cannot be used, or that could be guessed."""
    if len(signing_key(secret)) < LEAST_SECRET_BYTES:
        raise BadRequest(f"The webhook's secret must have {LEAST_SECRET_BYTES} bytes or more.")


def signing_key(secret: str) -> bytes:
    """The bytes that sign: what follows `whsec_` in base64, or any other text as it is. Raises BadRequest."""
    if not secret.startswith(SECRET_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise BadRequest(f"What follows {SECRET_PREFIX} in the webhook's secret is not base64.") from error


def headers_of(call: Call, timestamp_s: int) -> dict[str, str]:
    """The headers of a call, signed when there is a secret. Raises BadRequest."""
    headers = {
        "Content-Type": "application/json",
        "webhook-id": call.id,
        "webhook-timestamp": str(timestamp_s),
    }
    if call.secret:
        signed = f"{call.id}.{timestamp_s}.".encode() + call.body
        digest = hmac.new(signing_key(call.secret), signed, hashlib.sha256).digest()
        headers["webhook-signature"] = "v1," + base64.b64encode(digest).decode()
    return headers


def post(call: Call) -> Outcome:
    """Make the call, once: no redirect is followed and nothing of the answer but its status is read."""
    try:
        host = _check_form(call.url)
        with _session(host) as session:
            headers = headers_of(call, int(time.time()))
            answer = session.post(call.url, data=call.body, headers=headers, stream=True, timeout=TIMEOUT_S)
            answer.close()
    except (UrlForbidden, BadRequest) as error:
        return Outcome(error.message, final=True)
    except InvalidIPAddress:
        return Outcome("The host's address is not a public one.")
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
        return Outcome(_sentence(error))
    if answer.ok and not answer.is_redirect:
        return Outcome()
    return Outcome(f"The receiver answered {answer.status_code}.", final=answer.status_code == 410)


def _check_form(url: str) -> str:
    """The host of an address, read as the HTTP library reads it. Raises UrlForbidden."""
    try:
        prepared = requests.Request("POST", url).prepare()
        parts = urlsplit(prepared.url or "")
        host, _ = str(parts.hostname or ""), parts.port
    except (requests.RequestException, ValueError) as error:
        raise UrlForbidden("The webhook's address is not one that can be called.") from error
    if parts.username is not None or not host:
        raise UrlForbidden("The webhook's address must name a host, and no user.")
    if parts.scheme != "https" and host not in settings.REELSCAPE.webhook_hosts:
        raise UrlForbidden("The webhook's address must start with https://.")
    return host


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return (
        address.is_global and not address.is_multicast and not any(address in net for net in EXTRA_BLOCKED_NET_RANGES)
    )


def _session(host: str) -> HTTPSession:
    """A session that connects to public addresses only, unless the operator allows the host, and not for long."""
    session = HTTPSession(_ALLOWED if host in settings.REELSCAPE.webhook_hosts else _FILTERED)
    session.trust_env = False  # no proxy, and no password of a .netrc
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return session


class _ShortAnswer(HTTPConnection):
    """A connection whose answer must begin in time: a timeout of its own would start anew with every byte."""

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3 itself has it
        timer = threading.Timer(TIMEOUT_S, self.sock.settimeout, (0.001,))
        timer.daemon = True
        timer.start()
        try:
            return super().getresponse()
        finally:
            timer.cancel()


class _ShortTlsAnswer(_ShortAnswer, HTTPSConnection):
    """The same with TLS."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _ShortAnswer


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _ShortTlsAnswer


def _sentence(error: Exception) -> str:
    """A problem in words that tell nothing of the server's network."""
    if isinstance(error, requests.Timeout):
        return f"The receiver did not answer within {TIMEOUT_S:.0f} s."
    if isinstance(error, requests.exceptions.SSLError | ssl.SSLError):
        return "The receiver's certificate could not be verified."
    return "The receiver could not be reached."

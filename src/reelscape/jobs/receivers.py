"""Who receives webhooks: which addresses are allowed, and one signed POST to one of them.

The signature is that of the Standard Webhooks specification (https://www.standardwebhooks.com): an HMAC-SHA256 over
`<id>.<timestamp>.<body>`, so that receivers can check it with any of the specification's libraries.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ssl
import time
from dataclasses import dataclass

import requests
import urllib3
from django.conf import settings
from requests_hardened.ip_filter import InvalidIPAddress

from reelscape.errors import BadRequest, UrlForbidden
from reelscape.jobs import public_addresses
from reelscape.jobs.public_addresses import Target, check_scheme, session_for, target_of

SECRET_PREFIX = "whsec_"
LEAST_SECRET_BYTES = 16
_AGENT = "Reelscape-Webhooks"
_WHAT = "The webhook's address"


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
    target = _checked(url)
    if not _is_allowed(target) and not public_addresses.may_be_public(target.host):
        raise UrlForbidden(f"The host {target.host!r} of the webhook is not a public one.")


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
        target = _checked(call.url)
        with session_for(_AGENT, filtered=not _is_allowed(target)) as session:
            headers = headers_of(call, int(time.time()))
            timeout_s = public_addresses.TIMEOUT_S
            answer = session.post(call.url, data=call.body, headers=headers, stream=True, timeout=timeout_s)
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


def _checked(url: str) -> Target:
    """The address of a receiver. Raises UrlForbidden for one that is not of its form."""
    target = target_of(url, _WHAT)
    if not _is_allowed(target):
        check_scheme(target, _WHAT)
    return target


def _is_allowed(target: Target) -> bool:
    """Whether the operator allows the host although it is private or without TLS."""
    return target.is_among(settings.REELSCAPE.webhook_hosts)


def _sentence(error: Exception) -> str:
    """A problem in words that tell nothing of the server's network."""
    if isinstance(error, requests.Timeout):
        return f"The receiver did not answer within {public_addresses.TIMEOUT_S:.0f} s."
    if isinstance(error, requests.exceptions.SSLError | ssl.SSLError):
        return "The receiver's certificate could not be verified."
    return "The receiver could not be reached."

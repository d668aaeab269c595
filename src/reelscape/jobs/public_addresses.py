"""What the service may reach at the wish of its users: public addresses over https, unless the operator allows a host.

A name is checked when it is given, and again when it is connected to: the address that was checked then is the one
that is connected to, so a name that answers otherwise a moment later leads nowhere. This module needs no Django.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import EXTRA_BLOCKED_NET_RANGES, InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from reelscape.errors import UrlForbidden

TIMEOUT_S = 10.0  # to connect, to send, and for the whole answer's head
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_LOCAL_NAMES = ("localhost", "localhost.localdomain")


@dataclass(frozen=True)
class Target:
    """An http or https address, read as the HTTP library reads it."""

    url: str
    scheme: str
    host: str
    port: int

    def is_among(self, hosts: Collection[str]) -> bool:
        """Whether the operator's list names the host, or the host with this port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.host in hosts or host in hosts or f"{host}:{self.port}" in hosts


def target_of(url: str, what: str) -> Target:
    """The address as it will be called; `what` names it in sentences. Raises UrlForbidden when it cannot be."""
    try:
        if urlsplit(url).scheme not in ("http", "https"):
            raise UrlForbidden(f"{what} must start with https://.")
        prepared = requests.Request("GET", url).prepare()
        parts = urlsplit(prepared.url or "")
        host, port = str(parts.hostname or ""), parts.port
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
        raise UrlForbidden(f"{what} is not one that can be called.") from error
    if parts.username is not None or not host:
        raise UrlForbidden(f"{what} must name a host, and no user.")
    return Target(prepared.url or "", parts.scheme, host, port or (443 if parts.scheme == "https" else 80))


def check_scheme(target: Target, what: str) -> None:
    """Raise UrlForbidden for an address without TLS."""
    if target.scheme != "https":
        raise UrlForbidden(f"{what} must start with https://.")


def is_public(text: str) -> bool:
    """Whether an IP address is one of the open internet."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(str(address.ipv4_mapped))
        if address not in _GLOBAL_UNICAST:  # among the rest are old ways to write an IPv4 address
            return False
    return (
        address.is_global and not address.is_multicast and not any(address in net for net in EXTRA_BLOCKED_NET_RANGES)
    )


def is_public_name(host: str) -> bool:
    """Whether all addresses that a name stands for now are public. Raises OSError when there are none."""
    plain = host.rstrip(".").lower()
    if plain in _LOCAL_NAMES or plain.endswith(".localhost"):
        return False
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label of a name that is empty or too long
        raise OSError(str(error)) from error
    return all(is_public(str(entry[4][0])) for entry in found)


def may_be_public(host: str) -> bool:
    """Whether a host is a public address, in any way of writing it, or a name of more than one part.

    No name is looked up: that takes time, and tells what names the server's network knows.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return "." in host.rstrip(".")
    except UnicodeError:
        return False
    return all(is_public(str(entry[4][0])) for entry in found)


def session_for(user_agent: str, filtered: bool) -> HTTPSession:
    """A session that follows no redirect and takes no proxy and no password out of the environment.

    `filtered`: it connects to public addresses only, and raises InvalidIPAddress for any other.
    """
    session = HTTPSession(
        Config(
            ip_filter_enable=filtered,
            ip_filter_allow_loopback_ips=not filtered,
            never_redirect=True,
            default_timeout=TIMEOUT_S,
            user_agent_override=user_agent,
        )
    )
    session.trust_env = False
    if filtered:
        session.mount("http://", _PublicOnly(is_https_proto=False))
        session.mount("https://", _PublicOnly(is_https_proto=True))
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return session


class _PublicOnly(IPFilterAdapter):  # type: ignore[misc]  # the library has no types
    """The library pins the address that it has checked; ours is the stricter rule for it."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        host_params, pool_kwargs = super().build_connection_pool_key_attributes(request, verify, cert)
        address = str(host_params["host"]).strip("[]")
        if not is_public(address):
            raise InvalidIPAddress(address)
        return host_params, pool_kwargs


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

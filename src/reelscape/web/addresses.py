"""Whose request it is: the address of the client, as far as it can be believed."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from reelscape.errors import BadSetting

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

UNKNOWN = "0.0.0.0"
"""Stands for a peer without an address, such as a local socket."""


PASSED_ON = "reelscape.passed_on"
"""The mark of such a request in its META; no header is called so."""


@lru_cache
def networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Addresses and networks as people write them. Raises BadSetting."""
    try:
        return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise BadSetting(f"REELSCAPE_TRUSTED_PROXIES: {error}.") from error


def client_address(request: HttpRequest) -> str:
    """The address of who asks.

    X-Forwarded-For is believed only when it comes from a trusted proxy, and only back to the first hop that is none:
    what stands to the left of that was written by whoever asks.
    """
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    if peer is None:
        return UNKNOWN
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while _is_trusted(peer) and hops and (earlier := _parsed(hops.pop())):
        peer = earlier
    return str(peer)


def comes_from_trusted_proxy(request: HttpRequest) -> bool:
    """Whether the machine at the other end of the connection is a proxy that the operator trusts."""
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    return peer is not None and _is_trusted(peer)


def was_passed_on(request: HttpRequest) -> bool:
    """Whether a proxy that is not trusted seems to have passed the request on: its client may be anywhere."""
    return bool(request.META.get(PASSED_ON))


def limited_as(address: str) -> str:
    """What limits count an address as: an IPv6 client may choose from a whole /64, so that counts as one."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((parsed, 64), strict=False).network_address)
    return address


def limited_address(request: HttpRequest) -> str:
    """What limits count the client of a request as."""
    return limited_as(client_address(request))


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in networks(settings.REELSCAPE.trusted_proxies))


def _parsed(text: str) -> Address | None:
    """An address, with or without a port; one of IPv4 written as IPv6 becomes IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

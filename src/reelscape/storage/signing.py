"""Signed addresses of blobs: who holds one may read (or write) that one blob until it expires, without a key.

The query carries what an Azure shared access signature carries: `se` (expiry), `sp` (permission), `sig`; `fn` is the
file name for a download.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from reelscape.errors import BadSignature, LinkExpired

Permission = Literal["r", "w"]


@dataclass(frozen=True)
class Signer:
    """Signs and checks addresses below `base_url` with `secret`."""

    base_url: str
    secret: bytes

    def url(self, key: str, permission: Permission, lifetime_s: float, file_name: str = "") -> str:
        """The absolute address of a blob that holds for `lifetime_s` seconds."""
        expiry = str(int(time.time() + lifetime_s))
        query = {"se": expiry, "sp": permission, "fn": file_name, "sig": self._sign(key, permission, expiry, file_name)}
        return f"{self.base_url}/blobs/{quote(key)}?{urlencode({k: v for k, v in query.items() if v})}"

    def check(self, key: str, permission: Permission, query: Mapping[str, str]) -> None:
        """Raise BadSignature or LinkExpired unless `query` allows this access."""
        expiry = query.get("se", "")
        expected = self._sign(key, permission, expiry, query.get("fn", ""))
        if query.get("sp") != permission or not hmac.compare_digest(expected.encode(), query.get("sig", "").encode()):
            raise BadSignature()
        if not time.time() < int(expiry):
            raise LinkExpired()

    def _sign(self, *parts: str) -> str:
        digest = hmac.new(self.secret, "\n".join(("blob", *parts)).encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

"""Brings a data folder's database up to date, and makes its first account. Needs Django set up."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.management import call_command

from reelscape.web import accounts
from reelscape.web.opening import is_migrated

ADMIN = "admin"


def prepare() -> str | None:
    """Make the tables fit this version. Where there is no account, make `admin`; returns its password then."""
    if not is_migrated():
        call_command("migrate", verbosity=0, interactive=False)
    if User.objects.exists():
        return None
    return accounts.create(ADMIN, is_admin=True)[1]

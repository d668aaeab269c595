"""`reelscape apikey`: the API keys of a service's accounts, beside the running server."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from reelscape.cli.data_dir import say, show_table, with_data_dir

# The models can be imported only when Django is set up: see cli/data_dir.py.
# ruff: noqa: PLC0415

_MAX_DAYS = 36_500

user_option = click.option("--user", "user_name", required=True, metavar="NAME", help="The account that owns the key.")


@click.group("apikey")
def command() -> None:
    """Make, list and revoke API keys."""


@command.command("create")
@click.argument("name")
@user_option
@click.option(
    "--expires-days",
    type=click.IntRange(1, _MAX_DAYS),
    metavar="DAYS",
    help="Days until the key ends; never by default.",
)
@with_data_dir
def create(name: str, user_name: str, expires_days: int | None) -> None:
    """Make an API key and print it on standard output, alone; it is shown only now."""
    from django.utils import timezone

    from reelscape.web import accounts, keys

    expires_at = timezone.now() + timedelta(days=expires_days) if expires_days else None
    row, key = keys.create(accounts.find(user_name), name, expires_at)
    click.echo(key)
    say(f"API key {row.name!r} of {row.user.username!r}: it is shown only now." + _until(expires_at))


@command.command("list")
@click.option("--user", "user_name", metavar="NAME", help="Only the keys of this account.")
@with_data_dir
def list_keys(user_name: str | None) -> None:
    """List the live keys: name, prefix, and when they were used last."""
    from django.contrib.auth.models import User

    from reelscape.web import accounts, keys

    owners = [accounts.find(user_name)] if user_name else User.objects.order_by("username")
    rows = [
        (key.user.username, key.name, key.prefix, _day(key.created), _minute(key.last_used_at), _day(key.expiry_date))
        for owner in owners
        for key in keys.live_keys(owner)
    ]
    show_table("live keys", ("USER", "NAME", "PREFIX", "CREATED", "LAST USED", "ENDS"), rows)


@command.command("revoke")
@click.argument("key", metavar="NAME|PREFIX")
@user_option
@with_data_dir
def revoke(key: str, user_name: str) -> None:
    """End a live key for good; it is named by its name or its prefix."""
    from reelscape.web import accounts, keys

    row = keys.revoke(accounts.find(user_name), key)
    say(f"API key {row.name!r} ({row.prefix}) of {row.user.username!r} is revoked.")


def _until(expires_at: datetime | None) -> str:
    return f" It ends on {_day(expires_at)}." if expires_at else ""


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else "-"


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "-"

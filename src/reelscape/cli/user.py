"""`reelscape user`: the accounts of a service, beside the running server."""

from __future__ import annotations

import sys

import click

from reelscape.cli.data_dir import say, show_table, with_data_dir
from reelscape.errors import BadPassword

# The models can be imported only when Django is set up: see cli/data_dir.py.
# ruff: noqa: PLC0415


password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input in place of a random one."
)


@click.group("user")
def command() -> None:
    """Make and list accounts, and set passwords."""


@command.command("create")
@click.argument("name")
@click.option("--email", default="", help="E-mail address, for a forgotten password.")
@click.option("--admin", "is_admin", is_flag=True, help="The account may use /admin/.")
@password_option
@with_data_dir
def create(name: str, email: str, is_admin: bool, password_stdin: bool) -> None:
    """Make an account and print its random password, which is shown only now."""
    from reelscape.web import accounts

    given = _password_from_stdin() if password_stdin else ""
    user, password = accounts.create(name, email, is_admin, given)
    say(f"Account {user.username!r} is made." + ("" if given else " Its password, shown only now:"))
    if not given:
        click.echo(password)


@command.command("password")
@click.argument("name")
@password_option
@with_data_dir
def set_password(name: str, password_stdin: bool) -> None:
    """Give an account a new password and print it, if it is a random one; whoever is signed in is signed out."""
    from reelscape.web import accounts

    given = _password_from_stdin() if password_stdin else ""
    user = accounts.find(name)
    password = accounts.set_password(user, given)
    say(f"Account {user.username!r} has a new password" + ("." if given else ", shown only now:"))
    if not given:
        click.echo(password)


@command.command("list")
@with_data_dir
def list_users() -> None:
    """List the accounts."""
    from django.contrib.auth.models import User

    rows = [
        (user.username, user.email or "-", _role(user.is_superuser, user.is_active), f"{user.date_joined:%Y-%m-%d}")
        for user in User.objects.order_by("username")
    ]
    show_table("accounts", ("NAME", "E-MAIL", "ROLE", "SINCE"), rows)


def _role(is_admin: bool, is_active: bool) -> str:
    if not is_active:
        return "inactive"
    return "admin" if is_admin else "user"


def _password_from_stdin() -> str:
    """One line. Raises BadPassword."""
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise BadPassword("Standard input held no password.")
    return password

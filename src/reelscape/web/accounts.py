"""Accounts as the operator makes, finds and removes them; visitors use the pages of allauth."""

from __future__ import annotations

import secrets

import axes.utils  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from reelscape.errors import AccountError, BadEmail, BadPassword, BadUserName, UserNotFound
from reelscape.jobs import verbs
from reelscape.jobs.models import Asset
from reelscape.jobs.open_files import GUEST

_PASSWORD_BYTES = 12
_FAULTS: dict[str, type[AccountError]] = {"username": BadUserName, "email": BadEmail}


def create(name: str, email: str = "", is_admin: bool = False, password: str = "") -> tuple[User, str]:
    """A new account and its password: the one given, else a random one. Raises BadUserName, BadEmail, BadPassword."""
    user = User(username=name, email=email, is_staff=is_admin, is_superuser=is_admin)
    _check(user)
    if password:
        _check_password(user, password)
    password = password or secrets.token_urlsafe(_PASSWORD_BYTES)
    user.set_password(password)
    try:
        user.save()
    except IntegrityError:  # another made it meanwhile
        raise BadUserName(f"There is an account {name!r} already.") from None
    return user, password


def set_password(user: User, password: str = "") -> str:
    """Give an account a new password, the one given or a random one, and open what wrong ones locked.

    Raises BadPassword.
    """
    if password:
        _check_password(user, password)
    password = password or secrets.token_urlsafe(_PASSWORD_BYTES)
    user.set_password(password)
    user.save(update_fields=["password"])
    for name in filter(None, (user.username, user.email)):
        axes.utils.reset(username=name.lower())
    return password


def find(name: str) -> User:
    """The account of a name, in any case of its letters. Raises UserNotFound."""
    found = User.objects.filter(username=name).first() or User.objects.filter(username__iexact=name).first()
    if found is None:
        raise UserNotFound(f"There is no account {name!r} in the data folder {settings.REELSCAPE.data_dir}.")
    return found


def remove(user: User) -> None:
    """Remove an account with its jobs, files and keys."""
    for job in verbs.jobs_of(user):
        verbs.delete(job)
    for upload in Asset.objects.filter(owner=user, kind=Asset.Kind.UPLOAD):
        verbs.delete_upload(upload)
    user.delete()


def _check(user: User) -> None:
    """Names and addresses differ by more than the case of their letters, since people sign in with either."""
    if user.username.lower() == GUEST or User.objects.filter(username__iexact=user.username).exists():
        raise BadUserName(f"There is an account {user.username!r} already.")
    if user.email and User.objects.filter(email__iexact=user.email).exists():
        raise BadEmail(f"Another account has the address {user.email!r}.")
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise _FAULTS.get(field, BadUserName)(" ".join(sentences)) from None


def _check_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadPassword(" ".join(error.messages)) from None

"""The forms of accounts in our words: the library's own say more than one wants to read."""

from __future__ import annotations

from typing import Any

from allauth.account import forms  # type: ignore[import-untyped]

PASSWORD_RULE = "At least 10 characters, and nothing that is easy to guess."
_LABELS = {
    "login": "User name or e-mail address",
    "remember": "Stay signed in",
    "username": "User name",
    "email": "E-mail address",
    "password2": "The same password again",
}


class _Plain:
    """Labels without colons, no placeholders that repeat them, and one sentence about passwords."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for name, field in self.fields.items():
            field.label = _LABELS.get(name) or str(field.label).capitalize()
            field.help_text = PASSWORD_RULE if name == "password1" else ""
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_Plain, forms.LoginForm):  # type: ignore[misc]
    """What to do without a password stands below the form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignUpForm(_Plain, forms.SignupForm):  # type: ignore[misc]
    """A new account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.fields["email"].required:
            self.fields["email"].help_text = "You may leave it out."


class AddEmailForm(_Plain, forms.AddEmailForm):  # type: ignore[misc]
    """A further address of an account."""


class ChangePasswordForm(_Plain, forms.ChangePasswordForm):  # type: ignore[misc]
    """Another password, for who knows the present one."""


class SetPasswordForm(_Plain, forms.SetPasswordForm):  # type: ignore[misc]
    """A first password."""


class ResetPasswordForm(_Plain, forms.ResetPasswordForm):  # type: ignore[misc]
    """Where to send the link to a new password."""


class ResetPasswordKeyForm(_Plain, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """Another password, for who has such a link."""


class ReauthenticateForm(_Plain, forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

"""Forms of accounts, where the library's own would confuse."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm  # type: ignore[import-untyped]


class SignInForm(LoginForm):  # type: ignore[misc]
    """Name, password, and nothing between them; what to do without a password stands below the form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        labels = {"login": "User name or e-mail address", "password": "Password", "remember": "Stay signed in"}
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs["autocomplete"] = "username"

"""The routes of accounts: those of allauth's that this service offers, and the profile."""

from __future__ import annotations

from allauth.account import views  # type: ignore[import-untyped]
from django.urls import path, re_path

from reelscape.web import profile

urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("profile/keys/<str:prefix>/revoke/", profile.revoke_key, name="revoke_key"),
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("signup/", views.signup, name="account_signup"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("email/", views.email, name="account_email"),
    path("confirm-email/", views.email_verification_sent, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", views.confirm_email, name="account_confirm_email"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(  # the first hyphen parts the two; the second may hold more
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

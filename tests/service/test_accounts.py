"""Accounts as people meet them: log-in, lock-out, passwords, e-mail addresses, the profile with its keys, admin."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from reelscape.errors import BadEmail, BadPassword, BadUserName
from reelscape.web import account_urls, accounts, keys, throttles
from reelscape.web.forms import PASSWORD_RULE
from reelscape.web.models import ApiKey

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.service.guarded_routes")]
PASSWORD = "seven brown foxes"
LOGIN, PROFILE = "/accounts/login/", "/accounts/profile/"


@pytest.fixture
def ann() -> User:
    return accounts.create("ann", "ann@example.org", password=PASSWORD)[0]


@pytest.fixture
def signed_in(client: Client, ann: User) -> Client:
    client.force_login(ann)
    return client


@pytest.fixture
def configure(settings: Any) -> Any:
    def change(**values: Any) -> None:
        settings.REELSCAPE = replace(settings.REELSCAPE, **values)

    return change


def log_in(client: Client, name: str, password: str, **extra: str) -> Any:
    return client.post(LOGIN, {"login": name, "password": password}, **extra)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


# Accounts of the operator


@pytest.mark.parametrize("name", ["", "ann", "ANN", "two words", "x" * 151, "a\nb", "<b>"])
def test_names_that_are_refused(ann: User, name: str) -> None:
    with pytest.raises(BadUserName):
        accounts.create(name)


@pytest.mark.parametrize("email", ["nowhere", "ANN@example.org", "a b@example.org"])
def test_addresses_that_are_refused(ann: User, email: str) -> None:
    with pytest.raises(BadEmail):
        accounts.create("bob", email)


@pytest.mark.parametrize("password", ["short", "password123", "1234567890123", "annabella12"])
def test_passwords_that_are_refused(password: str) -> None:
    with pytest.raises(BadPassword):
        accounts.create("annabella", password=password)
    assert not User.objects.exists()


def test_random_passwords_differ() -> None:
    made = [accounts.create(name) for name in ("bob", "carl")]
    assert made[0][1] != made[1][1]
    assert all(user.check_password(password) and not user.is_staff for user, password in made)


# Log-in and log-out


@pytest.mark.parametrize("name", ["ann", "ANN", "ann@example.org", "Ann@Example.org"])
def test_people_sign_in_with_name_or_address(client: Client, ann: User, name: str) -> None:
    answer = log_in(client, name, PASSWORD)
    assert answer.status_code == 302 and answer["Location"] == PROFILE
    assert client.get(PROFILE).status_code == 200
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert client.get(PROFILE)["Location"] == f"{LOGIN}?next={PROFILE}"


def test_a_wrong_password_lets_nobody_in(client: Client, ann: User) -> None:
    assert log_in(client, "ann", "wrong").status_code == 200
    assert client.get(PROFILE).status_code == 302


def test_after_log_in_no_foreign_address_is_visited(client: Client, ann: User) -> None:
    answer = client.post(f"{LOGIN}?next=https://evil.example/", {"login": "ann", "password": PASSWORD})
    assert answer["Location"] == PROFILE


def test_logging_out_takes_a_post(signed_in: Client) -> None:
    assert "<form" in text_of(signed_in.get("/accounts/logout/"))
    assert signed_in.get(PROFILE).status_code == 200


def test_forms_need_the_token_of_the_page(ann: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert log_in(client, "ann", PASSWORD).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text_of(client.get(LOGIN)))
    assert token
    answer = client.post(LOGIN, {"login": "ann", "password": PASSWORD, "csrfmiddlewaretoken": token[1]})
    assert answer.status_code == 302


# Lock-out


def test_many_wrong_passwords_lock_out_with_a_clear_page(client: Client, ann: User, settings: Any) -> None:
    tries = [log_in(client, "ann", f"wrong {number}") for number in range(settings.AXES_FAILURE_LIMIT)]
    assert {answer.status_code for answer in tries[:-1]} == {200}
    locked = log_in(client, "ann", PASSWORD)
    assert locked.status_code == 429 and int(locked["Retry-After"]) == 15 * 60
    assert "Wait 15 minutes" in text_of(locked)


def test_forms_say_no_more_than_is_needed(signed_in: Client, configure: Any) -> None:
    configure(signup=True)
    for answer in (Client().get("/accounts/signup/"), signed_in.get("/accounts/password/change/")):
        text = text_of(answer)
        assert text.count(PASSWORD_RULE) == 1 and ":</label>" not in text and "placeholder" not in text
    (least,) = (v["OPTIONS"] for v in django_settings.AUTH_PASSWORD_VALIDATORS if "OPTIONS" in v)
    assert f"{least['min_length']} characters" in PASSWORD_RULE


def test_failed_sign_ins_are_told_in_one_sentence_and_not_too_often(
    client: Client, ann: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttles, "time", SimpleNamespace(time=lambda: 600.0))  # all within one minute
    caplog.set_level("WARNING")
    log_in(client, "seven brown foxes", "ann", REMOTE_ADDR="192.0.2.7")
    assert [record.getMessage() for record in caplog.records] == ["a sign-in failed; it came from 192.0.2.7"]
    for number in range(100):
        log_in(client, f"name {number}", "wrong", REMOTE_ADDR="192.0.2.7")
    assert len([record for record in caplog.records if record.name.startswith(("reelscape", "axes"))]) == 10


def test_nobody_can_lock_out_another_one(ann: User, settings: Any) -> None:
    """Not even by forged headers, nor by naming the account in other letters from somewhere else."""
    for _ in range(settings.AXES_FAILURE_LIMIT + 2):
        log_in(Client(), "ann", "wrong", REMOTE_ADDR="192.0.2.66", HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert log_in(Client(), "Ann", PASSWORD, REMOTE_ADDR="192.0.2.66").status_code == 429
    assert log_in(Client(), "ann", PASSWORD, REMOTE_ADDR="192.0.2.1").status_code == 302


def test_addresses_of_one_network_are_locked_out_together(ann: User, settings: Any) -> None:
    """An IPv6 client may choose from a whole /64."""
    for number in range(settings.AXES_FAILURE_LIMIT):
        log_in(Client(), "ann", "wrong", REMOTE_ADDR=f"2001:db8:1:2::{number:x}")
    assert log_in(Client(), "ann", PASSWORD, REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429
    assert log_in(Client(), "ann", PASSWORD, REMOTE_ADDR="2001:db8:1:3::1").status_code == 302


def test_resets_of_a_password_are_limited_by_network(client: Client) -> None:
    asked = [
        client.post(
            "/accounts/password/reset/", {"email": f"a{number}@example.org"}, REMOTE_ADDR=f"2001:db8:1:2::{number:x}"
        ).status_code
        for number in range(21)
    ]
    assert asked == [302] * 20 + [429]


def test_a_lock_opens_by_itself(ann: User, settings: Any) -> None:
    from axes.models import AccessAttempt

    for _ in range(settings.AXES_FAILURE_LIMIT):
        log_in(Client(), "ann", "wrong")
    assert log_in(Client(), "ann", PASSWORD).status_code == 429
    attempt = AccessAttempt.objects.get()
    AccessAttempt.objects.update(attempt_time=attempt.attempt_time - settings.AXES_COOLOFF_TIME)
    assert log_in(Client(), "ann", PASSWORD).status_code == 302


# Sign-up


def sign_up(client: Client, **fields: str) -> Any:
    password = "eight green frogs"
    return client.post("/accounts/signup/", {"username": "bob", "password1": password, "password2": password, **fields})


def test_sign_up_is_closed_unless_it_is_opened(client: Client) -> None:
    assert "made by the operator" in text_of(sign_up(client))
    assert not User.objects.exists()
    assert "/accounts/signup/" not in text_of(client.get(LOGIN))


def test_an_open_sign_up_makes_a_plain_account(client: Client, configure: Any) -> None:
    configure(signup=True)
    assert "/accounts/signup/" in text_of(client.get(LOGIN))
    assert sign_up(client, is_staff="1", is_superuser="1").status_code == 302
    bob = User.objects.get(username="bob")
    assert not bob.is_staff and not bob.is_superuser
    assert client.get(PROFILE).status_code == 200


@pytest.mark.parametrize("password", ["short", "password123", "1234567890123"])
def test_weak_passwords_are_refused(client: Client, configure: Any, password: str) -> None:
    configure(signup=True)
    assert "errorlist" in text_of(sign_up(client, password1=password, password2=password))
    assert not User.objects.exists()


# Passwords and e-mail addresses


def test_a_password_is_changed(signed_in: Client) -> None:
    new = "nine yellow ducks"
    answer = signed_in.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302 and answer["Location"] == PROFILE
    assert log_in(Client(), "ann", new).status_code == 302
    assert log_in(Client(), "ann", PASSWORD).status_code == 200


def test_no_mail_is_promised_where_none_is_sent(client: Client, ann: User, configure: Any, settings: Any) -> None:
    pages = (LOGIN, "/accounts/password/reset/", "/accounts/password/reset/done/")
    for page in pages:
        assert re.search(r"[Aa]sk whoever runs", text_of(client.get(page))), page
        assert "on its way" not in text_of(client.get(page)) and "Send the mail" not in text_of(client.get(page))
    assert "password/reset" not in text_of(client.get(LOGIN))
    for number in range(settings.AXES_FAILURE_LIMIT):
        log_in(client, "ann", f"wrong {number}")
    assert "Ask whoever runs" in text_of(log_in(client, "ann", PASSWORD))
    configure(mail_url="smtp://mail.example")
    assert all(
        words in text_of(client.get(page)) for page, words in zip(pages, ("reset", "Send the", "on its"), strict=True)
    )


@pytest.mark.parametrize("signup", [True, False])
def test_the_mail_to_an_unknown_address_fits_the_service(client: Client, configure: Any, signup: bool) -> None:
    configure(signup=signup, public_url="https://scenes.example")
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    text = str(mail.outbox[0].body)
    assert ("/accounts/signup/" in text) == signup and "scenes.example" in text and "nobody@example.org" in text
    assert mail.outbox[0].from_email.startswith("reelscape@")


def test_a_forgotten_password_is_set_by_the_link_of_a_mail(client: Client, ann: User, configure: Any) -> None:
    configure(public_url="https://scenes.example")
    answer = client.post("/accounts/password/reset/", {"email": "ann@example.org"}, headers={"Host": "localhost"})
    assert answer["Location"] == "/accounts/password/reset/done/" and client.get(answer["Location"]).status_code == 200
    text = str(mail.outbox[0].body)
    assert mail.outbox[0].to == ["ann@example.org"] and "localhost" not in text and "http:" not in text
    link = re.search(r"https://scenes\.example(/\S+)", text)
    assert link
    page = client.get(link[1], follow=True)
    new = "nine yellow ducks"
    form = client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert client.get(form["Location"]).status_code == 200
    assert log_in(Client(), "ann", new).status_code == 302
    assert "used already" in text_of(Client().get(link[1], follow=True))


def test_a_reset_does_not_tell_who_has_an_account(client: Client, ann: User) -> None:
    known = client.post("/accounts/password/reset/", {"email": "ann@example.org"})
    unknown = client.post("/accounts/password/reset/", {"email": "eve@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    for message in mail.outbox:
        assert "testserver" not in str(message.body)


def test_an_address_is_added_and_confirmed(signed_in: Client, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    settings.REELSCAPE = replace(settings.REELSCAPE, public_url="https://scenes.example")
    signed_in.post("/accounts/email/", {"action_add": "", "email": "home@example.org"})
    assert "home@example.org" in text_of(signed_in.get("/accounts/email/"))
    link = re.search(r"https://scenes\.example(/\S+)", str(mail.outbox[-1].body))
    assert link
    assert "Is home@example.org the address of ann?" in text_of(signed_in.get(link[1]))
    assert signed_in.post(link[1]).status_code == 302
    assert text_of(signed_in.get("/accounts/email/")).count("(not confirmed)") == 1, "that of the account's making"


# The profile


def test_the_first_step_of_getting_started(signed_in: Client) -> None:
    page = text_of(signed_in.get(PROFILE))
    assert "API Keys" in page and "Generate API Key" in page
    page = text_of(signed_in.post(PROFILE, {"name": "My First API Key"}))
    shown = re.search(r"\b\w{8}\.\w{32}\b", page)
    assert shown
    assert Client().get("/api/v1/me/", headers={"Authorization": f"Api-Key {shown[0]}"}).json()["name"] == "ann"
    page = text_of(signed_in.get(PROFILE))
    assert "My First API Key" in page and shown[0][:8] in page and shown[0][9:] not in page
    assert re.search(r"<td[^>]*>\d{4}-\d\d-\d\d \d\d:\d\d</td>", page), "last used"


def test_the_page_with_a_key_is_kept_nowhere(signed_in: Client) -> None:
    assert "no-store" in signed_in.post(PROFILE, {"name": "laptop"})["Cache-Control"]


@pytest.mark.parametrize("name", ["", "x" * 51, "laptop"])
def test_a_bad_name_is_said_beside_the_field(signed_in: Client, ann: User, name: str) -> None:
    keys.create(ann, "laptop")
    answer = signed_in.post(PROFILE, {"name": name})
    assert answer.status_code == 400 and 'role="alert"' in text_of(answer)
    assert ApiKey.objects.count() == 1


def test_a_name_is_shown_as_text(signed_in: Client) -> None:
    page = text_of(signed_in.post(PROFILE, {"name": "<script>alert(1)</script>"}))
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_a_key_is_revoked_by_its_button(signed_in: Client, ann: User) -> None:
    keys.create(ann, "laptop")
    action = re.search(r'action="([^"]*revoke/)"', text_of(signed_in.get(PROFILE)))
    assert action
    assert signed_in.get(action[1]).status_code == 405
    assert Client().post(action[1])["Location"].startswith(LOGIN)
    assert signed_in.post(action[1]).status_code == 302
    assert ApiKey.objects.get().revoked
    assert "There is no key yet" in text_of(signed_in.get(PROFILE))


def test_the_key_of_another_user_stays(signed_in: Client) -> None:
    row, _ = keys.create(User.objects.create_user("bob"), "laptop")
    signed_in.post(reverse("revoke_key", args=[row.prefix]))
    assert not ApiKey.objects.get().revoked
    assert row.prefix not in text_of(signed_in.get(PROFILE))


# All pages

PAGES = [str(route.pattern) for route in account_urls.urlpatterns if "<" not in str(route.pattern)]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_every_page_stands_and_holds_no_script_of_its_own(
    client: Client, ann: User, configure: Any, page: str, is_signed_in: bool
) -> None:
    configure(signup=True)
    if is_signed_in:
        client.force_login(ann)
    answer = client.get(f"/accounts/{page}")
    assert answer.status_code in (200, 302)
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    text = text_of(answer)
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", text)
    if answer.status_code == 200:
        assert text.count("<h1>") == 1 and '<html lang="en">' in text and "<title>" in text
        shown = re.findall(r'<(?:input|select)(?![^>]*type="hidden")[^>]*\bid="([^"]+)"', text)
        assert all(f'for="{field}"' in text for field in shown), "each field has a label"


def test_the_fields_of_the_sign_in_page_stand_one_below_the_other(client: Client) -> None:
    text = text_of(client.get(LOGIN))
    order = [
        text.rindex(words)
        for words in ("User name or e-mail", 'name="login"', ">Password<", 'type="password"', ">Sign in<")
    ]
    assert order == sorted(order)
    assert "<a" not in text[order[0] : order[3]]


def test_the_profile_tells_what_a_key_is_for(signed_in: Client, settings: Any) -> None:
    text = text_of(signed_in.get(PROFILE))
    assert f"reelscape submit {settings.REELSCAPE.public_url} VIDEO --key YOUR_API_KEY" in text
    for link in ("/docs/", "/docs/api/"):
        assert f'href="{link}"' in text


def test_pages_of_errors_say_a_sentence_and_lead_back(
    client: Client, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    client.force_login(ann)
    strict = Client(enforce_csrf_checks=True)
    answers = {
        400: client.get(PROFILE, headers={"Host": "elsewhere"}),
        403: client.get("/admin/", follow=True),
        404: client.get("/nowhere"),
    }
    old = log_in(strict, "ann", PASSWORD)
    assert "too old" in text_of(old)
    monkeypatch.setattr(keys, "live_keys", lambda user: 1 / 0)
    answers[500] = client.get(PROFILE)
    for status, answer in [*answers.items(), (403, old)]:
        assert answer.status_code == status
        assert text_of(answer).count("<h1>") == 1 and 'href="/"' in text_of(answer)


def test_a_view_may_set_a_policy_of_its_own(client: Client) -> None:
    assert client.get("/own-policy")["Content-Security-Policy"] == "sandbox"


def test_what_pages_load_is_served(client: Client) -> None:
    for path in ("/static/reelscape/pages.css", "/static/admin/css/base.css"):
        answer = client.get(path)
        assert answer.status_code == 200
        answer.close()


@pytest.mark.parametrize(
    "path", ["social/login/error/", "3rdparty/", "2fa/", "login/code/", "password/set/", "sessions/"]
)
def test_what_is_not_offered_is_not_there(signed_in: Client, path: str) -> None:
    assert signed_in.get(f"/accounts/{path}").status_code == 404

"""What an administrator can do about how somebody comes in."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from cases.access.services import acting
from cities.entrance.selectors import factors_of
from cities.ledger.models import LedgerEntry
from cities.roles.rules import Role
from cities.staff.models import User
from cities.staff.services import change_user
from cities.tokens.selectors import feed_by_secret, feeds_of, token_by_secret, tokens_of
from cities.tokens.services import issue_feed, issue_token
from cities.web.entrance import marks
from tests.cities.entrance.people import is_in, set_up_app, sign_in
from tests.coming_in import without_marks
from tests.factories import Cast, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def adam(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.administrator)
    return client


def test_an_administrator__resets_a_second_factor_with_a_reason_and_she_is_told(
    alice: Client, adam: Client, cast: Cast, django_capture_on_commit_callbacks: object
) -> None:
    set_up_app(alice)
    page = f"/accounts/of/{cast.alice.pk}/"
    assert "authenticator app" in adam.get(page).content.decode()
    assert adam.post(page, {"act": "RESET", "reason": " "}).status_code == 422
    assert factors_of(cast.alice).exists()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert adam.post(page, {"act": "RESET", "reason": "Telephone lost"}).status_code == 302
    assert not factors_of(cast.alice).exists()
    assert not is_in(alice)
    entry = LedgerEntry.objects.get(act="SECOND_FACTOR_RESET")
    assert (entry.actor, entry.object_ids, entry.justification, entry.role) == (
        cast.administrator, [cast.alice.pk], "Telephone lost", "ADMINISTRATOR",
    )  # fmt: skip
    assert [(message.to, "reset your second factor" in message.body) for message in mail.outbox] == [
        ([cast.alice.email], True)
    ]


def test_an_administrator__ends_all_sessions_of_somebody(alice: Client, adam: Client, cast: Cast) -> None:
    adam.post(f"/accounts/of/{cast.alice.pk}/", {"act": "END", "reason": "Laptop stolen"})
    assert not is_in(alice)
    assert is_in(sign_in(cast.alice))


def test_an_administrator__does_not_reset_her_own_nor_of_who_works_elsewhere(adam: Client, cast: Cast) -> None:
    answer = adam.post(f"/accounts/of/{cast.administrator.pk}/", {"act": "RESET", "reason": "Mine"})
    assert answer.status_code == 422
    assert adam.get(f"/accounts/of/{cast.charlie.pk}/").status_code == 403
    assert adam.get("/accounts/of/999999/").status_code == 404


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER])
def test_nobody_else__sees_how_somebody_signs_in(cast: Cast, role: Role) -> None:
    client = Client()
    client.force_login(staff(role, cast.city))
    assert client.get(f"/accounts/of/{cast.alice.pk}/").status_code == 403


def keys_of(user: User) -> tuple[str, str]:
    """The secrets of a token of hers, and of a calendar feed."""
    at = timezone.now()
    _token, token = issue_token(by=user, at=at, user=user, name="her planning")
    _feed, feed = issue_feed(by=user, at=at, of_team=False)
    return token, feed


def hold(secrets: tuple[str, str]) -> tuple[bool, bool]:
    token, feed = secrets
    return token_by_secret(token, at=timezone.now()) is not None, feed_by_secret(feed) is not None


@pytest.mark.parametrize(("act", "mail_says"), [("END", "signed you out everywhere"), ("RESET", "reset your second")])
def test_an_administrator__who_signs_somebody_out_revokes_her_tokens_and_feeds(
    adam: Client, cast: Cast, act: str, mail_says: str, django_capture_on_commit_callbacks: object
) -> None:
    """Whoever had her device, or her password, may have issued some."""
    hers, another = keys_of(cast.alice), keys_of(cast.bob)
    page = f"/accounts/of/{cast.alice.pk}/"
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert adam.post(page, {"act": act, "reason": "Laptop stolen"}).status_code == 302
    assert (hold(hers), hold(another)) == ((False, False), (True, True))
    assert tokens_of(cast.alice).get().revoked_by == cast.administrator
    entries = LedgerEntry.objects.filter(act__in=["TOKEN_REVOKE", "FEED_REVOKE"]).order_by("id")
    assert [(one.object_type, one.object_ids, one.actor, one.role, one.recipient) for one in entries] == [
        ("token", [tokens_of(cast.alice).get().pk], cast.administrator, "ADMINISTRATOR", f"user {cast.alice.pk}"),
        ("calendarfeed", [feeds_of(cast.alice).get().pk], cast.administrator, "ADMINISTRATOR", f"user {cast.alice.pk}"),
    ]
    [message] = mail.outbox
    assert (message.to, mail_says in message.body) == ([cast.alice.email], True)
    assert "tokens and calendar feeds are revoked" in message.body
    adam.post(page, {"act": act, "reason": "Once more"})
    assert entries.count() == 2  # there was nothing left to revoke


def test_an_administrator__revokes_one_token_or_feed_of_somebody(
    adam: Client, cast: Cast, django_capture_on_commit_callbacks: object
) -> None:
    hers = keys_of(cast.alice)
    page = f"/accounts/of/{cast.alice.pk}/"
    shown = adam.get(page).content.decode()
    assert "her planning" in shown
    assert not any(secret in shown for secret in hers)
    for kind, key, left in (("tokens", tokens_of, (False, True)), ("feeds", feeds_of, (False, False))):
        address = f"{page}{kind}/{key(cast.alice).get().pk}/revoke/"
        assert address in shown
        assert adam.get(address).status_code == 405
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            assert adam.post(address).headers["Location"] == page
        assert hold(hers) == left
        [message] = mail.outbox
        assert (message.to, "her planning" in message.body) == ([cast.alice.email], False)
        assert address not in adam.get(page).content.decode()
    told = LedgerEntry.objects.filter(actor=cast.administrator, recipient=f"user {cast.alice.pk}").order_by("id")
    assert [(entry.act, entry.role) for entry in told] == [
        ("TOKEN_REVOKE", "ADMINISTRATOR"), ("FEED_REVOKE", "ADMINISTRATOR"),
    ]  # fmt: skip


def test_an_administrator__revokes_nothing_of_who_works_elsewhere_nor_under_another_name(
    adam: Client, cast: Cast
) -> None:
    hers, elsewhere = keys_of(cast.alice), keys_of(cast.charlie)
    for kind, key in (("tokens", tokens_of), ("feeds", feeds_of)):
        number = key(cast.charlie).get().pk
        assert adam.post(f"/accounts/of/{cast.charlie.pk}/{kind}/{number}/revoke/").status_code == 403
        assert adam.post(f"/accounts/of/{cast.alice.pk}/{kind}/{number}/revoke/").status_code == 404
        assert adam.post(f"/accounts/of/999999/{kind}/{number}/revoke/").status_code == 404
    assert hold(elsewhere) == hold(hers) == (True, True)
    for user in (cast.carla, cast.dana, cast.bob):
        client = Client()
        client.force_login(user)
        for kind, key in (("tokens", tokens_of), ("feeds", feeds_of)):
            address = f"/accounts/of/{cast.alice.pk}/{kind}/{key(cast.alice).get().pk}/revoke/"
            assert client.post(address).status_code == 403
    assert hold(hers) == (True, True)


def test_an_administrator__is_asked_again_before_she_revokes(adam: Client, cast: Cast) -> None:
    hers = keys_of(cast.alice)
    without_marks(adam, marks.SHOWN)
    asked = adam.post(f"/accounts/of/{cast.alice.pk}/tokens/{tokens_of(cast.alice).get().pk}/revoke/")
    assert (asked.status_code, "Is it you?" in asked.content.decode()) == (403, True)
    assert hold(hers) == (True, True)


def test_closing_an_account__says_in_the_ledger_what_was_revoked(cast: Cast) -> None:
    hers, alice = keys_of(cast.alice), cast.alice
    with acting(cast.administrator):
        change_user(
            user=alice, by=cast.administrator, at=timezone.now(), version=alice.version, first_name=alice.first_name,
            last_name=alice.last_name, language="en", phone="", is_active=False,
        )  # fmt: skip
    assert hold(hers) == (False, False)
    told = LedgerEntry.objects.filter(recipient=f"user {alice.pk}", actor=cast.administrator).order_by("id")
    assert [(entry.act, entry.rows, entry.fields) for entry in told] == [
        ("TOKEN_REVOKE", 1, ["revoked_at"]), ("FEED_REVOKE", 1, ["revoked_at"]),
    ]  # fmt: skip

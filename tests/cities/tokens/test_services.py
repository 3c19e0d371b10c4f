"""Issuing, revoking and using tokens."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.refusals import NotAllowed, Refused
from cities.roles.rules import Role
from cities.staff.models import User
from cities.tokens.models import Token
from cities.tokens.rules import LONGEST
from cities.tokens.selectors import token_by_secret, tokens_of
from cities.tokens.services import issue_token, note_use, revoke_token
from tests.factories import AT, Cast, a_user, posted, staff

pytestmark = pytest.mark.django_db


def test_issue_token__keeps_no_secret(cast: Cast) -> None:
    token, secret = issue_token(by=cast.alice, at=AT, user=cast.alice, name="  a   script ")
    assert str(token) == f"a script ({token.start}…)"
    row = Token.objects.filter(pk=token.pk).values().get()
    assert secret not in str(row)
    assert secret.removeprefix("apparatus_")[6:] not in str(row)
    assert token.expires_at == AT + LONGEST
    found = token_by_secret(secret, at=AT)
    assert found == token
    assert found.user == cast.alice
    entry = LedgerEntry.objects.get(act="TOKEN_ISSUE")
    assert (entry.actor, entry.role, entry.object_ids) == (cast.alice, "CASEWORKER", [token.pk])


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": " "}, "name"), ({"name": "x" * 81}, "name"), ({"name": "a\0"}, "name"),
     ({"lasts": LONGEST + timedelta(seconds=1)}, "days"), ({"lasts": timedelta(0)}, "days")],
)  # fmt: skip
def test_issue_token__refuses(cast: Cast, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        issue_token(**{"by": cast.alice, "at": AT, "user": cast.alice, "name": "a script"} | changes)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_issue_token__not_for_a_closed_account(cast: Cast) -> None:
    closed = a_user(is_active=False)
    with pytest.raises(Refused) as refused:
        issue_token(by=Clock.SETUP, at=AT, user=closed, name="a script")
    assert refused.value.code == "closed"


def test_issue_token__nobody_signs_in_as_somebody_else(cast: Cast) -> None:
    system = staff(Role.INTEGRATION, cast.city)
    elsewhere = staff(Role.INTEGRATION, cast.other_city)
    both = staff(Role.INTEGRATION, cast.city)
    posted(both, Role.COORDINATOR, cast.city)
    issue_token(by=cast.administrator, at=AT, user=system, name="a system")
    refused: list[tuple[User, User]] = [
        (cast.administrator, cast.carla), (cast.administrator, elsewhere), (cast.administrator, both),
        (cast.administrator, a_user()), (cast.carla, system), (cast.carla, cast.alice),
    ]  # fmt: skip
    for by, user in refused:
        with pytest.raises(NotAllowed):
            issue_token(by=by, at=AT, user=user, name="a script")
    with pytest.raises(NotAllowed):
        issue_token(by=Clock.CLOCK, at=AT, user=system, name="a script")


def test_issue_token__without_a_posting_for_oneself() -> None:
    user = a_user()
    issue_token(by=user, at=AT, user=user, name="a script")
    assert LedgerEntry.objects.get(act="TOKEN_ISSUE").role == ""


def test_token__holds_no_longer_by_constraint_either(cast: Cast) -> None:
    token, _ = issue_token(by=cast.alice, at=AT, user=cast.alice, name="a script")
    token.expires_at += timedelta(seconds=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        token.save()


def test_revoke_token__by_whom(cast: Cast) -> None:
    for by in (cast.alice, cast.administrator, Clock.SETUP):
        token, secret = issue_token(by=cast.alice, at=AT, user=cast.alice, name="a script")
        revoked = revoke_token(token=token, by=by, at=AT)
        assert revoked.revoked_at == AT
        assert revoked.revoked_by == (None if by is Clock.SETUP else by)
        assert token_by_secret(secret, at=AT) is None
        assert revoke_token(token=token, by=by, at=AT + timedelta(days=1)).revoked_at == AT
    for user in (cast.bob, cast.carla, staff(Role.ADMINISTRATOR, cast.other_city)):
        with pytest.raises(NotAllowed):
            revoke_token(token=token, by=user, at=AT)
    assert LedgerEntry.objects.filter(act="TOKEN_REVOKE").count() == 3
    assert tokens_of(cast.alice).count() == 3


def test_note_use__once_a_minute(cast: Cast) -> None:
    token, _ = issue_token(by=cast.alice, at=AT, user=cast.alice, name="a script")
    for seconds, noted in ((0, 0), (59, 0), (60, 60)):
        token.refresh_from_db()
        note_use(token=token, by=cast.alice, at=AT + timedelta(seconds=seconds))
        token.refresh_from_db()
        assert token.last_used_at == AT + timedelta(seconds=noted)
    note_use(token=token, by=cast.bob, at=AT + timedelta(days=1))
    assert LedgerEntry.objects.filter(operation="SIGN_IN", act="TOKEN_USE", actor=cast.alice).count() == 2
    assert not LedgerEntry.objects.filter(operation="SIGN_IN", actor=cast.bob).exists()


def test_commands__issue_list_and_revoke(cast: Cast) -> None:
    out, err = StringIO(), StringIO()
    call_command("issue_token", cast.alice.email.upper(), name="a script", days=3, stdout=out, stderr=err)
    secret = out.getvalue().strip()
    token = token_by_secret(secret, at=timezone.now())
    assert token is not None
    assert timezone.now() < token.expires_at <= timezone.now() + timedelta(days=3)
    assert secret not in err.getvalue()
    out = StringIO()
    call_command("revoke_token", stdout=out)
    assert "a script" in out.getvalue()
    assert secret not in out.getvalue()
    call_command("revoke_token", token.pk, stdout=out)
    assert token_by_secret(secret, at=timezone.now()) is None


@pytest.mark.parametrize("days", [0, -1, 91, 10**12])
def test_issue_token_command__refuses_in_a_sentence(cast: Cast, days: int) -> None:
    with pytest.raises(CommandError, match="90 days"):
        call_command("issue_token", cast.alice.email, name="a script", days=days)


def test_commands__somebody_or_something_that_is_not_there(db: None) -> None:
    with pytest.raises(CommandError, match="No user"):
        call_command("issue_token", "nobody@example.org", name="a script")
    with pytest.raises(CommandError, match="no token"):
        call_command("revoke_token", 4711)

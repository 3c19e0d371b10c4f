"""Which officer reads an entry: that of its city; of no city, the officers of the people it names, or all of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.access.services import acting
from cases.audit.selectors import Asked, asked_for, ledger_for
from cities.entrance.rules import Ending
from cities.entrance.services import (
    end_all_sessions,
    end_session,
    note_factor_added,
    note_failed_sign_in,
    note_sign_in,
    note_step_up,
)
from cities.ledger import services as ledger
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock, Operation
from cities.records import as_set_up
from cities.roles.rules import Role
from cities.staff.models import Posting, User
from cities.staff.services import change_preferences, create_user
from cities.tokens.services import issue_feed, issue_token
from tests.factories import Cast, a_case, a_user, posted, staff


@pytest.fixture
def dora(cast: Cast) -> User:
    """The officer of the other city."""
    return staff(Role.DATA_PROTECTION_OFFICER, cast.other_city, first_name="Dora")


def found(officer: User, **asked: Any) -> list[LedgerEntry]:
    with acting(officer):
        return list(asked_for(ledger_for(officer, at=timezone.now()), Asked(**asked)))


def last() -> LedgerEntry:
    return LedgerEntry.objects.order_by("-id")[0]


def readers(cast: Cast, dora: User) -> set[str]:
    """Who reads the last entry."""
    entry = last()
    return {name for name, officer in (("dana", cast.dana), ("dora", dora)) if entry in found(officer)}


@pytest.mark.parametrize("operation", Operation.values)
def test_every_operation__has_an_officer_who_finds_it(cast: Cast, dora: User, operation: str) -> None:
    case = a_case(by=cast.carla)
    for told, who in (
        ({"by": cast.alice, "city_id": cast.city.pk, "case_id": case.pk}, {"dana"}),
        ({"by": cast.alice}, {"dana"}),
        ({"by": cast.charlie}, {"dora"}),
        ({"by": cast.analyst}, {"dana", "dora"}),
        ({"by": Clock.CLOCK}, {"dana", "dora"}),
    ):
        ledger.write(operation=Operation(operation), act="TEST", **told)
        assert readers(cast, dora) == who
        assert last() in found(cast.dana if "dana" in who else dora, operation=operation)


def test_coming_in__is_read_where_she_works(cast: Cast, dora: User) -> None:
    now = timezone.now()
    who: dict[str, Any] = {"by": cast.alice, "at": now}
    note_sign_in(**who, how=["password", "totp"])
    assert readers(cast, dora) == {"dana"}
    assert [entry.act for entry in found(cast.dana, operation="SIGN_IN")] == ["SIGN_IN"]
    assert found(dora, operation="SIGN_IN") == []
    note_step_up(**who, how="totp", done=False)
    assert readers(cast, dora) == {"dana"}
    note_factor_added(**who, kind="totp", but="")
    assert readers(cast, dora) == {"dana"}
    end_session(**who, key="none", why=Ending.IDLE)
    assert readers(cast, dora) == {"dana"}
    issue_token(**who, user=cast.alice, name="Mine", posting=Posting.objects.get(user=cast.alice))
    assert (last().object_type, readers(cast, dora)) == ("token", {"dana"})
    issue_feed(**who, of_team=False)
    assert (last().object_type, readers(cast, dora)) == ("calendarfeed", {"dana"})
    change_preferences(**who, language="nl", shortcuts=False, by_email=False, digest_at=None, remind_before=0)
    assert (last().act, readers(cast, dora)) == ("PREFERENCES", {"dana"})


def test_failing_to_come_in__is_read_where_the_account_works_or_everywhere(cast: Cast, dora: User) -> None:
    national = staff(Role.ADMINISTRATOR, None)
    told: dict[str, Any] = {"by": Clock.ENTRANCE, "at": timezone.now(), "how": "password"}
    note_failed_sign_in(**told, account=cast.alice)
    assert readers(cast, dora) == {"dana"}
    note_failed_sign_in(**told, account=None)
    assert readers(cast, dora) == {"dana", "dora"}
    note_failed_sign_in(**told, account=national)  # of the whole country
    assert readers(cast, dora) == {"dana", "dora"}


def test_what_is_done_to_somebody__is_read_where_she_works(cast: Cast, dora: User) -> None:
    """By an administrator of the whole country, or by a set-up command: that alone makes it nobody else's business."""
    national = staff(Role.ADMINISTRATOR, None)
    end_all_sessions(by=national, at=timezone.now(), user=cast.alice, reason="A lost telephone")
    assert (last().act, readers(cast, dora)) == ("SESSIONS_ENDED", {"dana"})
    issue_token(by=Clock.SETUP, at=timezone.now(), user=cast.alice, name="A program")
    assert (last().act, readers(cast, dora)) == ("TOKEN_ISSUE", {"dana"})


def test_an_account_that_is_made__is_read_by_all_until_it_works_somewhere(cast: Cast, dora: User) -> None:
    national = staff(Role.ADMINISTRATOR, None)
    made = create_user(
        by=national, at=timezone.now(), email="nora@example.org", first_name="Nora", last_name="Invented"
    )
    assert (last().act, readers(cast, dora)) == ("CREATE_USER", {"dana", "dora"})
    posted(made, Role.CASEWORKER, cast.other_city)
    assert readers(cast, dora) == {"dora"}
    create_user(
        by=cast.administrator, at=timezone.now(), email="lea@example.org", first_name="Lea", last_name="Invented"
    )
    assert readers(cast, dora) == {"dana"}, "the administrator works in this city"


def test_who_moved__is_read_where_she_worked_until_then_and_where_she_works_since(cast: Cast, dora: User) -> None:
    today = timezone.localdate()
    mover = a_user("Mona")
    posted(mover, Role.CASEWORKER, cast.city, ends_on=today - timedelta(days=30))
    posted(mover, Role.CASEWORKER, cast.other_city, starts_on=today - timedelta(days=30))
    note_sign_in(by=mover, at=timezone.now(), how=["password"])
    assert readers(cast, dora) == {"dora"}
    with as_set_up():
        Posting.objects.filter(user=mover, city=cast.city).update(ends_on=today + timedelta(days=1))
    assert readers(cast, dora) == {"dana", "dora"}


def test_who_left__is_still_read_where_she_was_last(cast: Cast, dora: User) -> None:
    gone = a_user("Greta")
    posted(gone, Role.CASEWORKER, cast.city, ends_on=date(2024, 1, 1))
    note_failed_sign_in(by=Clock.ENTRANCE, at=timezone.now(), account=gone, how="password")
    assert readers(cast, dora) == {"dana"}


def test_an_officer_of_several_cities__asks_for_one(cast: Cast, dora: User) -> None:
    posted(cast.dana, Role.DATA_PROTECTION_OFFICER, cast.other_city)
    note_sign_in(by=cast.charlie, at=timezone.now(), how=["password"])
    entry = last()
    assert entry in found(cast.dana)
    with acting(cast.dana):
        assert entry in ledger_for(cast.dana, at=timezone.now(), city=cast.other_city.pk)
        assert entry not in ledger_for(cast.dana, at=timezone.now(), city=cast.city.pk)
        assert not ledger_for(cast.dana, at=timezone.now(), city=0).exists()


@pytest.mark.parametrize("who", ["alice", "carla", "mayor", "liaison", "analyst", "administrator"])
def test_who_reads_no_ledger__reads_nothing_of_no_city_either(cast: Cast, who: str) -> None:
    note_sign_in(by=getattr(cast, who), at=timezone.now(), how=["password"])
    assert found(getattr(cast, who)) == []

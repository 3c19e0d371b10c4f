"""Nobody posts herself, ends whom she doesn't administer, or makes more of an account: past the application either."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from cases.access.services import acting
from cities.records import as_set_up
from cities.roles.rules import Role
from cities.staff.models import Posting, User
from cities.staff.services import confirm_postings, end_posting
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, Cast, a_cast, a_user, an_agency, posted, posting_of, staff

EVERYBODY = ("alice", "carla", "mayor", "liaison", "dana", "charlie", "analyst", "administrator")
LOCKED = pytest.raises(DatabaseError, match="row-level security")


def _posts(by: User | None, user: User, **changed: Any) -> None:
    """As one statement would, past every service; taken back if it goes through."""
    told: dict[str, Any] = {"role": Role.COORDINATOR, "starts_on": TODAY, "recorded_at": AT, "recorded_by": by}
    with transaction.atomic():
        Posting.objects.bulk_create([Posting(user=user, **told | changed)])
        transaction.set_rollback(True)


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobody__posts_herself(cast: Cast, who: str) -> None:
    user = getattr(cast, who)
    with acting(user), LOCKED:
        _posts(user, user, city=cast.city, agency=cast.agency)


def test_nobody_known__posts_nobody(cast: Cast) -> None:
    with LOCKED:
        _posts(None, cast.alice, city=cast.city, agency=cast.agency)
    with LOCKED:
        _posts(cast.administrator, cast.alice, city=cast.city, agency=cast.agency)


@pytest.mark.parametrize("who", [name for name in EVERYBODY if name != "administrator"])
def test_only_an_administrator__posts_anybody(cast: Cast, who: str) -> None:
    user = getattr(cast, who)
    with acting(user), LOCKED:
        _posts(user, cast.bob, city=cast.city, agency=cast.agency)


def test_an_administrator_of_a_city__posts_there_alone_and_in_her_own_name(cast: Cast) -> None:
    by = cast.administrator
    federal = an_agency(None)
    with acting(by):
        _posts(by, cast.bob, city=cast.city, agency=cast.agency)
        for where in (
            {"city": cast.other_city, "agency": cast.agency},
            {"city": None, "agency": cast.office, "role": Role.ANALYST}, {"city": cast.city, "agency": federal},
            {"city": cast.city, "agency": cast.charlie.postings.get().agency},
        ):  # fmt: skip
            with LOCKED:
                _posts(by, cast.bob, **where)
        with LOCKED:
            _posts(cast.carla, cast.bob, city=cast.city, agency=cast.agency)


def test_an_administrator_of_the_country__posts_everywhere(cast: Cast) -> None:
    by = staff(Role.ADMINISTRATOR, None)
    with acting(by):
        _posts(by, cast.bob, city=cast.other_city, agency=cast.agency)
        _posts(by, cast.bob, city=None, agency=cast.office, role=Role.PROSECUTION_LIAISON)
        with LOCKED:
            _posts(by, by, city=cast.city, agency=cast.agency)


def test_an_administrator_whose_posting_ended__posts_nobody(cast: Cast) -> None:
    by = staff(Role.ADMINISTRATOR, cast.city)
    with as_set_up():
        Posting.objects.filter(user=by).update(ends_on=TODAY)
    with acting(by), LOCKED:
        _posts(by, cast.bob, city=cast.city, agency=cast.agency)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("column", ["role", "user_id", "city_id", "agency_id", "starts_on", "recorded_by_id"])
def test_a_posting__never_becomes_another(cast: Cast, who: str, column: str) -> None:
    with (
        acting(getattr(cast, who)), connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(),
    ):  # fmt: skip
        cursor.execute(f"UPDATE cities_posting SET {column} = {column}")  # noqa: S608


@pytest.mark.parametrize("who", [*EVERYBODY, "nobody"])
@pytest.mark.parametrize("column", ["ends_on", "ended_at"])
def test_an_end__is_set_by_who_administers_the_city(cast: Cast, who: str, column: str) -> None:
    theirs, elsewhere = posting_of(cast.bob), posting_of(cast.charlie)
    user = None if who == "nobody" else getattr(cast, who)
    with acting(user) if user else transaction.atomic():
        for posting in (theirs, elsewhere):
            ends = {"ends_on": TODAY} if column == "ends_on" else {"ended_at": AT}
            if who == "administrator" and posting == theirs:
                assert Posting.objects.filter(pk=posting.pk).update(**ends) == 1
            else:
                with pytest.raises(DatabaseError, match="ends a posting there"), transaction.atomic():
                    Posting.objects.filter(pk=posting.pk).update(**ends)


@pytest.mark.parametrize("who", [*EVERYBODY, "nobody"])
def test_a_confirmation__is_of_who_looks_after_the_looking(cast: Cast, who: str) -> None:
    user = None if who == "nobody" else getattr(cast, who)
    hers, elsewhere = posting_of(cast.carla), posting_of(cast.carlo)
    said = {"confirmed_on": TODAY, "confirmed_by_id": user.pk if user else cast.dana.pk}
    with acting(user) if user else transaction.atomic():
        for posting in (hers, elsewhere):
            if who == "dana" and posting == hers:
                assert Posting.objects.filter(pk=posting.pk).update(**said) == 1
            else:
                with pytest.raises(DatabaseError, match="confirms a posting"), transaction.atomic():
                    Posting.objects.filter(pk=posting.pk).update(**said)


def test_a_confirmation__is_no_end_is_never_ones_own_and_in_ones_own_name(cast: Cast) -> None:
    posted(cast.dana, Role.COORDINATOR, cast.city)
    own = Posting.objects.get(user=cast.dana, role=Role.COORDINATOR)
    hers = posting_of(cast.carla)
    with acting(cast.dana):
        for posting, said in (
            (own, {"confirmed_on": TODAY, "confirmed_by": cast.dana}),
            (hers, {"confirmed_on": TODAY, "confirmed_by": cast.carla}),
            (hers, {"confirmed_on": TODAY, "confirmed_by": cast.dana, "ends_on": TODAY}),
        ):
            with pytest.raises(DatabaseError, match=r"a posting"), transaction.atomic():
                Posting.objects.filter(pk=posting.pk).update(**said)


def test_acts_of_the_house__go_through(cast: Cast) -> None:
    with acting(cast.dana):
        assert confirm_postings(by=cast.dana, at=AT, postings=[posting_of(cast.carla).pk]) == 1
    with acting(cast.administrator):
        assert (
            end_posting(posting=posting_of(cast.bob), by=cast.administrator, at=AT, version=1, ends_on=TODAY).ended_at
            == AT
        )


def test_every_posting__is_seen_by_whoever_asks_and_may_be_locked(cast: Cast) -> None:
    """So that a double click opens once: `open_in_emergency` waits for her own posting."""
    for who in EVERYBODY:
        with acting(getattr(cast, who)):
            assert Posting.objects.select_for_update().count() == 10


@pytest.mark.parametrize("who", [*EVERYBODY, "nobody"])
@pytest.mark.parametrize(
    "changed", [{"is_superuser": True}, {"is_staff": True}, {"email": "new@example.org"}, {"username": "new"}]
)
def test_an_account__is_never_more_than_it_was(cast: Cast, who: str, changed: dict[str, Any]) -> None:
    user = None if who == "nobody" else getattr(cast, who)
    refused = pytest.raises(DatabaseError, match="does not change")
    with acting(user) if user else transaction.atomic(), refused, transaction.atomic():
        User.objects.filter(pk=(user or cast.alice).pk).update(**changed)


def test_an_account__begins_with_nothing(cast: Cast) -> None:
    for user in (cast.administrator, cast.alice):
        for more in ({"is_superuser": True}, {"is_staff": True}):
            refused = pytest.raises(DatabaseError, match="begins with nothing")
            with acting(user), refused, transaction.atomic():
                User.objects.create_user("new", "new@example.org", None, **more)


def test_the_owner__is_not_bound(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """A migration can write postings; `createsuperuser --database owner` makes a superuser."""
    cast = a_cast()
    owner_connection.execute("UPDATE cities_user SET is_superuser = true WHERE id = %s", [cast.alice.pk])
    owner_connection.execute(
        "UPDATE cities_posting SET role = 'PARTNER', ends_on = now() WHERE user_id = %s", [cast.bob.pk]
    )
    call_command(
        "createsuperuser", database="owner", interactive=False, username="root", email="root@example.org", verbosity=0
    )
    assert User.objects.filter(is_superuser=True).count() == 2
    assert Posting.objects.get(user=cast.bob).role == Role.PARTNER


@pytest.mark.parametrize("who", [*EVERYBODY, "nobody"])
def test_an_account__is_closed_and_opened_by_administrators_of_others(cast: Cast, who: str) -> None:
    user = None if who == "nobody" else getattr(cast, who)
    closed = a_user(is_active=False)
    with acting(user) if user else transaction.atomic():
        for account in (cast.bob, closed, *([user] if user else [])):
            asked = User.objects.filter(pk=account.pk)
            if who == "administrator" and account != user:
                assert asked.update(is_active=not account.is_active) == 1
            else:
                with pytest.raises(DatabaseError, match="closes an account"), transaction.atomic():
                    asked.update(is_active=not account.is_active)

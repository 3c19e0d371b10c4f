"""Who may make users and postings, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from cities.agencies.rules import AgencyKind
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock, Operation
from cities.refusals import NotAllowed, Refused
from cities.roles.rules import BOUND_TO_KIND, Role
from cities.staff.models import User
from cities.staff.selectors import postings_of
from cities.staff.services import (
    appoint,
    change_preferences,
    change_user,
    create_user,
    end_posting,
    require_settings,
)
from tests.factories import AT, TODAY, Cast, a_user, an_agency, posted, posting_of, staff

BEGINS = date(2024, 12, 1)

#: What nobody has changed about how she is told what waits for her.
AS_BEFORE: dict[str, Any] = {"by_email": True, "digest_at": time(7), "remind_before": 0}


@pytest.fixture
def country(db: None) -> User:
    """The administrator of the whole country."""
    return staff(Role.ADMINISTRATOR, None, first_name="Cora")


def entries(act: str) -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(act=act))


def refused(act: Callable[..., object], **arguments: Any) -> tuple[str, str]:
    """Where the refusal stands, and its code."""
    with pytest.raises(Refused) as caught:
        act(**arguments)
    return caught.value.field, caught.value.code


def a_person_to_be(**fields: Any) -> dict[str, Any]:
    return {"at": AT, "email": "nova@example.org", "first_name": "Nova", "last_name": "Invented", **fields}


def change(user: User, **fields: Any) -> dict[str, Any]:
    return {
        "user": user, "at": AT, "first_name": user.first_name, "last_name": user.last_name, "language": "en",
        "phone": "", "is_active": True, **fields,
    }  # fmt: skip


def test_require_settings__a_city_or_the_country(cast: Cast, country: User) -> None:
    assert require_settings(cast.administrator, at=AT, city_id=cast.city.pk).role == Role.ADMINISTRATOR
    assert require_settings(country, at=AT, city_id=cast.city.pk).posting == posting_of(country)
    assert require_settings(country, at=AT, city_id=None).posting == posting_of(country)
    for city_id in (cast.other_city.pk, None):
        with pytest.raises(NotAllowed):
            require_settings(cast.administrator, at=AT, city_id=city_id)


@pytest.mark.parametrize("name", ["alice", "bob", "carla", "mayor", "liaison", "dana", "charlie", "analyst"])
def test_require_settings__nobody_else(cast: Cast, name: str) -> None:
    for city_id in (cast.city.pk, None):
        with pytest.raises(NotAllowed):
            require_settings(getattr(cast, name), at=AT, city_id=city_id)


def test_require_settings__a_superuser_code_lists_only(db: None) -> None:
    root = a_user(is_superuser=True)
    assert require_settings(root, at=AT, city_id=None, code_list=True).posting is None
    with pytest.raises(NotAllowed):
        require_settings(root, at=AT, city_id=None)


def test_require_settings__the_clock_sets_nothing() -> None:
    assert require_settings(Clock.SETUP, at=AT, city_id=None).posting is None
    with pytest.raises(NotAllowed):
        require_settings(Clock.CLOCK, at=AT, city_id=None)


def test_create_user__by_any_administrator_and_in_the_ledger(cast: Cast) -> None:
    user = create_user(by=cast.administrator, **a_person_to_be(email=" Nova@Example.ORG "), password="a long secret")
    assert (user.email, user.check_password("a long secret"), str(user)) == ("nova@example.org", True, "Nova Invented")
    assert list(postings_of(user, at=AT)) == []
    (entry,) = entries("CREATE_USER")
    assert (entry.operation, entry.actor, entry.object_ids) == (Operation.ADMINISTER, cast.administrator, [user.pk])
    assert entry.fields == ["email", "first_name", "language", "last_name", "phone"]
    assert (entry.role, entry.agency_id) == (Role.ADMINISTRATOR, posting_of(cast.administrator).agency_id)


def test_create_user__without_password_she_asks_for_one(country: User) -> None:
    assert not create_user(by=country, **a_person_to_be(email="o'hara@example.org")).has_usable_password()


def test_create_user__not_by_a_coordinator(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        create_user(by=cast.carla, **a_person_to_be())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"email": "nobody"}, ("email", "invalid")),
        ({"email": ""}, ("email", "required")),
        ({"first_name": " "}, ("first_name", "required")),
        ({"last_name": "x" * 151}, ("last_name", "too_long")),
        ({"last_name": "Inv\x00ented"}, ("last_name", "characters")),
        ({"language": "xx"}, ("language", "invalid")),
    ],
)
def test_create_user__refuses(country: User, fields: dict[str, Any], expected: tuple[str, str]) -> None:
    assert refused(create_user, by=country, **a_person_to_be(**fields)) == expected
    assert not entries("CREATE_USER")


def test_create_user__one_user_an_address(country: User) -> None:
    create_user(by=country, **a_person_to_be())
    assert refused(create_user, by=country, **a_person_to_be(email="NOVA@example.org")) == ("email", "exists")


def test_change_user__only_what_differs(cast: Cast) -> None:
    user = change_user(by=cast.administrator, **change(cast.alice, phone="02 555 00 00"))
    assert user.phone == "02 555 00 00"
    assert [entry.fields for entry in entries("CHANGE_USER")] == [["phone"]]
    change_user(by=cast.administrator, **change(cast.alice, phone="02 555 00 00"))
    assert len(entries("CHANGE_USER")) == 1


def test_change_user__not_one_of_another_city(cast: Cast, country: User) -> None:
    with pytest.raises(NotAllowed):
        change_user(by=cast.administrator, **change(cast.charlie, is_active=False))
    assert not change_user(by=country, **change(cast.charlie, is_active=False)).is_active


def test_change_user__not_by_her_colleagues(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        change_user(by=cast.bob, **change(cast.alice))


def test_change_user__nobody_closes_her_own_account(country: User) -> None:
    assert refused(change_user, by=country, **change(country, is_active=False)) == ("is_active", "oneself")


def test_change_preferences__her_own(cast: Cast) -> None:
    change_preferences(by=cast.alice, at=AT, language="nl", shortcuts=False, **AS_BEFORE)
    cast.alice.refresh_from_db()
    assert (cast.alice.language, cast.alice.shortcuts) == ("nl", False)
    change_preferences(by=cast.alice, at=AT, language="nl", shortcuts=False, **AS_BEFORE)
    assert [(entry.fields, entry.role) for entry in entries("PREFERENCES")] == [
        (["language", "shortcuts"], Role.CASEWORKER)
    ]


def test_change_preferences__the_clock_looks_again_when_she_is_told_otherwise(cast: Cast) -> None:
    User.objects.filter(pk=cast.alice.pk).update(next_digest_at=AT + timedelta(days=1))
    cast.alice.refresh_from_db()
    said: dict[str, Any] = {"language": "en", "shortcuts": True}
    change_preferences(by=cast.alice, at=AT, **said, **AS_BEFORE | {"by_email": False})
    assert User.objects.get(pk=cast.alice.pk).next_digest_at == AT + timedelta(days=1)
    change_preferences(by=cast.alice, at=AT, **said, **AS_BEFORE | {"digest_at": time(16)})
    assert User.objects.get(pk=cast.alice.pk).next_digest_at == AT
    assert refused(change_preferences, by=cast.alice, at=AT, **said, **AS_BEFORE | {"remind_before": 1441}) == (
        "remind_before", "range",
    )  # fmt: skip


def test_change_preferences__without_a_posting(db: None) -> None:
    said: dict[str, Any] = {"shortcuts": True, **AS_BEFORE}
    assert change_preferences(by=a_user(), at=AT, language="fr", **said).language == "fr"
    assert refused(change_preferences, by=a_user(), at=AT, language="xx", **said) == ("language", "invalid")


def posting_to_be(cast: Cast, user: User, **fields: Any) -> dict[str, Any]:
    return {
        "at": AT, "user": user, "role": Role.CASEWORKER, "agency": cast.agency, "city": cast.city,
        "starts_on": BEGINS, **fields,
    }  # fmt: skip


def test_appoint__in_ones_own_city(cast: Cast) -> None:
    posting = appoint(by=cast.administrator, **posting_to_be(cast, a_user()))
    assert (posting.recorded_by, posting.starts_on, posting.ends_on) == (cast.administrator, BEGINS, None)
    (entry,) = entries("APPOINT")
    assert (entry.city_id, entry.object_type, entry.object_ids) == (cast.city.pk, "posting", [posting.pk])


def test_appoint__not_in_another_city(cast: Cast) -> None:
    wanted = posting_to_be(cast, a_user(), city=cast.other_city, agency=posting_of(cast.charlie).agency)
    with pytest.raises(NotAllowed):
        appoint(by=cast.administrator, **wanted)


def test_appoint__the_country_is_for_who_serves_the_country(cast: Cast, country: User) -> None:
    wanted = posting_to_be(cast, a_user(), role=Role.PROSECUTION_LIAISON, agency=cast.office)
    for city in (cast.city, None):
        with pytest.raises(NotAllowed):
            appoint(by=cast.administrator, **{**wanted, "city": city})
    assert appoint(by=country, **{**wanted, "city": None}).city is None


def test_appoint__nobody_herself(cast: Cast, country: User) -> None:
    wanted = posting_to_be(cast, cast.administrator, role=Role.COORDINATOR)
    assert refused(appoint, by=cast.administrator, **wanted) == ("user", "oneself")
    assert appoint(by=country, **wanted).role == Role.COORDINATOR


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"role": Role.CASEWORKER, "city": None}, ("city", "required")),
        ({"role": Role.PROSECUTION_LIAISON}, ("agency", "kind")),
        ({"role": "KING"}, ("role", "invalid")),
        ({"ends_on": BEGINS - timedelta(days=1)}, ("ends_on", "period")),
    ],
)
def test_appoint__refuses(cast: Cast, country: User, fields: dict[str, Any], expected: tuple[str, str]) -> None:
    assert refused(appoint, by=country, **posting_to_be(cast, a_user(), **fields)) == expected


def test_appoint__refuses_what_is_closed_or_elsewhere(cast: Cast, country: User) -> None:
    assert refused(appoint, by=country, **posting_to_be(cast, a_user(is_active=False))) == ("user", "closed")
    shut = an_agency(cast.city, is_active=False)
    assert refused(appoint, by=country, **posting_to_be(cast, a_user(), agency=shut)) == ("agency", "closed")
    elsewhere = an_agency(cast.other_city)
    assert refused(appoint, by=country, **posting_to_be(cast, a_user(), agency=elsewhere)) == ("agency", "other_city")


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "fits"),
    [
        (date(2024, 12, 1), None, False),
        (date(2024, 11, 1), date(2025, 1, 1), False),
        (date(2025, 1, 31), date(2025, 2, 28), False),
        (date(2025, 2, 1), None, True),
        (date(2024, 10, 1), date(2024, 12, 1), True),
    ],
)
def test_appoint__postings_do_not_overlap(
    cast: Cast, country: User, starts_on: date, ends_on: date | None, fits: bool
) -> None:
    user = a_user()
    appoint(by=country, **posting_to_be(cast, user, ends_on=date(2025, 2, 1)))
    wanted = posting_to_be(cast, user, starts_on=starts_on, ends_on=ends_on)
    if fits:
        assert appoint(by=country, **wanted).starts_on == starts_on
    else:
        assert refused(appoint, by=country, **wanted) == ("starts_on", "invalid")
        with pytest.raises(Refused, match="holds the same posting in that period"):
            appoint(by=country, **wanted)


def test_appoint__postings_of_the_whole_country_do_not_overlap_either(cast: Cast, country: User) -> None:
    wanted = posting_to_be(cast, a_user(), role=Role.PROSECUTION_LIAISON, agency=cast.office, city=None)
    appoint(by=country, **wanted)
    assert refused(appoint, by=country, **wanted) == ("starts_on", "invalid")


def test_end_posting__from_a_day_on(cast: Cast) -> None:
    posting = end_posting(posting=posting_of(cast.alice), by=cast.administrator, at=AT, ends_on=TODAY)
    assert list(postings_of(cast.alice, at=AT)) == []
    assert list(postings_of(cast.alice, at=AT - timedelta(days=1))) == [posting]
    assert [entry.fields for entry in entries("END_POSTING")] == [["ends_on"]]
    again = {"posting": posting, "by": cast.administrator, "at": AT, "ends_on": TODAY}
    assert refused(end_posting, **again) == ("ends_on", "ended")


def test_end_posting__a_later_day_can_be_put_right(cast: Cast) -> None:
    posting = posting_of(cast.alice)
    for ends_on in (TODAY + timedelta(days=30), TODAY + timedelta(days=20), TODAY + timedelta(days=20)):
        posting = end_posting(posting=posting, by=cast.administrator, at=AT, ends_on=ends_on)
    assert posting.ends_on == TODAY + timedelta(days=20)
    assert len(entries("END_POSTING")) == 2


def test_end_posting__refuses_a_day_gone_by_and_one_before_it_begins(cast: Cast) -> None:
    ending = {"posting": posting_of(cast.alice), "by": cast.administrator, "at": AT}
    assert refused(end_posting, **ending, ends_on=TODAY - timedelta(days=1)) == ("ends_on", "past")
    later = posted(a_user(), Role.CASEWORKER, cast.city, starts_on=BEGINS)
    assert refused(end_posting, **{**ending, "posting": later}, ends_on=TODAY) == ("ends_on", "period")


def test_end_posting__not_in_another_city(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        end_posting(posting=posting_of(cast.charlie), by=cast.administrator, at=AT, ends_on=TODAY)


def test_posting__the_application_deletes_none(cast: Cast) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cities_posting")


def test_bound_to_kind__names_kinds_that_exist() -> None:
    assert set(BOUND_TO_KIND.values()) <= set(AgencyKind.values)

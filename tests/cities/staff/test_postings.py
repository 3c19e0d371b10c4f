"""Who may appoint, until when, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from cities.agencies.rules import AgencyKind
from cities.refusals import NotAllowed, Refused, Stale
from cities.roles.rules import BOUND_TO_KIND, Role
from cities.staff import services
from cities.staff.models import User
from cities.staff.selectors import postings_of
from tests.cities.staff.conftest import entries
from tests.factories import AT, TODAY, Cast, a_user, an_agency, on_her_behalf, posted, posting_of
from tests.refusals import refusal

BEGINS = date(2024, 12, 1)

appoint, end_posting = on_her_behalf(services.appoint), on_her_behalf(services.end_posting)


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
    assert refusal(appoint, by=cast.administrator, **wanted) == ("user", "oneself")
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
    assert refusal(appoint, by=country, **posting_to_be(cast, a_user(), **fields)) == expected


def test_appoint__refuses_what_is_closed_or_elsewhere(cast: Cast, country: User) -> None:
    assert refusal(appoint, by=country, **posting_to_be(cast, a_user(is_active=False))) == ("user", "closed")
    shut = an_agency(cast.city, is_active=False)
    assert refusal(appoint, by=country, **posting_to_be(cast, a_user(), agency=shut)) == ("agency", "closed")
    elsewhere = an_agency(cast.other_city)
    assert refusal(appoint, by=country, **posting_to_be(cast, a_user(), agency=elsewhere)) == ("agency", "other_city")


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
        assert refusal(appoint, by=country, **wanted) == ("starts_on", "invalid")
        with pytest.raises(Refused, match="holds the same posting in that period"):
            appoint(by=country, **wanted)


def test_appoint__postings_of_the_whole_country_do_not_overlap_either(cast: Cast, country: User) -> None:
    wanted = posting_to_be(cast, a_user(), role=Role.PROSECUTION_LIAISON, agency=cast.office, city=None)
    appoint(by=country, **wanted)
    assert refusal(appoint, by=country, **wanted) == ("starts_on", "invalid")


def test_end_posting__from_a_day_on(cast: Cast) -> None:
    posting = end_posting(posting=posting_of(cast.alice), by=cast.administrator, at=AT, version=1, ends_on=TODAY)
    assert list(postings_of(cast.alice, at=AT)) == []
    assert list(postings_of(cast.alice, at=AT - timedelta(days=1))) == [posting]
    assert [entry.fields for entry in entries("END_POSTING")] == [["ends_on"]]
    again = {"posting": posting, "by": cast.administrator, "at": AT, "version": 2, "ends_on": TODAY}
    assert refusal(end_posting, **again) == ("ends_on", "ended")


def test_end_posting__a_later_day_can_be_put_right(cast: Cast) -> None:
    posting = posting_of(cast.alice)
    for ends_on in (TODAY + timedelta(days=30), TODAY + timedelta(days=20), TODAY + timedelta(days=20)):
        posting = end_posting(
            posting=posting, by=cast.administrator, at=AT, version=posting.version, ends_on=ends_on
        )  # fmt: skip
    assert (posting.ends_on, posting.version) == (TODAY + timedelta(days=20), 3)
    assert len(entries("END_POSTING")) == 2


def test_end_posting__refuses_a_day_gone_by_and_one_before_it_begins(cast: Cast) -> None:
    ending = {"posting": posting_of(cast.alice), "by": cast.administrator, "at": AT, "version": 1}
    assert refusal(end_posting, **ending, ends_on=TODAY - timedelta(days=1)) == ("ends_on", "past")
    later = posted(a_user(), Role.CASEWORKER, cast.city, starts_on=BEGINS)
    assert refusal(end_posting, **{**ending, "posting": later}, ends_on=TODAY) == ("ends_on", "period")


def test_end_posting__not_in_another_city(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        end_posting(posting=posting_of(cast.charlie), by=cast.administrator, at=AT, version=1, ends_on=TODAY)


def test_end_posting__not_on_a_version_that_was_overtaken(cast: Cast) -> None:
    posting = posting_of(cast.alice)
    given: dict[str, Any] = {"by": cast.administrator, "at": AT, "version": 1}
    end_posting(posting=posting, **given, ends_on=TODAY + timedelta(days=9))
    with pytest.raises(Stale):
        end_posting(posting=posting, **given, ends_on=TODAY)
    posting.refresh_from_db()
    assert posting.ends_on == TODAY + timedelta(days=9)


def test_posting__the_application_deletes_none(cast: Cast) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cities_posting")


def test_bound_to_kind__names_kinds_that_exist() -> None:
    assert set(BOUND_TO_KIND.values()) <= set(AgencyKind.values)

"""Keeping agencies and their seats in the cells."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from cities.agencies.selectors import agencies, agencies_for, agencies_of, closing_days, seats, seats_of
from cities.agencies.services import (
    add_agency,
    add_closing_days,
    change_agency,
    end_seat,
    seat_agency,
    withdraw_closing_days,
)
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.refusals import NotAllowed, Refused, Stale
from tests.factories import AT, TODAY, Cast, an_agency


def written() -> list[tuple[str, list[str], int | None]]:
    return [(entry.act, entry.fields, entry.city_id) for entry in LedgerEntry.objects.order_by("id")]


def test_add_agency__in_ones_own_city(cast: Cast) -> None:
    agency = add_agency(
        by=cast.administrator, at=AT, name="  House of  Invention ", kind="NGO", city=cast.city, email="a@example.org"
    )
    assert (agency.name, agency.recorded_by) == ("House of Invention", cast.administrator)
    assert agency in agencies_of(cast.city)
    assert written() == [("ADD_AGENCY", ["city", "email", "kind", "name", "phone"], cast.city.pk)]
    for city in (cast.other_city, None):
        with pytest.raises(NotAllowed):
            add_agency(by=cast.administrator, at=AT, name="Another", kind="NGO", city=city)
    assert add_agency(by=Clock.SETUP, at=AT, name="Federal", kind="ANALYSIS").recorded_by is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "CLUB"}, "kind"),
        ({"email": "nowhere"}, "email"),
        ({"phone": "1" * 41}, "phone"),
    ],
)
def test_add_agency__refuses(cast: Cast, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as caught:
        add_agency(**{"by": Clock.SETUP, "at": AT, "name": "Invented", "kind": "NGO", "city": cast.city, **fields})
    assert caught.value.field == field


def test_add_agency__one_of_a_name(cast: Cast) -> None:
    with pytest.raises(Refused) as caught:
        add_agency(by=cast.administrator, at=AT, name=cast.agency.name, kind="NGO", city=cast.city)
    assert caught.value.field == "name"


def test_change_agency__only_what_differs(cast: Cast) -> None:
    same: dict[str, Any] = {"name": cast.agency.name, "kind": cast.agency.kind}
    change_agency(agency=cast.agency, by=cast.administrator, at=AT, version=1, **same)
    changed = change_agency(agency=cast.agency, by=cast.administrator, at=AT, version=1, **same, is_active=False)
    assert (changed.is_active, changed in agencies(), changed in agencies_of(cast.city)) == (False, True, False)
    assert changed.version == 2
    with pytest.raises(Stale):
        change_agency(agency=cast.agency, by=cast.administrator, at=AT, version=1, **same, phone="02 555 00 00")
    assert written() == [("CHANGE_AGENCY", ["is_active"], cast.city.pk)]
    with pytest.raises(NotAllowed):
        change_agency(agency=cast.office, by=cast.administrator, at=AT, version=1, **same)


def test_agencies_for__those_of_no_city_too(cast: Cast) -> None:
    found = set(agencies_for(cast.city))
    assert {cast.agency, cast.office} <= found
    assert not set(agencies_of(cast.other_city)) & found


def test_seat_agency__periods_do_not_overlap(cast: Cast) -> None:
    given: dict[str, Any] = {"by": cast.administrator, "at": AT, "city": cast.city, "agency": cast.agency}
    seat = seat_agency(**given, starts_on=date(2024, 1, 1), ends_on=date(2024, 7, 1))
    assert seat in seats()
    with pytest.raises(Refused, match="has a seat in that period") as caught:
        seat_agency(**given, starts_on=date(2024, 6, 30))
    assert caught.value.field == "starts_on"
    again = seat_agency(**given, starts_on=date(2024, 7, 1))
    assert [list(seats_of(cast.city, on=day)) for day in (date(2023, 1, 1), date(2024, 6, 30), date(2024, 7, 1))] == [
        [], [seat], [again],
    ]  # fmt: skip
    with pytest.raises(Refused, match="another city"):
        seat_agency(**{**given, "agency": an_agency(cast.other_city)}, starts_on=TODAY)
    with pytest.raises(NotAllowed):
        seat_agency(**{**given, "city": cast.other_city}, starts_on=TODAY)


def test_end_seat__once(cast: Cast) -> None:
    given: dict[str, Any] = {"by": cast.administrator, "at": AT}
    seat = seat_agency(**given, city=cast.city, agency=cast.agency, starts_on=date(2024, 1, 1))
    later = end_seat(**given, seat=seat, version=1, ends_on=TODAY + timedelta(days=9))
    with pytest.raises(Stale):
        end_seat(**given, seat=seat, version=1, ends_on=TODAY)
    ended = end_seat(**given, seat=later, version=2, ends_on=TODAY)
    assert list(seats_of(cast.city, on=TODAY)) == []
    with pytest.raises(Refused, match="ended already") as caught:
        end_seat(**given, seat=ended, version=3, ends_on=TODAY + timedelta(days=1))
    assert caught.value.field == "ends_on"


def test_end_seat__not_before_it_starts_and_nothing_when_nothing_differs(cast: Cast) -> None:
    given: dict[str, Any] = {"by": cast.administrator, "at": AT}
    ends_on = TODAY + timedelta(days=9)
    seat = seat_agency(**given, city=cast.city, agency=cast.agency, starts_on=TODAY, ends_on=ends_on)
    end_seat(**given, seat=seat, version=1, ends_on=ends_on)
    assert [act for act, _, _ in written()] == ["SEAT_AGENCY"]
    with pytest.raises(Refused) as caught:
        end_seat(**given, seat=seat, version=1, ends_on=TODAY)
    assert caught.value.field == "ends_on"


def test_closing_days__added_never_twice_and_withdrawn(cast: Cast) -> None:
    said: dict[str, Any] = {"at": AT, "agency": cast.agency, "starts_on": date(2024, 12, 25)}
    until = date(2025, 1, 2)
    with pytest.raises(NotAllowed):
        add_closing_days(by=cast.carla, **said, ends_on=until)
    row = add_closing_days(by=cast.administrator, **said, ends_on=until, occasion="  Between  the years ")
    assert (row.occasion, row.recorded_by, list(closing_days())) == ("Between the years", cast.administrator, [row])
    for wrong, field in ((until, "starts_on"), (said["starts_on"], "ends_on")):
        with pytest.raises(Refused) as refused:
            add_closing_days(by=Clock.SETUP, **said, ends_on=wrong)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        withdraw_closing_days(closing=row, by=cast.carla, at=AT, version=1)
    with pytest.raises(Stale):
        withdraw_closing_days(closing=row, by=cast.administrator, at=AT, version=2)
    withdrawn = withdraw_closing_days(closing=row, by=cast.administrator, at=AT, version=1)
    assert (withdrawn.withdrawn_at, withdrawn.version) == (AT, 2)
    assert not closing_days().exists()
    with pytest.raises(Refused, match="withdrawn already"):
        withdraw_closing_days(closing=row, by=cast.administrator, at=AT, version=1)
    assert add_closing_days(by=Clock.SETUP, **said, ends_on=until).recorded_by is None
    assert [act for act, *_ in written()] == ["ADD_CLOSING_DAYS", "WITHDRAW_CLOSING_DAYS", "ADD_CLOSING_DAYS"]

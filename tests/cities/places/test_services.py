"""Keeping cities, inhabitants and designations."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.places.models import City, CitySettings, HotSpotDesignation, Population, SchoolHoliday
from cities.places.selectors import (
    cities,
    city_by_code,
    city_settings,
    designation_on,
    designations,
    designations_on,
    population_on,
    populations,
    school_holidays,
    settings_by_city,
    settings_of,
)
from cities.places.services import (
    add_city,
    change_city,
    change_city_settings,
    designate,
    put_school_holiday,
    record_population,
)
from cities.refusals import NotAllowed, Refused, Stale
from cities.staff.models import User
from tests.factories import AT, Cast, a_city

SETUP = Clock.SETUP


def words(**fields: Any) -> dict[str, Any]:
    names = {f"name_{language}": "Nowhere" for language in ("nl", "fr", "de", "en")}
    return {"at": AT, **names, "region": "WALLONIA", "languages": "fr", **fields}


def written() -> list[tuple[str, list[str]]]:
    return [(entry.act, entry.fields) for entry in LedgerEntry.objects.order_by("id")]


def test_add_city__by_the_country_alone(cast: Cast, country: User) -> None:
    with pytest.raises(NotAllowed):
        add_city(by=cast.administrator, code="NOW", nis="99999", **words())
    city = add_city(by=country, code="now", nis="99999", **words(note="Invented"))
    assert (city.code, str(city), city.recorded_by) == ("NOW", "Nowhere", country)
    assert city_by_code("now") == city
    assert city in cities()
    (entry,) = LedgerEntry.objects.filter(act="ADD_CITY")
    assert {"code", "nis", "name_de", "note"} <= set(entry.fields)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": "VIL"}, "code"),
        ({"code": "V1"}, "code"),
        ({"nis": "1234"}, "nis"),
        ({"region": "MOON"}, "region"),
        ({"name_de": " "}, "name_de"),
        ({"published_departures": 3}, "published_departures_on"),
    ],
)
def test_add_city__refuses(country: User, fields: dict[str, Any], field: str) -> None:
    a_city("VIL")
    with pytest.raises(Refused) as caught:
        add_city(by=country, **{"code": "NOW", "nis": "99999", **words(**fields)})
    assert caught.value.field == field
    assert not City.objects.filter(code="NOW").exists()


def test_change_city__writes_only_what_differs(cast: Cast) -> None:
    same = words(region="FLANDERS", languages="nl", **{f"name_{x}": "Vilvoorde" for x in ("nl", "fr", "de", "en")})
    change_city(city=cast.city, by=cast.administrator, version=1, **same)
    assert written() == []
    city = change_city(city=cast.city, by=cast.administrator, version=1, **{**same, "name_fr": "Vilvorde"})
    assert (city.name_fr, city.version) == ("Vilvorde", 2)
    with pytest.raises(Stale):
        change_city(city=cast.city, by=cast.administrator, version=1, **same)
    assert written() == [("CHANGE_CITY", ["name_fr"])]
    with pytest.raises(NotAllowed):
        change_city(city=cast.other_city, by=cast.administrator, version=1, **same)


def test_record_population__a_better_count_replaces_it(db: None) -> None:
    city = a_city()
    given: dict[str, Any] = {"by": SETUP, "at": AT, "city": city, "is_approximate": True}
    for version, inhabitants in ((None, 42_000), (1, 42_000), (1, 42_360)):
        record_population(**given, year=2015, version=version, inhabitants=inhabitants)
    assert [(row.inhabitants, row.version) for row in populations()] == [(42_360, 2)]
    with pytest.raises(Stale):
        record_population(**given, year=2015, version=1, inhabitants=1)
    with pytest.raises(Refused, match="written already") as known:
        record_population(**given, year=2015, inhabitants=1)
    assert known.value.field == "year"
    assert [act for act, _ in written()] == ["RECORD_POPULATION", "RECORD_POPULATION"]
    with pytest.raises(Refused) as caught:
        record_population(by=SETUP, at=AT, city=city, year=2016, inhabitants=0)
    assert caught.value.field == "inhabitants"
    assert Population.objects.count() == 1


def test_population_on__never_guesses_back(db: None) -> None:
    city = a_city("VER")
    for year, inhabitants in ((2018, 55_198), (2020, 55_000)):
        record_population(by=SETUP, at=AT, city=city, year=year, inhabitants=inhabitants)
    assert population_on(city, date(2015, 11, 3)) is None
    for day, inhabitants in ((date(2018, 1, 1), 55_198), (date(2019, 12, 31), 55_198), (date(2026, 1, 1), 55_000)):
        found = population_on(city, day)
        assert found is not None
        assert found.inhabitants == inhabitants


def test_designate__a_round_is_one_row(cast: Cast, country: User) -> None:
    given: dict[str, Any] = {
        "at": AT,
        "city": cast.city,
        "round": 1,
        "grant_eur": Decimal(125_000),
        "source": "Invented",
    }
    with pytest.raises(NotAllowed):
        designate(by=cast.administrator, starts_on=date(2014, 1, 1), **given)
    for version, starts_on in ((None, date(2014, 1, 1)), (1, date(2014, 1, 1)), (1, date(2015, 3, 1))):
        designate(by=country, starts_on=starts_on, ends_on=date(2016, 1, 1), version=version, **given)
    assert [(row.starts_on, row.version) for row in designations()] == [(date(2015, 3, 1), 2)]
    with pytest.raises(Stale):
        designate(by=country, starts_on=date(2014, 1, 1), version=1, **given)
    with pytest.raises(Refused, match="written already") as known:
        designate(by=country, starts_on=date(2014, 1, 1), **given)
    assert known.value.field == "round"
    assert [fields for act, fields in written() if act == "DESIGNATE"][1:] == [["starts_on"]]
    with pytest.raises(Refused, match="has a designation in that period") as caught:
        designate(by=country, starts_on=date(2015, 12, 1), **{**given, "round": 2})
    assert caught.value.field == "starts_on"
    with pytest.raises(Refused, match="ends after it starts"):
        designate(by=country, starts_on=date(2017, 1, 1), ends_on=date(2017, 1, 1), **{**given, "round": 2})
    assert HotSpotDesignation.objects.count() == 1


def test_designation_on__half_open(cast: Cast) -> None:
    designate(
        by=SETUP,
        at=AT,
        city=cast.city,
        round=1,
        starts_on=date(2015, 3, 1),
        ends_on=date(2015, 12, 1),
        source="Invented",
    )
    assert designation_on(cast.other_city, date(2015, 11, 3)) is None
    held = [designation_on(cast.city, date(2015, *day)) is not None for day in ((2, 28), (3, 1), (11, 30), (12, 1))]
    assert held == [False, True, True, False]
    assert [row.city for row in designations_on(date(2015, 11, 3))] == [cast.city]


def following(**fields: Any) -> dict[str, Any]:
    said = {"coordinator_after": 1, "conference_after": 4, "misses_in_a_row": 2}
    return {"at": AT, **said, "quiet_from": time(19), "quiet_until": time(8), **fields}


def test_settings_of__the_defaults_until_the_city_has_its_own(cast: Cast) -> None:
    found = settings_of(cast.city)
    assert (found.coordinator_after, found.conference_after, found.misses_in_a_row) == (2, 5, 3)
    assert (found.quiet_from, found.quiet_until) == (time(20), time(7))
    row = change_city_settings(by=cast.administrator, city=cast.city, **following())
    assert settings_of(cast.city) == row
    both = settings_by_city([cast.city.pk, cast.other_city.pk])
    assert {pk: one.coordinator_after for pk, one in both.items()} == {cast.city.pk: 1, cast.other_city.pk: 2}
    assert list(city_settings()) == [row]


def test_change_city_settings__by_who_keeps_the_city(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        change_city_settings(by=cast.administrator, city=cast.other_city, **following())
    with pytest.raises(NotAllowed):
        change_city_settings(by=cast.carla, city=cast.city, **following())
    row = change_city_settings(by=cast.administrator, city=cast.city, **following())
    assert (row.version, row.recorded_by) == (1, cast.administrator)
    again = change_city_settings(by=cast.administrator, city=cast.city, **following(version=1))
    assert again.version == 1
    done = change_city_settings(by=cast.administrator, city=cast.city, **following(version=1, misses_in_a_row=4))
    assert (done.version, done.misses_in_a_row) == (2, 4)
    with pytest.raises(Stale):
        change_city_settings(by=cast.administrator, city=cast.city, **following(version=1))
    with pytest.raises(Refused, match="written already") as known:
        change_city_settings(by=cast.administrator, city=cast.city, **following())
    assert known.value.field == "city"
    assert written()[-1] == ("CHANGE_CITY_SETTINGS", ["misses_in_a_row"])
    assert len(written()) == 2


@pytest.mark.parametrize(
    ("field", "value"), [("coordinator_after", 0), ("conference_after", 61), ("misses_in_a_row", 1)]
)
def test_change_city_settings__within_reason(cast: Cast, field: str, value: int) -> None:
    with pytest.raises(Refused) as refused:
        change_city_settings(by=cast.administrator, city=cast.city, **following(**{field: value}))
    assert refused.value.field == field
    assert not CitySettings.objects.exists()


def holiday(**fields: Any) -> dict[str, Any]:
    names = {f"name_{language}": "Autumn" for language in ("nl", "fr", "de", "en")}
    days = {"starts_on": date(2026, 11, 2), "ends_on": date(2026, 11, 9)}
    return {"at": AT, "community": "FLEMISH", **days, **names, **fields}


def test_put_school_holiday__the_countrys_and_put_right(cast: Cast, country: User) -> None:
    with pytest.raises(NotAllowed):
        put_school_holiday(by=cast.administrator, **holiday())
    row = put_school_holiday(by=country, **holiday(source="Invented"))
    assert put_school_holiday(by=country, **holiday(source="Invented", version=1)) == row
    longer = put_school_holiday(by=country, **holiday(source="Invented", version=1, ends_on=date(2026, 11, 16)))
    assert (longer.pk, longer.version, longer.ends_on) == (row.pk, 2, date(2026, 11, 16))
    with pytest.raises(Stale):
        put_school_holiday(by=country, **holiday(version=1))
    with pytest.raises(Refused, match="written already") as known:
        put_school_holiday(by=country, **holiday())
    assert known.value.field == "starts_on"
    assert list(school_holidays()) == [row]
    assert [act for act, _ in written()] == ["PUT_SCHOOL_HOLIDAY"] * 2
    for wrong, field in (({"ends_on": date(2026, 11, 2)}, "ends_on"), ({"name_nl": " "}, "name_nl")):
        with pytest.raises(Refused) as refused:
            put_school_holiday(by=SETUP, **holiday(version=2, **wrong))
        assert refused.value.field == field
    assert put_school_holiday(by=SETUP, **holiday(community="FRENCH")).recorded_by is None
    assert SchoolHoliday.objects.count() == 2

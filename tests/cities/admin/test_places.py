"""Cities in the administration: every save is an act of a room."""

from __future__ import annotations

from cities.places.models import City, HotSpotDesignation, Population, SchoolHoliday
from cities.staff.models import User
from tests.cities.admin.conftest import NAMES, as_, errors, last_act
from tests.factories import Cast
from tests.forms import forms_of


def test_city__added_and_changed_by_the_country(country: User) -> None:
    client = as_(country)
    given = {"code": "NOW", "nis": "99999", "region": "FLANDERS", "languages": "nl", **NAMES}
    assert client.post("/admin/cities/city/add/", given).status_code == 302
    city = City.objects.get(code="NOW")
    assert (city.recorded_by, last_act()) == (country, ("ADD_CITY", country))
    answer = client.post(
        f"/admin/cities/city/{city.pk}/change/", {**given, "code": "OTH", "name_fr": "Nulle part", "read": 1}
    )
    assert answer.status_code == 302
    city.refresh_from_db()
    assert (city.code, city.name_fr, last_act()[0]) == ("NOW", "Nulle part", "CHANGE_CITY")


def test_city__what_the_room_refuses_is_said_beside_the_field(country: User) -> None:
    given = {"code": "NOW", "nis": "99999", "region": "FLANDERS", "languages": "nl", **NAMES, "published_departures": 3}
    answer = as_(country).post("/admin/cities/city/add/", given)
    assert errors(answer) == {"published_departures_on": ["Say as of which day this was published."]}
    assert b"99999" in answer.content
    assert not City.objects.filter(code="NOW").exists()


def test_city__an_administrator_keeps_her_own(cast: Cast) -> None:
    client = as_(cast.administrator)
    assert client.get("/admin/cities/city/add/").status_code == 403
    given = {"region": "FLANDERS", "languages": "nl", "read": 1, **NAMES}
    assert client.post(f"/admin/cities/city/{cast.city.pk}/change/", given).status_code == 302
    assert client.post(f"/admin/cities/city/{cast.other_city.pk}/change/", given).status_code == 403
    assert client.get(f"/admin/cities/city/{cast.other_city.pk}/change/").status_code == 200  # to read
    cast.other_city.refresh_from_db()
    assert cast.other_city.name_en == "Verviers"


def test_population__recorded_for_ones_own_city(cast: Cast) -> None:
    client = as_(cast.administrator)
    given = {"city": cast.city.pk, "year": 2024, "inhabitants": 45_000, "source": "Invented"}
    assert client.post("/admin/cities/population/add/", given).status_code == 302
    row = Population.objects.get()
    answer = client.post(
        f"/admin/cities/population/{row.pk}/change/", {"inhabitants": 46_000, "source": "Invented", "read": 1}
    )
    assert answer.status_code == 302
    assert Population.objects.get().inhabitants == 46_000
    given = {**given, "city": cast.other_city.pk}
    assert client.post("/admin/cities/population/add/", given).status_code == 403
    assert Population.objects.count() == 1


def test_designation__by_the_country(cast: Cast, country: User) -> None:
    given = {"city": cast.city.pk, "round": 1, "starts_on": "2014-01-01", "source": "Invented"}
    assert as_(cast.administrator).post("/admin/cities/hotspotdesignation/add/", given).status_code == 403
    assert as_(country).post("/admin/cities/hotspotdesignation/add/", given).status_code == 302
    row = HotSpotDesignation.objects.get()
    changed = {"starts_on": "2015-01-01", "ends_on": "2014-01-01", "source": "Invented", "read": 1}
    answer = as_(country).post(f"/admin/cities/hotspotdesignation/{row.pk}/change/", changed)
    assert "A period ends after it starts." in str(errors(answer))
    assert as_(country).post(
        f"/admin/cities/hotspotdesignation/{row.pk}/change/", {**changed, "ends_on": ""}
    ).status_code == 302  # fmt: skip


def test_city_settings__by_who_keeps_the_city(cast: Cast) -> None:
    client = as_(cast.administrator)
    given = {
        "city": cast.city.pk, "coordinator_after": 1, "conference_after": 4, "misses_in_a_row": 2,
        "quiet_from": "19:00", "quiet_until": "08:00", "confirm_days": 92,
    }  # fmt: skip
    assert client.post("/admin/cities/citysettings/add/", {**given, "city": cast.other_city.pk}).status_code == 403
    assert client.post("/admin/cities/citysettings/add/", given).status_code == 302
    pk = cast.city.settings.pk
    assert errors(
        client.post(f"/admin/cities/citysettings/{pk}/change/", {**given, "misses_in_a_row": 1, "read": 1})
    ).keys() == {"misses_in_a_row"}
    changed = {**given, "misses_in_a_row": 3, "read": 1}
    assert client.post(f"/admin/cities/citysettings/{pk}/change/", changed).status_code == 302
    cast.city.settings.refresh_from_db()
    assert (cast.city.settings.misses_in_a_row, cast.city.settings.version) == (3, 2)
    overtaken = client.post(f"/admin/cities/citysettings/{pk}/change/", {**changed, "misses_in_a_row": 4})
    assert "Somebody else changed this" in overtaken.content.decode()
    assert errors(overtaken)["misses_in_a_row"] == ["What stands there now: 3"]
    (form,) = [form for form in forms_of(overtaken.content.decode()) if form.values("read")]
    assert form.sent()["misses_in_a_row"] == ["4"]
    assert form.values("read") == ["2"]
    assert "read" in errors(client.post(f"/admin/cities/citysettings/{pk}/change/", given))
    cast.city.settings.refresh_from_db()
    assert cast.city.settings.misses_in_a_row == 3
    assert client.post(f"/admin/cities/citysettings/{pk}/change/", form.sent()).status_code == 302


def test_school_holidays__by_the_country(cast: Cast, country: User) -> None:
    given = {"community": "FRENCH", "starts_on": "2026-12-21", "ends_on": "2027-01-04", "source": "Invented"}
    given |= {f"name_{language}": "Winter" for language in ("nl", "fr", "de", "en")}
    assert as_(cast.administrator).post("/admin/cities/schoolholiday/add/", given).status_code == 403
    client = as_(country)
    assert client.post("/admin/cities/schoolholiday/add/", given).status_code == 302
    (row,) = SchoolHoliday.objects.all()
    assert client.post(
        f"/admin/cities/schoolholiday/{row.pk}/change/", {**given, "ends_on": "2027-01-11", "read": 1}
    ).status_code == 302  # fmt: skip
    row.refresh_from_db()
    assert str(row.ends_on) == "2027-01-11"

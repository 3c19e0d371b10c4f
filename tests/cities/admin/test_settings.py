"""The administration: who gets in, and that every save is an act of a room."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group
from django.test import Client

from cities.agencies.models import Agency
from cities.ledger.models import LedgerEntry
from cities.places.models import City, HotSpotDesignation, Population, SchoolHoliday
from cities.roles.rules import Role
from cities.staff.models import Posting, User
from cities.statistics.models import Figure, Series
from tests.factories import Cast, a_user, posting_of, staff

NAMES = {f"name_{language}": "Nowhere" for language in ("nl", "fr", "de", "en")}


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def country(db: None) -> User:
    """The administrator of the whole country."""
    return staff(Role.ADMINISTRATOR, None, first_name="Cora")


def errors(answer: Any) -> dict[str, list[str]]:
    """What stands beside the fields of the form that came back."""
    assert answer.status_code == 200, answer.status_code
    found: dict[str, list[str]] = answer.context["adminform"].form.errors
    return found


def last_act() -> tuple[str, Any]:
    entry = LedgerEntry.objects.order_by("id").last()
    assert entry is not None
    return entry.act, entry.actor


def test_index__anonymous_goes_to_the_one_sign_in_page(client: Client, db: None) -> None:
    for path in ("/admin/", "/admin/cities/city/", "/admin/cities/city/1/change/"):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")


@pytest.mark.parametrize("name", ["alice", "bob", "carla", "mayor", "liaison", "dana", "charlie", "analyst"])
def test_index__others_are_refused(cast: Cast, name: str) -> None:
    client = as_(getattr(cast, name))
    for path in ("/admin/", "/admin/cities/user/", "/admin/cases/casefile/"):
        assert client.get(path, follow=True).status_code == 403


def test_index__a_flag_of_djangos_own_opens_nothing(db: None) -> None:
    assert as_(a_user(is_staff=True)).get("/admin/", follow=True).status_code == 403


def test_index__says_what_may_be_kept(cast: Cast, country: User) -> None:
    def offered(user: User) -> set[str]:
        apps = as_(user).get("/admin/").context["app_list"]
        return {model["object_name"] for app in apps for model in app["models"]}

    settings = {"City", "Population", "HotSpotDesignation", "Agency", "CellSeat", "User", "Posting"}
    settings |= {"CitySettings", "SchoolHoliday", "ClosingDays"}
    lists = {"Series", "Figure", "Offence"}
    assert offered(cast.administrator) == settings | lists
    assert offered(country) == settings | lists
    assert offered(a_user(is_superuser=True)) == lists


def test_site__registers_nothing_of_the_libraries() -> None:
    assert not site.is_registered(Group)
    assert {model._meta.app_label for model in site._registry} == {"cities", "cases"}


def test_login__signed_in_already(cast: Cast) -> None:
    assert as_(cast.administrator).get("/admin/login/").headers["Location"] == "/admin/"
    assert as_(cast.administrator).post("/admin/logout/").headers["Location"] == "/accounts/logout/"
    assert "password/change" in as_(cast.administrator).get("/admin/password_change/").headers["Location"]


def test_nothing__is_deleted_here(country: User) -> None:
    city = City.objects.create(
        code="NOW", nis="99999", region="FLANDERS", languages="nl", recorded_at="2024-01-01T00:00Z", **NAMES
    )
    client = as_(country)
    assert client.post(f"/admin/cities/city/{city.pk}/delete/", {"post": "yes"}).status_code == 403
    assert b"delete_selected" not in client.get("/admin/cities/city/").content


def test_city__added_and_changed_by_the_country(country: User) -> None:
    client = as_(country)
    given = {"code": "NOW", "nis": "99999", "region": "FLANDERS", "languages": "nl", **NAMES}
    assert client.post("/admin/cities/city/add/", given).status_code == 302
    city = City.objects.get(code="NOW")
    assert (city.recorded_by, last_act()) == (country, ("ADD_CITY", country))
    answer = client.post(f"/admin/cities/city/{city.pk}/change/", {**given, "code": "OTH", "name_fr": "Nulle part"})
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
    given = {"region": "FLANDERS", "languages": "nl", **NAMES}
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
    answer = client.post(f"/admin/cities/population/{row.pk}/change/", {"inhabitants": 46_000, "source": "Invented"})
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
    changed = {"starts_on": "2015-01-01", "ends_on": "2014-01-01", "source": "Invented"}
    answer = as_(country).post(f"/admin/cities/hotspotdesignation/{row.pk}/change/", changed)
    assert "A period ends after it starts." in str(errors(answer))
    assert as_(country).post(
        f"/admin/cities/hotspotdesignation/{row.pk}/change/", {**changed, "ends_on": ""}
    ).status_code == 302  # fmt: skip


def test_agency__added_and_put_out_of_use(cast: Cast) -> None:
    client = as_(cast.administrator)
    given = {"name": "House of Invention", "kind": "NGO", "city": cast.city.pk}
    assert client.post("/admin/cities/agency/add/", given).status_code == 302
    agency = Agency.objects.get(name="House of Invention")
    answer = client.post(f"/admin/cities/agency/{agency.pk}/change/", {"name": agency.name, "kind": "NGO"})
    assert answer.status_code == 302
    agency.refresh_from_db()
    assert (agency.is_active, agency.city) == (False, cast.city)
    assert client.post("/admin/cities/agency/add/", {**given, "name": "Other", "city": ""}).status_code == 403


def test_seat__given_and_ended(cast: Cast) -> None:
    client = as_(cast.administrator)
    given = {"city": cast.city.pk, "agency": cast.agency.pk, "starts_on": "2024-01-01"}
    assert client.post("/admin/cities/cellseat/add/", given).status_code == 302
    assert "ends_on" not in errors(client.post("/admin/cities/cellseat/add/", given))
    pk = cast.city.seats.get().pk
    assert errors(client.post(f"/admin/cities/cellseat/{pk}/change/", {"ends_on": ""})).keys() == {"ends_on"}
    assert client.post(f"/admin/cities/cellseat/{pk}/change/", {"ends_on": "2024-06-01"}).status_code == 302
    assert str(cast.city.seats.get().ends_on) == "2024-06-01"


def test_city_settings__by_who_keeps_the_city(cast: Cast) -> None:
    client = as_(cast.administrator)
    given = {
        "city": cast.city.pk, "coordinator_after": 1, "conference_after": 4, "misses_in_a_row": 2,
        "quiet_from": "19:00", "quiet_until": "08:00", "confirm_days": 92,
    }  # fmt: skip
    assert client.post("/admin/cities/citysettings/add/", {**given, "city": cast.other_city.pk}).status_code == 403
    assert client.post("/admin/cities/citysettings/add/", given).status_code == 302
    pk = cast.city.settings.pk
    assert errors(client.post(f"/admin/cities/citysettings/{pk}/change/", {**given, "misses_in_a_row": 1})).keys() == {
        "misses_in_a_row"
    }
    assert client.post(f"/admin/cities/citysettings/{pk}/change/", {**given, "misses_in_a_row": 3}).status_code == 302
    cast.city.settings.refresh_from_db()
    assert (cast.city.settings.misses_in_a_row, cast.city.settings.version) == (3, 2)


def test_closing_days__added_and_withdrawn(cast: Cast) -> None:
    client = as_(cast.administrator)
    given = {"agency": cast.agency.pk, "starts_on": "2024-12-25", "ends_on": "2025-01-02", "occasion": "The turn"}
    assert client.post("/admin/cities/closingdays/add/", given).status_code == 302
    assert errors(client.post("/admin/cities/closingdays/add/", given)).keys() == {"starts_on"}
    here = f"/admin/cities/closingdays/{cast.agency.closings.get().pk}/change/"
    for ticked, stands in (({}, True), ({"withdraw": "on"}, False)):
        assert client.post(here, ticked).status_code == 302
        assert cast.agency.closings.filter(withdrawn_at__isnull=True).exists() is stands
    assert client.get(here).status_code == 200


def test_school_holidays__by_the_country(cast: Cast, country: User) -> None:
    given = {"community": "FRENCH", "starts_on": "2026-12-21", "ends_on": "2027-01-04", "source": "Invented"}
    given |= {f"name_{language}": "Winter" for language in ("nl", "fr", "de", "en")}
    assert as_(cast.administrator).post("/admin/cities/schoolholiday/add/", given).status_code == 403
    client = as_(country)
    assert client.post("/admin/cities/schoolholiday/add/", given).status_code == 302
    (row,) = SchoolHoliday.objects.all()
    assert client.post(
        f"/admin/cities/schoolholiday/{row.pk}/change/", {**given, "ends_on": "2027-01-11"}
    ).status_code == 302  # fmt: skip
    row.refresh_from_db()
    assert str(row.ends_on) == "2027-01-11"


def test_user__made_without_a_password_and_closed(cast: Cast) -> None:
    client = as_(cast.administrator)
    given = {"email": "nova@example.org", "first_name": "Nova", "last_name": "Invented", "language": "nl"}
    assert client.post("/admin/cities/user/add/", {**given, "is_superuser": "on", "is_staff": "on"}).status_code == 302
    user = User.objects.get(email="nova@example.org")
    assert (user.is_superuser, user.is_staff, user.has_usable_password()) == (False, False, False)
    assert "first_name" in errors(
        client.post("/admin/cities/user/add/", {**given, "first_name": "", "email": "n@e.org"})
    )
    assert errors(client.post("/admin/cities/user/add/", given)).keys() <= {"email", "__all__"}
    change = {"first_name": "Nova", "last_name": "Invented", "language": "nl", "email": "other@example.org"}
    assert client.post(f"/admin/cities/user/{user.pk}/change/", change).status_code == 302
    user.refresh_from_db()
    assert (user.is_active, user.email) == (False, "nova@example.org")


def test_user__not_one_of_another_city(cast: Cast) -> None:
    change = {"first_name": "Charlie", "last_name": "Invented", "language": "nl"}
    client = as_(cast.administrator)
    assert client.post(f"/admin/cities/user/{cast.charlie.pk}/change/", change).status_code == 403
    cast.charlie.refresh_from_db()
    assert cast.charlie.is_active


def a_posting(cast: Cast, user: User, **fields: Any) -> dict[str, Any]:
    return {
        "user": user.pk, "role": "CASEWORKER", "agency": cast.agency.pk, "city": cast.city.pk,
        "starts_on": "2024-01-01", **fields,
    }  # fmt: skip


def test_posting__appointed_ended_and_never_overlapping(cast: Cast) -> None:
    client, user = as_(cast.administrator), a_user()
    assert client.post("/admin/cities/posting/add/", a_posting(cast, user)).status_code == 302
    posting = posting_of(user)
    assert (posting.recorded_by, last_act()[0]) == (cast.administrator, "APPOINT")
    again = errors(client.post("/admin/cities/posting/add/", a_posting(cast, user, starts_on="2024-06-01")))
    assert "holds the same posting in that period" in str(again)
    path = f"/admin/cities/posting/{posting.pk}/change/"
    assert errors(client.post(path, {"ends_on": ""})).keys() == {"ends_on"}
    assert errors(client.post(path, {"ends_on": "2024-06-01"})) == {"ends_on": ["A posting ends today or later."]}
    assert client.post(path, {"ends_on": "2090-01-01", "role": "COORDINATOR"}).status_code == 302
    posting.refresh_from_db()
    assert (str(posting.ends_on), posting.role) == ("2090-01-01", "CASEWORKER")


def test_period__that_ends_before_it_starts_is_said_beside_the_field(cast: Cast, country: User) -> None:
    """PostgreSQL has no such range: asked what overlaps it, it answers with an error."""
    place, wrong = {"city": cast.city.pk, "source": "Invented"}, {"starts_on": "2024-06-01", "ends_on": "2024-01-01"}
    for page, given in (
        ("posting", a_posting(cast, a_user())),
        ("cellseat", place | {"agency": cast.agency.pk}),
        ("hotspotdesignation", place | {"round": 1}),
    ):
        answer = as_(country).post(f"/admin/cities/{page}/add/", {**given, **wrong})
        assert errors(answer) == {"ends_on": ["A period ends after it starts."]}, page


def test_posting__nobody_appoints_herself_nor_elsewhere(cast: Cast) -> None:
    client = as_(cast.administrator)
    own = errors(client.post("/admin/cities/posting/add/", a_posting(cast, cast.administrator)))
    assert own.keys() == {"user"}
    elsewhere = a_posting(cast, a_user(), city=cast.other_city.pk)
    assert client.post("/admin/cities/posting/add/", elsewhere).status_code == 403
    nowhere = a_posting(cast, a_user(), role="COORDINATOR", city="")
    assert client.post("/admin/cities/posting/add/", nowhere).status_code in (200, 403)
    assert not Posting.objects.filter(role="COORDINATOR", city__isnull=True).exists()


def test_figures__by_a_superuser_without_posting(db: None) -> None:
    root = a_user(is_superuser=True)
    client = as_(root)
    assert client.post("/admin/cities/series/add/", {"code": "invented", "name": "Invented"}).status_code == 302
    series = Series.objects.get()
    given = {
        "series": series.pk,
        "as_of": "2015-11-03",
        "area": "BE",
        "measure": "left",
        "value": 500,
        "source": "None",
    }
    assert client.post("/admin/cities/figure/add/", {**given, "qualifier": "about"}).status_code == 302
    figure = Figure.objects.get()
    assert errors(client.post(f"/admin/cities/figure/{figure.pk}/change/", {"value": 1, "source": ""})).keys() == {
        "source"
    }
    answer = client.post(f"/admin/cities/series/{series.pk}/change/", {"code": "other", "name": "Renamed"})
    assert answer.status_code == 302
    series.refresh_from_db()
    assert (series.code, series.name) == ("invented", "Renamed")
    assert client.get("/admin/cities/city/").status_code == 403


def test_lists__open_for_who_keeps_them(cast: Cast, country: User) -> None:
    client = as_(country)
    for model in (
        "city",
        "population",
        "hotspotdesignation",
        "agency",
        "cellseat",
        "user",
        "posting",
        "series",
        "figure",
        "citysettings",
        "schoolholiday",
        "closingdays",
    ):
        assert client.get(f"/admin/cities/{model}/").status_code == 200
        assert client.get(f"/admin/cities/{model}/add/").status_code == 200
    assert b"Roles in words" in client.get("/admin/").content

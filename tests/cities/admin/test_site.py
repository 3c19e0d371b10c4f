"""The administration: who gets in, what is listed, and that nothing is deleted."""

from __future__ import annotations

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group
from django.test import Client

from cities.places.models import City
from cities.staff.models import User
from tests.cities.admin.conftest import NAMES, as_
from tests.factories import Cast, a_user


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

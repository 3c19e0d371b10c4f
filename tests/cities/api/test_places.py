"""Cities, agencies, and who one is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from cities.places.models import HotSpotDesignation, Population
from cities.records import as_set_up
from cities.tokens.services import issue_token
from tests.doors import by_token, problem, queries_of
from tests.factories import AT, Cast, a_city, an_agency

pytestmark = pytest.mark.django_db


def test_cities__by_region(cast: Cast) -> None:
    told = by_token(cast.charlie).get("/api/v1/cities?region=WALLONIA").json()
    assert [city["name_fr"] for city in told["results"]] == ["Verviers"]


def test_city__with_its_populations_and_designations(cast: Cast) -> None:
    Population.objects.create(recorded_at=AT, city=cast.city, year=2015, inhabitants=42_000, is_approximate=True)
    HotSpotDesignation.objects.create(recorded_at=AT, city=cast.city, round=1, starts_on=date(2015, 1, 1))
    told = by_token(cast.analyst).get("/api/v1/cities/VIL").json()
    assert told["code"] == "VIL"
    assert told["is_hot_spot"] is True
    assert told["populations"] == [{"year": 2015, "inhabitants": 42_000, "is_approximate": True, "source": ""}]
    assert told["designations"][0]["ends_on"] is None


def test_city__that_is_not_there(cast: Cast) -> None:
    problem(by_token(cast.alice).get("/api/v1/cities/XXX"), 404, "not-found")


def test_agencies__of_a_city(cast: Cast) -> None:
    client = by_token(cast.alice)
    told = client.get("/api/v1/agencies?city=VER").json()["results"]
    assert {agency["city"] for agency in told} == {"VER", None}
    assert client.get("/api/v1/agencies?city=XXX").json()["results"] == []
    kinds = client.get("/api/v1/agencies?kind=PROSECUTION").json()["results"]
    assert [agency["id"] for agency in kinds] == [cast.office.pk]
    assert client.get(f"/api/v1/agencies/{cast.office.pk}").json()["name"] == cast.office.name
    problem(client.get("/api/v1/agencies/999999"), 404)


def test_me__by_token(cast: Cast) -> None:
    told = by_token(cast.alice).get("/api/v1/me").json()
    assert told["name"] == str(cast.alice)
    assert told["postings"][0]["city"] == "VIL"
    assert "CHECKIN_RECORD" in told["acts"]
    assert "CASE_OPEN" not in told["acts"]
    assert told["token"]["name"] == "a test"
    assert told["csrf_token"] is None


def test_session__needs_its_csrf_token(cast: Cast) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(cast.carla)
    told = client.get("/api/v1/me").json()
    assert told["token"] is None
    problem(client.post("/api/v1/cases", {}), 403, "not-allowed")
    problem(client.post("/api/v1/cases", {}, HTTP_X_CSRFTOKEN=told["csrf_token"]), 400, "invalid")


def test_token__that_does_not_hold(cast: Cast) -> None:
    now = timezone.now()
    expired = issue_token(
        by=cast.alice, at=now - timedelta(days=2), user=cast.alice, name="old", lasts=timedelta(days=1)
    )
    for header in (
        f"Bearer {expired[1]}",
        "Bearer",
        "Bearer a b",
        "Bearer é",
        "Bearer apparatus_" + "x" * 43,
        "bearer x",
    ):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=header)
        problem(client.get("/api/v1/me"), 401, "not-signed-in")
    client = by_token(cast.alice)
    cast.alice.is_active = False
    with as_set_up():
        cast.alice.save()
    problem(client.get("/api/v1/me"), 401, "not-signed-in")


def test_lists__in_as_many_queries_whatever_their_length(cast: Cast) -> None:
    client = by_token(cast.alice)
    before = [queries_of(client, f"/api/v1/{name}") for name in ("cities", "agencies")]
    an_agency(a_city("MEC"))
    assert before == [queries_of(client, f"/api/v1/{name}") for name in ("cities", "agencies")]

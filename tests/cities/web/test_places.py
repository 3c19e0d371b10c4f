"""The pages of the cities: open to whoever is posted, and without any person followed up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from cities.agencies.services import seat_agency
from cities.ledger.rules import Clock
from cities.places.services import designate, record_population
from cities.statistics.services import put_figure, put_series
from tests.factories import AT, Cast, a_case, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(cast: Cast) -> Cast:
    """Vilvoorde, with everything that its page can show."""
    setup: dict[str, Any] = {"by": Clock.SETUP, "at": AT}
    designate(**setup, city=cast.city, round=1, starts_on=date(2015, 1, 1), ends_on=date(2016, 1, 1),
              grant_eur=Decimal(125_000), source="First round")  # fmt: skip
    record_population(**setup, city=cast.city, year=2015, inhabitants=42_000, is_approximate=True, source="Statbel")
    seat_agency(**setup, city=cast.city, agency=cast.agency, starts_on=date(2020, 1, 1))
    series = put_series(**setup, code="ocam", name="Counts of OCAM")
    figure: dict[str, Any] = {
        "series": series,
        "as_of": date(2016, 1, 28),
        "measure": "returned",
        "source": "A newspaper",
    }
    put_figure(**setup, **figure, area="VLG", value=Decimal(36), qualifier="presumed")
    put_figure(**setup, **figure, area="WAL", value=Decimal(7411))
    return cast


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_city__says_when_it_was_a_hot_spot_and_with_what_grant(client: Client, told: Cast) -> None:
    client.force_login(told.alice)
    text = page(client, "/cities/VIL/")
    assert "from 1 January 2015 to 31 December 2015" in text
    assert "grant of 125\N{NO-BREAK SPACE}000 €" in text
    assert "about 42\N{NO-BREAK SPACE}000" in text


def test_city__shows_who_is_posted_and_who_has_a_seat(client: Client, told: Cast) -> None:
    client.force_login(told.analyst)
    text = page(client, "/cities/VIL/")
    for somebody in (told.alice, told.carla, told.mayor, told.dana):
        assert str(somebody) in text
    assert str(told.charlie) not in text
    assert str(told.agency) in text


def test_city__shows_figures_of_its_region_with_their_qualifier(client: Client, told: Cast) -> None:
    client.force_login(told.alice)
    text = page(client, "/cities/VIL/")
    assert "presumed" in text
    assert "Counts of OCAM: A newspaper" in text
    assert "7411" not in text.replace("\N{NO-BREAK SPACE}", "")


def test_city__knows_no_person(client: Client, told: Cast) -> None:
    case = a_case(by=told.carla, lead=told.alice, name="Nemo Canary")
    client.force_login(told.carla)
    text = page(client, "/cities/VIL/")
    assert "Canary" not in text
    assert case.reference not in text


@pytest.mark.parametrize("path", ["/cities/XXX/", "/cities/%00/", "/cities/V'L/", "/cities/" + "V" * 300 + "/"])
def test_city__that_is_none_is_not_found(client: Client, cast: Cast, path: str) -> None:
    client.force_login(cast.alice)
    assert client.get(path).status_code == 404


def test_city_list__names_each_city_with_its_last_designation(client: Client, told: Cast) -> None:
    client.force_login(told.administrator)
    text = page(client, "/cities/")
    assert text.count('<th scope="row">') == 2
    assert "from 1 January 2015 to 31 December 2015" in text


def test_cities__are_for_who_is_posted_somewhere(client: Client, cast: Cast) -> None:
    client.force_login(a_user())
    assert client.get("/cities/").status_code == 403
    assert client.get("/cities/VIL/").status_code == 403

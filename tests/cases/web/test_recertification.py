"""Grants and postings to be confirmed: on the pages, and by the REST door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.access.models import CaseAccess
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.recertification.services import date_grants
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf
from tests.doors import by_token
from tests.factories import Cast, a_case, on_the_team

HERE = "/confirm/"


@pytest.fixture
def due(cast: Cast, case: Casefile) -> list[int]:
    """Alice and Bob are on a case; both have to be confirmed today. The numbers of their first grants."""
    on_the_team(case, cast.bob, by=cast.carla, at=timezone.now())
    date_grants(by=Clock.CLOCK, at=timezone.now() - timedelta(days=92))
    with acting(cast.carla):
        return list(CaseAccess.grants.filter(compartment="CARE").order_by("pk").values_list("pk", flat=True))


def numbers(cast: Cast, user: User) -> set[tuple[object, str]]:
    with acting(cast.carla):
        return set(CaseAccess.grants.filter(user=user).values_list("confirm_by", "ended_because"))


def test_queue__shows_confirms_and_ends(cast: Cast, case: Casefile, due: list[int], client_of: ClientOf) -> None:
    carla = client_of(cast.carla)
    page = carla.get(HERE).content.decode()
    assert page.count('type="checkbox"') == 2
    for words in (str(cast.alice), str(cast.bob), case.reference, "leads it"):
        assert words in page
    assert HERE in carla.get("/board/").content.decode()
    assert carla.post(HERE, {"act": "confirm"}).status_code == 422  # nothing was ticked
    only = carla.get(HERE, {"of": cast.bob.pk}).content.decode()
    assert str(cast.alice) not in only
    assert carla.post(f"{HERE}?of={cast.bob.pk}", {"act": "confirm_all", "all": due[1]}).status_code == 302
    assert len(numbers(cast, cast.bob)) == 1
    lead = carla.post(HERE, {"act": "end", "rows": due[0]})
    assert lead.status_code == 422
    assert "assign it to somebody else first" in lead.content.decode()
    assert carla.post(HERE, {"act": "confirm", "rows": due[0]}).status_code == 302
    assert "Nothing is to be confirmed" in carla.get(HERE).content.decode()


def test_queue__ends_what_is_no_longer_needed(cast: Cast, due: list[int], client_of: ClientOf) -> None:
    assert client_of(cast.carla).post(HERE, {"act": "end", "rows": due[1]}).status_code == 302
    assert {because for _day, because in numbers(cast, cast.bob)} == {"NOT_NEEDED"}
    assert client_of(cast.bob).get("/cases/").content.decode().count("VIL-") == 0


def test_queue__takes_the_same_number_of_queries_however_many(
    cast: Cast, case: Casefile, due: list[int], client_of: ClientOf
) -> None:
    carla = client_of(cast.carla)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert carla.get(HERE).status_code == 200
        return len(found)

    queries()
    before = queries()
    for _number in range(4):
        a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,), at=timezone.now())
    date_grants(by=Clock.CLOCK, at=timezone.now() - timedelta(days=92))
    assert queries() == before


def test_queue__of_others_is_not_there(cast: Cast, due: list[int], client_of: ClientOf) -> None:
    assert client_of(cast.carlo).post(HERE, {"act": "confirm", "rows": due}).status_code == 404
    assert client_of(cast.alice).get(HERE).status_code == 403


def test_api__pages_through_the_queue_and_acts(cast: Cast, case: Casefile, due: list[int]) -> None:
    carla, here = by_token(cast.carla), "/api/v1/grants-to-confirm"
    first = carla.get(here, {"limit": 1}).json()
    second = carla.get(first["next"]).json()
    assert [row["user"]["id"] for row in first["results"] + second["results"]] == [cast.alice.pk, cast.bob.pk]
    alice, bob = (row["id"] for row in first["results"] + second["results"])
    assert carla.post(f"{here}/confirm", {"ids": [alice]}, format="json").json() == {"number": 1}
    assert carla.post(f"{here}/end", {"ids": [bob]}, format="json").json() == {"number": 1}
    assert carla.get(here).json()["results"] == []
    assert carla.post(f"{here}/end", {"ids": [2**62]}, format="json").status_code == 404
    assert carla.post(f"{here}/end", {"ids": []}, format="json").status_code == 400


def test_postings__on_the_page_and_by_the_rest_door(cast: Cast, client_of: ClientOf) -> None:
    dana, here = client_of(cast.dana), "/confirm/postings/"
    page = dana.get(here).content.decode()
    for words in (str(cast.carla), str(cast.mayor), "never"):
        assert words in page
    assert here in dana.get("/").content.decode()
    client = by_token(cast.dana)
    rows = client.get("/api/v1/postings-to-confirm").json()["results"]
    assert {row["user"]["id"] for row in rows} == {cast.carla.pk, cast.mayor.pk}
    assert dana.post(here, {"act": "confirm", "rows": rows[0]["id"]}).status_code == 302
    done = client.post("/api/v1/postings-to-confirm/confirm", {"ids": [rows[1]["id"]]}, format="json")
    assert done.json() == {"number": 1}
    assert "was confirmed this quarter" in dana.get(here).content.decode()
    assert dana.post(here, {"act": "confirm"}).status_code == 422

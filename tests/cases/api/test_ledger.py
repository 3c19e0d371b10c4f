"""The ledger through the REST door: of one's cities, by page, and one's own look-ups."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cities.ledger.models import LedgerEntry
from tests.doors import by_token, problem
from tests.factories import Cast, a_case

LEDGER = "/api/v1/ledger"


def test_ledger__by_page_and_by_what_is_asked(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(hours=1))
    elsewhere = a_case(by=cast.carlo, at=timezone.now() - timedelta(hours=1))
    by_token(cast.alice).get(f"/api/v1/cases/{case.reference}")
    dana = by_token(cast.dana)
    found: list[str] = []
    address = f"{LEDGER}?limit=2&case={case.reference}"
    while address:
        told = dana.get(address).json()
        found += [entry["id"] for entry in told["results"]]
        assert {entry["case"] for entry in told["results"]} == {case.reference}
        address = told["next"]
    rows = LedgerEntry.objects.filter(case_reference=case.reference).exclude(actor=cast.dana)
    assert found == [str(pk) for pk in rows.order_by("-at", "-pk").values_list("pk", flat=True)]
    consulted = dana.get(f"{LEDGER}?operation=CONSULT&who=alice").json()["results"]
    assert [entry["actor"]["name"] for entry in consulted] == [str(cast.alice)]
    assert dana.get(f"{LEDGER}?case={elsewhere.reference}").json()["results"] == []
    assert dana.get(f"{LEDGER}?city={cast.city.code}").json()["results"]
    assert dana.get(f"{LEDGER}?city={cast.other_city.code}").json()["results"] == []
    problem(dana.get(f"{LEDGER}?operation=GUESS"), 400)
    problem(dana.get(f"{LEDGER}?cursor=nonsense"), 400)
    read = LedgerEntry.objects.filter(actor=cast.dana, act="LEDGER_READ", purpose__startswith="casework: api, token ")
    assert read.filter(purpose__endswith=" operation who").exists()


def test_own_looks__are_ones_own(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(hours=1))
    alice = by_token(cast.alice)
    alice.get(f"/api/v1/cases/{case.reference}")
    by_token(cast.carla).get(f"/api/v1/cases/{case.reference}")
    told = alice.get("/api/v1/me/look-ups").json()["results"]
    assert {entry["actor"]["id"] for entry in told} == {cast.alice.pk}
    assert case.reference in {entry["case"] for entry in told}


def test_ledger__has_who_came_in_and_which_fields_an_answer_had(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(hours=1))
    by_token(cast.alice).get(f"/api/v1/cases/{case.reference}")
    by_token(cast.charlie).get("/api/v1/cases")
    dana = by_token(cast.dana)
    used = dana.get(f"{LEDGER}?operation=SIGN_IN").json()["results"]
    assert {entry["actor"]["id"] for entry in used} == {cast.alice.pk, cast.dana.pk}
    here = dana.get(f"{LEDGER}?operation=SIGN_IN&city={cast.city.code}").json()["results"]
    assert {entry["actor"]["id"] for entry in here} == {cast.alice.pk, cast.dana.pk}
    [opened] = dana.get(f"{LEDGER}?operation=CONSULT&case={case.reference}&who=alice").json()["results"]
    assert {"reference", "stage", "person.official_name", "inquiry_open_since"} <= set(opened["fields_named"])
    assert opened["purpose"].startswith("casework: api, token ")

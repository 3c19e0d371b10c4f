"""The page of a case, and what is done with it as a whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cities.ledger.models import LedgerEntry
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast, on_the_team, posting_of


def now_as(user: User, case: Casefile) -> Casefile:
    with acting(user):
        return case_for(user, case.reference, at=timezone.now())


def a_new_case(cast: Cast, **changed: Any) -> dict[str, Any]:
    typed = {
        "official_name": "Ulysse Exemplaire", "aliases": "Abou Personne\nNiemand", "sex": "M", "born_on": "1994-03-02",
        "birth_precision": "DAY", "ground": "LIVC", "stage": "INTAKE", "agency": cast.agency.pk,
        "lead_caseworker": posting_of(cast.alice).pk, "next_step": "Talk with the family",
        "next_step_on": str(timezone.localdate() + timedelta(days=3)),
    }  # fmt: skip
    return {**typed, **changed}


@pytest.mark.parametrize("asked", ["%00", "VIL%00-2026-0001", "%ff", "%0a%0d", "%F0%9F%98%80" * 30, "%E2%80%AE"])
def test_overview__of_what_can_be_no_reference_is_not_there_and_stands_in_the_ledger(
    cast: Cast, client_of: ClientOf, asked: str
) -> None:
    before = LedgerEntry.objects.filter(actor=cast.alice, operation="DENIED").count()
    assert client_of(cast.alice).get(f"/cases/{asked}/").status_code == 404
    assert LedgerEntry.objects.filter(actor=cast.alice, operation="DENIED").count() == before + 1


def test_overview__is_in_the_ledger_with_where_one_came_from(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    answer = client_of(cast.alice).get(f"/cases/{case.reference}/", headers={"Referer": "http://testserver/cases/"})
    assert "Nemo Voorbeeld" in answer.content.decode()
    entry = LedgerEntry.objects.filter(case_id=case.pk, operation="CONSULT").latest("at")
    assert (entry.actor, entry.act) == (cast.alice, "CASE_READ")
    assert entry.purpose.startswith("cases:case_list")


@pytest.mark.parametrize("who", ["bob", "charlie", "dana", "liaison", "administrator"])
def test_overview__hidden_and_missing_look_alike(cast: Cast, case: Casefile, client_of: ClientOf, who: str) -> None:
    client = client_of(getattr(cast, who))
    hidden = client.get(f"/cases/{case.reference}/")
    missing = client.get("/cases/VIL-2019-0999/")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.content == missing.content
    entry = LedgerEntry.objects.filter(actor=getattr(cast, who)).latest("at")
    assert (entry.operation, entry.act, entry.outcome) == ("DENIED", "cases:case", "out of sight")


def test_open__makes_the_case_and_the_person(cast: Cast, client_of: ClientOf) -> None:
    answer = client_of(cast.carla).post("/cases/new/", a_new_case(cast))
    assert answer.status_code == 302, answer.content.decode()
    page = client_of(cast.alice).get(answer.headers["Location"]).content.decode()
    assert "Ulysse Exemplaire" in page
    assert "Talk with the family" in page


def test_open__shows_who_is_alike_before_anybody_is_recorded_twice(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    carla = client_of(cast.carla)
    typed = a_new_case(cast, official_name="Némo Voorbeelt")
    answer = carla.post("/cases/new/", typed)
    page = answer.content.decode()
    assert "Is it one of these?" in page
    assert case.reference in page
    assert "Némo Voorbeelt" in page
    assert carla.post("/cases/new/", {**typed, "really_new": "on"}).status_code == 302


def test_open__for_somebody_known(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    with acting(cast.carla):
        mine = now_as(cast.carla, case)
    typed = {name: value for name, value in a_new_case(cast).items() if name not in ("official_name", "aliases")}
    answer = client_of(cast.carla).post(f"/cases/new/?person={mine.person_id}", typed)
    assert answer.status_code == 422
    assert "has an open case in this city already" in answer.content.decode()


def test_open__keeps_what_was_typed(cast: Cast, client_of: ClientOf) -> None:
    typed = a_new_case(cast, next_step_on="2020-01-01", next_step="Talk with <b>the family</b>")
    answer = client_of(cast.carla).post("/cases/new/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_next_step_on"' in page
    assert "The next step lies in the past." in page
    for kept in ("Ulysse Exemplaire", "Abou Personne", "Talk with &lt;b&gt;the family&lt;/b&gt;"):
        assert kept in page


@pytest.mark.parametrize("who", ["alice", "mayor", "analyst", "liaison", "dana"])
def test_open__is_for_coordinators(cast: Cast, client_of: ClientOf, who: str) -> None:
    answer = client_of(getattr(cast, who)).get("/cases/new/")
    assert answer.status_code == 403
    assert LedgerEntry.objects.latest("at").outcome == "not allowed"


def test_open__not_in_another_city(cast: Cast, client_of: ClientOf) -> None:
    assert client_of(cast.carla).get("/cases/new/?city=VER").status_code == 403


def test_open__a_city_that_does_not_exist(cast: Cast, client_of: ClientOf) -> None:
    assert client_of(cast.carla).get("/cases/new/?city=XXX").status_code == 404


def test_move__along_an_arrow(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    path = f"/cases/{case.reference}/stage/"
    answer = client_of(cast.alice).post(path, {"version": case.version, "to": "AFTERCARE", "reason": ""}, follow=True)
    assert "The case is now in aftercare." in answer.content.decode()


def test_move__says_when_somebody_else_was_there_first(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    alice, path = client_of(cast.alice), f"/cases/{case.reference}/next-step/"
    typed = {
        "version": case.version, "owner": cast.alice.pk, "next_step": "What Alice typed",
        "next_step_on": str(timezone.localdate() + timedelta(days=2)),
    }  # fmt: skip
    client_of(cast.carla).post(path, {**typed, "next_step": "What Carla typed"})
    answer = alice.post(path, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else changed this" in page
    assert "What Alice typed" in page
    assert "What Carla typed" in page
    assert f'value="{case.version + 1}"' in page
    assert alice.post(path, {**typed, "version": case.version + 1}).status_code == 302
    assert now_as(cast.alice, case).next_step == "What Alice typed"


def test_move__closing_is_not_for_caseworkers(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    typed = {"version": case.version, "to": "CLOSED", "reason": "Done"}
    assert client_of(cast.alice).post(f"/cases/{case.reference}/stage/", typed).status_code == 403
    assert now_as(cast.alice, case).stage == "FOLLOW_UP"
    assert client_of(cast.carla).post(f"/cases/{case.reference}/stage/", typed).status_code == 302


def test_team__joins_and_leaves(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    alice, bob = client_of(cast.alice), client_of(cast.bob)
    path = f"/cases/{case.reference}/"
    assert bob.get(path).status_code == 404
    alice.post(path + "team/", {"to": posting_of(cast.bob).pk, "reason": "Stands in on Fridays"})
    assert bob.get(path).status_code == 200
    alice.post(path + "team/leave/", {"user": cast.bob.pk})
    assert bob.get(path).status_code == 404


def test_team__whoever_is_on_it_can_only_leave_it(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    on_the_team(case, cast.bob, by=cast.carla, at=timezone.now() - timedelta(minutes=5))
    bob = client_of(cast.bob)
    path = f"/cases/{case.reference}/"
    page = bob.get(path).content.decode()
    assert "Leave the team" in page
    assert "Add a colleague" not in page
    assert bob.get(path + "team/").status_code == 403
    assert bob.post(path + "team/leave/", {"user": cast.alice.pk}).status_code == 422
    assert bob.post(path + "team/leave/", {"user": cast.bob.pk}).headers["Location"] == "/cases/"
    assert bob.get(path).status_code == 404


def test_assign__gives_the_case_to_another(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    path = f"/cases/{case.reference}/lead/"
    typed = {"version": case.version, "to": posting_of(cast.bob).pk, "reason": "Moved teams"}
    assert client_of(cast.carla).post(path, typed).headers["Location"] == f"/cases/{case.reference}/"
    assert client_of(cast.bob).get(f"/cases/{case.reference}/").status_code == 200
    assert client_of(cast.alice).get(f"/cases/{case.reference}/").status_code == 404


def test_overview__when_the_ledger_fails_nothing_is_shown(
    cast: Cast, case: Casefile, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import DatabaseError

    def broken(**_entry: object) -> None:
        raise DatabaseError("no room left")

    monkeypatch.setattr("cities.ledger.services.write", broken)
    answer = client_of(cast.alice).get(f"/cases/{case.reference}/")
    assert answer.status_code == 503
    assert "Nemo" not in answer.content.decode()

"""Who can see a case and who did, the ledger of a city, and the timeline."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.casefiles.models import Casefile
from cities.ledger.models import LedgerEntry
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast, a_case, on_the_team
from tests.factories.checkins import a_checkin, an_agreed_plan


def test_who_can_see__names_people_grounds_and_who_looked(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    client_of(cast.carla).get(f"/cases/{case.reference}/", headers={"Referer": "http://testserver/cases/"})
    page = client_of(cast.alice).get(f"/cases/{case.reference}/who-can-see/").content.decode()
    for part in (str(cast.alice), str(cast.carla), str(cast.mayor), "on the case team", "posted in this city"):
        assert part in page
    assert "from the list of cases" in page
    assert str(cast.bob) not in page


def test_who_can_see__on_a_day_in_the_past(cast: Cast, client_of: ClientOf) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(days=30))
    on_the_team(case, cast.bob, by=cast.carla, at=timezone.now() - timedelta(days=2))
    here, day = f"/cases/{case.reference}/who-can-see/", timezone.localdate() - timedelta(days=10)
    table = client_of(cast.alice).get(here, {"on": str(day)}).content.decode().split('id="looked"')[0]
    assert str(cast.alice) in table
    assert str(cast.bob) not in table
    assert str(cast.bob) in client_of(cast.alice).get(here).content.decode().split('id="looked"')[0]


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31", "nonsense"])
def test_who_can_see__bears_impossible_days(cast: Cast, case: Casefile, client_of: ClientOf, on: str) -> None:
    answer = client_of(cast.alice).get(f"/cases/{case.reference}/who-can-see/", {"on": on})
    assert answer.status_code == (422 if on == "nonsense" else 200)


def test_who_can_see__for_the_data_protection_officer_without_the_case(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    dana, here = client_of(cast.dana), f"/cases/{case.reference}/who-can-see/"
    page = dana.get(here).content.decode()
    assert case.reference in page
    assert str(cast.alice) in page
    assert "Nemo" not in page
    assert LedgerEntry.objects.filter(actor=cast.dana, case_id=case.pk, act="LEDGER_READ").exists()
    assert dana.get(f"/cases/{case.reference}/").status_code == 404
    elsewhere = a_case(by=cast.carlo)
    assert dana.get(f"/cases/{elsewhere.reference}/who-can-see/").status_code == 404


@pytest.mark.parametrize("who", ["bob", "charlie", "carlo", "liaison", "administrator", "analyst"])
def test_who_can_see__does_not_exist_for_others(cast: Cast, case: Casefile, client_of: ClientOf, who: str) -> None:
    assert client_of(getattr(cast, who)).get(f"/cases/{case.reference}/who-can-see/").status_code == 404


def test_ledger__of_ones_own_city(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    elsewhere = a_case(by=cast.carlo)
    dana = client_of(cast.dana)
    page = dana.get("/ledger/").content.decode()
    assert case.reference in page
    assert elsewhere.reference not in page
    assert "open a case" in page
    filtered = dana.get("/ledger/", {"who": "Carla", "operation": "COLLECT", "case": case.reference}).content.decode()
    assert str(cast.carla) in filtered
    assert "nothing of this kind" in dana.get("/ledger/", {"on": "1999-01-01"}).content.decode()
    assert dana.get("/ledger/", {"operation": "GUESS"}).status_code == 422


@pytest.mark.parametrize("who", ["alice", "carla", "mayor", "liaison", "administrator"])
def test_ledger__is_for_whoever_looks_after_it(cast: Cast, client_of: ClientOf, who: str) -> None:
    assert client_of(getattr(cast, who)).get("/ledger/").status_code == 403


@pytest.mark.parametrize("before", ["nonsense", "2024-13-45T00:00", "2999-01-01T00:00:00", "1\x00"])
def test_pages_of_the_past__bear_impossible_moments(
    cast: Cast, case: Casefile, client_of: ClientOf, before: str
) -> None:
    assert client_of(cast.dana).get("/ledger/", {"before": before}).status_code == 200
    assert client_of(cast.alice).get(f"/cases/{case.reference}/timeline/", {"before": before}).status_code == 200


def test_timeline__tells_and_lets_record(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    plan = an_agreed_plan(case, by=cast.alice, starts_on=timezone.localdate(), at=timezone.now())
    checkin = a_checkin(case, plan, by=cast.alice, due_on=timezone.localdate(), at=timezone.now())
    alice, here = client_of(cast.alice), f"/cases/{case.reference}/timeline/"
    page = alice.get(here).content.decode()
    assert f"check-ins/{checkin.pk}/record/" in page
    assert "came onto the team" in page
    assert "Stage: follow-up" in page
    only = alice.get(here, {"kind": "TEAM"}).content.decode()
    assert "came onto the team" in only
    assert "Stage: follow-up" not in only
    assert "Nothing of this kind" in alice.get(here, {"kind": "TRAVEL"}).content.decode()
    assert alice.get(here, {"kind": "GOSSIP"}).status_code == 422
    alice.post(f"/cases/{case.reference}/check-ins/{checkin.pk}/record/", {"version": 1, "outcome": "HELD"})
    assert "by telephone: held" in alice.get(here).content.decode()


def test_timeline__offers_no_kind_that_one_may_not_read(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    page = client_of(cast.alice).get(f"/cases/{case.reference}/timeline/").content.decode()
    assert "kind=REFERRAL" not in page
    assert "kind=PLAN" in page
    page = client_of(cast.mayor).get(f"/cases/{case.reference}/timeline/").content.decode()
    assert "kind=REFERRAL" in page
    assert "kind=PLAN" not in page

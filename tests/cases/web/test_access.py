"""Who can see a case and who did, the ledger of a city, and the timeline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.audit.selectors import a_page_of, ledger_for
from cases.casefiles.models import Casefile
from cities.entrance.services import note_sign_in
from cities.ledger import services as ledger
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Operation
from cities.roles.rules import Role
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast, a_case, an_agency, on_the_team, posted
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
    assert "nothing of this kind" in dana.get("/ledger/", {"until": "1999-01-01"}).content.decode()
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


def test_ledger__filters(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    client_of(cast.alice).get(f"/cases/{case.reference}/", headers={"Referer": "http://testserver/cases/"})
    without = {"operation": Operation.CONSULT, "act": "CASE_READ", "city_id": case.city_id, "case_id": case.pk}
    ledger.write(by=cast.carla, case_reference=case.reference, **without)  # type: ignore[arg-type]
    dana, today = client_of(cast.dana), timezone.localdate()

    def rows(**asked: object) -> str:
        page = dana.get("/ledger/", asked).content.decode()  # type: ignore[arg-type]
        return page.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page else ""

    assert str(cast.alice) in rows(purpose="case_list")
    assert str(cast.carla) not in rows(purpose="case_list")
    assert str(cast.carla) in rows(without_purpose="on")
    assert str(cast.alice) not in rows(without_purpose="on")
    opened = LedgerEntry.objects.get(actor=cast.alice, operation="CONSULT", purpose__startswith="cases:case_list")
    assert rows(request=opened.request_id).count("<tr>") == 1
    assert rows(since=today, until=today).count("<tr>") > 1
    assert rows(since=today + timedelta(days=1)) == ""
    assert rows(until=today - timedelta(days=1)) == ""
    assert dana.get("/ledger/", {"until": "9999-12-31"}).status_code == 200
    looked = LedgerEntry.objects.filter(actor=cast.dana, act="LEDGER_READ").order_by("id").last()
    assert looked is not None
    assert looked.city_id == cast.city.pk
    asked = LedgerEntry.objects.filter(actor=cast.dana, purpose="cases:ledger purpose", act="LEDGER_READ", rows=1)
    assert asked.exists()


def test_ledger__of_several_cities_asks_which(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    elsewhere = a_case(by=cast.carlo, at=timezone.now() - timedelta(hours=1))
    posted(cast.dana, Role.DATA_PROTECTION_OFFICER, cast.other_city, agency=an_agency(cast.other_city))
    dana = client_of(cast.dana)
    page = dana.get("/ledger/").content.decode()
    assert case.reference in page
    assert elsewhere.reference in page
    page = dana.get("/ledger/", {"city": cast.other_city.pk}).content.decode()
    assert case.reference not in page
    assert elsewhere.reference in page
    assert dana.get("/ledger/", {"city": 0}).status_code == 422


def test_ledger__goes_on_by_entry_so_that_no_moment_is_cut(
    cast: Cast, case: Casefile, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.web.access.views.A_PAGE", 3)
    for _ in range(3):
        client_of(cast.alice).get(f"/cases/{case.reference}/")
    rows = LedgerEntry.objects.filter(city_id=cast.city.pk).order_by("-at", "-pk")
    wanted = [str(pk) for pk in rows.values_list("pk", flat=True)]
    assert len(wanted) > 4
    found: list[str] = []
    entries = ledger_for(cast.dana, at=timezone.now())
    before = None
    for _ in range(20):
        some, before = a_page_of(entries, before=before, limit=3)
        found += [str(entry.pk) for entry in some]
        if before is None:
            break
    assert found == wanted
    page = client_of(cast.dana).get("/ledger/").content.decode()
    assert f"before={wanted[2]}" in page
    assert client_of(cast.dana).get("/ledger/", {"before": wanted[2]}).status_code == 200


def test_ledger__has_who_was_refused_where_she_works(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    client_of(cast.bob).get(f"/cases/{case.reference}/")
    page = client_of(cast.dana).get("/ledger/", {"operation": "DENIED"}).content.decode()
    assert str(cast.bob) in page
    assert "out of sight" in page


def test_ledger__has_who_came_in_of_ones_own_city(cast: Cast, client_of: ClientOf) -> None:
    for user in (cast.alice, cast.charlie):
        note_sign_in(by=user, at=timezone.now(), how=["password"])
    page = client_of(cast.dana).get("/ledger/", {"operation": "SIGN_IN"}).content.decode()
    assert str(cast.alice) in page
    assert str(cast.charlie) not in page


def test_ledger__names_fields_in_words(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    client_of(cast.alice).get(f"/cases/{case.reference}/person/")
    page = client_of(cast.dana).get("/ledger/", {"who": "Alice", "operation": "CONSULT"}).content.decode()
    rows = page.split("<tbody>")[1]
    assert "precision of the birth date" in rows
    assert "case: lead caseworker, case reference, stage" in rows
    assert "official_name" not in rows


def test_who_can_see__says_nothing_of_who_looked_at_care_to_who_reads_none(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    """What a page shows of care beside the core has an entry of its own, in care."""
    an_agreed_plan(case, by=cast.alice, starts_on=timezone.localdate(), at=timezone.now())
    client_of(cast.alice).get(f"/cases/{case.reference}/", headers={"Referer": "http://testserver/cases/"})
    parts = set(LedgerEntry.objects.filter(actor=cast.alice, act="CASE_READ").values_list("compartment", flat=True))
    assert parts == {"CORE", "CARE"}
    for who, told in ((cast.carla, True), (cast.mayor, False)):
        page = client_of(who).get(f"/cases/{case.reference}/who-can-see/").content.decode()
        assert ("follow-up plan: " in page) == told
        assert str(cast.alice) in page.split('id="looked"')[1]


def test_lists__say_which_page_they_stood_on(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    client_of(cast.alice).get("/cases/")
    entry = LedgerEntry.objects.filter(actor=cast.alice, object_type="casefile").latest("id")
    assert (entry.purpose, entry.case_id) == ("cases:case_list", None)
    assert {"reference", "next_step", "person.official_name"} <= set(entry.fields)


def test_own_looks__are_ones_own(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    alice.get(f"/cases/{case.reference}/", headers={"Referer": "http://testserver/cases/"})
    client_of(cast.carla).get(f"/cases/{case.reference}/person/")
    page = alice.get("/my-look-ups/").content.decode()
    assert case.reference in page
    assert "from the list of cases" in page
    assert str(cast.carla) not in page
    assert LedgerEntry.objects.filter(actor=cast.alice, act="OWN_LOOKS", rows=1).exists()
    assert case.reference not in client_of(cast.bob).get("/my-look-ups/").content.decode()
    assert "/my-look-ups/" in alice.get("/preferences/").content.decode()


def test_alarm__is_on_every_page_of_whoever_looks_after_it(
    cast: Cast, case: Casefile, client_of: ClientOf, settings: Any
) -> None:
    settings.LEDGER_CHECKPOINTS = {}
    for who, told in ((cast.dana, True), (cast.administrator, True), (cast.alice, False), (cast.carla, False)):
        page = client_of(who).get("/").content.decode()
        assert ("No place outside is named" in page) == told
    assert "No place outside is named" in client_of(cast.administrator).get("/admin/").content.decode()
    settings.LEDGER_CHECKPOINTS = {"file:///outside": "file:///outside"}
    page = client_of(cast.dana).get("/ledger/").content.decode()
    assert "No place outside is named" not in page
    assert "no checkpoint has reached it yet" in page


def test_request_number__is_the_houses_own_and_no_text_of_a_reader(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    said = "Zoltan-Fictief-lives-in-her-street"
    answer = client_of(cast.alice).get(f"/cases/{case.reference}/", headers={"X-Request-ID": said})
    assert LedgerEntry.objects.filter(request_id=answer.headers["X-Request-ID"], actor=cast.alice).exists()
    assert not LedgerEntry.objects.filter(request_id=said).exists()

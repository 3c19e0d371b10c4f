"""The pages that say who changed what in a record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.changes.models import Change
from cases.checkins.models import CheckIn
from cases.people.models import Relationship
from cases.people.services import add_contact
from cases.plans.models import FollowUpPlan
from cases.web.changes.views import A_PAGE
from cities.ledger.models import LedgerEntry
from tests.cases.web.conftest import ClientOf, words
from tests.factories import Cast, a_plan, sent_referral
from tests.factories.checkins import a_checkin, a_rhythm

SOON = timezone.localdate() + timedelta(days=10)


def changes_of(case: Casefile, below: str = "") -> str:
    return f"/cases/{case.reference}/{below}changes/"


def test_case__says_who_changed_what_from_what_to_what(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    client_of(cast.alice).post(
        f"/cases/{case.reference}/next-step/",
        {"version": case.version, "next_step": "Ring the school", "next_step_on": SOON, "owner": cast.alice.pk},
    )
    page = words(client_of(cast.carla).get(changes_of(case)).content.decode())
    for part in (str(cast.alice), case.next_step, "Ring the school", date_format(SOON, "DATE_FORMAT"), "Next step on"):
        assert part in page
    assert f"Recorded by {cast.carla}" in page
    assert "version" not in page.split("Changes:")[1].lower()


def test_opening__stands_in_the_ledger_with_its_record(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    plan, before = a_plan(case, by=cast.alice, at=timezone.now()), f"/cases/{case.reference}/plan/"
    alice = client_of(cast.alice)
    alice.get(before)
    alice.get(changes_of(case, f"plan/{plan.number}/"), headers={"Referer": f"http://testserver{before}"})
    entry = LedgerEntry.objects.get(actor=cast.alice, act="CHANGES_READ")
    assert (entry.operation, entry.object_type, entry.object_ids) == ("CONSULT", "followupplan", [plan.pk])
    assert (entry.compartment, entry.case_id, entry.purpose) == ("CARE", case.pk, "cases:plan")


def test_request__is_the_same_in_ledger_and_history(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    number = client_of(cast.alice).post(
        f"/cases/{case.reference}/next-step/",
        {"version": case.version, "next_step": "Ring", "next_step_on": SOON, "owner": cast.alice.pk},
    ).headers["X-Request-ID"]  # fmt: skip
    assert LedgerEntry.objects.filter(request_id=number, operation="ALTER").exists()
    with acting(cast.alice):
        assert Change.objects.get(request_id=number).after["next_step"] == "Ring"


def test_history__is_turned_page_by_page(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    at = timezone.now()
    checkin = a_checkin(case, a_plan(case, by=cast.alice, at=at), by=cast.alice, at=at, due_on=timezone.localdate(at))
    with acting(cast.alice):
        for number in range(A_PAGE + 2):
            CheckIn.objects.filter(pk=checkin.pk).update(place=f"Room {number:03}")
    here, alice = changes_of(case, f"check-ins/{checkin.pk}/"), client_of(cast.alice)
    first = alice.get(here).content.decode()
    assert f"Room {A_PAGE + 1:03}" in first
    assert "Room 000" not in first
    assert "Recorded by" not in first
    address = first.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    last = alice.get(here + address).content.decode()
    assert "Room 000" in last
    assert f"Room {A_PAGE + 1:03}" not in last
    assert 'rel="next"' not in last
    assert "To the newest" in last
    for bent in ("x", "-1", "9" * 30, ""):
        assert alice.get(here, {"before": bent}).status_code == 200


def test_text__has_the_words_marked_that_differ(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    plan = a_plan(case, by=cast.alice, at=timezone.now())
    with acting(cast.alice):
        FollowUpPlan.objects.filter(pk=plan.pk).update(summary="To find a room to live")
    page = client_of(cast.alice).get(changes_of(case, f"plan/{plan.number}/")).content.decode()
    assert "<del>place</del>" in page
    assert "<ins>room</ins>" in page


def test_what_was_never_changed__says_so(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    at = timezone.now()
    rhythm = a_rhythm(case, a_plan(case, by=cast.alice, at=at), by=cast.alice, at=at, starts_on=timezone.localdate(at))
    page = client_of(cast.alice).get(changes_of(case, f"rhythms/{rhythm.pk}/")).content.decode()
    assert "No change has been written down." in page
    assert "Recorded by" in page


def test_contact__is_told_of_with_its_name(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    with acting(cast.alice):
        tie = add_contact(
            case=case, by=cast.alice, at=timezone.now(), official_name="Antigone", kind="SIBLING", note=""
        )
        Relationship.objects.filter(pk=tie.pk).update(is_contact=True)
    page = words(client_of(cast.alice).get(changes_of(case, f"person/contacts/{tie.pk}/")).content.decode())
    assert "Antigone, brother or sister" in page
    assert "May be contacted" in page
    assert client_of(cast.mayor).get(changes_of(case, f"person/contacts/{tie.pk}/")).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("carla", 200), ("mayor", 200), ("alice", 404), ("liaison", 403)])
def test_referral__is_for_the_cell(cast: Cast, case: Casefile, client_of: ClientOf, who: str, status: int) -> None:
    referral = sent_referral(case, cast, at=timezone.now())
    answer = client_of(getattr(cast, who)).get(changes_of(case, f"referrals/{referral.number}/"))
    assert answer.status_code == status
    assert ("Approved by" in answer.content.decode()) == (status == 200)


def test_pages__lead_there_for_whoever_may(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    at = timezone.now()
    plan = a_plan(case, by=cast.alice, at=at)
    checkin = a_checkin(case, plan, by=cast.alice, at=at, due_on=timezone.localdate(at))
    rhythm = a_rhythm(case, plan, by=cast.alice, at=at, starts_on=timezone.localdate(at))
    referral = sent_referral(case, cast, at=at)
    ways = {
        "": changes_of(case), "person/": changes_of(case, "person/"), "plan/": changes_of(case, f"plan/{plan.number}/"),
        f"check-ins/{checkin.pk}/": changes_of(case, f"check-ins/{checkin.pk}/"),
        "check-ins/": changes_of(case, f"rhythms/{rhythm.pk}/"),
        f"referrals/{referral.number}/": changes_of(case, f"referrals/{referral.number}/"),
    }  # fmt: skip
    for page, address in ways.items():
        assert f'href="{address}"' in client_of(cast.carla).get(f"/cases/{case.reference}/{page}").content.decode(), (
            page
        )
    office = client_of(cast.liaison).get(f"/cases/{case.reference}/referrals/{referral.number}/").content.decode()
    assert "changes/" not in office

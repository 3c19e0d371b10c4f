"""Changes of records through the REST door: raw values, a page at a time, for whoever may read the record."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn
from cases.people.models import Person
from cases.people.services import add_contact
from cases.plans.models import FollowUpPlan
from cities.ledger.models import LedgerEntry
from tests.doors import by_token, problem
from tests.factories import AT, Cast, a_person, sent_referral
from tests.factories.checkins import a_checkin, a_rhythm

SOON = str(timezone.localdate() + timedelta(days=10))


def plan_of(case: Casefile, cast: Cast) -> FollowUpPlan:
    with acting(cast.alice):
        return FollowUpPlan.objects.get(casefile=case)


def test_changes__are_told_with_their_raw_values(cast: Cast, case: Casefile) -> None:
    by_token(cast.alice).post(
        f"/api/v1/cases/{case.reference}/next-step",
        {"next_step": "Ring", "next_step_on": SOON, "owner": cast.alice.pk},
        read=case.version,
    )
    address = f"/api/v1/cases/{case.reference}/changes"
    told = by_token(cast.carla).get(address).json()["results"][0]
    assert told["by"] == {"id": cast.alice.pk, "name": str(cast.alice)}
    assert (told["record"], told["record_id"], told["initiator"]) == ("casefile", case.pk, "person")
    named = {field["name"]: (field["before"], field["after"]) for field in told["changes"]}
    assert named["next_step"] == (case.next_step, "Ring")
    assert named["next_step_on"][1] == SOON
    assert LedgerEntry.objects.filter(request_id=told["request"], operation="ALTER").exists()
    entry = LedgerEntry.objects.get(actor=cast.carla, act="CHANGES_READ")
    assert (entry.object_type, entry.object_ids, entry.case_id) == ("casefile", [case.pk], case.pk)


def test_changes__by_page(cast: Cast, case: Casefile) -> None:
    plan = plan_of(case, cast)
    row = a_checkin(case, plan, by=cast.alice)
    with acting(cast.alice):
        for number in range(5):
            CheckIn.objects.filter(pk=row.pk).update(place=f"Room {number}")
    alice, address = by_token(cast.alice), f"/api/v1/check-ins/{row.pk}/changes?limit=2"
    found = []
    while address:
        told = alice.get(address).json()
        found += [one["changes"][0]["after"] for one in told["results"]]
        address = told["next"]
    assert found == [f"Room {number}" for number in reversed(range(5))]
    problem(alice.get(f"/api/v1/check-ins/{row.pk}/changes?cursor=nonsense"), 400)


def test_every_record__has_its_own(cast: Cast, case: Casefile) -> None:
    plan = plan_of(case, cast)
    rhythm = a_rhythm(case, plan, by=cast.alice)
    referral = sent_referral(case, cast)
    with acting(cast.alice):
        tie = add_contact(case=case, by=cast.alice, at=AT, official_name="Antigone", kind="SIBLING", note="")
    carla, of_case = by_token(cast.carla), f"/api/v1/cases/{case.reference}"
    for address in (
        f"{of_case}/plans/{plan.number}", f"{of_case}/rhythms/{rhythm.pk}", f"{of_case}/contacts/{tie.pk}",
        f"/api/v1/referrals/{referral.pk}", f"/api/v1/people/{case.person_id}",
    ):  # fmt: skip
        answer = carla.get(f"{address}/changes")
        assert answer.status_code == 200, address
        assert isinstance(answer.json()["results"], list)
        problem(by_token(cast.charlie).get(f"{address}/changes"), 404)
    assert carla.get(f"/api/v1/referrals/{referral.pk}/changes").json()["results"]
    problem(by_token(cast.liaison).get(f"/api/v1/referrals/{referral.pk}/changes"), 403)
    problem(by_token(cast.mayor).get(f"{of_case}/plans/{plan.number}/changes"), 403)


def test_person_without_a_case__has_changes_too(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    with acting(cast.carla):
        Person.objects.filter(pk=person.pk).update(phone="1")
    told = by_token(cast.carla).get(f"/api/v1/people/{person.pk}/changes").json()["results"]
    assert [one["changes"] for one in told] == [[{"name": "phone", "before": "", "after": "1"}]]
    problem(by_token(cast.bob).get(f"/api/v1/people/{person.pk}/changes"), 404)


def test_changes__are_read_alone(cast: Cast, case: Casefile) -> None:
    for method in ("post", "put", "patch"):
        problem(
            getattr(by_token(cast.carla), method)(f"/api/v1/cases/{case.reference}/changes", {}, format="json"), 405
        )

"""What somebody looks after in Vilvoorde: emergency openings, reviewed and not, and a case that was changed since."""

from __future__ import annotations

from datetime import datetime, timedelta

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.rules import Stage
from cases.casefiles.selectors import case_for, cases_for
from cases.casefiles.services import set_next_step
from cases.emergencies.models import EmergencyOpening
from cases.emergencies.rules import ReviewOutcome
from cases.emergencies.selectors import openings_for
from cases.emergencies.services import end_emergency, open_in_emergency, review_emergency
from cases.management.demo.writing import Desk
from cases.people.services import change_person
from cities.roles.rules import Role
from cities.staff.models import User

CITY = "VIL"

#: How long ago, whose act (else the coordinator's), what is to be done next, in how many days from then.
_STEPS = (
    (44, False, "Ask the employment service whether there is a place in the course", 14),
    (30, True, "Call about the course: no answer yet", 10),
    (16, True, "Go along to the first day of the course", 9),
    (6, True, "Ask how the first week went", 12),
)


def look_after(desk: Desk, at: datetime) -> None:
    """All of it, by the acts of those who work there, each at the moment it is told of.

    The emergencies are of the last hour: PostgreSQL lets nobody write that she opened a case which she cannot see. And
    nobody says when something was changed but PostgreSQL: the page of changes has the moment of the loading.
    """
    alice, bob = (posting.user for posting in desk.caseworkers[:2])
    with acting(alice):
        hers = list(
            cases_for(alice, at=at)
            .filter(lead_caseworker=alice, stage=Stage.FOLLOW_UP, opened_on__lt=(at - timedelta(days=60)).date())
            .order_by("-pk")[:3]
        )
    if len(hers) < 3:
        return  # so few people were asked for
    changed, once, lately = hers
    _change(changed, desk.coordinator, alice, at)
    officer = desk.of(Role.DATA_PROTECTION_OFFICER)[0].user
    _open(once, bob, at - timedelta(minutes=40), "His mother called: he is at the station and cannot get home")
    _review(officer, at)
    _open(lately, bob, at - timedelta(minutes=20), "The school called: nobody came for the child, and Alice is away")


def _open(case: Casefile, by: User, at: datetime, reason: str) -> None:
    """Somebody who is not on the case opens it, and is done after some minutes."""
    with acting(by):
        opening = open_in_emergency(by=by, at=at, reference=case.reference, reason=reason)
        assert opening is not None
        end_emergency(opening=opening, by=by, at=at + timedelta(minutes=20))


def _review(by: User, at: datetime) -> None:
    with acting(by):
        opening: EmergencyOpening = openings_for(by, at=at)[0]
        review_emergency(
            opening=opening, by=by, at=at, outcome=ReviewOutcome.AVOIDABLE,
            note="There was reason to hurry. The lead caseworker could have been reached by telephone.",
            consequence="Who can be called in the evening now hangs beside the door.",
        )  # fmt: skip


def _change(case: Casefile, coordinator: User, lead: User, at: datetime) -> None:
    """The next step is set anew time and again; the telephone number is a new one."""
    for days_ago, is_leads, step, within in _STEPS:
        by, then = lead if is_leads else coordinator, at - timedelta(days=days_ago)
        with acting(by):
            row = case_for(by, case.reference, at=at)
            set_next_step(
                case=row, by=by, at=then, version=row.version, owner=lead, next_step=step,
                next_step_on=(then + timedelta(days=within)).date(),
            )  # fmt: skip
    with acting(lead):
        person = case_for(lead, case.reference, at=at).person
        change_person(
            person=person, by=lead, at=at - timedelta(days=6), version=person.version,
            phone="+32 000 18 30 21", address=person.address,
        )  # fmt: skip

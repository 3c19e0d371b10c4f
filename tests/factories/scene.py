"""One case with something of everything in it: what the laws about doors are tried on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.services import avoid_days, record_checkin
from cases.people.services import add_contact
from cases.plans.selectors import goals_of
from cases.plans.services import add_action
from cases.travel.services import record_status
from tests.factories.absences import an_absence
from tests.factories.cases import a_case
from tests.factories.cast import Cast
from tests.factories.checkins import a_checkin, a_missed_contact, a_rhythm
from tests.factories.emergencies import an_emergency
from tests.factories.places import AT, TODAY, posting_of
from tests.factories.plans import a_plan
from tests.factories.referrals import a_referral, an_offence, sent_referral

#: Stands in every text of the scene: whoever reads it has seen something.
CANARY = "Canary"


@dataclass(frozen=True)
class Scene:
    """What there is, by number. `address` is how an address names it."""

    cast: Cast
    case: Casefile
    numbers: dict[str, int]

    def address(self, template: str) -> str:
        """`cases/{reference}/plans/{number}` with what there is."""
        found: dict[str, Any] = {"reference": self.case.reference, "code": self.cast.city.code, **self.numbers}
        return "/api/v1/" + template.format(**found)


def a_scene(cast: Cast) -> Scene:
    """Alice leads the case, Carla coordinates, the mayor approves, the liaison has received one referral."""
    alice: dict[str, Any] = {"by": cast.alice, "at": AT}
    case = a_case(by=cast.carla, lead=cast.alice, name=f"{CANARY} Person", next_step=f"{CANARY} step")
    with acting(cast.alice):
        contact = add_contact(case=case, **alice, official_name=f"{CANARY} Mother", kind="PARENT", note=CANARY)
        status = record_status(
            person=case.person, **alice, value="LEFT", confidence="CONFIRMED", source_kind="FAMILY", source=CANARY,
            reliability="B", true_since=TODAY - timedelta(days=300),
        )  # fmt: skip
    plan = a_plan(case, by=cast.alice, summary=f"{CANARY} summary")
    with acting(cast.alice):
        goal = goals_of(plan)[0]
        action = add_action(goal=goal, **alice, text=f"{CANARY} action", owner=cast.alice, due_on=TODAY)
    rhythm = a_rhythm(case, plan, by=cast.alice, place=f"{CANARY} place", who_else=f"{CANARY} teacher")
    with acting(cast.alice):
        avoided = avoid_days(
            case=case, **alice, starts_on=TODAY + timedelta(days=30), ends_on=TODAY + timedelta(days=33)
        )
    checkin = a_checkin(case, plan, by=cast.alice)
    recorded = a_checkin(case, plan, by=cast.alice)
    with acting(cast.alice):
        record_checkin(checkin=recorded, **alice, version=1, outcome="HELD", note=f"{CANARY} note")
    missed = a_missed_contact(case, plan, by=cast.alice)
    words: dict[str, Any] = {"subject": f"{CANARY} subject", "statement": f"{CANARY} statement"}
    drafted, sent = a_referral(case, cast, **words), sent_referral(case, cast, **words)
    numbers = {
        "person": case.person_id, "contact": contact.pk, "status": status.pk, "plan": plan.number, "goal": goal.pk,
        "action": action.pk, "rhythm": rhythm.pk, "avoided": avoided.pk, "checkin": checkin.pk, "recorded": recorded.pk,
        "missed": missed.pk, "absence": an_absence(cast.alice).pk,
        "emergency": an_emergency(case).pk,
        "drafted": drafted.pk, "sent": sent.pk, "offence": an_offence().pk, "agency": cast.agency.pk,
        "office": cast.office.pk, "user": cast.alice.pk, "posting": posting_of(cast.bob).pk,
    }  # fmt: skip
    return Scene(cast, case, numbers)

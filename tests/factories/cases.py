"""People and cases, made through the services of the house, each act on behalf of whoever does it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count, pairwise
from typing import Any

from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile, StageChange
from cases.casefiles.rules import LegalGround, Stage
from cases.casefiles.selectors import case_for
from cases.casefiles.services import add_to_team, move_case, open_case
from cases.people.models import Person
from cases.people.services import register_person
from cities.staff.models import User
from tests.factories.places import AT, an_agency, posting_of

_numbers = count(1)

#: How a case gets to a stage.
_WAY_TO: dict[str, list[str]] = {
    Stage.INTAKE: [],
    Stage.ABROAD: [],
    Stage.ASSESSMENT: [Stage.ASSESSMENT],
    Stage.FOLLOW_UP: [Stage.ASSESSMENT, Stage.FOLLOW_UP],
    Stage.AFTERCARE: [Stage.ASSESSMENT, Stage.FOLLOW_UP, Stage.AFTERCARE],
}
_WHY = "As agreed in the cell"


def a_person(*, by: User, at: datetime = AT, **fields: Any) -> Person:
    """A person registered in the city of `by`, who must cover it: a coordinator."""
    fields.setdefault("official_name", f"Nemo Invented{next(_numbers)}")
    city = posting_of(by, at=at).city
    assert city is not None
    with acting(by):
        return register_person(by=by, at=at, city=city, **fields)


def a_case(
    *,
    by: User,
    lead: User | None = None,
    team: tuple[User, ...] = (),
    stage: str = Stage.FOLLOW_UP,
    at: datetime = AT,
    person: Person | None = None,
    name: str = "",
    **fields: Any,
) -> Casefile:
    """A case opened by the coordinator `by` in her city, led by `lead`, brought to `stage`.

    Read on behalf of `by`, with its person. More fields go to `open_case`; those of a new person in `new_person`.
    """
    posting = posting_of(by, at=at)
    assert posting.city is not None
    if person is None:
        fields.setdefault("new_person", {"official_name": name or f"Nemo Invented{next(_numbers)}"})
    fields.setdefault("ground", LegalGround.LIVC)
    fields.setdefault("agency", posting_of(lead, at=at).agency if lead else an_agency(posting.city))
    fields.setdefault("next_step", "Make the first appointment")
    fields.setdefault("next_step_on", timezone.localdate(at) + timedelta(days=7))
    begins = Stage.ABROAD if stage == Stage.ABROAD else Stage.INTAKE
    with acting(by):
        case = open_case(
            by=by, at=at, city=posting.city, person=person, stage=begins,
            lead_caseworker=posting_of(lead, at=at) if lead else None, **fields,
        )  # fmt: skip
        for colleague in team:
            on_the_team(case, colleague, by=by, at=at)
        if stage == Stage.CLOSED:
            move_case(case=case, by=by, at=at, version=case.version, to=stage, reason=_WHY)
        elif way := _WAY_TO[stage]:
            _walked(case, way, by=by, at=at)
        return case_for(by, case.reference, at=at)


def _walked(case: Casefile, way: list[str], *, by: User, at: datetime) -> None:
    """As `move_case` leaves it, without asking each time whether it may: most tests begin with this."""
    StageChange.objects.bulk_create(
        StageChange(
            recorded_at=at, recorded_by=by, casefile=case, city=case.city, from_stage=before, to_stage=to,
            reason=_WHY, changed_at=at,
        )
        for before, to in pairwise([case.stage, *way])
    )  # fmt: skip
    Casefile.objects.filter(pk=case.pk).update(stage=way[-1], version=case.version + len(way))


def on_the_team(case: Casefile, colleague: User, *, by: User, at: datetime = AT) -> None:
    """Put a colleague on the team of a case."""
    with acting(by):
        add_to_team(case=case, by=by, at=at, to=posting_of(colleague, at=at))

"""What happened in a case, and who looked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases.access.rules import OutOfSight
from cases.access.services import acting, open_file
from cases.audit.rules import Kind
from cases.audit.selectors import filed_case, ledger_for, recently_opened, timeline, who_looked
from cases.casefiles.models import Casefile
from cases.casefiles.services import leave_team
from cases.checkins.services import record_checkin, reschedule_checkin
from cases.travel.services import correct_status, record_status
from cities.ledger.models import LedgerEntry
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from tests.factories import AT, TODAY, Cast, a_case, on_the_team
from tests.factories.checkins import a_checkin, an_agreed_plan

LATER = AT + timedelta(hours=2)


def opened(case: Casefile, by: User, at: datetime, part: Compartment = Compartment.CORE) -> None:
    with acting(by):
        open_file(by=by, at=at, case=case, permission=Permission.CASE_READ, compartment=part, record=case)


def told(case: Casefile, by: User, **asked: object) -> list[str]:
    with acting(by):
        return [line.words for line in timeline(case, by, at=LATER, **asked)]  # type: ignore[arg-type]


def test_timeline__tells_what_each_room_wrote_the_newest_first(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    on_the_team(case, cast.bob, by=cast.carla, at=AT + timedelta(minutes=5))
    plan = an_agreed_plan(case, by=cast.alice)
    checkin = a_checkin(case, plan, by=cast.alice)
    moved = a_checkin(case, plan, by=cast.alice)
    with acting(cast.alice):
        record_checkin(checkin=checkin, by=cast.alice, at=AT + timedelta(minutes=10), version=1, outcome="HELD")
        reschedule_checkin(
            checkin=moved, by=cast.alice, at=AT + timedelta(minutes=20), version=1, due_on=TODAY + timedelta(days=1),
            asked_by="PERSON", reason="Works",
        )  # fmt: skip
    with acting(cast.carla):
        leave_team(case=case, by=cast.carla, at=AT + timedelta(minutes=30), user=cast.bob)
    lines = told(case, cast.alice)
    assert lines[:4] == [
        f"{cast.bob} left the team",
        "Check-in moved from 5 November 2024 to 6 November 2024",
        "Check-in of 5 November 2024, by telephone: held",
        f"{cast.bob} came onto the team",
    ]
    assert "The case was opened, in intake" in lines


def test_timeline__by_kind_and_page_by_page(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    assert told(case, cast.alice, kind=Kind.TRAVEL) == []
    stages = told(case, cast.alice, kind=Kind.STAGE)
    assert len(stages) == 3
    assert told(case, cast.alice, kind=Kind.STAGE, limit=1) == stages, "what happened in one moment stays together"
    assert told(case, cast.alice, before=AT) == []


def test_timeline__travel_statuses_and_their_corrections(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    said: dict[str, Any] = {
        "confidence": "CONFIRMED",
        "source_kind": "FAMILY",
        "source": "Her sister",
        "reliability": "B",
    }
    with acting(cast.alice):
        status = record_status(
            person=case.person, by=cast.alice, at=AT, value="RETURNED", true_since=date(2024, 1, 3), **said
        )
        correct_status(
            status=status, by=cast.alice, at=AT + timedelta(minutes=1), value="RETURNED", true_since=date(2024, 1, 2),
            reason="A day earlier", **said,
        )  # fmt: skip
    assert told(case, cast.alice, kind=Kind.TRAVEL) == [
        "Travel status corrected: returned, confirmed, true since 2 January 2024",
        "Travel status: returned, confirmed, true since 3 January 2024",
    ]


def test_timeline__plans_are_care(cast: Cast) -> None:
    from cases.plans.services import draft_plan

    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        draft_plan(case=case, by=cast.alice, at=AT, starts_on=TODAY)
    assert told(case, cast.alice, kind=Kind.PLAN) == ["Plan, version 1: draft"]
    assert told(case, cast.mayor, kind=Kind.PLAN) == []
    assert told(case, cast.bob) == []


def test_who_looked__within_the_compartments_of_whoever_asks(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    opened(case, cast.carla, AT + timedelta(minutes=1), Compartment.JUSTICE)
    opened(case, cast.mayor, AT + timedelta(minutes=2))
    for user, seen in ((cast.alice, {"CORE"}), (cast.carla, {"CORE", "JUSTICE"})):
        with acting(user):
            looked = who_looked(case, user, at=LATER)
        assert {entry.compartment for entry in looked} == seen
        assert looked == sorted(looked, key=lambda entry: entry.at, reverse=True)
    with acting(cast.alice):
        assert who_looked(case, cast.alice, at=LATER, before=looked[-1].at) == []


def test_ledger_for__is_read_in_ones_own_city_by_role(cast: Cast) -> None:
    case, elsewhere = a_case(by=cast.carla, lead=cast.alice), a_case(by=cast.carlo)
    with acting(cast.dana):
        found = set(ledger_for(cast.dana, at=LATER).values_list("case_reference", flat=True))
        assert case.reference in found
        assert elsewhere.reference not in found
        assert who_looked(case, cast.dana, at=LATER) == []
    for user in (cast.alice, cast.carla, cast.administrator):
        with acting(user):
            assert not ledger_for(user, at=LATER).exists()


def test_filed_case__for_whoever_reads_the_ledger(cast: Cast) -> None:
    case, elsewhere = a_case(by=cast.carla, lead=cast.alice), a_case(by=cast.carlo)
    with acting(cast.dana):
        found = filed_case(cast.dana, case.reference, at=LATER)
        assert (found.pk, found.reference, found.city_id) == (case.pk, case.reference, cast.city.pk)
    for user, reference in (
        (cast.dana, elsewhere.reference), (cast.dana, "VIL-2019-0001"), (cast.dana, "nonsense"),
        (cast.alice, case.reference), (cast.carla, case.reference),
    ):  # fmt: skip
        with acting(user), pytest.raises(OutOfSight):
            filed_case(user, reference, at=LATER)


def test_recently_opened__the_last_first_and_only_while_in_sight(cast: Cast) -> None:
    one, other = a_case(by=cast.carla, lead=cast.alice), a_case(by=cast.carla, lead=cast.alice)
    opened(one, cast.alice, AT)
    opened(other, cast.alice, AT)
    with acting(cast.alice):
        now = LedgerEntry.objects.latest("at").at + timedelta(minutes=1)
        assert {case.pk for case in recently_opened(cast.alice, at=now)} == {one.pk, other.pk}
        assert len(recently_opened(cast.alice, at=now, limit=1)) == 1
        assert recently_opened(cast.alice, at=now + timedelta(days=40)) == []
    with acting(cast.bob):
        assert recently_opened(cast.bob, at=now) == []

"""A rhythm is arranged: its check-ins exist at once, or it is refused."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from cases.access.rules import NotAllowed, OutOfSight, Refused
from cases.access.services import acting
from cases.casefiles.services import move_case
from cases.checkins.selectors import rhythm_for, rhythms_of
from cases.checkins.services import (
    arrange_rhythm,
    end_rhythm,
)
from cases.plans.models import FollowUpPlan
from tests.cases.checkins.conftest import DAY, WEEK, Followed, after, last_entry
from tests.factories import AT, TODAY, a_case
from tests.factories.checkins import a_checkin, a_rhythm
from tests.factories.plans import a_plan


def test_arrange_rhythm__its_check_ins_of_eight_weeks_exist_at_once(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice, time=time(10), place="  Desk  3 ")
    found = followed.checkins(rhythm=rhythm)
    assert [row.due_on for row in found] == [TODAY + timedelta(weeks=week) for week in range(8)]
    assert rhythm.materialised_until == TODAY + timedelta(weeks=8)
    first = found[0]
    assert (first.occurs_on, first.due_time, first.place, first.kind) == (TODAY, time(10), "Desk 3", "OFFICE")
    assert first.late_from == date(2024, 11, 6)
    assert (first.caseworker, first.recorded_by, first.plan_id) == (followed.alice, followed.alice, followed.plan.pk)
    entry = last_entry()[0]
    assert (entry.act, entry.case_reference, entry.object_ids) == ("CHECKIN_ARRANGE", "VIL-2024-0001", [rhythm.pk])


def test_arrange_rhythm__a_day_off_moves_and_says_why(followed: Followed) -> None:
    mondays = a_rhythm(followed.case, followed.plan, by=followed.alice, weekdays=[0], starts_on=date(2024, 11, 11))
    armistice = followed.checkins(rhythm=mondays)[0]
    assert (armistice.occurs_on, armistice.due_on) == (date(2024, 11, 11), date(2024, 11, 12))
    assert armistice.moved_because == "HOLIDAY"


def test_arrange_rhythm__what_is_skipped_stands_there_as_cancelled(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice, weekdays=[0], policy="SKIP")
    skipped = followed.checkins(rhythm=rhythm, state="CANCELLED")
    assert [(row.occurs_on, row.moved_because) for row in skipped] == [(date(2024, 11, 11), "HOLIDAY")]


def test_arrange_rhythm__keeps_only_what_says_when(followed: Followed) -> None:
    said: dict[str, Any] = {"month_day": 15, "nth": 1, "nth_weekday": 2}
    weekly = a_rhythm(followed.case, followed.plan, by=followed.alice, weekdays=[3, 1, 3], **said)
    assert (weekly.weekdays, weekly.month_day, weekly.nth, weekly.nth_weekday) == ([1, 3], None, None, None)
    monthly = a_rhythm(followed.case, followed.plan, by=followed.alice, frequency="MONTHS", **said)
    assert (monthly.weekdays, monthly.month_day, monthly.nth, monthly.nth_weekday) == ([], 15, None, None)
    said["month_day"] = None
    by_weekday = a_rhythm(followed.case, followed.plan, by=followed.alice, frequency="MONTHS", **said)
    assert (by_weekday.month_day, by_weekday.nth, by_weekday.nth_weekday) == (None, 1, 2)


def test_arrange_rhythm__none_is_made_for_days_gone_by(followed: Followed) -> None:
    case = a_case(by=followed.carla, lead=followed.alice, at=after(-30))
    plan = a_plan(case, by=followed.alice, at=after(-30))
    rhythm = a_rhythm(case, plan, by=followed.alice, every=2, starts_on=TODAY - 21 * DAY)
    assert followed.days(rhythm)[:2] == ["2024-11-12", "2024-11-26"]


@pytest.mark.parametrize(
    ("field", "code", "said"),
    [
        ("kind", "unknown_code", {"kind": "TELEPATHY"}),
        ("policy", "unknown_code", {"policy": "PRAY"}),
        ("duration", "range", {"duration": 4}),
        ("tolerance_days", "range", {"tolerance_days": 61}),
        ("starts_on", "too_early", {"starts_on": TODAY - DAY}),
        ("starts_on", "too_far", {"starts_on": TODAY + 732 * DAY}),
        ("ends_on", "pattern", {"ends_on": TODAY}),
        ("weekdays", "pattern", {"weekdays": []}),
        ("weekdays", "pattern", {"weekdays": [7]}),
        ("every", "pattern", {"every": 0}),
        ("frequency", "pattern", {"frequency": "YEARS"}),
        ("month_day", "pattern", {"frequency": "MONTHS", "month_day": 40}),
        ("ends_on", "empty", {"weekdays": [6], "policy": "SKIP"}),
        ("ends_on", "empty", {"weekdays": [4], "ends_on": TODAY + DAY}),
        ("place", "too_long", {"place": "x" * 161}),
    ],
)
def test_arrange_rhythm__refuses_the_impossible(
    followed: Followed, field: str, code: str, said: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        a_rhythm(followed.case, followed.plan, by=followed.alice, **said)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert refused.value.message
    assert followed.checkins() == []


def test_arrange_rhythm__only_by_whoever_may(followed: Followed) -> None:
    for stranger in (followed.cast.bob, followed.cast.charlie, followed.cast.dana):
        with pytest.raises(OutOfSight):
            a_rhythm(followed.case, followed.plan, by=stranger)
    with pytest.raises(NotAllowed):
        a_rhythm(followed.case, followed.plan, by=followed.cast.mayor)


def test_arrange_rhythm__the_caseworker_is_on_the_case(followed: Followed) -> None:
    for stranger in (followed.cast.bob, followed.cast.mayor):
        with pytest.raises(Refused) as refused:
            a_rhythm(followed.case, followed.plan, by=followed.alice, caseworker=stranger)
        assert refused.value.code == "caseworker"
    by_carla = a_rhythm(followed.case, followed.plan, by=followed.carla, caseworker=followed.alice)
    assert by_carla.caseworker == followed.alice


def test_arrange_rhythm__comes_of_a_plan_in_force_of_an_open_case(followed: Followed) -> None:
    other = a_case(by=followed.carla, lead=followed.alice)
    with pytest.raises(OutOfSight):
        a_rhythm(other, followed.plan, by=followed.alice)
    with acting(followed.alice):
        FollowUpPlan.objects.filter(pk=followed.plan.pk).update(state="DRAFT")
    with pytest.raises(Refused) as refused:
        a_rhythm(followed.case, followed.plan, by=followed.alice)
    assert (refused.value.field, refused.value.code) == ("plan", "plan")
    with acting(followed.carla):
        case = followed.case
        move_case(case=case, by=followed.carla, at=AT, version=case.version, to="CLOSED", reason="Moved to the sea")
    with pytest.raises(Refused) as refused:
        a_rhythm(followed.case, followed.plan, by=followed.carla)
    assert refused.value.code == "closed"


def test_arrange_rhythm__so_many_times_and_no_more(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice, times=3)
    assert followed.days(rhythm) == [(TODAY + week * WEEK).isoformat() for week in range(3)]
    assert rhythm.ends_on == TODAY + 2 * WEEK + DAY


def test_rhythms_of__those_in_force_first(followed: Followed) -> None:
    ended = a_rhythm(followed.case, followed.plan, by=followed.alice)
    going_on = a_rhythm(followed.case, followed.plan, by=followed.alice, place="Elsewhere")
    with acting(followed.alice):
        end_rhythm(rhythm=ended, by=followed.alice, at=AT, version=1, ends_on=TODAY)
        assert list(rhythms_of(followed.case, followed.alice, at=AT)) == [going_on, ended]
        assert rhythm_for(followed.alice, followed.case, ended.pk, at=AT) == ended
        with pytest.raises(OutOfSight):
            rhythm_for(followed.alice, followed.case, 0, at=AT)
    with acting(followed.cast.bob), pytest.raises(OutOfSight):
        rhythm_for(followed.cast.bob, followed.case, ended.pk, at=AT)


def test_arrange_rhythm__another_city_sees_nothing_of_it(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    with acting(followed.cast.carlo), pytest.raises(OutOfSight):
        arrange_rhythm(
            case=followed.case, by=followed.cast.carlo, at=AT, plan=followed.plan, kind="OFFICE", frequency="DAYS",
            every=1, caseworker=followed.cast.carlo, starts_on=TODAY,
        )  # fmt: skip
    assert len(followed.checkins()) == 8
    assert a_checkin(followed.case, followed.plan, by=followed.alice).rhythm_id is None
    assert rhythm.casefile_id == followed.case.pk

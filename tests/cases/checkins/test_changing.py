"""A rhythm that is changed from a day on, thins out, or steps around days to avoid; one contact changed by hand."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from cases.access.rules import NotAllowed, OutOfSight, Refused, Stale
from cases.access.services import acting
from cases.checkins.models import AvoidedDays, Rhythm
from cases.checkins.rules import Pattern, Step
from cases.checkins.selectors import avoided_days_for, avoided_days_of, preview
from cases.checkins.services import (
    avoid_days,
    change_checkin,
    change_rhythm,
    closings,
    end_rhythm,
    leave_digests,
    leave_reminders,
    materialise,
    pause_rhythm,
    record_checkin,
    reschedule_checkin,
    resume_rhythm,
    step_around_closings,
    withdraw_avoided_days,
)
from cases.plans.services import end_plan
from cities.agencies.services import add_closing_days, withdraw_closing_days
from cities.ledger.rules import Clock
from cities.staff.models import Absence
from tests.cases.checkins.conftest import DAY, Followed, after, last_entry
from tests.factories import AT, TODAY
from tests.factories.cases import on_the_team
from tests.factories.checkins import a_checkin, a_rhythm

WEEK = timedelta(weeks=1)


@pytest.fixture
def rhythm(followed: Followed) -> Rhythm:
    """Every Tuesday, from TODAY, which is one."""
    return a_rhythm(followed.case, followed.plan, by=followed.alice)


def changed(followed: Followed, rhythm: Rhythm, from_on: date, **said: Any) -> Rhythm:
    wanted: dict[str, Any] = {
        "kind": "HOME", "frequency": "WEEKS", "every": 1, "weekdays": [3], "caseworker": followed.alice,
    }  # fmt: skip
    version = followed.fresh(rhythm).version
    with acting(followed.alice):
        return change_rhythm(
            rhythm=rhythm, by=followed.alice, at=AT, version=version, from_on=from_on, **(wanted | said)
        )


def refusal(act: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.field, refused.value.code


# --- From a day on ---


def test_change_rhythm__from_that_day_on_it_is_another_one(followed: Followed, rhythm: Rhythm) -> None:
    new = changed(followed, rhythm, TODAY + WEEK)
    assert followed.days(rhythm) == [TODAY.isoformat()]
    assert followed.days(new)[0] == (TODAY + WEEK + 2 * DAY).isoformat()
    assert len(followed.days(new)) == 7
    old = followed.fresh(rhythm)
    assert (old.ends_on, old.state, new.follows_id, new.starts_on) == (TODAY + WEEK, "ACTIVE", old.pk, TODAY + WEEK)
    called_off = followed.checkins(rhythm=rhythm, state="CANCELLED")
    assert {row.moved_because for row in called_off} == {"CHANGED"}
    entry = last_entry()[0]
    assert (entry.act, entry.object_ids) == ("CHECKIN_ARRANGE", [old.pk, new.pk])
    assert materialise(by=Clock.CLOCK, at=after(7)) == 1  # of the new one alone


def test_change_rhythm__what_was_recorded_or_moved_by_hand_stays(followed: Followed, rhythm: Rhythm) -> None:
    first, second, third = followed.checkins(rhythm=rhythm)[:3]
    with acting(followed.alice):
        record_checkin(checkin=first, by=followed.alice, at=AT, version=1, outcome="HELD")
        moved = reschedule_checkin(
            checkin=second, by=followed.alice, at=AT, version=1, due_on=second.due_on + DAY, asked_by="PERSON",
            reason="Works that day",
        )  # fmt: skip
        change_checkin(
            checkin=third, by=followed.alice, at=AT, version=1, kind="VIDEO", due_time=time(9), duration=30, place="",
            caseworker=followed.alice,
        )  # fmt: skip
    new = changed(followed, rhythm, TODAY)
    assert followed.fresh(first).state == "RECORDED"
    for kept in (moved, third):
        assert (followed.fresh(kept).state, followed.fresh(kept).by_hand) == ("PLANNED", True)
    stands_for = followed.checkins(rhythm=new, state="CANCELLED")
    assert [row.moved_because for row in stands_for] == ["BY_HAND", "BY_HAND"]
    assert [row.occurs_on for row in stands_for] == [TODAY + WEEK + 2 * DAY, TODAY + 2 * WEEK + 2 * DAY]
    weeks = [row.due_on.isocalendar().week for row in followed.checkins(state="PLANNED")]
    assert len(weeks) == len(set(weeks))  # never two contacts in a week that one was agreed for
    materialise(by=Clock.CLOCK, at=after(21))
    assert followed.fresh(stands_for[0]).state == "CANCELLED"


def test_change_rhythm__a_pause_goes_on(followed: Followed, rhythm: Rhythm) -> None:
    with acting(followed.alice):
        pause_rhythm(
            rhythm=rhythm, by=followed.alice, at=AT, version=1, reason="HOSPITAL", starts_on=TODAY + WEEK,
            ends_on=TODAY + 4 * WEEK,
        )  # fmt: skip
    new = changed(followed, rhythm, TODAY + 2 * WEEK)
    assert followed.days(new)[0] == (TODAY + 4 * WEEK + 2 * DAY).isoformat()
    with acting(followed.alice):
        resume_rhythm(rhythm=new, by=followed.alice, at=AT, version=1, on=TODAY + 3 * WEEK)
    assert followed.days(new)[0] == (TODAY + 3 * WEEK + 2 * DAY).isoformat()


def test_change_rhythm__refuses_the_impossible(followed: Followed, rhythm: Rhythm) -> None:
    cases: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"from_on": TODAY - DAY}, ("from_on", "too_early")),
        ({"from_on": TODAY, "weekdays": []}, ("weekdays", "pattern")),
        ({"from_on": TODAY, "policy": "SOMEHOW"}, ("policy", "unknown_code")),
        ({"from_on": TODAY, "kind": "DRONE"}, ("kind", "unknown_code")),
        ({"from_on": TODAY, "times": 3, "ends_on": TODAY + WEEK}, ("times", "both")),
        ({"from_on": TODAY, "early_days": 61}, ("early_days", "range")),
        ({"from_on": TODAY, "second": followed.alice}, ("second", "same")),
        ({"from_on": TODAY, "second": followed.cast.bob}, ("second", "caseworker")),
        ({"from_on": TODAY, "ends_on": TODAY + DAY}, ("ends_on", "empty")),
    ]
    for said, expected in cases:
        assert refusal(lambda said=said: changed(followed, rhythm, **said)) == expected
    assert followed.fresh(rhythm).version == 1
    with acting(followed.alice):
        end_rhythm(rhythm=rhythm, by=followed.alice, at=AT, version=1, ends_on=TODAY + WEEK)
    assert refusal(lambda: changed(followed, rhythm, TODAY + WEEK)) == ("from_on", "too_far")
    said = {"rhythm": rhythm, "at": AT, "from_on": TODAY, "kind": "HOME", "frequency": "DAYS", "every": 7}
    with acting(followed.alice), pytest.raises(Stale):
        change_rhythm(**said, by=followed.alice, version=1, caseworker=followed.alice)
    with acting(followed.cast.bob), pytest.raises(OutOfSight):
        change_rhythm(**said, by=followed.cast.bob, version=2, caseworker=followed.alice)
    with acting(followed.cast.mayor), pytest.raises(NotAllowed):
        change_rhythm(**said, by=followed.cast.mayor, version=2, caseworker=followed.alice)


# --- Thinning out ---


def a_taper(followed: Followed) -> Rhythm:
    """Every week for four weeks, then every two weeks four times, then every month on the first Tuesday."""
    two_weekly = Pattern(frequency="WEEKS", every=2, weekdays=[1], starts_on=TODAY)
    monthly = Pattern(frequency="MONTHS", nth=1, nth_weekday=1, starts_on=TODAY)
    return a_rhythm(
        followed.case, followed.plan, by=followed.alice, lasts=4, unit="WEEKS", avoids_school=True,
        then=[Step(two_weekly, 4, "TIMES"), Step(monthly)],
    )  # fmt: skip


def chain(followed: Followed, first: Rhythm) -> list[Rhythm]:
    with acting(followed.alice):
        found = [first]
        while following := Rhythm.objects.filter(follows=found[-1]).first():
            found.append(following)
        return found


def test_arrange_rhythm__that_thins_out_is_a_chain(followed: Followed) -> None:
    first, second, third = chain(followed, a_taper(followed))
    assert followed.days(first) == [(TODAY + week * WEEK).isoformat() for week in range(4)]
    assert followed.days(second) == [(TODAY + week * WEEK).isoformat() for week in (4, 6)]
    assert (second.starts_on, second.times, second.avoids_school) == (first.ends_on, 4, True)
    assert (third.starts_on, third.ends_on, followed.days(third)) == (second.ends_on, None, [])
    assert last_entry()[0].object_ids == [first.pk, second.pk, third.pk]


def test_end_rhythm__ends_what_was_to_follow(followed: Followed) -> None:
    first, second, third = chain(followed, a_taper(followed))
    with acting(followed.alice):
        said: dict[str, Any] = {"by": followed.alice, "at": AT}
        assert refusal(lambda: end_rhythm(rhythm=first, **said, version=1, ends_on=None)) == ("ends_on", "followed")
        end_rhythm(rhythm=first, **said, version=1, ends_on=TODAY + 2 * WEEK)
    assert followed.days(first) == [TODAY.isoformat(), (TODAY + WEEK).isoformat()]
    for later in (second, third):
        row = followed.fresh(later)
        assert (row.state, row.ends_on, followed.days(later)) == ("ENDED", row.starts_on, [])
    assert materialise(by=Clock.CLOCK, at=after(60)) == 0


def test_change_rhythm__in_a_taper_goes_on_with_what_came_next(followed: Followed) -> None:
    first, second, _third = chain(followed, a_taper(followed))
    new = changed(followed, first, TODAY + WEEK)
    assert new.ends_on == second.starts_on
    assert followed.fresh(second).follows_id == new.pk
    assert followed.days(new)[-1] < followed.days(second)[0]


def test_arrange_rhythm__refuses_a_taper_without_lengths(followed: Followed) -> None:
    monthly = Pattern(frequency="MONTHS", month_day=1, starts_on=TODAY)
    for said, expected in (
        ({"then": [Step(monthly)]}, ("lasts", "pattern")),
        ({"lasts": 4, "ends_on": TODAY + WEEK}, ("lasts", "both")),
        ({"lasts": 4, "unit": "MOONS"}, ("unit", "pattern")),
    ):
        said = {"by": followed.alice, **said}
        assert refusal(lambda said=said: a_rhythm(followed.case, followed.plan, **said)) == expected


def test_arrange_rhythm__so_many_times_and_no_more(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice, times=3)
    assert followed.days(rhythm) == [(TODAY + week * WEEK).isoformat() for week in range(3)]
    assert rhythm.ends_on == TODAY + 2 * WEEK + DAY


# --- Days to avoid ---


def avoided(followed: Followed, first: date, until: date) -> AvoidedDays:
    with acting(followed.alice):
        return avoid_days(case=followed.case, by=followed.alice, at=AT, starts_on=first, ends_on=until)


def test_avoid_days__what_is_planned_there_moves_and_goes_back(followed: Followed, rhythm: Rhythm) -> None:
    keeps = a_rhythm(followed.case, followed.plan, by=followed.alice, policy="KEEP", weekdays=[2])
    before = followed.days(rhythm), followed.days(keeps)
    days = avoided(followed, TODAY + WEEK, TODAY + WEEK + 2 * DAY)
    moved = followed.checkins(occurs_on=TODAY + WEEK)[0]
    assert (moved.due_on, moved.moved_because, moved.version) == (TODAY + WEEK + 2 * DAY, "AVOIDED", 2)
    assert (TODAY + WEEK + DAY).isoformat() not in followed.days(keeps)
    with acting(followed.alice):
        assert list(avoided_days_of(followed.case, followed.alice, at=AT)) == [days]
        withdraw_avoided_days(days=days, by=followed.alice, at=AT)
        withdraw_avoided_days(days=days, by=followed.alice, at=AT)  # twice is once
        assert not avoided_days_of(followed.case, followed.alice, at=AT)
    assert (followed.days(rhythm), followed.days(keeps)) == before
    assert followed.fresh(moved).moved_because == ""


def test_avoid_days__are_known_when_check_ins_are_made_later(followed: Followed, rhythm: Rhythm) -> None:
    far = TODAY + 8 * WEEK
    avoided(followed, far, far + DAY)
    materialise(by=Clock.CLOCK, at=after(7))
    made = followed.checkins(occurs_on=far)[0]
    assert (made.due_on, made.moved_because) == (far + 2 * DAY, "AVOIDED")  # past New Year's Day


def test_avoid_days__leaves_what_was_arranged_by_hand(followed: Followed, rhythm: Rhythm) -> None:
    single = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + WEEK)
    avoided(followed, TODAY + WEEK, TODAY + WEEK + DAY)
    assert followed.fresh(single).due_on == TODAY + WEEK


def test_avoid_days__refuses_the_impossible(followed: Followed) -> None:
    for first, until, expected in (
        (TODAY - DAY, TODAY, ("starts_on", "too_early")),
        (TODAY, TODAY, ("ends_on", "too_early")),
        (TODAY, TODAY + 61 * DAY, ("ends_on", "too_far")),
    ):
        assert refusal(lambda first=first, until=until: avoided(followed, first, until)) == expected
    days = avoided(followed, TODAY, TODAY + DAY)
    for nobody in (followed.cast.bob, followed.cast.carlo):
        with acting(nobody):
            assert not avoided_days_of(followed.case, nobody, at=AT)
            with pytest.raises(OutOfSight):
                avoided_days_for(nobody, followed.case, days.pk, at=AT)
            with pytest.raises(OutOfSight):
                withdraw_avoided_days(days=days, by=nobody, at=AT)


# --- One contact, by hand; sooner than its day ---


def test_change_checkin__this_one_alone(followed: Followed, rhythm: Rhythm) -> None:
    first, second = followed.checkins(rhythm=rhythm)[:2]
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    said: dict[str, Any] = {
        "kind": "VIDEO", "due_time": time(9, 30), "duration": 30, "place": "", "caseworker": followed.cast.bob,
        "second": followed.alice, "who_else": "her teacher", "with_interpreter": True, "is_critical": True,
    }  # fmt: skip
    with acting(followed.alice):
        row = change_checkin(checkin=first, by=followed.alice, at=AT, version=1, **said)
        assert change_checkin(checkin=first, by=followed.alice, at=AT, version=2, **said).version == 2  # nothing new
    assert {name: getattr(row, name) for name in said} == said
    assert (row.by_hand, row.due_on, followed.fresh(second).kind) == (True, first.due_on, "OFFICE")
    with acting(followed.alice), pytest.raises(Stale):
        change_checkin(checkin=first, by=followed.alice, at=AT, version=1, **said)
    with acting(followed.alice):
        moved = reschedule_checkin(
            checkin=row, by=followed.alice, at=AT, version=2, due_on=TODAY + DAY, asked_by="US", reason="Fully booked"
        )
    same = ("second", "who_else", "with_interpreter", "is_critical", "kind", "caseworker")
    assert [getattr(moved, name) for name in same] == [getattr(row, name) for name in same]


def test_record_checkin__as_many_working_days_sooner_as_was_agreed(followed: Followed) -> None:
    sooner = a_rhythm(followed.case, followed.plan, by=followed.alice, early_days=2, starts_on=TODAY + DAY)
    within = a_rhythm(followed.case, followed.plan, by=followed.alice, within_week=True, weekdays=[4])
    first, later = followed.checkins(rhythm=sooner)[:2]
    friday = followed.checkins(rhythm=within)[0]
    assert (first.due_on, first.early_from) == (TODAY + WEEK, TODAY + 2 * DAY)  # Monday is Armistice Day
    assert friday.early_from == TODAY - DAY
    assert friday.late_from == date(2024, 11, 12)
    with acting(followed.alice):
        record_checkin(checkin=friday, by=followed.alice, at=AT, version=1, outcome="HELD", held_on=TODAY)
        said: dict[str, Any] = {"by": followed.alice, "version": 1, "outcome": "HELD"}
        assert refusal(lambda: record_checkin(checkin=first, at=AT, **said)) == ("", "future")
        day = first.early_from
        assert day is not None
        record_checkin(checkin=first, at=after((day - TODAY).days), held_on=day, **said)
        assert refusal(lambda: record_checkin(checkin=later, at=after(4), **said)) == ("", "future")


# --- What stands around it ---


def test_preview__shows_what_moves_and_who_stands_in(followed: Followed) -> None:
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    absence = {"user": followed.alice, "recorded_at": AT}
    Absence.objects.create(starts_on=TODAY + WEEK, ends_on=TODAY + WEEK + DAY, deputy=followed.cast.bob, **absence)
    Absence.objects.create(starts_on=TODAY + 2 * WEEK, ends_on=TODAY + 2 * WEEK + DAY, **absence)
    Absence.objects.create(
        starts_on=TODAY + 3 * WEEK, ends_on=TODAY + 3 * WEEK + DAY, deputy=followed.cast.carlo, **absence
    )
    pattern = Pattern(frequency="WEEKS", weekdays=[1], starts_on=TODAY)
    with acting(followed.alice):
        days = preview([pattern], case=followed.case, caseworker=followed.alice, at=AT)
    assert len(days) == 10
    assert days[1].held_by == followed.cast.bob.pk
    assert [(one.due_on, one.because) for one in days[2:4]] == [
        (TODAY + 2 * WEEK + DAY, "ABSENCE"), (TODAY + 3 * WEEK + DAY, "ABSENCE")
    ]  # fmt: skip  # who may not know of the case stands in for nobody


def test_materialise__hands_to_a_deputy_who_is_there_herself(followed: Followed, rhythm: Rhythm) -> None:
    bob = followed.cast.bob
    on_the_team(followed.case, bob, by=followed.carla)
    far = TODAY + 8 * WEEK
    Absence.objects.create(user=followed.alice, recorded_at=AT, starts_on=far, ends_on=far + 15 * DAY, deputy=bob)
    Absence.objects.create(user=bob, recorded_at=AT, starts_on=far + WEEK, ends_on=far + WEEK + DAY)
    materialise(by=Clock.CLOCK, at=after(21))
    by_day = {row.occurs_on: row for row in followed.checkins(rhythm=rhythm)}
    stands_in, away = by_day[far], by_day[far + WEEK]
    assert (stands_in.caseworker, stands_in.stands_in_for, stands_in.due_on) == (bob, followed.alice, far)
    assert (away.due_on, away.moved_because) == (far + WEEK + DAY, "ABSENCE")
    assert (away.caseworker, away.stands_in_for) == (bob, followed.alice)


def test_pause_rhythm__the_others_of_the_case_too(followed: Followed, rhythm: Rhythm) -> None:
    other = a_rhythm(followed.case, followed.plan, by=followed.alice, weekdays=[4])
    with acting(followed.alice):
        said: dict[str, Any] = {"by": followed.alice, "at": AT, "reason": "DETENTION"}
        pause_rhythm(rhythm=other, **said, version=1, starts_on=TODAY, ends_on=TODAY + WEEK)
        pause_rhythm(rhythm=rhythm, **said, version=1, starts_on=TODAY + DAY, all_of_case=True)
    assert followed.days(rhythm) == [TODAY.isoformat()]
    assert len(followed.days(other)) == 7  # it was paused in that time already
    third = a_rhythm(followed.case, followed.plan, by=followed.alice, weekdays=[0])
    with acting(followed.alice):
        pause_rhythm(rhythm=third, **said, version=1, starts_on=TODAY + 10 * DAY, all_of_case=True)
    assert followed.days(other) == []


def test_change_rhythm__needs_a_plan_in_force(followed: Followed, rhythm: Rhythm) -> None:
    with acting(followed.alice):
        followed.plan.refresh_from_db()
        version = followed.plan.version
        end_plan(plan=followed.plan, by=followed.alice, at=AT, version=version, ended_on=TODAY, reason="Moved")
    assert refusal(lambda: changed(followed, rhythm, TODAY + WEEK))[1] == "plan"


def test_step_around_closings__what_is_planned_there_moves_and_goes_back(followed: Followed, rhythm: Rhythm) -> None:
    keeps = a_rhythm(followed.case, followed.plan, by=followed.alice, policy="KEEP", starts_on=TODAY + DAY)
    before = followed.days(rhythm)
    agency = followed.case.agency
    closing = add_closing_days(
        by=Clock.SETUP, at=AT, agency=agency, starts_on=TODAY + WEEK, ends_on=TODAY + WEEK + 2 * DAY
    )
    elsewhere = add_closing_days(
        by=Clock.SETUP, at=AT, agency=followed.cast.office, starts_on=TODAY + 2 * WEEK, ends_on=TODAY + 3 * WEEK
    )
    assert step_around_closings(by=Clock.CLOCK, at=AT) == 1
    assert step_around_closings(by=Clock.CLOCK, at=AT) == 0
    moved = followed.checkins(rhythm=rhythm, occurs_on=TODAY + WEEK)[0]
    assert (moved.due_on, moved.moved_because) == (TODAY + WEEK + 2 * DAY, "CLOSED")
    assert (TODAY + WEEK).isoformat() in followed.days(keeps)
    entry = last_entry()[0]
    assert (entry.initiator, entry.object_ids) == ("clock", [moved.pk])
    elsewhere.refresh_from_db()
    assert elsewhere.settled_at == AT
    withdraw_closing_days(closing=closing, by=Clock.SETUP, at=AT)
    assert step_around_closings(by=Clock.CLOCK, at=AT) == 1
    assert followed.days(rhythm) == before


def test_step_around_closings__some_at_a_time(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closings, "BATCH", 2)
    rhythms = [a_rhythm(followed.case, followed.plan, by=followed.alice, place=f"Desk {number}") for number in range(5)]
    add_closing_days(
        by=Clock.SETUP, at=AT, agency=followed.case.agency, starts_on=TODAY + WEEK, ends_on=TODAY + WEEK + DAY
    )
    assert step_around_closings(by=Clock.CLOCK, at=AT) == 5
    for rhythm in rhythms:
        assert (TODAY + WEEK + DAY).isoformat() in followed.days(rhythm)


def test_avoid_days__what_was_announced_for_the_old_day_is_not_sent(followed: Followed, rhythm: Rhythm) -> None:
    leave_reminders(by=Clock.CLOCK, at=AT)
    leave_digests(by=Clock.CLOCK, at=AT)
    assert [message.state for message in followed.messages()] == ["WAITING"]
    avoided(followed, TODAY, TODAY + DAY)
    assert [message.state for message in followed.messages()] == ["DROPPED"]


def test_avoid_days__the_same_days_again_are_the_same(followed: Followed) -> None:
    said: dict[str, Any] = {
        "case": followed.case,
        "by": followed.alice,
        "at": AT,
        "starts_on": TODAY + DAY,
        "ends_on": TODAY + 3 * DAY,
    }
    with acting(followed.alice):
        first, again = avoid_days(**said), avoid_days(**said)
        other = avoid_days(**{**said, "ends_on": TODAY + 4 * DAY})
        assert (first.pk, AvoidedDays.objects.count()) == (again.pk, 2)
        withdraw_avoided_days(days=first, by=followed.alice, at=AT)
        assert avoid_days(**said).pk not in (first.pk, other.pk)


def test_pause_rhythm__from_a_day_before_it_begins(followed: Followed) -> None:
    later = a_rhythm(followed.case, followed.plan, by=followed.alice, starts_on=TODAY + WEEK)
    with acting(followed.alice):
        pause_rhythm(
            rhythm=later,
            by=followed.alice,
            at=AT,
            version=1,
            starts_on=TODAY,
            ends_on=TODAY + 2 * WEEK,
            reason="ABROAD",
        )
    assert followed.days(later)[0] == (TODAY + 2 * WEEK).isoformat()


def test_end_rhythm__not_on_a_day_that_nobody_means(followed: Followed, rhythm: Rhythm) -> None:
    for ends_on, code in ((date(9999, 12, 31), "too_far"), (TODAY - DAY, "too_early")):
        with acting(followed.alice):
            refused = refusal(
                lambda ends_on=ends_on: end_rhythm(rhythm=rhythm, by=followed.alice, at=AT, version=1, ends_on=ends_on)
            )
        assert refused == ("ends_on", code)


def test_change_rhythm__what_was_moved_by_hand_outlives_later_acts(followed: Followed, rhythm: Rhythm) -> None:
    third = followed.checkins(rhythm=rhythm)[2]
    with acting(followed.alice):
        moved = reschedule_checkin(
            checkin=third, by=followed.alice, at=AT, version=1, due_on=third.due_on + DAY, asked_by="PERSON",
            reason="Exam",
        )  # fmt: skip
    changed(followed, rhythm, TODAY + WEEK)
    with acting(followed.alice):
        avoid_days(case=followed.case, by=followed.alice, at=AT, starts_on=TODAY + 5 * WEEK, ends_on=TODAY + 6 * WEEK)
    assert followed.fresh(moved).state == "PLANNED"
    with acting(followed.alice):
        pause_rhythm(
            rhythm=rhythm, by=followed.alice, at=AT, version=followed.fresh(rhythm).version, starts_on=TODAY,
            reason="HOSPITAL", all_of_case=True,
        )  # fmt: skip
    assert (followed.fresh(moved).state, followed.fresh(moved).moved_because) == ("CANCELLED", "PAUSE")

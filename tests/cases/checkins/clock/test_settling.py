"""The clock settles what goes on no longer."""

from __future__ import annotations

from cases.access.services import acting
from cases.checkins.services import materialise, settle
from cases.plans.models import FollowUpPlan
from tests.cases.checkins.clock.conftest import a_tuesday_rhythm, close, plan_is
from tests.cases.checkins.conftest import CLOCK, DAY, Followed, after
from tests.factories import AT, TODAY
from tests.factories.checkins import a_checkin


def test_settle__nothing_goes_on_in_a_closed_case(followed: Followed) -> None:
    rhythm = a_tuesday_rhythm(followed)
    single = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + 3 * DAY)
    assert settle(by=CLOCK, at=AT) == 0
    close(followed)
    assert settle(by=CLOCK, at=after(1)) == 9
    ended = followed.fresh(rhythm)
    assert (ended.state, ended.ends_on) == ("ENDED", TODAY + DAY)
    assert {row.moved_because for row in followed.checkins(state="CANCELLED")} == {"ENDED"}
    assert followed.fresh(single).version == 2
    assert settle(by=CLOCK, at=after(1)) == 0
    assert materialise(by=CLOCK, at=after(30)) == 0


def test_settle__nothing_goes_on_after_a_plan_ended(followed: Followed) -> None:
    later = a_tuesday_rhythm(followed, starts_on=TODAY + 30 * DAY, ends_on=TODAY + 400 * DAY)
    plan_is(followed, "ENDED", TODAY + 2 * DAY)
    assert settle(by=CLOCK, at=after(1)) == 0
    assert settle(by=CLOCK, at=after(2)) == 3
    assert (followed.fresh(later).state, followed.fresh(later).ends_on) == ("ENDED", TODAY + 30 * DAY)


def test_settle__a_plan_that_a_newer_one_took_over_goes_on_with_it(followed: Followed) -> None:
    rhythm = a_tuesday_rhythm(followed)
    plan_is(followed, "SUPERSEDED")
    with acting(followed.carla):
        newer = FollowUpPlan.objects.create(
            recorded_at=AT, casefile=followed.case, city_id=followed.case.city_id, number=2, state="AGREED",
            starts_on=TODAY,
        )  # fmt: skip
    assert settle(by=CLOCK, at=after(1)) == 0
    assert materialise(by=CLOCK, at=after(1)) == 1
    with acting(followed.carla):
        FollowUpPlan.objects.filter(pk=newer.pk).update(state="ENDED", ended_on=TODAY)
    assert settle(by=CLOCK, at=after(1)) == 9
    assert followed.fresh(rhythm).state == "ENDED"


def test_settle__what_ended_long_ago_is_found_at_night(followed: Followed) -> None:
    a_tuesday_rhythm(followed)
    close(followed)
    assert settle(by=CLOCK, at=after(15)) == 0
    assert settle(by=CLOCK, at=after(15).replace(hour=3, minute=10)) == 0
    assert settle(by=CLOCK, at=after(15).replace(hour=3, minute=9)) == 8


def test_settle__a_rhythm_whose_last_day_has_come_is_ended(followed: Followed) -> None:
    rhythm = a_tuesday_rhythm(followed, ends_on=TODAY + 3 * DAY)
    assert settle(by=CLOCK, at=after(3)) == 0
    assert followed.fresh(rhythm).state == "ENDED"
    assert followed.days(rhythm) == ["2024-11-05"]  # still to be recorded

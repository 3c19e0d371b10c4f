"""A rhythm that thins out is a chain of rhythms."""

from __future__ import annotations

from typing import Any

from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.rules import Pattern, Step
from cases.checkins.services import end_rhythm, materialise
from cities.ledger.rules import Clock
from tests.cases.checkins.conftest import WEEK, Followed, after, last_entry
from tests.cases.checkins.rhythms.conftest import changed
from tests.factories import AT, TODAY
from tests.factories.checkins import a_rhythm
from tests.refusals import refusal


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

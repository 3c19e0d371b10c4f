"""Making check-ins: what is known of a shape is asked once, and forgotten when it becomes too much."""

from __future__ import annotations

import pytest

from cases.access.rules import Refused
from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.services import making, materialise
from cities.ledger.rules import Clock
from tests.cases.checkins.conftest import WEEK, Followed, after
from tests.factories import TODAY
from tests.factories.checkins import a_rhythm


def test_materialise__forgets_shapes_when_there_are_too_many_and_makes_the_same(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_KNOWN", 1)
    rhythms = [a_rhythm(followed.case, followed.plan, by=followed.alice, weekdays=[day]) for day in range(5)]
    assert materialise(by=Clock.CLOCK, at=after(7)) == 5
    for rhythm in rhythms:
        assert followed.checkins(rhythm=rhythm)[-1].occurs_on >= TODAY + 8 * WEEK


def test_materialise__when_nothing_of_a_batch_can_be_made(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    with acting(followed.carla):
        Rhythm.objects.filter(pk=rhythm.pk).update(weekdays=[9])
    assert materialise(by=Clock.CLOCK, at=after(7)) == 0
    assert followed.fresh(rhythm).set_aside_error == "ValueError: weekdays"


def test_arrange_rhythm__the_very_same_again_is_a_second_click(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    with pytest.raises(Refused) as refused:
        a_rhythm(followed.case, followed.plan, by=followed.alice)
    assert refused.value.code == "twice"
    assert {row.rhythm_id for row in followed.checkins()} == {rhythm.pk}

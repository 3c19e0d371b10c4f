"""A rhythm ends: from a day on, which can be put off until it has come."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.access.rules import OutOfSight, Refused, Stale
from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.services import end_rhythm
from tests.cases.checkins.conftest import DAY, Followed
from tests.factories import AT, TODAY
from tests.factories.checkins import a_rhythm
from tests.refusals import refusal


def test_end_rhythm__calls_off_what_was_planned_from_then_on(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    with acting(followed.alice):
        ended = end_rhythm(rhythm=rhythm, by=followed.alice, at=AT, version=1, ends_on=TODAY + 14 * DAY)
    assert (ended.state, ended.version) == ("ACTIVE", 2)
    assert followed.days(rhythm) == ["2024-11-05", "2024-11-12"]
    called_off = followed.checkins(rhythm=rhythm, state="CANCELLED")
    assert {row.moved_because for row in called_off} == {"ENDED"}
    assert len(called_off) == 6
    with acting(followed.alice):
        ended = end_rhythm(rhythm=rhythm, by=followed.alice, at=AT, version=2, ends_on=TODAY)
    assert ended.state == "ENDED"
    assert followed.days(rhythm) == []


def test_end_rhythm__can_be_put_off_or_taken_back_until_it_has_come(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    before = followed.days(rhythm)
    with acting(followed.alice):
        said: dict[str, Any] = {"rhythm": rhythm, "by": followed.alice, "at": AT}
        end_rhythm(**said, version=1, ends_on=TODAY + 7 * DAY)
        end_rhythm(**said, version=2, ends_on=TODAY + 14 * DAY)
    assert followed.days(rhythm) == before[:2]
    with acting(followed.alice):
        end_rhythm(**said, version=3, ends_on=None)
    assert followed.days(rhythm) == before


def test_end_rhythm__refuses_the_impossible(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice, ends_on=TODAY + 20 * DAY)
    said: dict[str, Any] = {"rhythm": rhythm, "by": followed.alice, "at": AT}
    with acting(followed.alice):
        with pytest.raises(Refused) as refused:
            end_rhythm(**said, version=1, ends_on=TODAY - DAY)
        assert refused.value.code == "too_early"
        with pytest.raises(Stale):
            end_rhythm(**said, version=7, ends_on=TODAY)
        end_rhythm(**said, version=1, ends_on=TODAY)
        with pytest.raises(Refused) as refused:
            end_rhythm(**said, version=2, ends_on=TODAY)
        assert refused.value.code == "ended"
    with acting(followed.cast.bob), pytest.raises(OutOfSight):
        end_rhythm(rhythm=rhythm, by=followed.cast.bob, at=AT, version=2, ends_on=TODAY)


def test_end_rhythm__not_on_a_day_that_nobody_means(followed: Followed, rhythm: Rhythm) -> None:
    for ends_on, code in ((date(9999, 12, 31), "too_far"), (TODAY - DAY, "too_early")):
        with acting(followed.alice):
            refused = refusal(
                lambda ends_on=ends_on: end_rhythm(rhythm=rhythm, by=followed.alice, at=AT, version=1, ends_on=ends_on)
            )
        assert refused == ("ends_on", code)

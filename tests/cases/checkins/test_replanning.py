"""What stands is held against what the rhythm says now: deputies take over and give back; what is gone by stays."""

from __future__ import annotations

from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.rules import MoveReason
from cases.checkins.services import avoid_days, withdraw_avoided_days
from cities.staff.models import Absence
from tests.cases.checkins.conftest import DAY, WEEK, Followed, after
from tests.factories import AT, TODAY, on_the_team


def test_replan__a_deputy_takes_what_falls_into_an_absence_and_gives_it_back(
    followed: Followed, rhythm: Rhythm
) -> None:
    alice, bob = followed.alice, followed.cast.bob
    on_the_team(followed.case, bob, by=followed.carla)
    away = Absence.objects.create(
        user=alice, recorded_at=AT, starts_on=TODAY + 2 * WEEK, ends_on=TODAY + 2 * WEEK + DAY, deputy=bob
    )

    def holders() -> list[tuple[object, object]]:
        rows = followed.checkins(rhythm=rhythm)
        return [(row.caseworker, row.stands_in_for) for row in rows[1:4]]

    assert holders() == [(alice, None)] * 3  # nobody has handed anything over yet
    with acting(alice):
        days = avoid_days(case=followed.case, by=alice, at=AT, starts_on=TODAY + WEEK, ends_on=TODAY + WEEK + DAY)
    assert holders() == [(alice, None), (bob, alice), (alice, None)]
    Absence.objects.filter(pk=away.pk).update(withdrawn_at=AT)
    with acting(alice):
        withdraw_avoided_days(days=days, by=alice, at=AT)
    assert holders() == [(alice, None)] * 3


def test_replan__nobody_is_expected_on_a_day_gone_by(followed: Followed, rhythm: Rhythm) -> None:
    """It had moved from Tuesday to Thursday; on Wednesday it turns out that Tuesday would have done."""
    tuesday = TODAY + WEEK
    with acting(followed.alice):
        days = avoid_days(
            case=followed.case, by=followed.alice, at=AT, starts_on=tuesday, ends_on=tuesday + 2 * DAY
        )  # fmt: skip
        withdraw_avoided_days(days=days, by=followed.alice, at=after(8))
    row = followed.checkins(rhythm=rhythm)[1]
    assert (row.occurs_on, row.due_on, row.moved_because) == (tuesday, tuesday + 2 * DAY, MoveReason.AVOIDED)
    assert row.version == 2

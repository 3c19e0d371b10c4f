"""What a rhythm has to reckon with: the schools of the city, and deputies who are away themselves."""

from __future__ import annotations

from datetime import time
from typing import Any

from cases.access.services import acting
from cases.checkins.outlook import Outlook, outlooks, surroundings
from cases.checkins.rules import Away, MoveReason
from cities.ledger.rules import Clock
from cities.places.rules import Community
from cities.places.services import put_school_holiday
from cities.staff.models import Absence
from tests.cases.checkins.conftest import DAY, WEEK, Followed
from tests.factories import AT, TODAY, on_the_team
from tests.factories.checkins import a_rhythm


def outlook_of(followed: Followed, **fields: Any) -> Outlook:
    """Of a rhythm of Alice's, in the coming eight weeks."""
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice, **fields)
    with acting(followed.alice):
        return outlooks([rhythm], surroundings(TODAY, TODAY + 8 * WEEK, at=AT))[0]


def test_outlooks__school_holidays_are_those_of_the_schools_of_the_city(followed: Followed) -> None:
    for community, starts_on in ((Community.FLEMISH, TODAY + WEEK), (Community.FRENCH, TODAY + 2 * WEEK)):
        put_school_holiday(
            by=Clock.SETUP, at=AT, community=community, starts_on=starts_on, ends_on=starts_on + DAY, name_nl="Vrij",
            name_fr="Libre", name_de="Frei", name_en="Free",
        )  # fmt: skip
    avoids = outlook_of(followed, avoids_school=True)
    assert avoids.calendar(TODAY + WEEK) == MoveReason.SCHOOL
    assert avoids.calendar(TODAY + 2 * WEEK) is None  # Vilvoorde's schools are Flemish
    assert outlook_of(followed, weekdays=[3]).calendar(TODAY + WEEK) is None  # unless it was agreed to avoid them


def test_outlooks__a_deputy_stands_in_for_as_long_as_she_is_there_herself(followed: Followed) -> None:
    bob = followed.cast.bob
    on_the_team(followed.case, bob, by=followed.carla)
    starts, ends = TODAY + 2 * WEEK, TODAY + 4 * WEEK
    Absence.objects.create(user=followed.alice, recorded_at=AT, starts_on=starts, ends_on=ends, deputy=bob)

    def hers(hour: int, away: list[tuple[int, int]]) -> list[Away]:
        """Alice's absence in pieces, with Bob away from so many days after its beginning to so many after it."""
        Absence.objects.filter(user=bob).update(withdrawn_at=AT)
        for first, until in away:
            Absence.objects.create(
                user=bob, recorded_at=AT, starts_on=starts + first * DAY, ends_on=starts + until * DAY
            )
        return list(outlook_of(followed, time=time(hour)).away)

    def piece(first: int, until: int, *, deputised: bool) -> Away:
        return Away(starts + first * DAY, starts + until * DAY, bob.pk if deputised else None)

    whole = piece(0, 14, deputised=True)
    pieces: list[tuple[list[tuple[int, int]], list[Away]]] = [
        ([], [whole]),
        ([(-9, 0), (14, 20)], [whole]),  # hers come before and after: nothing of this one
        ([(3, 5)], [piece(0, 3, deputised=True), piece(3, 5, deputised=False), piece(5, 14, deputised=True)]),
        ([(-2, 4)], [piece(0, 4, deputised=False), piece(4, 14, deputised=True)]),
        ([(10, 20)], [piece(0, 10, deputised=True), piece(10, 14, deputised=False)]),
        ([(-5, 30)], [piece(0, 14, deputised=False)]),
    ]
    for number, (away, expected) in enumerate(pieces):
        assert hers(9 + number, away) == expected

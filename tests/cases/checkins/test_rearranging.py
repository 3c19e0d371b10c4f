"""An absence that turns out shorter, longer, or with another deputy."""

from __future__ import annotations

from datetime import time

import pytest

from cases.access.models import CaseAccess
from cases.access.rules import OutOfSight
from cases.access.services import acting
from cases.checkins.services import rearrange_absence
from cities.places.rules import moment_of
from cities.staff.models import Absence, User
from tests.cases.checkins.conftest import DAY, Followed, contact, sees
from tests.cases.checkins.test_absences import hand_over
from tests.factories import AT, TODAY
from tests.factories.absences import an_absence


def rearranged(followed: Followed, absence: Absence, *, ends: int, deputy: User | None) -> Absence:
    with acting(followed.alice):
        return rearrange_absence(
            absence=absence, by=followed.alice, at=AT, version=1, starts_on=absence.starts_on,
            ends_on=TODAY + ends * DAY, deputy=deputy,
        )  # fmt: skip


def test_rearrange_absence__a_shorter_one_gives_back_what_comes_after_it_and_closes_sooner(followed: Followed) -> None:
    bob = followed.cast.bob
    early, later = contact(followed), contact(followed, 4)
    absence = an_absence(followed.alice, deputy=bob)
    hand_over(followed, absence, (early, "DEPUTY"), (later, "DEPUTY"))
    shorter = rearranged(followed, absence, ends=2, deputy=bob)
    assert (followed.fresh(early).caseworker, followed.fresh(later).caseworker) == (bob, followed.alice)
    with acting(followed.carla):
        ends = set(CaseAccess.grants.filter(ground="DEPUTY").values_list("ends_at", "ended_because"))
    assert ends == {(moment_of(shorter.ends_on, time.min), "ABSENCE")}
    assert sees(followed, bob)


def test_rearrange_absence__another_deputy_leaves_nothing_with_the_first(followed: Followed) -> None:
    row, absence = contact(followed), an_absence(followed.alice, deputy=followed.cast.bob)
    hand_over(followed, absence, (row, "DEPUTY"))
    rearranged(followed, absence, ends=7, deputy=None)
    assert followed.fresh(row).caseworker == followed.alice
    assert sees(followed, followed.cast.bob) == set()


def test_rearrange_absence__a_longer_one_moves_nothing(followed: Followed) -> None:
    row, absence = contact(followed), an_absence(followed.alice, deputy=followed.cast.bob)
    hand_over(followed, absence, (row, "DEPUTY"))
    rearranged(followed, absence, ends=20, deputy=followed.cast.bob)
    assert followed.fresh(row).caseworker == followed.cast.bob
    assert sees(followed, followed.cast.bob)


def test_rearrange_absence__is_hers_or_the_coordinators(followed: Followed) -> None:
    absence = an_absence(followed.alice, deputy=followed.cast.bob)
    for who in (followed.cast.bob, followed.cast.charlie):
        with acting(who), pytest.raises(OutOfSight):
            rearrange_absence(
                absence=absence, by=who, at=AT, version=1, starts_on=absence.starts_on,
                ends_on=absence.ends_on, deputy=None,
            )  # fmt: skip

"""What is asked about missed contacts: the board, and what nobody holds."""

from __future__ import annotations

import pytest

from cases.access.models import CaseAccess
from cases.access.services import acting
from cases.checkins.models import CheckIn, MissedStep
from cases.checkins.selectors import (
    for_the_conference,
    held_by_nobody,
    missed_for,
    otherwise_late,
    with_the_coordinator,
)
from cities.records import as_set_up
from cities.staff.models import User
from tests.cases.checkins.conftest import Followed, after, contact
from tests.cases.checkins.missed.conftest import absent, answer, ticked
from tests.factories import AT


def test_board__each_thing_in_one_place(followed: Followed) -> None:
    waits, late = contact(followed), contact(followed, 3)
    critical = contact(followed)
    with acting(followed.alice):
        CheckIn.objects.filter(pk=critical.pk).update(is_critical=True)
    ticked(after(7))
    carla = followed.carla
    with acting(carla):
        assert [row.missed.checkin for row in with_the_coordinator(carla, at=after(7))] == [waits]
        assert [row.missed.checkin for row in for_the_conference(carla, at=after(7))] == [critical]
        assert list(otherwise_late(carla, at=after(7))) == [late]
    answer(followed, waits, by=carla, at=after(7))
    with acting(carla):
        assert list(otherwise_late(carla, at=after(7))) == [waits, late]
        assert len(missed_for(carla, at=after(7))) == 3
    for stranger in (followed.cast.bob, followed.cast.charlie, followed.cast.carlo, followed.cast.dana):
        with acting(stranger):
            assert not missed_for(stranger, at=after(7)).exists()
            assert not with_the_coordinator(stranger, at=after(7)).exists()
            assert not MissedStep.objects.exists()


@pytest.mark.parametrize("why", ["absent", "off the team", "closed"])
def test_held_by_nobody__late_or_within_a_fortnight(followed: Followed, why: str) -> None:
    late, soon, _far = contact(followed), contact(followed, 10), contact(followed, 20)
    contact(followed, 10, caseworker=followed.carla)
    carla = followed.carla
    with acting(carla):
        assert not held_by_nobody(carla, at=after(3)).exists()
    if why == "absent":
        absent(followed.alice, 3)
    elif why == "closed":
        with as_set_up():
            User.objects.filter(pk=followed.alice.pk).update(is_active=False)
    else:
        with acting(carla):
            CaseAccess.grants.filter(user=followed.alice).update(ends_at=AT)
    with acting(carla):
        assert list(held_by_nobody(carla, at=after(3))) == [late, soon]
    with acting(followed.cast.carlo):
        assert not held_by_nobody(followed.cast.carlo, at=after(3)).exists()


def test_held_by_nobody__a_deputy_is_somebody(followed: Followed) -> None:
    contact(followed)
    absent(followed.alice, deputy=followed.cast.bob)
    with acting(followed.carla):
        assert not held_by_nobody(followed.carla, at=AT).exists()

"""Who may say that somebody is absent, and who can stand in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cities.ledger.models import LedgerEntry
from cities.refusals import NotAllowed, OutOfSight, Refused, Stale
from cities.roles.rules import Role
from cities.staff.models import Absence, User
from cities.staff.selectors import (
    absence_for,
    absences_for,
    absent_on,
    can_be_absent,
    could_stand_in_for,
    deputy_of,
)
from cities.staff.services import change_absence, record_absence, withdraw_absence
from tests.factories import AT, TODAY, Cast, posted, staff
from tests.factories.absences import an_absence

DAY = timedelta(days=1)


def refusal(by: User, user: User, **fields: Any) -> tuple[str, str]:
    said = {"starts_on": TODAY, "ends_on": TODAY + 7 * DAY, "deputy": None, **fields}
    with pytest.raises(Refused) as refused:
        record_absence(by=by, at=AT, user=user, **said)
    return refused.value.field, refused.value.code


def test_record_absence__by_oneself_or_who_coordinates_the_city(cast: Cast) -> None:
    own = an_absence(cast.alice, deputy=cast.bob)
    assert (own.user, own.deputy, own.recorded_by, own.version) == (cast.alice, cast.bob, cast.alice, 1)
    entry = LedgerEntry.objects.get(act="RECORD_ABSENCE")
    assert (entry.object_ids, entry.recipient, entry.city_id) == ([own.pk], f"user {cast.alice.pk}", cast.city.pk)
    assert an_absence(cast.bob, by=cast.carla).recorded_by == cast.carla
    assert an_absence(cast.mayor).user == cast.mayor
    for other in (cast.alice, cast.mayor, cast.carlo, cast.charlie, cast.dana):
        with pytest.raises(NotAllowed):
            an_absence(cast.bob, by=other, begins=20, ends=30)


def test_record_absence__not_by_who_is_posted_nowhere(cast: Cast) -> None:
    machine = staff(Role.INTEGRATION, None)
    with pytest.raises(NotAllowed):
        an_absence(machine)


def test_record_absence__refuses_what_cannot_be(cast: Cast) -> None:
    alice, bob = cast.alice, cast.bob
    assert refusal(alice, alice, ends_on=TODAY) == ("ends_on", "period")
    assert refusal(alice, alice, starts_on=TODAY - 9 * DAY, ends_on=TODAY) == ("ends_on", "past")
    assert refusal(alice, alice, ends_on=TODAY + 800 * DAY) == ("ends_on", "too_far")
    assert refusal(alice, alice, deputy=alice) == ("deputy", "oneself")
    for nobody in (cast.charlie, cast.mayor, cast.dana, staff(Role.CASEWORKER, cast.city, is_active=False)):
        assert refusal(alice, alice, deputy=nobody) == ("deputy", "deputy")
    an_absence(bob, begins=5, ends=9)
    assert refusal(alice, alice, deputy=bob) == ("deputy", "deputy_absent")
    an_absence(alice, begins=3, ends=5)
    assert refusal(alice, alice) == ("starts_on", "invalid")
    assert an_absence(alice, begins=0, ends=3).pk


def test_change_absence__other_days_and_another_deputy(cast: Cast) -> None:
    row = an_absence(cast.alice)
    said: dict[str, Any] = {"starts_on": TODAY, "ends_on": TODAY + 3 * DAY, "deputy": cast.bob}
    done = change_absence(absence=row, by=cast.carla, at=AT, version=1, **said)
    assert (done.ends_on, done.deputy, done.version) == (TODAY + 3 * DAY, cast.bob, 2)
    assert change_absence(absence=row, by=cast.carla, at=AT, version=2, **said).version == 2
    with pytest.raises(Stale):
        change_absence(absence=row, by=cast.carla, at=AT, version=1, **said)
    with pytest.raises(NotAllowed):
        change_absence(absence=row, by=cast.bob, at=AT, version=2, **said)
    an_absence(cast.alice, begins=10, ends=12)
    with pytest.raises(Refused):
        change_absence(absence=row, by=cast.alice, at=AT, version=2, **said | {"ends_on": TODAY + 11 * DAY})


def test_withdraw_absence__as_if_it_had_never_been(cast: Cast) -> None:
    row = an_absence(cast.alice, deputy=cast.bob)
    assert deputy_of(cast.alice.pk, TODAY) == cast.bob.pk
    assert withdraw_absence(absence=row, by=cast.alice, at=AT, version=1).withdrawn_at == AT
    assert deputy_of(cast.alice.pk, TODAY) is None
    with pytest.raises(Refused):
        withdraw_absence(absence=row, by=cast.alice, at=AT, version=2)
    assert an_absence(cast.alice).pk != row.pk


def test_absent_on__half_open(cast: Cast) -> None:
    row = an_absence(cast.alice, begins=1, ends=3)
    found = [absent_on([cast.alice.pk, cast.bob.pk], TODAY + days * DAY) for days in range(4)]
    assert found == [{}, {cast.alice.pk: row}, {cast.alice.pk: row}, {}]


def test_absences_for__ones_own_and_those_of_the_city_one_coordinates(cast: Cast) -> None:
    row = an_absence(cast.alice)
    for reader in (cast.alice, cast.carla):
        assert list(absences_for(reader, at=AT)) == [row]
        assert absence_for(reader, row.pk, at=AT) == row
    for stranger in (cast.bob, cast.mayor, cast.carlo, cast.charlie, cast.dana, cast.analyst):
        assert not absences_for(stranger, at=AT).exists()
        with pytest.raises(OutOfSight):
            absence_for(stranger, row.pk, at=AT)
    assert set(can_be_absent(cast.alice, at=AT)) == {cast.alice}
    assert {cast.alice, cast.bob, cast.mayor, cast.carla} <= set(can_be_absent(cast.carla, at=AT))
    assert cast.charlie not in can_be_absent(cast.carla, at=AT)


def test_could_stand_in_for__caseworkers_and_coordinators_of_her_cities(cast: Cast) -> None:
    assert set(could_stand_in_for(cast.alice, at=AT)) == {cast.bob, cast.carla}
    posted(cast.alice, Role.CASEWORKER, cast.other_city)
    assert set(could_stand_in_for(cast.alice, at=AT)) == {cast.bob, cast.carla, cast.charlie, cast.carlo}
    assert not Absence.objects.exists()

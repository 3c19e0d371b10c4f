"""Several contacts at once: given to somebody else, moved to one day."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.utils import timezone

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Refused, Stale
from cases.access.services import acting
from cases.casefiles.services import move_case
from cases.checkins.models import CheckIn
from cases.checkins.selectors import contacts_of
from cases.checkins.services import (
    Chosen,
    Told,
    end_rhythm,
    leave_digests,
    leave_reminders,
    mark_late,
    reassign_checkins,
    reassign_rhythm,
    record_checkin,
    reschedule_checkins,
)
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.cases.checkins.conftest import DAY, Followed, after, contact, sees
from tests.factories import AT, TODAY
from tests.factories.checkins import a_rhythm

WHY: dict[str, Any] = {"asked_by": "US", "reason": "Training day"}


def reassign(followed: Followed, to: User, *rows: CheckIn, by: User | None = None, **said: Any) -> list[Told]:
    by = by or followed.alice
    chosen = [Chosen(row.pk, row.version) for row in rows]
    with acting(by):
        return reassign_checkins(by=by, at=AT, chosen=chosen, to=to, **{"reason": "Knows him better", **said})


def test_reassign_checkins__each_with_its_reason_and_reminder(followed: Followed) -> None:
    row = contact(followed)
    leave_reminders(by=Clock.CLOCK, at=AT)
    leave_digests(by=Clock.CLOCK, at=AT)
    (told,) = reassign(followed, followed.carla, row)
    held = followed.fresh(row)
    assert (told.done, held.caseworker, held.by_hand, held.version) == (True, followed.carla, True, 2)
    (note,) = followed.notes(row)
    assert note.reason == "Knows him better"
    assert leave_reminders(by=Clock.CLOCK, at=AT) == 1
    told_to = {(message.recipient, message.state) for message in followed.messages()}
    assert told_to == {(followed.alice, "DROPPED"), (followed.carla, "WAITING")}


def test_reassign_checkins__who_may_not_know_is_listed_and_left(followed: Followed) -> None:
    row = contact(followed)
    (told,) = reassign(followed, followed.cast.bob, row, lets_in=True)  # Alice lets nobody in
    assert (told.done, "not on the case" in told.said) == (False, True)
    assert followed.fresh(row).caseworker == followed.alice
    assert sees(followed, followed.cast.bob) == set()
    (told,) = reassign(followed, followed.cast.bob, row, by=followed.carla, lets_in=True)
    assert (told.done, sees(followed, followed.cast.bob)) == (True, {"CORE", "CARE"})
    with acting(followed.carla):
        ends = CaseAccess.grants.filter(user=followed.cast.bob).values_list("ends_at", flat=True).distinct().get()
    assert ends is not None
    assert timezone.localtime(ends).date() == TODAY + 14 * DAY


def test_reassign_checkins__nobody_of_another_city_is_let_in(followed: Followed) -> None:
    (told,) = reassign(followed, followed.cast.charlie, contact(followed), by=followed.carla, lets_in=True)
    assert not told.done
    assert sees(followed, followed.cast.charlie) == set()


def test_reassign_checkins__what_cannot_be(followed: Followed) -> None:
    row = contact(followed)
    with pytest.raises(Refused):
        reassign(followed, followed.carla, row, reason=" ")
    with pytest.raises(NotAllowed):
        reassign(followed, followed.carla, row, by=followed.cast.mayor)
    for stranger in (followed.cast.bob, followed.cast.charlie):
        with pytest.raises(OutOfSight):
            reassign(followed, followed.carla, row, by=stranger)
    many = [Chosen(number, 1) for number in range(201)]
    with pytest.raises(Refused) as refused, acting(followed.alice):
        reassign_checkins(by=followed.alice, at=AT, chosen=many, to=followed.carla, reason="Ill")
    assert refused.value.code == "too_many"
    (told,) = reassign(followed, followed.alice, row)
    assert told.said == "This colleague holds it already."


def test_reassign_checkins__takes_the_missed_contact_along(followed: Followed) -> None:
    row = contact(followed)
    mark_late(by=Clock.CLOCK, at=after(1))
    reassign(followed, followed.carla, row)
    with acting(followed.carla):
        assert followed.fresh(row).missed.steps.get().owner == followed.carla


def test_reschedule_checkins__all_to_one_day(followed: Followed) -> None:
    first, second = contact(followed, due_time=time(9)), contact(followed, 1, due_time=time(15))
    same = contact(followed, 3)
    chosen = [Chosen(row.pk, row.version) for row in (second, first, same)]
    with acting(followed.alice):
        told = reschedule_checkins(by=followed.alice, at=AT, chosen=chosen, due_on=TODAY + 3 * DAY, **WHY)
    assert [(one.checkin.pk, one.done) for one in told] == [(second.pk, True), (first.pk, True), (same.pk, False)]
    moved = followed.checkins(due_on=TODAY + 3 * DAY, replaces__isnull=False)
    assert sorted(row.due_time.hour for row in moved if row.due_time) == [9, 15]
    with pytest.raises(Refused), acting(followed.alice):
        reschedule_checkins(by=followed.alice, at=AT, chosen=chosen, due_on=TODAY, asked_by="", reason="Ill")


def test_reschedule_checkins__not_in_a_closed_case(followed: Followed) -> None:
    row = contact(followed)
    with acting(followed.carla):
        version = followed.case.version
        move_case(case=followed.case, by=followed.carla, at=AT, version=version, to="CLOSED", reason="Went well")
        (told,) = reschedule_checkins(
            by=followed.carla, at=AT, chosen=[Chosen(row.pk, 1)], due_on=TODAY + DAY, **WHY
        )  # fmt: skip
    assert not told.done


def test_reassign_rhythm__with_what_is_planned_of_it_but_for_what_was_changed_by_hand(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    rows = followed.checkins(rhythm=rhythm)
    with acting(followed.alice):
        CheckIn.objects.filter(pk=rows[1].pk).update(by_hand=True)
        record_checkin(checkin=rows[0], by=followed.alice, at=AT, version=1, outcome="HELD")
        done = reassign_rhythm(rhythm=rhythm, by=followed.alice, at=AT, version=1, caseworker=followed.carla)
    assert (done.caseworker, done.version) == (followed.carla, 2)
    holders = [row.caseworker_id for row in followed.checkins(rhythm=rhythm)]
    assert holders == [followed.alice.pk] * 2 + [followed.carla.pk] * 6
    who: dict[str, Any] = {"rhythm": rhythm, "by": followed.alice, "at": AT}
    with acting(followed.alice):
        with pytest.raises(Stale):
            reassign_rhythm(**who, version=1, caseworker=followed.alice)
        with pytest.raises(Refused):
            reassign_rhythm(**who, version=2, caseworker=followed.carla)
        with pytest.raises(Refused):
            reassign_rhythm(**who, version=2, caseworker=followed.cast.bob)
        end_rhythm(**who, version=2, ends_on=TODAY)
        with pytest.raises(Refused):
            reassign_rhythm(**who, version=3, caseworker=followed.alice)


def test_contacts_of__only_of_cases_one_may_know_of(followed: Followed) -> None:
    row = contact(followed)
    for reader in (followed.alice, followed.carla):
        with acting(reader):
            assert list(contacts_of(followed.alice, reader, at=AT)) == [row]
    for stranger in (followed.cast.bob, followed.cast.charlie, followed.cast.carlo):
        with acting(stranger):
            assert not contacts_of(followed.alice, stranger, at=AT).exists()

"""A missed contact is opened: by the clock, or by what was recorded; by itself, or after others in a row."""

from __future__ import annotations

from datetime import date

import pytest

from cases.access.services import acting
from cases.checkins.models import CheckIn, MissedContact
from cases.checkins.selectors import missed_of
from cases.checkins.services import correct_checkin, mark_late
from cities.ledger.models import LedgerEntry
from cities.places.models import CitySettings
from tests.cases.checkins.conftest import CLOCK, DAY, Followed, after, contact
from tests.cases.checkins.missed.conftest import is_open, missed, path_of, record, step_of, ticked
from tests.factories import AT, TODAY

# --- Opened ---


def test_mark_late__opens_one_with_its_caseworker(followed: Followed, checkin: CheckIn) -> None:
    assert mark_late(by=CLOCK, at=AT) == 0
    assert mark_late(by=CLOCK, at=after(1)) == 1
    assert mark_late(by=CLOCK, at=after(1)) == 0
    row, step = missed(followed, checkin), step_of(followed, checkin)
    assert (row.cause, row.in_a_row, row.opened_at, row.recorded_by) == ("NOT_RECORDED", 1, after(1), None)
    assert (step.step, step.owner, step.since, step.deadline_on) == (
        "CASEWORKER", followed.alice, after(1), date(2024, 11, 8),
    )  # fmt: skip
    entry = LedgerEntry.objects.filter(object_type="missedcontact").get()
    assert (entry.initiator, entry.object_ids, entry.case_reference) == ("clock", [row.pk], "VIL-2024-0001")


def test_mark_late__after_days_without_a_clock_counts_from_the_day_it_was_late(
    followed: Followed, checkin: CheckIn
) -> None:
    mark_late(by=CLOCK, at=after(10))
    step = step_of(followed, checkin)
    assert (step.since.astimezone(AT.tzinfo).date(), step.deadline_on) == (date(2024, 11, 6), date(2024, 11, 8))


@pytest.mark.parametrize("outcome", ["HELD", "PARTLY", "MISSED_ACCEPTABLE", "CANCELLED_BY_US", "NOT_NEEDED"])
def test_record_checkin__answers_what_was_late(followed: Followed, checkin: CheckIn, outcome: str) -> None:
    ticked(after(1))
    record(followed, checkin, outcome, at=after(1))
    row = missed(followed, checkin)
    assert (row.answer, row.answered_by, row.answered_at) == ("RECORDED", followed.alice, after(1))
    assert [is_on for *_, is_on in path_of(followed, checkin)] == [False]


@pytest.mark.parametrize("outcome", ["HELD", "PARTLY", "MISSED_ACCEPTABLE", "CANCELLED_BY_US", "NOT_NEEDED"])
def test_record_checkin__opens_none_but_for_a_miss(followed: Followed, checkin: CheckIn, outcome: str) -> None:
    record(followed, checkin, outcome)
    with acting(followed.carla):
        assert missed_of(checkin, followed.carla, at=AT) is None


def test_record_checkin__a_miss_is_with_the_caseworker_the_same_day(followed: Followed, checkin: CheckIn) -> None:
    record(followed, checkin, "MISSED")
    row, step = missed(followed, checkin), step_of(followed, checkin)
    assert (row.cause, row.in_a_row, row.recorded_by) == ("MISSED", 1, followed.alice)
    assert (step.step, step.owner, step.deadline_on) == ("CASEWORKER", followed.alice, date(2024, 11, 7))


def test_record_checkin__a_miss_goes_on_from_the_step_it_is_at(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(4))
    before = path_of(followed, checkin)
    record(followed, checkin, "MISSED", at=after(4))
    assert missed(followed, checkin).cause == "MISSED"
    assert path_of(followed, checkin) == before


def test_record_checkin__another_contact_answers_a_miss(followed: Followed, checkin: CheckIn) -> None:
    record(followed, checkin, "MISSED", next_on=TODAY + DAY)
    assert missed(followed, checkin).answer == "ARRANGED"


def test_record_checkin__another_contact_takes_nothing_off_the_agenda(followed: Followed) -> None:
    critical = contact(followed)
    with acting(followed.alice):
        CheckIn.objects.filter(pk=critical.pk).update(is_critical=True)
    record(followed, critical, "MISSED", next_on=TODAY + DAY)
    assert is_open(followed, critical)
    assert step_of(followed, critical).step == "CONFERENCE"


# --- In a row, and critical ---


def test_record_checkin__the_third_in_a_row_goes_to_the_conference(followed: Followed) -> None:
    contacts = [contact(followed, days) for days in range(6)]
    told = ["MISSED", "HELD", "MISSED", "MISSED_ACCEPTABLE", "MISSED", "MISSED"]
    for one, outcome in zip(contacts, told, strict=True):
        record(followed, one, outcome, at=after(6))
    rows = [missed(followed, contacts[at]) for at in (0, 2, 4, 5)]
    assert [row.in_a_row for row in rows] == [1, 1, 2, 3]
    assert [step_of(followed, contacts[at]).step for at in (2, 4, 5)] == ["CASEWORKER", "CASEWORKER", "CONFERENCE"]
    assert path_of(followed, contacts[5]) == [("CONFERENCE", date(2024, 12, 9), True)]
    assert step_of(followed, contacts[5]).owner is None


def test_record_checkin__out_of_order_counts_anew_and_brings_none_down(followed: Followed) -> None:
    first, second, third = (contact(followed, days) for days in range(3))
    record(followed, second, "MISSED", at=after(3))
    record(followed, third, "MISSED", at=after(3))
    assert step_of(followed, third).step == "CASEWORKER"
    record(followed, first, "MISSED", at=after(3))
    assert missed(followed, third).in_a_row == 3
    assert [step for step, *_ in path_of(followed, third)] == ["CASEWORKER", "CONFERENCE"]
    with acting(followed.alice):
        correct_checkin(checkin=first, by=followed.alice, at=after(3), version=2, outcome="HELD")
    assert missed(followed, third).in_a_row == 2
    assert step_of(followed, third).step == "CONFERENCE"


def test_mark_late__a_critical_one_goes_to_the_conference_at_once(followed: Followed, checkin: CheckIn) -> None:
    with acting(followed.alice):
        CheckIn.objects.filter(pk=checkin.pk).update(is_critical=True)
    mark_late(by=CLOCK, at=after(1))
    assert step_of(followed, checkin).step == "CONFERENCE"


def test_mark_late__what_nobody_recorded_counts_itself_alone(followed: Followed) -> None:
    for days in (0, 1):
        record(followed, contact(followed, days), "MISSED", at=after(1))
    late = contact(followed, 2)
    mark_late(by=CLOCK, at=after(3))
    assert (missed(followed, late).in_a_row, step_of(followed, late).step) == (1, "CASEWORKER")
    record(followed, late, "MISSED", at=after(3))
    assert (missed(followed, late).in_a_row, step_of(followed, late).step) == (3, "CONFERENCE")


def test_settings__of_the_city_decide(followed: Followed, checkin: CheckIn) -> None:
    CitySettings.objects.create(
        recorded_at=AT, city=followed.cast.city, coordinator_after=1, conference_after=2, misses_in_a_row=2
    )  # fmt: skip
    ticked(after(2))
    assert path_of(followed, checkin) == [
        ("CASEWORKER", date(2024, 11, 7), False), ("COORDINATOR", date(2024, 11, 12), True),
    ]  # fmt: skip
    record(followed, contact(followed), "MISSED", at=after(2))
    record(followed, checkin, "MISSED", at=after(2))
    with acting(followed.carla):
        assert MissedContact.objects.filter(in_a_row=2, steps__step="CONFERENCE").count() == 1

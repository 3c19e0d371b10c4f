"""Who is told what, and when: the pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.checkins.reminding import (
    announced_at,
    clean_number,
    has_a_day,
    is_announced,
    person_over_at,
    person_told_at,
    section_of,
    told_before,
    whom_to_tell,
)
from cases.checkins.rules import late_from
from cases.outbox.rules import QUIET, quiet_time
from cities.places.rules import BRUSSELS, day_of, is_working_day, moment_of

TUESDAY = date(2024, 11, 5)
SEVEN, DAY = time(7), timedelta(days=1)

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
TIMES = st.none() | st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
HOURS = st.builds(time, st.integers(5, 20))


@dataclass
class Contact:
    """A check-in as the rules see it."""

    due_on: date = TUESDAY
    due_time: time | None = None
    within_week: bool = False
    late_from: date = TUESDAY + DAY
    kind: str = "OFFICE"


CONTACTS = st.builds(
    lambda day, at, within, grace: Contact(day, at, within, late_from(day, grace)),
    DAYS, TIMES, st.booleans(), st.integers(0, 10),
)  # fmt: skip


@given(contact=CONTACTS, hour=HOURS, passed=st.integers(-3, 20), has_step=st.booleans())
def test_section_of__one_at_most_and_never_announced_and_late(
    contact: Contact, hour: time, passed: int, has_step: bool
) -> None:
    today = contact.due_on + passed * DAY
    section = section_of(contact, today, hour, has_step=has_step)
    if has_step:
        assert section == "STEP"
    elif today >= contact.late_from:
        assert section == "LATE"
    elif section == "CHECKIN_REMINDER":
        assert is_announced(contact, today, hour)
    else:
        assert section in (None, "TO_RECORD")
        assert section is None or is_working_day(today)


@given(contact=CONTACTS, hour=HOURS)
def test_section_of__a_contact_is_announced_before_it_is_late_and_asked_for_after(contact: Contact, hour: time) -> None:
    """Whoever looks each day finds each contact: announced on its day or before, or late, and nothing between."""
    days = [contact.due_on + passed * DAY for passed in range(-7, 21)]
    found = {day: section_of(contact, day, hour) for day in days}
    announced = [day for day in days if found[day] == "CHECKIN_REMINDER"]
    if contact.within_week:
        assert all(is_working_day(day) for day in announced)
    else:
        assert announced[-1] == contact.due_on
        assert len(announced) == 1 + (contact.due_time is not None and contact.due_time < max(time(8), hour))
    assert [day for day in days if found[day] == "LATE"] == [day for day in days if day >= contact.late_from]
    to_record = [day for day in days if found[day] == "TO_RECORD"]
    assert all(contact.due_on < day < contact.late_from and is_working_day(day) for day in to_record)


@given(day=DAYS, at=TIMES, hour=HOURS)
def test_announced_at__before_the_contact(day: date, at: time | None, hour: time) -> None:
    told = announced_at(day, at, hour)
    if at is not None:
        assert told <= moment_of(day, at)
    assert day_of(told) in (day, day - DAY)


def test_section_of__some_time_this_week_is_told_on_its_first_working_day() -> None:
    easter_monday = date(2024, 4, 1)
    contact = Contact(easter_monday + 2 * DAY, within_week=True, late_from=easter_monday + 7 * DAY)
    assert section_of(contact, easter_monday, SEVEN) is None
    assert section_of(contact, easter_monday + DAY, SEVEN) == "CHECKIN_REMINDER"
    assert section_of(contact, easter_monday - 3 * DAY, SEVEN) is None
    assert not has_a_day(contact, contact.due_on)
    after = Contact(easter_monday + 2 * DAY, within_week=True, late_from=easter_monday + 20 * DAY)
    assert section_of(after, easter_monday + 7 * DAY, SEVEN) == "TO_RECORD"


@given(
    day=DAYS, days_before=st.integers(1, 7), channel=st.sampled_from(["SMS", "LETTER"]), quiet=st.tuples(HOURS, HOURS)
)
def test_person_told_at__sooner_rather_than_at_night(
    day: date, days_before: int, channel: str, quiet: tuple[time, time]
) -> None:
    told = person_told_at(Contact(day), channel, days_before, quiet)
    assert told is not None
    assert told < moment_of(day, time.min)
    wanted = moment_of(day - days_before * DAY, time(7) if channel == "LETTER" else time(10))
    if channel == "LETTER":
        assert told == wanted
    else:
        assert told <= wanted
        assert quiet_time(told, quiet) is None


@pytest.mark.parametrize("contact", [Contact(kind="SCHOOL"), Contact(kind="EMPLOYER", within_week=True)])
def test_person_told_at__not_of_what_he_does_not_come_to(contact: Contact) -> None:
    assert person_told_at(contact, "SMS", 1, QUIET) is None


@given(contact=CONTACTS, days_before=st.integers(1, 7), channel=st.sampled_from(["SMS", "LETTER"]))
def test_person_told_at__of_the_week_before_it_begins(contact: Contact, days_before: int, channel: str) -> None:
    """Never when nothing is left of it, and not before the clock looks at the contact at all."""
    contact.within_week = True
    told = person_told_at(contact, channel, days_before, QUIET)
    assert told is not None
    monday = contact.due_on - contact.due_on.weekday() * DAY
    assert told < moment_of(monday, time.min) or contact.due_on.weekday() > 4
    assert day_of(told) >= contact.due_on - 7 * DAY
    if contact.due_on - monday + days_before * DAY <= 7 * DAY:
        assert day_of(told) == monday - days_before * DAY
    assert person_over_at(contact) > moment_of(max(contact.due_on, monday + 4 * DAY), time(23))


def test_person_over_at__its_hour_its_day_its_week() -> None:
    assert person_over_at(Contact(due_time=time(14))) == moment_of(TUESDAY, time(14))
    assert person_over_at(Contact()) == moment_of(TUESDAY, time.max)
    assert person_over_at(Contact(due_time=time(14), within_week=True)) == moment_of(TUESDAY + 3 * DAY, time.max)


def test_told_before__by_the_clock_on_the_wall_of_that_day() -> None:
    spring = date(2026, 3, 29)
    assert told_before(spring, time(3, 30), 60) == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert told_before(TUESDAY, time(14), 30).astimezone(BRUSSELS).time() == time(13, 30)


@given(
    can=st.sets(st.integers(1, 6)),
    deputy=st.none() | st.just(2),
    coordinators=st.lists(st.sampled_from([3, 4]), unique=True),
)
def test_whom_to_tell__a_step_up_instead_of_nowhere(can: set[int], deputy: int | None, coordinators: list[int]) -> None:
    told = whom_to_tell(1, deputy=deputy, coordinators=coordinators, owner=5, can=can.__contains__)
    assert set(told.recipients) <= can
    assert told.recipients or told.on_the_board
    if 1 in can:
        assert told.recipients == [1]
    elif deputy in can:
        assert told.recipients == [deputy]
    elif can & set(coordinators):
        assert set(told.recipients) == can & set(coordinators)
    else:
        assert told.on_the_board
        assert list(told.recipients) == ([5] if 5 in can else [])
    assert told.in_app == told.on_the_board


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("0470 12 34 56", "+32470123456"),
        ("0470/12.34.56", "+32470123456"),
        ("+32 470 12 34 56", "+32470123456"),
        ("0032470123456", "+32470123456"),
        ("+31 6 12345678", "+31612345678"),
        ("02 123 45 67", None),
        ("nobody's", None),
        ("", None),
    ],
)
def test_clean_number__as_it_is_dialled_from_anywhere(typed: str, dialled: str | None) -> None:
    assert clean_number(typed) == dialled

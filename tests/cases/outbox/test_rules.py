"""How long to wait before trying again, when nobody is disturbed, and what is still worth telling."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases.outbox.rules import (
    ANNOUNCES,
    MOST_ATTEMPTS,
    MessageKind,
    after_quiet,
    before_quiet,
    held_until,
    is_still_so,
    key_of,
    message_id,
    quiet_time,
    wait_after,
)
from cities.places.rules import BRUSSELS, moment_of

QUARTERS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
HOURS = st.tuples(QUARTERS, QUARTERS)
MINUTE = timedelta(minutes=1)

#: Any minute of any day, and often one of the two nights in which the clocks change.
MOMENTS = st.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + minutes * MINUTE,
    st.one_of(
        st.dates(date(2024, 1, 1), date(2030, 12, 31)),
        st.sampled_from([date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)]),
    ),
    st.integers(0, 24 * 60 - 1),
)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (8, 128), (30, 24 * 60)])
def test_wait_after__doubles_to_a_day_at_most(attempts: int, minutes: int) -> None:
    assert wait_after(attempts) == timedelta(minutes=minutes)


def test_wait_after__all_attempts_together_outlast_a_restart() -> None:
    assert sum((wait_after(attempt) for attempt in range(1, MOST_ATTEMPTS)), timedelta()) > timedelta(hours=2)


def test_message_id__the_same_for_the_same_delivery() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    assert message_id(one, domain="example.org") == f"<{one}@example.org>"
    assert message_id(one, domain="example.org") != message_id(other, domain="example.org")


def test_key_of__kind_cause_and_recipient() -> None:
    assert key_of("LATE", "check-in 31 on 2024-11-05", 7) == "LATE check-in 31 on 2024-11-05 to 7"


def is_quiet_by_the_wall(at: datetime, begins: time, ends: time) -> bool:
    """The same, read off the wall: right but in the hours that a night skips or has twice."""
    wall = at.astimezone(BRUSSELS).time()
    return begins <= wall < ends if begins <= ends else wall >= begins or wall < ends


@given(at=MOMENTS, quiet=HOURS)
def test_quiet_time__is_what_the_wall_says(at: datetime, quiet: tuple[time, time]) -> None:
    changes = moment_of(at.date() - timedelta(days=1), time(12)), moment_of(at.date() + timedelta(days=1), time(12))
    if (changes[1] - changes[0]) == timedelta(days=2):
        assert (quiet_time(at, quiet) is not None) == is_quiet_by_the_wall(at, *quiet)


@given(at=MOMENTS, quiet=HOURS)
@example(at=datetime(2026, 10, 25, 1, 10, tzinfo=UTC), quiet=(time(20), time(2, 30)))  # the second 02:10
@example(at=datetime(2026, 3, 29, 0, 59, tzinfo=UTC), quiet=(time(20), time(2, 30)))  # there is no 02:30
@example(at=datetime(2026, 3, 29, 0, 30, tzinfo=UTC), quiet=(time(3), time(2)))  # it ends when it begins again
def test_quiet_hours__what_waits_comes_after_them_and_what_is_brought_forward_before(
    at: datetime, quiet: tuple[time, time]
) -> None:
    after, before = after_quiet(at, quiet), before_quiet(at, quiet)
    assert before <= at <= after
    assert quiet_time(after, quiet) is None
    assert quiet_time(before, quiet) is None
    if quiet_time(at, quiet) is None:
        assert before == at == after
    else:
        assert quiet_time(after - MINUTE, quiet) is not None
        assert quiet_time(before + MINUTE, quiet) is not None
        assert after - before <= timedelta(hours=49)


@pytest.mark.parametrize(
    ("at", "quiet", "after"),
    [
        ("2026-10-25T00:10+00:00", (time(20), time(2, 30)), "2026-10-25T01:30+00:00"),  # the first 02:10
        ("2026-10-25T01:10+00:00", (time(20), time(2, 30)), "2026-10-25T01:30+00:00"),  # the second
        ("2026-03-29T00:30+00:00", (time(20), time(2, 30)), "2026-03-29T01:30+00:00"),  # there is none: 03:30
        ("2024-11-05T20:00+01:00", (time(20), time(7)), "2024-11-06T07:00+01:00"),
        ("2024-11-05T19:59+01:00", (time(20), time(7)), "2024-11-05T19:59+01:00"),
        ("2024-11-05T13:00+01:00", (time(12), time(14)), "2024-11-05T14:00+01:00"),
        ("2024-11-05T13:00+01:00", (time(12), time(12)), "2024-11-05T13:00+01:00"),  # none at all
    ],
)
def test_after_quiet__by_the_clocks_of_brussels(at: str, quiet: tuple[time, time], after: str) -> None:
    assert after_quiet(datetime.fromisoformat(at), quiet) == datetime.fromisoformat(after)


NIGHT, MORNING = datetime(2024, 11, 5, 5, 30, tzinfo=UTC), datetime(2024, 11, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "happens_at", "sent_at"),
    [
        ("LATE", None, MORNING),
        ("CHECKIN_REMINDER", None, MORNING),
        ("CHECKIN_REMINDER", MORNING + MINUTE, MORNING),
        ("CHECKIN_REMINDER", MORNING, NIGHT),  # it would come when the contact begins
        ("CHECKIN_REMINDER", NIGHT, MORNING),  # it is too late anyhow
        ("TO_PERSON", MORNING, MORNING),
        ("BEFORE", MORNING, NIGHT),
    ],
)
def test_held_until__waits_unless_it_would_come_too_late(
    kind: str, happens_at: datetime | None, sent_at: datetime
) -> None:
    assert held_until(NIGHT, kind=kind, quiet=(time(20), time(7)), happens_at=happens_at) == sent_at


@given(
    kind=st.sampled_from(list(MessageKind)), planned=st.booleans(), late=st.booleans(), over=st.booleans(),
    unanswered=st.booleans(),
)  # fmt: skip
def test_is_still_so__nothing_is_announced_that_is_late_or_over(
    kind: MessageKind, planned: bool, late: bool, over: bool, unanswered: bool
) -> None:
    so = is_still_so(kind, planned=planned, late=late, over=over, unanswered=unanswered)
    if kind in ANNOUNCES:
        assert so == (planned and not late and not over)
    elif kind == MessageKind.TO_RECORD:
        assert so == (planned and not late)
    else:
        assert so == {"LATE": planned, "STEP": unanswered}.get(kind, True)

"""What becomes of each occurrence of a rhythm: held on its day, moved, left out, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.checkins.calendars import Away, Calendar, MoveReason, Period, deputy_on, why_off, with_absences, within
from cases.checkins.recurrence import (
    DAYS,
    MONTHS,
    ONE_DAY,
    WEEKS,
    Recurring,
    fault_of,
    occurrences,
    occurrences_from,
)


class MovePolicy(models.TextChoices):
    """What happens to an occurrence that falls on a day off."""

    KEEP = "KEEP", _("keep the day")
    NEXT = "NEXT", _("the next working day")
    PREVIOUS = "PREVIOUS", _("the working day before")
    NEAREST = "NEAREST", _("the nearest working day")
    SKIP = "SKIP", _("skip it")


#: After so many days off in a row nobody looks further: the occurrence is not held.
LONGEST_SEARCH = 60

#: What lies further back, or further ahead, than this has no part in what becomes of a day: it can be moved by a
#: search at most, within its week besides; to the nearest day of two, the other search may come from as far again.
_REACH = timedelta(days=LONGEST_SEARCH + 14)
_REACH_OF_NEAREST = timedelta(days=2 * LONGEST_SEARCH + 14)


@dataclass(frozen=True)
class Planned:
    """One occurrence and what becomes of it: held on `due_on`, or not held when that is empty; `because` says why.

    `held_by` is the deputy who holds it, on the day on which the rhythm's own caseworker is away; empty: she does.
    """

    occurs_on: date
    due_on: date | None
    because: MoveReason | None = None
    held_by: int | None = None

    @property
    def is_moved(self) -> bool:
        return self.due_on is not None and self.due_on != self.occurs_on


def moved(day: date, policy: str, *, calendar: Calendar = why_off) -> date | None:
    """The day on which an occurrence of `day` is held under a policy, or None when it is not held.

    KEEP keeps the day whatever is off, weekend, closed office or absence: whoever chose it arranges for that day. But
    never a day to avoid by agreement, which is the person's and not ours: that moves to the next day that is worked.
    The nearest of two days equally near is the later one: nobody is expected sooner than was agreed.
    """
    because = calendar(day)
    if because is None or _keeps(policy, because):
        return day
    if policy == MovePolicy.SKIP:
        return None
    after = _worked_from(day, ONE_DAY, calendar) if policy != MovePolicy.PREVIOUS else None
    before = _worked_from(day, -ONE_DAY, calendar) if policy in (MovePolicy.PREVIOUS, MovePolicy.NEAREST) else None
    if after is None or before is None:
        return after or before
    return after if after - day <= day - before else before


def _keeps(policy: str, because: MoveReason) -> bool:
    return policy == MovePolicy.KEEP and because != MoveReason.AVOIDED


def _worked_from(day: date, step: timedelta, calendar: Calendar) -> date | None:
    """The first day that is worked, searched from `day` in one direction, and not for ever."""
    for _passed in range(LONGEST_SEARCH):
        day += step
        if calendar(day) is None:
            return day
    return None


def planned(
    pattern: Recurring, first: date, until: date, *, pauses: Sequence[Period] = (), calendar: Calendar = why_off,
    away: Sequence[Away] = (), by_hand: Collection[date] = (),
) -> list[Planned]:  # fmt: skip
    """What becomes of each occurrence from `first` until `until` (half-open), paused ones left out.

    When any day of its week will do, an occurrence on a day off is held on another worked day of that week, in the
    direction of the policy if there is one; only a week without any leaves it to the policy. One that would be moved
    out of the rhythm's own period is not held (a number of times has no such end: the last of them counts wherever it
    is held), nor is one that would land on a day that another occurrence has: two contacts on one day were never
    agreed. A pause takes what would be held within it. Where the caseworker is `away` a deputy keeps the day; without
    one it is a day off, whether or not the calendar knows it. Of the days in `by_hand` a contact was arranged apart.
    """
    return list(_planned(pattern, occurrences(pattern, first, until), pauses, calendar, away, by_hand))


def next_days(
    pattern: Recurring, *, first: date, count: int = 10, pauses: Sequence[Period] = (), calendar: Calendar = why_off,
    away: Sequence[Away] = (), by_hand: Collection[date] = (),
) -> list[Planned]:  # fmt: skip
    """The next occurrences from `first` on, with what moves and why: the preview while a rhythm is being arranged."""
    within_two_lives = islice(occurrences_from(pattern, first), 20 * count)  # a pause may have no end
    return list(islice(_planned(pattern, within_two_lives, pauses, calendar, away, by_hand), count))


def _planned(
    pattern: Recurring, days: Iterable[date], pauses: Sequence[Period], calendar: Calendar, away: Sequence[Away],
    by_hand: Collection[date],
) -> Iterator[Planned]:  # fmt: skip
    calendar = with_absences(calendar, away)

    @cache
    def lands(day: date) -> date | None:
        return _in_its_week(pattern, day, calendar) or moved(day, pattern.policy, calendar=calendar)

    for day in days:
        because = MoveReason.BY_HAND if day in by_hand else calendar(day)
        due: date | None = day
        if because == MoveReason.BY_HAND:
            due = None
        elif because:
            due = lands(day)
            if due == day:
                because = None
            elif due and (_is_outside(pattern, due) or _is_taken(pattern, day, due, calendar, lands, by_hand)):
                due = None
        if not (pauses and within(due or day, pauses)):
            yield Planned(day, due, because, deputy_on(due, away) if due and away else None)


def _in_its_week(pattern: Recurring, day: date, calendar: Calendar) -> date | None:
    """Another day of the week that will do as well, when any of them will and `day` is off."""
    because = calendar(day)
    if not pattern.within_week or because is None or _keeps(pattern.policy, because):
        return None
    days = [day + timedelta(days=passed - day.weekday()) for passed in range(5)]
    worked = [one for one in days if calendar(one) is None and not _is_outside(pattern, one)]
    later, earlier = [one for one in worked if one > day], [one for one in worked if one < day]
    if pattern.policy == MovePolicy.NEAREST and later and earlier:
        return later[0] if later[0] - day <= day - earlier[-1] else earlier[-1]
    if not later or (earlier and pattern.policy == MovePolicy.PREVIOUS):
        return earlier[-1] if earlier else None
    return later[0]


def _is_outside(pattern: Recurring, day: date) -> bool:
    if day < pattern.starts_on:
        return True
    return pattern.ends_on is not None and day >= pattern.ends_on and pattern.times is None


def _is_taken(
    pattern: Recurring, day: date, due: date, calendar: Calendar, lands: Callable[[date], date | None],
    by_hand: Collection[date],
) -> bool:  # fmt: skip
    """Whether `due` is another occurrence's own day, or an earlier occurrence is moved to it too."""
    first = due
    while due - first < timedelta(days=LONGEST_SEARCH) and calendar(first - ONE_DAY) is not None:
        first -= ONE_DAY
    rivals = occurrences(pattern, first, max(day, due) + ONE_DAY)
    return any(
        rival == due or (rival < day and lands(rival) == due)
        for rival in rivals
        if rival != day and rival not in by_hand
    )


def shape_of(pattern: Recurring, first: date, until: date | None = None) -> Hashable:
    """What decides on `planned(pattern, first, …)`: two patterns of one shape have the same, with the same calendar,
    pauses, absences and days arranged by hand, however long ago each of them started.

    So a rhythm that started long ago is known by where its first stretch lay in the round of `every`. With `until` an
    end that comes long after the window is left out too; without it the shape also says which day comes after any
    window. What a calendar is made from (regional and school holidays avoided or not) is in it.
    """
    if fault := fault_of(pattern):
        return fault
    ends_on, times = pattern.ends_on, pattern.times
    reach = _REACH_OF_NEAREST if pattern.policy == MovePolicy.NEAREST else _REACH
    is_counted = times is not None and ends_on is not None
    began: date | int = pattern.starts_on
    if ends_on is not None:
        times = None
        if until is not None and ends_on - until >= reach:
            ends_on, is_counted = None, False
    if first - pattern.starts_on >= reach and times is None:
        began = _round_of(pattern)
    on: Hashable = ()
    if pattern.frequency == WEEKS:
        on = tuple(sorted(set(pattern.weekdays)))
    elif pattern.frequency == MONTHS:
        on = (pattern.month_day,) if pattern.month_day is not None else (pattern.nth, pattern.nth_weekday)
    return (
        pattern.frequency, pattern.every, on, pattern.policy, pattern.within_week, began, ends_on, times,
        is_counted, pattern.avoids_regional, pattern.avoids_school,
    )  # fmt: skip


def _round_of(pattern: Recurring) -> int:
    """Where the stretch (day, week, month) that the pattern starts in lies in the round of `every`."""
    start = pattern.starts_on
    if pattern.frequency == WEEKS:
        return (start.toordinal() - 1) // 7 % pattern.every  # 1 January of the year 1 is a Monday
    if pattern.frequency == DAYS:
        return start.toordinal() % pattern.every
    return (start.year * 12 + start.month) % pattern.every if pattern.frequency == MONTHS else 0

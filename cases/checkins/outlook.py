"""What stands around rhythms: days off, pauses, absences and who stands in. Asked for many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from cases.access.selectors import Knowers, knowers
from cases.casefiles.models import Casefile
from cases.checkins.calendars import Away, DaysOff, Period, days_off, why_off
from cases.checkins.models import AvoidedDays, Pause, Rhythm
from cases.checkins.planning import LONGEST_SEARCH
from cities.agencies.models import ClosingDays
from cities.places.models import City, SchoolHoliday
from cities.places.rules import Community, communities_of
from cities.staff.models import Absence

if TYPE_CHECKING:
    from cases.checkins.calendars import Calendar

#: Days off so far outside a window still decide on what is moved into it, or out of it.
_REACH = timedelta(days=2 * LONGEST_SEARCH)


@dataclass(frozen=True)
class Outlook:
    """What one rhythm has to reckon with in a window of time. Two that reckon with the same are equal."""

    calendar: Calendar = why_off
    pauses: tuple[Period, ...] = ()
    away: tuple[Away, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What holds for many rhythms in a window: closing days by agency, absences by user, school holidays, cities."""

    first: date
    until: date
    at: datetime
    closed: dict[int, tuple[Period, ...]]
    absences: dict[int, tuple[Absence, ...]]
    school: dict[str, tuple[Period, ...]]
    cities: dict[int, City]


def surroundings(first: date, until: date, *, at: datetime) -> Surroundings:
    """Whatever of the public square decides on the days from `first` until `until`: a few rows, for all rhythms."""
    first = first - _REACH if first - date.min > _REACH else date.min
    until = until + _REACH if date.max - until > _REACH else date.max  # the calendar itself ends
    window = {"starts_on__lt": until, "ends_on__gt": first}
    closed: dict[int, list[Period]] = defaultdict(list)
    for closing in ClosingDays.objects.filter(**window, withdrawn_at__isnull=True).order_by("starts_on"):
        closed[closing.agency_id].append((closing.starts_on, closing.ends_on))
    school: dict[str, list[Period]] = defaultdict(list)
    for holiday in SchoolHoliday.objects.filter(**window).order_by("starts_on"):
        school[holiday.community].append((holiday.starts_on, holiday.ends_on))
    absences: dict[int, list[Absence]] = defaultdict(list)
    for absence in Absence.objects.between(first, until).order_by("starts_on"):
        absences[absence.user_id].append(absence)
    return Surroundings(
        first, until, at,
        closed={agency: tuple(periods) for agency, periods in closed.items()},
        absences={user: tuple(rows) for user, rows in absences.items()},
        school={community: tuple(periods) for community, periods in school.items()},
        cities=City.objects.in_bulk(),
    )  # fmt: skip


def outlooks(rhythms: Sequence[Rhythm], around: Surroundings) -> list[Outlook]:
    """What each of these rhythms has to reckon with, in their order; one still being typed has no pauses yet.

    A few queries, however many rhythms there are. A deputy stands in only where she may know of the case.
    """
    cases = {rhythm.casefile_id for rhythm in rhythms}
    agencies = dict(Casefile.objects.filter(pk__in=cases).values_list("pk", "agency_id"))
    pauses = _periods(Pause.objects.filter(rhythm__in=[rhythm.pk for rhythm in rhythms if rhythm.pk]), "rhythm_id")
    avoided = _periods(
        AvoidedDays.objects.filter(
            casefile__in=cases, withdrawn_at__isnull=True, starts_on__lt=around.until, ends_on__gt=around.first
        ),
        "casefile_id",
    )
    deputies = _deputies_of(rhythms, around)
    sights = knowers(deputies, cases, at=around.at) if deputies else Knowers()
    found: dict[Outlook, Outlook] = {}
    made = []
    for rhythm in rhythms:
        away = _away(rhythm, around, sights) if rhythm.caseworker_id in around.absences else ()
        city = around.cities[rhythm.city_id]
        school: tuple[Period, ...] = ()
        if rhythm.avoids_school:
            schools: Iterable[Community] = sorted(communities_of(city.region, city.languages))
            school = tuple(period for one in schools for period in around.school.get(one, ()))
        calendar = days_off(
            rhythm, region=city.region, languages=city.languages, school=school,
            closed=around.closed.get(agencies[rhythm.casefile_id], ()), away=away,
            avoided=avoided.get(rhythm.casefile_id, ()),
        )  # fmt: skip
        one = Outlook(why_off if calendar == DaysOff() else calendar, pauses.get(rhythm.pk, ()), away)
        made.append(found.setdefault(one, one))  # the same one, so that what is known of its days is asked once
    return made


def _periods(rows: Iterable[Pause | AvoidedDays], of: str) -> dict[int, tuple[Period, ...]]:
    found: dict[int, list[Period]] = defaultdict(list)
    for row in rows:
        found[getattr(row, of)].append((row.starts_on, row.ends_on))
    return {key: tuple(sorted(periods, key=lambda period: period[0])) for key, periods in found.items()}


def _deputies_of(rhythms: Sequence[Rhythm], around: Surroundings) -> set[int]:
    absences = (absence for rhythm in rhythms for absence in around.absences.get(rhythm.caseworker_id, ()))
    return {absence.deputy_id for absence in absences if absence.deputy_id}


def _away(rhythm: Rhythm, around: Surroundings, sights: Knowers) -> tuple[Away, ...]:
    """The absences of whoever holds the contacts, cut where the deputy is away herself."""
    pieces: list[Away] = []
    for absence in around.absences[rhythm.caseworker_id]:
        start, end, deputy = absence.starts_on, absence.ends_on, absence.deputy_id
        if deputy is None or not sights.include(deputy, case_id=rhythm.casefile_id, city_id=rhythm.city_id):
            pieces.append(Away(start, end))
            continue
        for other in around.absences.get(deputy, ()):
            if other.starts_on < end and other.ends_on > start:
                if other.starts_on > start:
                    pieces.append(Away(start, other.starts_on, deputy))
                pieces.append(Away(max(start, other.starts_on), min(end, other.ends_on)))
                start = min(end, other.ends_on)
        if start < end:
            pieces.append(Away(start, end, deputy))
    return tuple(pieces)

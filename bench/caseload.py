"""An invented caseload for the kill harness, written in bulk, and what has to come of it by plain arithmetic.

Nothing of the code under test is asked: contacts are weekly or two-weekly and kept on their day, so that a day is a
sum; who is to be told of what follows from three sorts of workers.

* *day*: a message of the day at seven, of what is on and what is late;
* *before*: none, but a reminder so many minutes before each contact, due between eight and half past four;
* *night*: both sorts once more, with contacts on the Sunday of a clock change, the message of the day at half past two
  (an hour that comes twice in October and not at all in March), or reminded in the middle of that night.

A tenth of the contacts has a person who agreed to an SMS, another to a letter; some were late before the first tick.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

BRUSSELS = ZoneInfo("Europe/Brussels")
TUESDAY, FRIDAY, SUNDAY, MONDAY, NEXT_TUESDAY = (date(2026, 10, day) for day in (20, 23, 25, 26, 27))
SPRING_SUNDAY = date(2027, 3, 28)
HORIZON = timedelta(weeks=8)
MADE_AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
CONTACTS_EACH = 4
CITIES = 12


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment by the clocks of Brussels."""
    return datetime.combine(day, time(hour, minute), BRUSSELS)


@dataclass(frozen=True)
class Worker:
    """Somebody who holds contacts, or coordinates a city."""

    number: int
    city: int
    role: str = "CASEWORKER"
    digest_at: time | None = None
    remind_before: int = 0

    @property
    def email(self) -> str:
        return f"worker{self.number}@example.org"


@dataclass(frozen=True)
class Contacts:
    """One rhythm of one case: from a day on, every so many weeks, at a time; by whom."""

    number: int
    worker: Worker
    starts_on: date
    first: date  # the first that is still to be made
    every: int
    time: time
    agreed: str = ""

    @property
    def reference(self) -> str:
        return f"{code(self.worker.city)}-2026-{self.number:05d}"

    @property
    def telephone(self) -> str:
        return f"+32470{self.number:06d}"

    def days(self, until: date) -> Iterator[date]:
        """Every occurrence before `until`, also what was made before."""
        day = self.starts_on
        while day < until:
            yield day
            day += timedelta(weeks=self.every)


@dataclass
class Caseload:
    """All of it; `spring` are the contacts of the second night."""

    workers: list[Worker] = field(default_factory=list)
    coordinators: list[Worker] = field(default_factory=list)
    autumn: list[Contacts] = field(default_factory=list)
    spring: list[Contacts] = field(default_factory=list)


def code(city: int) -> str:
    return f"X{chr(65 + city // 26)}{chr(65 + city % 26)}"


def invent(due: int) -> Caseload:
    """So many contacts due on Tuesday, a tenth as many on Wednesday, Friday and each of the two Sundays."""
    load = Caseload()
    load.coordinators = [Worker(number + 1, number, "COORDINATOR", time(7)) for number in range(CITIES)]
    some = max(due // 10, 4)
    _hold(load, load.autumn, due // 2, TUESDAY, digest_at=time(7), begins=(18, 19))
    _hold(load, load.autumn, due - due // 2, TUESDAY, remind=True, begins=(18, 19))
    _hold(load, load.autumn, some, TUESDAY + timedelta(days=1), digest_at=time(7), begins=(10, 11))
    _hold(load, load.autumn, some, FRIDAY, digest_at=time(7), begins=(10, 11))
    _hold(load, load.autumn, some // 2, SUNDAY, digest_at=time(2, 30), begins=(10, 11))
    _hold(load, load.autumn, some - some // 2, SUNDAY, remind=True, night=True, begins=(10,))
    _hold(load, load.spring, some // 2, SPRING_SUNDAY, digest_at=time(2, 30), begins=(10, 11))
    _hold(load, load.spring, some - some // 2, SPRING_SUNDAY, remind=True, night=True, begins=(10,))
    return load


def _hold(
    load: Caseload, into: list[Contacts], count: int, day: date, *, begins: tuple[int, ...],
    digest_at: time | None = None, remind: bool = False, night: bool = False,
) -> None:  # fmt: skip
    for index in range(count):
        if index % CONTACTS_EACH == 0:
            user = len(load.coordinators) + len(load.workers) + 1
            minutes = (450 if night else 180 + user * 37 % 420) if remind else 0
            load.workers.append(Worker(user, user % CITIES, digest_at=digest_at, remind_before=minutes))
        number = len(load.autumn) + len(load.spring) + 1
        on_the_day = day == TUESDAY and not remind
        every, was_late = (2 if index % 5 == 0 else 1), on_the_day and index % 20 == 2
        agreed = {4: "SMS", 6: "LETTER"}.get(index % 10, "") if on_the_day else ""
        starts_on = day - timedelta(weeks=every) if was_late else day
        hour = begins[index % len(begins)]
        into.append(Contacts(number, load.workers[-1], starts_on, day, every, time(hour), agreed))


# --- What has to come of it ---

#: The days on which the clock ran when the message of the day is made; on the Saturday it ran in the evening.
TOLD_IN_AUTUMN = (TUESDAY, FRIDAY, SUNDAY, MONDAY, NEXT_TUESDAY)

#: kind of telling, number of the contact, day, number of the worker (0: the person himself)
Cause = tuple[str, int, date, int]


def late_from(day: date) -> date:
    """The next day that is worked. There is no public holiday in these weeks."""
    return day + timedelta(days={4: 3, 5: 2}.get(day.weekday(), 1))


def occurrences(contacts: Iterable[Contacts], until: date) -> set[tuple[int, date]]:
    """Every check-in that has to be there, once, when the clock last came by eight weeks before `until`."""
    return {(one.number, day) for one in contacts for day in one.days(until)}


def causes(contacts: Iterable[Contacts], told_on: Sequence[date], last: datetime) -> set[Cause]:
    """Whom has to have been told of what, by the moment `last`."""
    found: set[Cause] = set()
    for one in contacts:
        user = one.worker.number
        for day in one.days(last.date() + timedelta(days=1)):
            begins = datetime.combine(day, one.time, BRUSSELS)
            if one.worker.digest_at and day in told_on:
                found.add(("announced", one.number, day, user))
            if one.worker.digest_at and any(late_from(day) <= told for told in told_on if told.weekday() < 5):
                found.add(("late", one.number, day, user))
            due = begins.astimezone(UTC) - timedelta(minutes=one.worker.remind_before)
            if one.worker.remind_before and day in told_on and due <= last:
                found.add(("before", one.number, day, user))
            if one.agreed and day >= one.first:
                found.add(("letter" if one.agreed == "LETTER" else "person", one.number, day, 0))
    return found


def late_ones(contacts: Iterable[Contacts], today: date) -> set[tuple[int, date]]:
    """Each check-in that has to have become a missed contact by today."""
    return {(one.number, day) for one in contacts for day in one.days(today) if late_from(day) <= today}


# --- Writing it ---


def write(connection: psycopg.Connection[tuple[Any, ...]], load: Caseload) -> None:
    """As the superuser, in bulk. The number of a case, a person, a plan, a rhythm is that of its contacts."""
    everybody = [*load.coordinators, *load.workers]
    contacts = [*load.autumn, *load.spring]
    _copy(connection, "cities_city", (
        {"id": city + 1, "code": code(city), "nis": f"{90000 + city}", "region": "FLANDERS", "languages": "nl",
         "note": "", "version": 1, **{f"name_{language}": f"Invented {city}" for language in ("nl", "fr", "de", "en")}}
        for city in range(CITIES)
    ))  # fmt: skip
    _copy(connection, "cities_agency", (
        {"id": city + 1, "name": f"Invented agency {city}", "kind": "PREVENTION", "city_id": city + 1, "email": "",
         "phone": "02 555 01 00", "is_active": True, "version": 1}
        for city in range(CITIES)
    ))  # fmt: skip
    _copy(connection, "cities_user", (
        {"id": one.number, "password": "!", "is_superuser": False, "username": f"worker{one.number}",
         "first_name": "Testa", "last_name": f"Example{one.number}", "email": one.email, "is_staff": False,
         "is_active": True, "date_joined": MADE_AT, "language": "en", "phone": "", "shortcuts": True, "by_email": True,
         "digest_at": one.digest_at, "remind_before": one.remind_before, "next_digest_at": MADE_AT, "version": 1}
        for one in everybody
    ), recorded=False)  # fmt: skip
    _copy(connection, "cities_posting", (
        {"id": one.number, "user_id": one.number, "role": one.role, "agency_id": one.city + 1, "city_id": one.city + 1,
         "starts_on": date(2020, 1, 1), "version": 1}
        for one in everybody
    ))  # fmt: skip
    begins = MADE_AT.date()
    _copy(connection, "cases_person", (
        {"id": one.number, "city_id": one.worker.city + 1, "official_name": f"Nemo Invented{one.number}",
         "sort_name": "nemo", "sex": "X", "birth_precision": "UNKNOWN", "language": "", "interpreter_needed": False,
         "phone": "", "address": "", "version": 1}
        for one in contacts
    ))  # fmt: skip
    _copy(connection, "cases_casefile", (
        {"id": one.number, "city_id": one.worker.city + 1, "reference": one.reference, "year": 2026,
         "number": one.number, "person_id": one.number, "stage": "FOLLOW_UP", "ground": "LIVC",
         "agency_id": one.worker.city + 1, "opened_on": begins, "owner_id": one.worker.number, "next_step": "Go on",
         "next_step_on": begins, "version": 1}
        for one in contacts
    ))  # fmt: skip
    _copy(connection, "cases_caseaccess", (
        {"casefile_id": one.number, "city_id": one.worker.city + 1, "user_id": one.worker.number,
         "posting_id": one.worker.number, "reference": one.reference, "compartment": "CORE", "ground": "TEAM",
         "reason": "", "ended_because": "", "starts_at": MADE_AT}
        for one in contacts
    ))  # fmt: skip
    _copy(connection, "cases_followupplan", (
        {"id": one.number, "casefile_id": one.number, "city_id": one.worker.city + 1, "number": 1, "state": "AGREED",
         "summary": "", "person_view": "", "consent": "GIVEN", "consent_by": "", "starts_on": begins,
         "agreed_on": begins, "version": 1}
        for one in contacts
    ))  # fmt: skip
    held = {"kind": "OFFICE", "with_interpreter": False, "within_week": False, "duration": 45, "place": "Desk 3",
            "tolerance_days": 0, "is_critical": False, "who_else": "", "version": 1}  # fmt: skip
    _copy(connection, "cases_rhythm", (
        {**_of(one), **held, "id": one.number, "frequency": "WEEKS", "every": one.every,
         "weekdays": [one.first.weekday()], "time": one.time, "early_days": 0, "policy": "KEEP",
         "avoids_regional": False, "avoids_school": False, "starts_on": one.starts_on, "state": "ACTIVE",
         "materialised_until": one.first, "set_aside_error": ""}
        for one in contacts
    ))  # fmt: skip
    _copy(connection, "cases_checkin", (
        {**_of(one), **held, "rhythm_id": one.number, "occurs_on": day, "due_on": day, "due_time": one.time,
         "moved_because": "", "late_from": late_from(day), "by_hand": False, "state": "PLANNED", "outcome": "",
         "asked_by": ""}
        for one in contacts
        for day in one.days(one.first)
    ))  # fmt: skip
    _copy(connection, "cases_agreedreminder", (
        {"casefile_id": one.number, "city_id": one.worker.city + 1, "channel": one.agreed, "language": "nl",
         "number": one.telephone if one.agreed == "SMS" else "", "days_before": 1, "agreed_on": begins}
        for one in contacts
        if one.agreed
    ))  # fmt: skip
    connection.execute("ANALYZE")


def _of(one: Contacts) -> dict[str, Any]:
    return {"casefile_id": one.number, "city_id": one.worker.city + 1, "plan_id": one.number,
            "caseworker_id": one.worker.number}  # fmt: skip


def _copy(
    connection: psycopg.Connection[tuple[Any, ...]], table: str, rows: Iterable[dict[str, Any]], *,
    recorded: bool = True,
) -> None:  # fmt: skip
    made = {"recorded_at": MADE_AT} if recorded else {}
    given = [made | row for row in rows]
    if not given:
        return
    names = list(given[0])
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor().copy(into) as copying:
        for row in given:
            copying.write_row([row[name] for name in names])


def close_the_autumn(connection: psycopg.Connection[tuple[Any, ...]], load: Caseload) -> None:
    """What was followed up until October is over, so that five months without a clock are not told in March."""
    numbers = [one.number for one in load.autumn]
    for statement in (
        "UPDATE cases_rhythm SET state = 'ENDED', ends_on = greatest(starts_on, '2026-10-28') WHERE id = ANY(%s)",
        "UPDATE cases_checkin SET state = 'CANCELLED' WHERE state = 'PLANNED' AND rhythm_id = ANY(%s)",
        "UPDATE cases_missedstep SET over_at = since WHERE over_at IS NULL AND casefile_id = ANY(%s)",
        "UPDATE cases_missedcontact SET answer = 'CLOSED', answered_at = opened_at WHERE casefile_id = ANY(%s)",
        "UPDATE cases_message SET state = 'DROPPED' WHERE state = 'WAITING' AND casefile_id = ANY(%s)",
    ):
        connection.execute(statement, [numbers])

"""What came of it: from the rows, by plain SQL, and from the copies that the mail server kept."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench.caseload import BRUSSELS, Caseload, Cause, Contacts, late_ones, occurrences
from bench.sink import Seen

_ROWS = """
SELECT rhythm_id, occurs_on, count(*) FROM cases_checkin WHERE rhythm_id = ANY(%s) GROUP BY 1, 2
"""
_MESSAGES = """
SELECT m.kind, m.channel, c.rhythm_id, c.occurs_on, coalesce(m.recipient_id, 0), m.cause, count(*)
FROM cases_message m JOIN cases_checkin c ON c.id = m.checkin_id WHERE c.rhythm_id = ANY(%s) GROUP BY 1, 2, 3, 4, 5, 6
"""
_MISSED = """
SELECT c.rhythm_id, c.occurs_on, count(DISTINCT m.id), count(s.id) FILTER (WHERE s.over_at IS NULL)
FROM cases_missedcontact m JOIN cases_checkin c ON c.id = m.checkin_id
LEFT JOIN cases_missedstep s ON s.missed_id = m.id WHERE c.rhythm_id = ANY(%s) GROUP BY 1, 2
"""
_WITH_COORDINATORS = """
SELECT c.rhythm_id, c.occurs_on, c.city_id, (SELECT count(*) FROM cases_message n WHERE n.cause = 'step ' || s.id)
FROM cases_missedstep s JOIN cases_missedcontact m ON m.id = s.missed_id JOIN cases_checkin c ON c.id = m.checkin_id
WHERE s.over_at IS NULL AND s.owner_id IS NULL AND c.rhythm_id = ANY(%s)
"""
_DELIVERIES = """
SELECT delivery, max(attempts), bool_or(state = 'SENT') FROM cases_message
WHERE channel = 'EMAIL' AND delivery IS NOT NULL GROUP BY 1
"""

#: What still has to be done at a moment: kind -> how many rows wait.
_WAITS = """
SELECT
    (SELECT count(*) FROM cases_rhythm WHERE state = 'ACTIVE' AND set_aside_at IS NULL
        AND materialised_until < %(today)s + 56) AS rhythms,
    (SELECT count(*) FROM cases_checkin WHERE state = 'PLANNED' AND late_at IS NULL AND late_from <= %(today)s) AS late,
    (SELECT count(*) FROM cases_missedstep WHERE over_at IS NULL AND step <> 'CONFERENCE'
        AND deadline_on <= %(today)s) AS steps,
    (SELECT count(*) FROM cases_checkin WHERE state = 'PLANNED' AND reminded_at IS NULL
        AND due_on BETWEEN %(today)s AND %(today)s + 7) AS reminders,
    (SELECT count(*) FROM cities_user WHERE next_digest_at <= %(at)s) AS digests,
    (SELECT count(*) FROM cases_message WHERE state = 'WAITING' AND channel <> 'LETTER' AND due_at <= %(at)s
        AND (leased_until IS NULL OR leased_until <= %(at)s)) AS messages,
    (SELECT count(*) FROM cases_message WHERE state = 'WAITING' AND channel <> 'LETTER'
        AND (leased_until > %(at)s OR (attempts > 0 AND due_at > %(at)s))) AS held
"""
#: kind and channel of a message -> kind of cause. That a contact is late is told as one or the other.
_KINDS = {
    ("CHECKIN_REMINDER", "EMAIL"): "announced", ("BEFORE", "EMAIL"): "before", ("LATE", "EMAIL"): "late",
    ("STEP", "EMAIL"): "late", ("TO_PERSON", "SMS"): "person", ("TO_PERSON", "LETTER"): "letter",
}  # fmt: skip
_HEADINGS = {"Soon": "before", "Contacts": "announced", "Late": "late", "Missed contacts": "missed"}
_LINE = re.compile(r"^\s+(X\w\w-\d{4}-\d+), (?:[A-Z][a-z]+ )?(\d{1,2} [A-Z][a-z]+ \d{4})")


@dataclass
class Found:
    """What is wrong, in words, a list each; and what was done."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    made: int = 0
    caused: int = 0

    def some(self, most: int) -> Iterator[tuple[str, str]]:
        """The first of each kind."""
        for name in ("lost", "duplicated", "unsent"):
            yield from ((name, sentence) for sentence in sorted(getattr(self, name))[:most])


def what_waits(connection: psycopg.Connection[tuple[Any, ...]], now: datetime) -> dict[str, int]:
    """What the programs still have to do at this moment."""
    cursor = connection.execute(_WAITS, {"at": now, "today": now.astimezone(BRUSSELS).date()})
    row = cursor.fetchone()
    assert row is not None
    assert cursor.description is not None
    return {column.name: count for column, count in zip(cursor.description, row, strict=True)}


def count_rows(
    connection: psycopg.Connection[tuple[Any, ...]], contacts: Sequence[Contacts], *,
    until: date, wanted: set[Cause], today: date, found: Found,
) -> None:  # fmt: skip
    """Every occurrence one row, every cause one message, everything late one missed contact on one step."""
    numbers = [[one.number for one in contacts]]
    rows = {(rhythm, day): count for rhythm, day, count in connection.execute(_ROWS, numbers)}
    expected = occurrences(contacts, until)
    found.made += len(rows)
    found.lost += [f"no check-in of {one}" for one in expected - rows.keys()]
    found.duplicated += [f"{count} check-ins of {one}" for one, count in rows.items() if count > 1]
    found.duplicated += [f"a check-in that nobody arranged: {one}" for one in rows.keys() - expected]
    told: set[Cause] = set()
    for kind, channel, rhythm, day, recipient, cause, count in connection.execute(_MESSAGES, numbers):
        told.add((_KINDS.get((kind, channel), kind), rhythm, day, recipient))
        if count > 1:
            found.duplicated.append(f"{count} messages {kind} about {cause} to {recipient}")
    found.caused += len(wanted)
    found.lost += [f"no message: {one}" for one in wanted - told]
    missed = {(rhythm, day): rest for rhythm, day, *rest in connection.execute(_MISSED, numbers)}
    late = late_ones(contacts, today)
    found.lost += [f"late, and nobody sees to it: {one}" for one in late - missed.keys()]
    found.duplicated += [f"late before its time: {one}" for one in missed.keys() - late]
    for one, (contacts_missed, steps) in missed.items():
        if contacts_missed != 1 or steps != 1:
            found.duplicated.append(f"{contacts_missed} missed contacts on {steps} steps: {one}")


def steps_with_coordinators(
    connection: psycopg.Connection[tuple[Any, ...]], contacts: Sequence[Contacts], found: Found
) -> set[Cause]:
    """What went up to the coordinators, each of whom has to have been told once."""
    wanted: set[Cause] = set()
    for rhythm, day, city, messages in connection.execute(_WITH_COORDINATORS, [[one.number for one in contacts]]):
        wanted.add(("missed", rhythm, day, city))  # the number of a city is that of its coordinator
        if messages != 1:
            (found.duplicated if messages else found.lost).append(
                f"{messages} messages to the coordinator: {rhythm} {day}"
            )
    found.caused += len(wanted)
    return wanted


def count_sent(seen: Sequence[Seen], load: Caseload, wanted: Iterable[Cause], found: Found) -> None:
    """Whether the mail server was given each, under one Message-ID."""
    people = {one.number: one.email for one in [*load.workers, *load.coordinators]}
    references = {one.number: one.reference for one in [*load.autumn, *load.spring]}
    copies: dict[tuple[str, str, str, date], set[str]] = defaultdict(set)
    for copy in seen:
        for kind, reference, day in told_in(copy.text):
            copies[copy.to, kind, reference, day].add(copy.number)
    coordinators = {one.email for one in load.coordinators}
    for (to, kind, reference, day), numbers in copies.items():
        # A coordinator is told again when it goes up to the conference: another cause.
        if len(numbers) > 1 and not (kind == "missed" and to in coordinators):
            found.duplicated.append(f"{kind} {reference} {day} to {to} under {len(numbers)} Message-IDs")
    for cause in wanted:
        kind, number, day, recipient = cause
        if kind in ("person", "letter"):
            continue
        kinds = ("late", "missed") if kind == "late" else (kind,)
        if not any((people[recipient], one, references[number], day) in copies for one in kinds):
            found.unsent.append(f"{cause} was never given to the mail server")


def told_in(text: str) -> list[tuple[str, str, date]]:
    """Which contacts an e-mail tells of, and under which heading."""
    told, kind = [], ""
    for line in text.splitlines():
        if match := _LINE.match(line):
            told.append((kind, match[1], datetime.strptime(match[2], "%d %B %Y").date()))  # noqa: DTZ007 -- a day
        elif line.strip():
            kind = next((name for words, name in _HEADINGS.items() if line.startswith(words)), "")
    return told


def count_sms(folder: Path, contacts: Sequence[Contacts], wanted: Iterable[Cause], found: Found) -> None:
    """A file each; one that was sent twice is one file."""
    numbers = Counter(file.read_text().partition("\n")[0] for file in folder.glob("*.txt"))
    telephones = {one.number: one.telephone for one in contacts}
    expected = Counter(telephones[number] for kind, number, _day, _to in wanted if kind == "person")
    for telephone in expected.keys() | numbers.keys():
        if (more := numbers[telephone] - expected[telephone]) != 0:
            (found.duplicated if more > 0 else found.unsent).append(f"{numbers[telephone]} SMS to {telephone}")


def count_copies(connection: psycopg.Connection[tuple[Any, ...]], seen: Sequence[Seen], found: Found) -> dict[str, int]:
    """Whether what was sent twice is the same in each copy, and each copy belongs to an attempt that was counted."""
    deliveries = {number: rest for number, *rest in connection.execute(_DELIVERIES)}
    by_number: dict[str, list[Seen]] = defaultdict(list)
    for copy in seen:
        by_number[copy.number].append(copy)
    same = sum(len(copies) > 1 and len(set(copies)) == 1 for copies in by_number.values())
    uncounted = 0
    for number, copies in by_number.items():
        delivery = UUID(number.strip("<>").partition("@")[0])
        if delivery not in deliveries:
            found.duplicated.append(f"{number} was sent, and no row knows of it")
        elif deliveries[delivery][0] < len(copies):
            uncounted += 1
    there = {UUID(number.strip("<>").partition("@")[0]) for number in by_number}
    found.unsent += [
        f"{number} is marked sent, and was never given to the mail server"
        for number, (_attempts, is_sent) in deliveries.items()
        if is_sent and number not in there
    ]
    twice = sum(len(copies) > 1 for copies in by_number.values())
    return {"sent": len(by_number), "sent_twice": twice, "sent_twice_same_id": same, "copies_uncounted": uncounted}

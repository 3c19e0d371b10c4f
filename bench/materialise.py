"""How long the clock takes to make the check-ins of many rhythms, beside one plain statement that makes the same rows.

    python3 -m bench.materialise --rhythms 100000 [--json]

Half of the rhythms are weekly, half two-weekly, two a case; two weeks are made. It starts servers of its own (without
fsync), and makes the same database twice: in one a single `INSERT … SELECT … ON CONFLICT DO NOTHING` computes and
inserts the rows, in the other `materialise` does. Then a tick with nothing due. With `--json` the last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.testing import prepare

if TYPE_CHECKING:
    from cities.staff.models import User

ROOT = Path(__file__).resolve().parent.parent
FIRST = date(2026, 11, 2)  # a Monday
TWO_WEEKS = timedelta(weeks=2)

PEOPLE = """
INSERT INTO cases_person (recorded_at, city_id, official_name, sort_name, sex, birth_precision, language,
    interpreter_needed, phone, address, version)
SELECT %(at)s, %(city)s, 'Nemo Invented' || n, 'nemo', 'X', 'UNKNOWN', '', false, '', '', 1
FROM generate_series(1, %(cases)s) n
"""
CASES = """
INSERT INTO cases_casefile (recorded_at, city_id, reference, year, number, person_id, stage, ground, agency_id,
    opened_on, owner_id, next_step, next_step_on, version)
SELECT %(at)s, %(city)s, 'VIL-2026-' || id, 2026, id, id, 'FOLLOW_UP', 'LIVC', %(agency)s, %(first)s, %(user)s,
    'Go on', %(first)s, 1
FROM cases_person
"""
PLANS = """
INSERT INTO cases_followupplan (recorded_at, casefile_id, city_id, number, state, summary, person_view, consent,
    consent_by, starts_on, agreed_on, version)
SELECT %(at)s, id, city_id, 1, 'AGREED', '', '', 'GIVEN', '', %(first)s, %(first)s, 1 FROM cases_casefile
"""
RHYTHMS = """
INSERT INTO cases_rhythm (recorded_at, casefile_id, city_id, plan_id, kind, frequency, every, weekdays, duration,
    place, tolerance_days, policy, caseworker_id, starts_on, state, materialised_until, set_aside_error, version,
    with_interpreter, within_week, who_else, early_days, avoids_regional, avoids_school, is_critical)
SELECT %(at)s, casefile_id, city_id, id, 'OFFICE', 'WEEKS', every, ARRAY[(id %% 5)::int], 45, 'Desk 3', 0, 'NEXT',
    %(user)s, %(first)s, 'ACTIVE', %(first)s, '', 1, false, false, '', 0, false, false, false
FROM cases_followupplan, (VALUES (1), (2)) AS v (every)
"""
PLAINLY = """
INSERT INTO cases_checkin (recorded_at, casefile_id, city_id, rhythm_id, plan_id, kind, caseworker_id, due_time,
    duration, place, tolerance_days, outcome, asked_by, version, occurs_on, due_on, moved_because, state, late_from,
    with_interpreter, within_week, who_else, is_critical, by_hand)
SELECT %(at)s, casefile_id, city_id, id, plan_id, kind, caseworker_id, time, duration, place, tolerance_days, '', '', 1,
    day, day, '', 'PLANNED', day + 1, false, false, '', false, false
FROM (
    SELECT r.*, (starts_on + weekdays[1] + 7 * every * n) AS day FROM cases_rhythm r, generate_series(0, 1) n
    WHERE state = 'ACTIVE' AND materialised_until < %(until)s AND 7 * every * n < 14
) r
ON CONFLICT DO NOTHING
"""


def timed(act: Callable[[], object]) -> tuple[float, object]:
    started = time.perf_counter()
    result = act()
    return time.perf_counter() - started, result


def fill(rhythms: int, at: datetime) -> None:
    """Invented cases with a plan and two rhythms each, in one city, written by its coordinator."""
    from django.db import connection

    from cases.access.services import acting
    from tests.factories import a_cast

    cast = a_cast()
    told: dict[str, Any] = {
        "at": at, "city": cast.city.pk, "agency": cast.agency.pk, "user": cast.carla.pk, "first": FIRST,
        "cases": rhythms // 2,
    }  # fmt: skip
    user: User = cast.carla
    with acting(user), connection.cursor() as cursor:
        for statement in (PEOPLE, CASES, PLANS, RHYTHMS):
            cursor.execute(statement, told)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plainly(at: datetime, until: date) -> int:
    """The same rows in one statement, on behalf of the clock."""
    from django.db import connection

    from cases.access.services import as_clock

    with as_clock(), connection.cursor() as cursor:
        cursor.execute(PLAINLY, {"at": at, "until": until})
        return int(cursor.rowcount)


def main() -> None:
    """Measure, and say it."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--rhythms", type=int, default=100_000, help="how many; 100,000 unless told")
    wanted.add_argument("--json", action="store_true", help="end in one line of JSON")
    told = wanted.parse_args()
    os.chdir(ROOT)
    prepare(ROOT)
    import django

    django.setup()
    found = measure(told.rhythms)
    for name, value in found.items():
        print(f"{name:>24}: {value:,}")
    if told.json:
        print(json.dumps(found))


def measure(rhythms: int) -> dict[str, float]:
    from cases.checkins.services import clock
    from cities.ledger.rules import Clock
    from cities.places.rules import moment_of
    from tests.databases import connect_as_owner, copy_template, drop, point_at

    setattr(clock, "HORIZON", TWO_WEEKS)  # noqa: B010 -- as in the plain statement
    at = moment_of(FIRST, datetime.min.time())
    name = copy_template()
    point_at(name)
    fill(rhythms, at)
    twin = f"{name}_twin"
    point_at("postgres")
    with connect_as_owner("postgres") as connection:
        connection.execute(f'CREATE DATABASE "{twin}" TEMPLATE "{name}"')
    try:
        point_at(twin)
        plain, rows = timed(lambda: plainly(at, FIRST + TWO_WEEKS))
        point_at(name)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ours, made = timed(lambda: clock.materialise(by=Clock.CLOCK, at=at))
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        empty, _ = timed(lambda: clock.materialise(by=Clock.CLOCK, at=at))
        settled, _ = timed(lambda: clock.settle(by=Clock.CLOCK, at=at))
        tick, _ = timed(lambda: clock.mark_late(by=Clock.CLOCK, at=at) + clock.climb(by=Clock.CLOCK, at=at))
    finally:
        point_at("postgres")
        drop(name)
        drop(twin)
    if rows != made:
        sys.exit(f"The plain statement made {rows} rows, the clock {made}.")
    return {
        "rhythms": rhythms,
        "rows": float(str(rows)),
        "plain_seconds": round(plain, 2),
        "seconds": round(ours, 2),
        "ratio": round(ours / plain, 2),
        "nothing_due_ms": round(empty * 1000, 1),
        "settle_nothing_ms": round(settled * 1000, 1),
        "late_nothing_ms": round(tick * 1000, 1),
        "memory_growth_mb": round((after - before) / 1024, 1),
    }


if __name__ == "__main__":
    main()

"""How long the clock takes for many rhythms: to make their check-ins, and to find that nothing is due.

    python3 -m bench.materialise --rhythms 1000000 [--grow] [--json]

Half of the rhythms are weekly, half two-weekly, two a case, a hundred a caseworker; two weeks are made. It starts
servers of its own (without fsync). What it says:

* `ratio`: `seconds` that `materialise` takes, to `plain_seconds` that a single `INSERT … SELECT … ON CONFLICT DO
  NOTHING` takes to compute and insert the same rows, in another copy of the same database on the same server;
* `memory_growth_mb`: by how much the process grew meanwhile;
* `workers_1`, `workers_2`, `workers_4`: seconds that so many processes take to share the work, each time on a fresh
  copy, with `speed_up_…`, and `lock_waits_…`: how often in a hundred looks one waited for a lock;
* `nothing_due_ms`: a whole tick, every sweep of it, when all is made and told; the middle one of seven;
* `due_ms`: a whole tick when a thousand rhythms, a thousand contacts to tell of and a thousand late ones are due.

With `--grow` it measures the last two for a hundredth and a tenth of the rhythms too: the cost of a tick grows with
what is due, not with what exists. With `--json` the last line is JSON.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from bench import filling
from bench.running import begin, say
from bench.sharing import databases, share

if TYPE_CHECKING:
    from cities.staff.models import User

FIRST = date(2026, 11, 2)  # a Monday
TWO_WEEKS = timedelta(weeks=2)

#: So many of each kind are due where something is.
DUE = 1000

Result = TypeVar("Result")


def timed(act: Callable[[], Result]) -> tuple[float, Result]:
    started = time.perf_counter()
    result = act()
    return time.perf_counter() - started, result


def midnight() -> datetime:
    from cities.places.rules import moment_of

    return moment_of(FIRST, datetime.min.time())


def fill(rhythms: int) -> None:
    """Invented cases with a plan and two rhythms each, in one city, written by its coordinator."""
    from django.db import connection

    from cases.access.services import acting
    from cities.records import as_set_up
    from tests.factories import a_cast

    cast = a_cast()
    told: dict[str, Any] = {
        "at": midnight(), "city": cast.city.pk, "agency": cast.agency.pk, "user": cast.carla.pk, "first": FIRST,
        "cases": rhythms // 2, "workers": max(rhythms // 100, 1),
    }  # fmt: skip
    user: User = cast.carla
    with as_set_up(), connection.cursor() as cursor:
        for statement in filling.STAFF:
            cursor.execute(statement, told)
    with acting(user), connection.cursor() as cursor:
        for statement in filling.CASES:
            cursor.execute(statement, told)
    vacuum()


def vacuum() -> None:
    """What PostgreSQL does by itself in time, and these servers don't: dead rows removed, tables known."""
    from tests.databases import connect_as_owner, current_name

    with connect_as_owner(current_name()) as connection:
        connection.execute("VACUUM ANALYZE")


def plainly() -> int:
    """The same rows in one statement, on behalf of the clock."""
    from django.db import connection

    from cases.access.services import as_clock

    with as_clock(), connection.cursor() as cursor:
        cursor.execute(filling.PLAINLY, {"at": midnight(), "until": FIRST + TWO_WEEKS})
        return int(cursor.rowcount)


def as_the_clock(statements: dict[str, dict[str, Any]]) -> None:
    from django.db import connection

    from cases.access.services import as_clock

    with as_clock(), connection.cursor() as cursor:
        for statement, told in statements.items():
            cursor.execute(statement, told)


def measure(rhythms: int, *, grow: bool) -> dict[str, float]:
    from cases.checkins.services import clock
    from cities.ledger.rules import Clock
    from tests.databases import drop, point_at

    setattr(clock, "HORIZON", TWO_WEEKS)  # noqa: B010 -- as in the plain statement; mypy: another page wrote it
    found: dict[str, float] = {"rhythms": rhythms}
    for fewer in (rhythms // 100, rhythms // 10) if grow else ():
        with databases() as copy:
            point_at(copy(""))
            fill(fewer)
            plainly()
            found |= {f"{name}_at_{fewer}": value for name, value in ticks().items()}
    with databases() as copy:
        filled = copy("")
        point_at(filled)
        fill(rhythms)
        for count in (1, 2, 4):
            shared = copy(filled)
            seconds, waits = share(shared, count, rhythms)
            drop(shared)
            found |= {f"workers_{count}": round(seconds, 2), f"lock_waits_{count}": round(waits, 1)}
            found[f"speed_up_{count}"] = round(found["workers_1"] / seconds, 2)
        twin = copy(filled)
        point_at(twin)
        plain, rows = timed(plainly)
        point_at(filled)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ours, made = timed(lambda: clock.materialise(by=Clock.CLOCK, at=midnight()))
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if rows != made:
            sys.exit(f"The plain statement made {rows} rows, the clock {made}.")
        found |= {
            "rows": float(str(rows)), "plain_seconds": round(plain, 2), "seconds": round(ours, 2),
            "ratio": round(ours / plain, 2), "memory_growth_mb": round((after - before) / 1024, 1),
        }  # fmt: skip
        found |= ticks()
    return found


def ticks() -> dict[str, float]:
    """A whole tick with nothing due, and one with a thousand of each kind."""
    from cases.checkins.services import clock
    from cities.ledger.rules import Clock

    at = midnight() + timedelta(hours=9)
    told = {"at": at, "first": FIRST, "until": FIRST + TWO_WEEKS, "due": DUE}
    as_the_clock({filling.ALL_IS_TOLD: told, filling.ALL_IS_MADE: told, filling.ALL_HAD_THEIR_DAY: told})
    vacuum()
    empty = [timed(lambda: clock.tick(by=Clock.CLOCK, at=at)) for _ in range(7)]
    if any(vars(done) != vars(clock.Ticked()) for _seconds, done in empty):
        sys.exit(f"Something was due where nothing was: {empty[0][1]}.")
    as_the_clock({filling.SOME_TO_MAKE: told, filling.SOME_TO_TELL: told, filling.SOME_LATE: told})
    due, done = timed(lambda: clock.tick(by=Clock.CLOCK, at=at))
    if (done.made, done.late) != (DUE, DUE):
        sys.exit(f"So much was due, and this was done: {done}.")
    return {
        "nothing_due_ms": round(statistics.median(seconds for seconds, _done in empty) * 1000, 1),
        "due_ms": round(due * 1000, 1),
    }


def be_a_worker(name: str) -> None:
    """One of several: says when it is ready, waits for its sign, and says how many it made."""
    from django.db import connection

    from cases.checkins.services import clock
    from cities.ledger.rules import Clock
    from tests.databases import point_at

    setattr(clock, "HORIZON", TWO_WEEKS)  # noqa: B010 -- as in the plain statement; mypy: another page wrote it
    point_at(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    print("ready", flush=True)
    sys.stdin.readline()
    print(clock.materialise(by=Clock.CLOCK, at=midnight()), flush=True)


def main() -> None:
    """Measure, and say it."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--rhythms", type=int, default=100_000, help="how many; 100,000 unless told")
    wanted.add_argument("--grow", action="store_true", help="a tick at a hundredth and a tenth of them too")
    wanted.add_argument("--json", action="store_true", help="end in one line of JSON")
    wanted.add_argument("--share", metavar="DATABASE", help=argparse.SUPPRESS)
    told = wanted.parse_args()
    if not told.share and told.rhythms < 2 * DUE * (100 if told.grow else 1):
        wanted.error(f"At least {2 * DUE:,} rhythms are needed, with --grow a hundred times as many.")
    begin()
    if told.share:
        be_a_worker(told.share)
        return
    say(measure(told.rhythms, grow=told.grow), as_json=told.json)


if __name__ == "__main__":
    main()

"""What it costs that PostgreSQL writes down each change of a row.

    python3 -m bench.changes --rhythms 100000 [--json]

The caseload of `bench.materialise`, with two weeks of check-ins. It starts servers of its own (without fsync). Each
statement of the clock is run on a fresh copy of that database with the triggers, and on another without them, in turn;
the quickest of three counts.

* `materialise_ratio`: making the check-ins: insertions, and how far the clock is;
* `bookkeeping_ratio`: every check-in is told of and seen to be late: nothing that is news;
* `news_ratio`, `news_us`: every check-in is cancelled: what that costs where each leaves a change, and how much more a
  row in microseconds;
* `page_ms`: a page of the changes of one check-in among them, as its caseworker reads it; the middle one of seven.

With `--json` the last line is JSON.
"""

from __future__ import annotations

import argparse
import statistics
from datetime import datetime, timedelta
from typing import Any

from bench.materialise import FIRST, TWO_WEEKS, as_the_clock, fill, midnight, plainly, timed, vacuum
from bench.running import begin, say
from bench.sharing import databases

TOLD = "UPDATE cases_checkin SET reminded_at = %(at)s, late_at = %(at)s"
CANCELLED = "UPDATE cases_checkin SET state = 'CANCELLED' WHERE state = 'PLANNED'"
OFF = "ALTER TABLE {table} DISABLE TRIGGER apparatus_changed"


def without_triggers() -> None:
    """As if nothing were written down: on the copy alone, by the owner."""
    from tests.databases import connect_as_owner, current_name

    with connect_as_owner(current_name()) as connection:
        for table in ("cases_rhythm", "cases_checkin"):
            connection.execute(OFF.format(table=table))


def a_page(at: datetime) -> float:
    """Milliseconds of one page of changes."""
    from cases.access.services import acting
    from cases.changes.selectors import changes_of, told
    from cases.checkins.models import CheckIn
    from cities.staff.models import User

    reader = User.objects.get(first_name="Carla")

    def read() -> None:
        with acting(reader):
            row = CheckIn.objects.order_by("pk")[10]
            found = told(list(changes_of(row, reader, at=at)[:26]), reader, at=at)
            assert len(found) == 1

    return statistics.median(timed(read)[0] for _ in range(7)) * 1000


def measure(rhythms: int) -> dict[str, Any]:
    from cases.checkins.services import clock
    from cities.ledger.rules import Clock
    from tests.databases import drop, point_at

    setattr(clock, "HORIZON", TWO_WEEKS)  # noqa: B010 -- as in the plain statement; mypy: another page wrote it
    at = midnight() + timedelta(hours=9)
    told = {"at": at, "first": FIRST}
    acts = {
        "materialise": lambda: clock.materialise(by=Clock.CLOCK, at=midnight()),
        "bookkeeping": lambda: as_the_clock({TOLD: told}),
        "news": lambda: as_the_clock({CANCELLED: told}),
    }
    found: dict[str, Any] = {"rhythms": rhythms}
    with databases() as copy:
        bare = copy("")
        point_at(bare)
        fill(rhythms)
        made = copy(bare)
        point_at(made)
        found["rows"] = plainly()
        vacuum()
        for name, act in acts.items():
            best = {True: float("inf"), False: float("inf")}
            for with_triggers in (True, False) * 3:
                twin = copy(bare if name == "materialise" else made)
                point_at(twin)
                if not with_triggers:
                    without_triggers()
                best[with_triggers] = min(best[with_triggers], timed(act)[0])
                if name == "news" and with_triggers and "page_ms" not in found:
                    vacuum()
                    found["page_ms"] = round(a_page(at), 1)
                point_at(made)
                drop(twin)
            found |= {f"{name}_s": round(best[True], 2), f"{name}_ratio": round(best[True] / best[False], 2)}
            if name == "news":
                found["news_us"] = round((best[True] - best[False]) / found["rows"] * 1e6, 1)
    return found


def main() -> None:
    """Measure, and say it."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--rhythms", type=int, default=100_000, help="how many; 100,000 unless told")
    wanted.add_argument("--json", action="store_true", help="end in one line of JSON")
    told = wanted.parse_args()
    begin()
    say(measure(told.rhythms), as_json=told.json)


if __name__ == "__main__":
    main()

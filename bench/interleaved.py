"""Whether somebody ever sees what another may see, when all of them share a pool of connections and things go wrong.

    python3 -m bench.interleaved --requests 10000 [--threads 8] [--json]

Servers of its own, with Django's pool on and fewer connections in it than threads. Ten invented cities, their
coordinators, mayors and caseworkers, and somebody who did not sign in, ask in turns: most of them for every case and
every plan there is, in plain SQL without the application's own rule, some for the page of the cases. One in ten goes
wrong: an error of the program, an error of the database, a statement that takes too long, a connection that is cut from
the other side, one that the program drops in the middle. What came back is held against what stands in the tables. It
says:

* `foreign`: cases and plans that somebody saw and may not, and how often the tables of care were open to somebody to
  whom they are closed; `missing`: what she may see and did not, though nothing went wrong;
* `faults`: how many went wrong, by kind; `pages`: how many were pages.

With `--json` the last line is JSON. It ends with 0 when nothing was foreign or missing.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.running import begin, say
from bench.sharing import databases

if TYPE_CHECKING:
    from cities.staff.models import User

CASES = 2_000
CONNECTIONS = 4
A_FAULT, A_PAGE, NOBODY = 0.1, 0.04, 0.05
CASES_SEEN = "SELECT reference FROM cases_casefile"
PLANS_SEEN = "SELECT 'plan of ' || c.reference FROM cases_followupplan p JOIN cases_casefile c ON c.id = p.casefile_id"
#: Whether whoever asks may read care, which hangs on the role that her transaction acts as.
IS_CARE_OPEN = "SELECT has_table_privilege('cases_followupplan', 'SELECT')"
#: A plan for each case that its coordinator sees.
PLANS = """
INSERT INTO cases_followupplan (recorded_at, casefile_id, city_id, number, state, summary, person_view, consent,
    consent_by, starts_on, version)
SELECT %s, id, city_id, 1, 'DRAFT', '', '', 'NOT_ASKED', '', '2026-01-01', 1 FROM cases_casefile
ON CONFLICT DO NOTHING
"""


class Mishap(Exception):
    """The program went wrong."""


@dataclass(frozen=True)
class Asker:
    """Somebody, the cases and plans that she may see, and whether she may read any care."""

    user: User | None
    hers: frozenset[str]
    reads_care: bool = False


def seen(asker: Asker) -> set[str]:
    """Every case and every plan that PostgreSQL shows, whoever asks."""
    from django.db import connection

    with connection.cursor() as cursor:
        shown = set(cursor.execute(CASES_SEEN).fetchall())
        ((is_open,),) = cursor.execute(IS_CARE_OPEN).fetchall()
        if is_open:
            shown |= set(cursor.execute(PLANS_SEEN).fetchall())
    care = {"care, which is closed to her"} if is_open and not asker.reads_care else set()
    return {reference for (reference,) in shown} | care


def _execute(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _mishap() -> None:
    raise Mishap


def _drop() -> None:
    from django.db import connection

    connection.connection.close()


FAULTS: Mapping[str, Callable[[], None]] = {
    "program": _mishap,
    "database": lambda: _execute("SELECT 1 / 0"),
    "too long": lambda: _execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)"),
    "cut": lambda: _execute("SELECT pg_terminate_backend(pg_backend_pid())"),
    "dropped": _drop,
}


def askers(name: str) -> list[Asker]:
    """Coordinators, who see their city, caseworkers, who see theirs, and nobody, who sees nothing."""
    from datetime import datetime

    from django.db import connection

    from bench.case_list import CITIES, fill
    from cases.access.services import acting
    from cities.roles.rules import Role
    from cities.staff.models import Posting
    from tests.databases import connect_as_owner

    fill(CASES)
    for coordinator in {posting.user for posting in Posting.objects.filter(role=Role.COORDINATOR)}:
        with acting(coordinator), connection.cursor() as cursor:
            cursor.execute(PLANS, [datetime.now().astimezone()])
    with connect_as_owner(name) as owner:
        owner.execute("ALTER TABLE cases_casefile NO FORCE ROW LEVEL SECURITY")
        rows = owner.execute("SELECT reference, city_id, owner_id FROM cases_casefile").fetchall()
        owner.execute("ALTER TABLE cases_casefile FORCE ROW LEVEL SECURITY")
    found = [Asker(None, frozenset())]
    roles = [Role.COORDINATOR, Role.CASEWORKER, Role.MAYOR]
    for posting in Posting.objects.filter(role__in=roles).select_related("user").order_by("user_id", "pk"):
        if posting.user.postings.count() > 1:
            continue  # of five cities: that is another benchmark's
        covers = posting.role != Role.CASEWORKER
        hers = {ref for ref, city, who in rows if (city == posting.city_id if covers else who == posting.user_id)}
        reads_care = posting.role != Role.MAYOR
        plans = {f"plan of {ref}" for ref in hers} if reads_care else set()
        found.append(Asker(posting.user, frozenset(hers | plans), reads_care))
    assert len(found) > 2 * CITIES, "Too few who ask."
    return found


class Run:
    """Everybody's requests, each on whatever connection the pool gives, and what came of them."""

    def __init__(self, people: list[Asker], seed: int) -> None:
        self.people, self.chance, self.lock = people, random.Random(seed), threading.Lock()  # noqa: S311 -- who asks when is no secret
        self.counted: Counter[str] = Counter()

    def warm_up(self) -> None:
        """The first page takes long, and would hold a connection as long."""
        for asker in self.people[1:3]:
            assert asker.user is not None
            self._page(asker.user)

    def request(self, _number: int) -> None:
        """One of them."""
        from django.db import connection

        with self.lock:
            asker = self.people[0] if self.chance.random() < NOBODY else self.chance.choice(self.people[1:])
            fault = self.chance.choice(list(FAULTS)) if self.chance.random() < A_FAULT else ""
            is_page = not fault and asker.user is not None and self.chance.random() < A_PAGE
        shown: set[str] = set()
        try:
            if asker.user is not None and is_page:
                shown = self._page(asker.user)
            else:
                self._plain(asker, fault, shown)
            assert not fault, "What was to go wrong went well."
            missing = set() if is_page else asker.hers - shown  # a page has the first of them
        except Exception as error:  # whatever goes wrong on purpose; anything else is raised again
            if not fault:
                raise
            missing = set()
            self._count(**{f"fault: {fault}": 1}, **{f"as {type(error).__name__}": 1})
        finally:
            connection.close()  # back to the pool, as at the end of every request
        self._count(requests=1, pages=int(is_page), foreign=len(shown - asker.hers), missing=len(missing))

    def _plain(self, asker: Asker, fault: str, shown: set[str]) -> None:
        from django.db import transaction

        from cases.access.services import act_as

        with transaction.atomic():
            if asker.user is not None:
                act_as(asker.user)
            shown |= seen(asker)
            if fault:
                FAULTS[fault]()
                shown |= seen(asker)

    def _page(self, user: User) -> set[str]:
        from django.test import Client

        import tests.coming_in  # noqa: F401 -- whoever signs in here came by the door

        client = Client(headers={"Host": "localhost"})
        client.force_login(user)
        answer = client.get("/cases/")
        assert answer.status_code == 200, answer.status_code
        return set(re.findall(r"B[A-J]X-2026-\d+", answer.content.decode()))

    def _count(self, **more: int) -> None:
        with self.lock:
            self.counted.update(more)


def ask(requests: int, threads: int, seed: int, *, name: str) -> dict[str, Any]:
    """All of them, so many at once, in the database of this name."""
    from django.db import connections

    connection: Any = connections["default"]  # of PostgreSQL: it has a pool
    run = Run(askers(name), seed)
    assert connection.pool is not None, "The pool is off."
    run.warm_up()
    connection.close()
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for _done in pool.map(run.request, range(requests)):
            pass
    seconds = time.perf_counter() - started
    connection.close_pool()
    found = {name: run.counted[name] for name in ("requests", "pages", "foreign", "missing")}
    faults = {name.removeprefix("fault: "): many for name, many in run.counted.items() if name.startswith("fault: ")}
    return found | {"seed": seed, "seconds": round(seconds, 1), "faults": sum(faults.values()), "by_kind": faults}


def measure(requests: int, threads: int, seed: int) -> dict[str, Any]:
    """In a database that is made for it, and dropped again."""
    from tests.databases import point_at

    with databases() as copy:
        point_at(name := copy(""))
        return ask(requests, threads, seed, name=name)


def main() -> None:
    """Let them ask, and say what came of it."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--requests", type=int, default=10_000, help="how many (%(default)s)")
    wanted.add_argument("--threads", type=int, default=8, help="how many at once (%(default)s)")
    wanted.add_argument("--seed", type=int, default=time.time_ns() % 10**6, help="of what is left to chance")
    wanted.add_argument("--json", action="store_true", help="end in one line of JSON")
    told = wanted.parse_args()
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # that it throws away what was cut is as it should be
    os.environ |= {"DATABASE_POOL": "1", "DATABASE_POOL_SIZE": str(CONNECTIONS), "SECOND_FACTOR": "optional"}
    begin()
    found = measure(told.requests, told.threads, told.seed)
    say(found, as_json=told.json)
    sys.exit(1 if found["foreign"] or found["missing"] else 0)


if __name__ == "__main__":
    main()

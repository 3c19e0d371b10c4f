"""What row-level security costs the list of cases: the same query, with it and without.

    python3 -m bench.case_list --cases 100000 [--json]

Ten invented cities share the cases; a caseworker is on the team of fifty, of whom some are closed. It starts servers of
its own. Two copies of one database: in the one every table of `cases` is as it always is, in the other row-level
security is switched off. The SQL of the pages, made by the selectors for each reader, is run in both as the
application's own role, in turns. What it says, for each reader, the first page, a later page and a filtered one:

* `…_ms` and `…_bare_ms`: the median with and without;
* `rls_ratio`: all medians with, to all without; `worst_ratio`: the worst of them by itself;
* `rows`: how many rows both gave, the same.

With `--json` the last line is JSON.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bench.running import begin, say
from bench.sharing import databases

if TYPE_CHECKING:
    import psycopg

    from cities.staff.models import User

CITIES = 10
A_CASELOAD = 50
A_PAGE = 26
TURNS = 60

#: Caseworkers of a city, as a set-up command writes them.
STAFF = (
    """
INSERT INTO cities_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
    date_joined, language, phone, shortcuts, by_email, digest_at, remind_before, next_digest_at, version)
SELECT '!', false, %(code)s || n, 'Testa', 'Example' || n, %(code)s || n || '@example.org', false, true, %(at)s, 'en',
    '', true, true, '07:00', 0, %(at)s, 1
FROM generate_series(1, %(workers)s) n
""",
    """
INSERT INTO cities_posting (recorded_at, user_id, role, agency_id, city_id, starts_on, version)
SELECT %(at)s, id, 'CASEWORKER', %(agency)s, %(city)s, '2020-01-01', 1 FROM cities_user WHERE username ~ %(named)s
""",
)

#: A caseload in the city of whoever writes it; every eleventh case is closed.
FILL = (
    """
INSERT INTO cases_person (recorded_at, city_id, official_name, sort_name, sex, birth_precision, language,
    interpreter_needed, phone, address, version)
SELECT %(at)s, %(city)s, 'Nemo Invented' || n, 'nemo', 'X', 'UNKNOWN', '', false, '', '', 1
FROM generate_series(1, %(cases)s) n
""",
    """
INSERT INTO cases_casefile (recorded_at, city_id, reference, year, number, person_id, stage, ground, agency_id,
    opened_on, closed_on, owner_id, lead_caseworker_id, next_step, next_step_on, version)
SELECT %(at)s, %(city)s, %(code)s || '-2026-' || n, 2026, n, id, CASE WHEN n %% 11 = 0 THEN 'CLOSED' ELSE 'FOLLOW_UP'
    END, 'LIVC', %(agency)s, '2026-01-01', CASE WHEN n %% 11 = 0 THEN date '2026-06-01' END, who, who, 'Go on',
    '2026-01-01', 1
FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM cases_person WHERE city_id = %(city)s) p,
    LATERAL (SELECT (SELECT array_agg(id ORDER BY id) FROM cities_user WHERE username ~ %(named)s)
        [1 + n %% %(workers)s] who) w
""",
    """
INSERT INTO cases_caseaccess (recorded_at, casefile_id, city_id, user_id, posting_id, reference, compartment, ground,
    reason, ended_because, starts_at)
SELECT %(at)s, c.id, c.city_id, c.owner_id, p.id, c.reference, part, 'TEAM', '', '', '2026-01-01'
FROM cases_casefile c JOIN cities_posting p ON p.user_id = c.owner_id, unnest(ARRAY['CORE', 'CARE']) part
WHERE c.city_id = %(city)s
""",
)


def fill(cases: int) -> dict[str, User]:
    """The cities with their caseload; answers with the readers: who coordinates one, five, and who is on teams."""
    from django.db import connection

    from cases.access.services import acting
    from cities.places.models import City
    from cities.places.rules import Region
    from cities.records import as_set_up
    from cities.roles.rules import Role
    from cities.staff.models import User
    from tests.factories import AT, an_agency, posted, staff

    readers: dict[str, User] = {}
    coordinators = []
    for number in range(CITIES):
        code = f"B{chr(ord('A') + number)}X"
        names = {f"name_{language}": f"Invented {number}" for language in ("nl", "fr", "de", "en")}
        city = City.objects.create(
            code=code, nis=f"9900{number}", region=Region.FLANDERS, languages="nl", recorded_at=AT, **names
        )
        coordinator = staff(Role.COORDINATOR, city)
        told: dict[str, Any] = {
            "at": datetime.now().astimezone(), "city": city.pk, "agency": an_agency(city).pk, "code": code,
            "named": f"^{code}[0-9]", "cases": cases // CITIES,
            "workers": max(cases // CITIES // A_CASELOAD, 1),
        }  # fmt: skip
        for writing, statements in ((as_set_up(), STAFF), (acting(coordinator), FILL)):
            with writing, connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement, told)
        coordinators.append((coordinator, city))
    readers["coordinator"] = coordinators[0][0]
    readers["of_five_cities"] = coordinators[1][0]
    for _coordinator, city in coordinators[2:6]:
        posted(readers["of_five_cities"], Role.COORDINATOR, city)
    readers["mayor"] = staff(Role.MAYOR, coordinators[0][1])
    readers["caseworker"] = User.objects.filter(username__startswith="BAX").order_by("pk")[0]
    return readers


def pages(user: User) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """The SQL of the list of cases for this reader: its first page, one further down, and those she leads."""
    from django.db import connection
    from django.utils import timezone

    from cases.access.services import acting
    from cases.casefiles.rules import Stage
    from cases.casefiles.selectors import listed_cases

    with acting(user):
        found = listed_cases(user, at=timezone.now()).exclude(stage=Stage.CLOSED)
        keys = list(found.values_list("pk", flat=True)[:2000])
        further = found.filter(pk__lt=keys[len(keys) // 2])
        wanted = {"first": found, "further": further, "mine": found.filter(lead_caseworker=user)}
        return {name: rows[:A_PAGE].query.get_compiler(connection=connection).as_sql() for name, rows in wanted.items()}


def run(connection: psycopg.Connection[Any], user: User, query: tuple[str, tuple[Any, ...]]) -> tuple[float, int]:
    """Seconds the query takes, as this user and in a transaction of its own, and how many rows it gave."""
    with connection.transaction():
        connection.execute(
            "SELECT set_config('app.user_id', %s, true), set_config('role', apparatus_role_of(%s), true)",
            [str(user.pk), user.pk],
        )
        started = time.perf_counter()
        rows = connection.execute(query[0], query[1]).fetchall()
        return time.perf_counter() - started, len(rows)


def measure(cases: int) -> dict[str, float]:
    import psycopg

    from cases.access.policies import case_models
    from tests.databases import address, connect_as_owner, point_at

    found: dict[str, float] = {"cases": cases}
    with databases() as copy:
        name = copy("")
        point_at(name)
        readers = fill(cases)
        with connect_as_owner(name) as owner:
            owner.execute("VACUUM ANALYZE")
        queries = {(who, page): (user, sql) for who, user in readers.items() for page, sql in pages(user).items()}
        bare = copy(name)
        with connect_as_owner(bare) as owner:
            for model in case_models():
                owner.execute(f"ALTER TABLE {model._meta.db_table} DISABLE ROW LEVEL SECURITY")
            owner.execute("VACUUM ANALYZE")
        total = {"with": 0.0, "without": 0.0}
        worst = 0.0
        with psycopg.connect(address("default", name)) as guarded, psycopg.connect(address("default", bare)) as open_:
            for (who, page), (user, sql) in queries.items():
                took: tuple[list[float], list[float]] = ([], [])
                for _turn in range(TURNS):
                    one, rows = run(guarded, user, sql)
                    other, same = run(open_, user, sql)
                    if rows != same:
                        sys.exit(f"{who}, {page}: {rows} rows with, {same} without.")
                    took[0].append(one)
                    took[1].append(other)
                guarded_ms, bare_ms = (statistics.median(each) * 1000 for each in took)
                total["with"] += guarded_ms
                total["without"] += bare_ms
                worst = max(worst, guarded_ms / bare_ms)
                found |= {f"{who}_{page}_ms": round(guarded_ms, 2), f"{who}_{page}_bare_ms": round(bare_ms, 2)}
                found["rows"] = found.get("rows", 0) + rows
    return found | {"rls_ratio": round(total["with"] / total["without"], 2), "worst_ratio": round(worst, 2)}


def main() -> None:
    """Measure, and say it."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--cases", type=int, default=100_000, help="how many; 100,000 unless told")
    wanted.add_argument("--json", action="store_true", help="end in one line of JSON")
    told = wanted.parse_args()
    if told.cases < 1000:
        wanted.error("At least 1,000 cases are needed.")
    begin()
    say(measure(told.cases), as_json=told.json)


if __name__ == "__main__":
    main()

"""How long a data-protection officer waits for a page of the ledger, however many entries there are.

    python3 -m bench.ledger_pages --rows 1000000 [--json]

It starts a PostgreSQL of its own (without fsync) with a year of invented entries, of a hundred cities and of three
thousand colleagues. One entry in a hundred is of the officer's city; one in four is of no city (who came in, tokens,
what the clock did), and one in a hundred of those is about somebody who works in hers. Each figure is the middle one
of seven, in milliseconds:

* `newest_ms`, `deep_ms`: the newest page, and one from the middle of the year;
* `sign_in_ms`, `denied_ms`, `who_ms`, `case_ms`, `without_task_ms`: the newest page of each filter;
* `nothing_ms`: a filter that nothing answers to, which is the longest way there is.

`--explain` says how PostgreSQL goes about each.
"""

from __future__ import annotations

import argparse
import statistics
import time
from datetime import timedelta
from typing import Any

from bench.running import begin, say

_PEOPLE = """
INSERT INTO cities_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
    date_joined, language, phone, shortcuts, by_email, digest_at, remind_before, next_digest_at,
    version)
SELECT '!', false, 'bench' || n, 'Testa', 'Example' || n, 'bench' || n || '@example.org', false, true, now(), 'en',
    '', true, true, '07:00', 0, now(), 1
FROM generate_series(1, 3000) n
"""
_POSTINGS = """
INSERT INTO cities_posting (recorded_at, user_id, role, agency_id, city_id, starts_on, ends_on, version)
SELECT now(), id, 'CASEWORKER', %(agency)s, CASE WHEN id %% 100 = 0 THEN %(here)s ELSE %(elsewhere)s END,
    current_date - 400, CASE WHEN id %% 700 = 0 THEN current_date - 100 END, 1
FROM cities_user WHERE username LIKE 'bench%%' AND id %% 40 <> 1
"""
_ENTRIES = """
WITH people AS (SELECT array_agg(id ORDER BY id) AS ids FROM cities_user WHERE username LIKE 'bench%%'),
told AS (
    SELECT n, ids[1 + floor(3000 * random())::int] AS who, n %% 4 = 3 AS nowhere, n %% 12 = 11 AS clocked,
        now() - interval '1 year' * (1 - n / %(rows)s::float) AS moment
    FROM generate_series(1, %(rows)s) n, people
)
INSERT INTO cities_ledgerentry (id, at, operation, actor_id, initiator, role, agency_id, city_id, case_id,
    case_reference, compartment, object_type, object_ids, fields, rows, act, purpose, justification, ground, recipient,
    request_id, outcome)
SELECT uuidv7(moment - now()), moment,
    CASE WHEN clocked THEN 'ALTER' WHEN nowhere THEN 'SIGN_IN' WHEN n %% 50 = 2 THEN 'DENIED' ELSE 'CONSULT' END,
    CASE WHEN NOT clocked THEN who END, CASE WHEN clocked THEN 'clock' ELSE 'person' END, 'CASEWORKER', 1 + n %% 7,
    CASE WHEN NOT nowhere THEN CASE WHEN n %% 100 = 0 THEN %(here)s ELSE 1000 + n %% 100 END END,
    CASE WHEN NOT nowhere THEN 1 + n %% 9000 END,
    CASE WHEN NOT nowhere THEN format('VIL-2026-%%s', lpad((1 + n %% 9000)::text, 4, '0')) ELSE '' END,
    CASE WHEN NOT nowhere THEN 'CORE' ELSE '' END, CASE WHEN nowhere AND NOT clocked THEN 'user' ELSE 'checkin' END,
    ARRAY[CASE WHEN nowhere THEN who ELSE n END],
    CASE WHEN NOT nowhere THEN ARRAY['due_on', 'due_time', 'kind', 'outcome', 'person.official_name', 'place', 'state']
        ELSE '{}' END,
    1, CASE WHEN nowhere THEN 'SIGN_IN' ELSE 'CHECKIN_READ' END,
    CASE WHEN nowhere THEN '' WHEN n %% 30 = 0 THEN 'cases:case_list' ELSE 'cases:my_day task:checkin 7' END, '', '',
    CASE WHEN nowhere AND random() < 0.1 THEN 'user ' || who ELSE '' END, md5(n::text), 'DONE'
FROM told
"""


def fill(rows: int) -> Any:
    """The officer, in a database of that many entries."""
    from tests.databases import connect_as_owner, current_name
    from tests.factories import a_cast

    cast = a_cast()
    told = {"rows": rows, "agency": cast.agency.pk, "here": cast.city.pk, "elsewhere": cast.other_city.pk}
    with connect_as_owner(current_name()) as connection:
        for statement in (_PEOPLE, _POSTINGS, _ENTRIES):
            connection.execute(statement, told)
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
    return cast.dana


def asked(at: Any) -> dict[str, Any]:
    """figure -> what is asked for."""
    from cases.audit.selectors import Asked
    from cities.places.rules import day_of

    return {
        "newest_ms": Asked(), "deep_ms": Asked(until=day_of(at - timedelta(days=180))),
        "sign_in_ms": Asked(operation="SIGN_IN"), "denied_ms": Asked(operation="DENIED"),
        "who_ms": Asked(who="Testa Example2000"), "case_ms": Asked(case="VIL-2026-0101"),
        "without_task_ms": Asked(without_task=True), "nothing_ms": Asked(purpose="not to be found"),
    }  # fmt: skip


def measure(officer: Any, *, explain: bool) -> dict[str, Any]:
    """Each page, as the web asks for it: as the officer, in a transaction of her own."""
    from django.utils import timezone

    from cases.access.services import acting
    from cases.audit.selectors import a_page_of, asked_for, ledger_for

    at, found = timezone.now(), dict[str, Any]()
    for name, wanted in asked(at).items():
        times = []
        for _ in range(7):
            started = time.perf_counter()
            with acting(officer):
                a_page_of(asked_for(ledger_for(officer, at=at), wanted), before=None, limit=50)
            times.append(1000 * (time.perf_counter() - started))
        found[name] = round(statistics.median(times), 1)
        if explain:
            with acting(officer):
                print(name, asked_for(ledger_for(officer, at=at), wanted)[:51].explain(analyze=True, buffers=True))
    return found


def main() -> None:
    """Measure, and say it."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--rows", type=int, default=100_000, help="how many entries; 100,000 unless told")
    wanted.add_argument("--explain", action="store_true", help="say how PostgreSQL goes about it")
    wanted.add_argument("--json", action="store_true", help="end in one line of JSON")
    told = wanted.parse_args()
    begin()
    from tests.databases import copy_template, drop, point_at

    name = copy_template()
    point_at(name)
    try:
        found = measure(fill(told.rows), explain=told.explain)
    finally:
        point_at("postgres")
        drop(name)
    say({"rows": told.rows} | found, as_json=told.json)


if __name__ == "__main__":
    main()

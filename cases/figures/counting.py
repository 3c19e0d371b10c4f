"""Counting, in PostgreSQL: the only thing that reads travel statuses of every city, and all that leaves is numbers.

The functions run as `apparatus_counter`, which may read who was where and may not read a name. People may only call
them, and they answer nothing to somebody whose posting doesn't have the national picture. Made anew by every `migrate`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db import transaction

from cases.access.policies import COUNTER, KEEPER, PEOPLE, POSTED_NOW, function
from cases.travel.rules import EVER_LEFT, INDICATIONS_LAPSE, Situation, TravelValue
from cities.records import SETUP
from cities.roles.permissions import Permission
from cities.roles.rules import roles_with

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_AWAY = ", ".join(f"'{value.value}'" for value in EVER_LEFT if value != TravelValue.RETURNED)

#: What was known by $2, without what had been corrected by then, of all that was true by $1.
_KNOWN = (
    "SELECT t.id, t.person_id, t.city_id, t.value, t.situation, t.confidence, t.true_since, t.known_since "
    "FROM cases_travelstatus t WHERE t.known_since <= $2 AND t.true_since <= $1 AND apparatus_i_may_count() "
    "AND NOT EXISTS (SELECT FROM cases_travelstatus c WHERE c.supersedes_id = t.id AND c.known_since <= $2)"
)

_INDICATIONS = f"k.value = '' AND k.situation = '{Situation.INDICATIONS.value}'"

#: Of each person, what holds on $1 as known on $2. "Indications only" doesn't count once its time is over.
_HOLDING = (
    f"SELECT DISTINCT ON (k.person_id) k.* FROM ({_KNOWN}) k "
    f"WHERE NOT ({_INDICATIONS} AND $1 >= k.true_since + interval '{INDICATIONS_LAPSE.months} months') "
    "ORDER BY k.person_id, k.true_since DESC, k.known_since DESC, k.id DESC"
)

_STOCK = (
    f"SELECT h.city_id, h.value::text, h.situation::text, h.confidence::text, count(*) FROM ({_HOLDING}) h "
    "GROUP BY h.city_id, h.value, h.situation, h.confidence"
)

#: A move is what differs between the end of one day and the end of the day before, for one person. "Indications only"
#: says nothing of where somebody is: it is no move.
_FLOW = (
    "SELECT m.city_id, date_trunc('month', m.day)::date, move.kind, count(*), "
    "count(*) FILTER (WHERE extract(day FROM m.day) <= extract(day FROM $1)) "
    "FROM (SELECT d.city_id, d.true_since AS day, d.value, "
    "lag(d.value, 1, '') OVER (PARTITION BY d.person_id ORDER BY d.true_since) AS before "
    f"FROM (SELECT DISTINCT ON (k.person_id, k.true_since) k.* FROM ({_KNOWN}) k WHERE NOT ({_INDICATIONS}) "
    "ORDER BY k.person_id, k.true_since, k.known_since DESC, k.id DESC) d) m "
    "CROSS JOIN LATERAL (VALUES "
    f"('DEPARTURE', m.value IN ({_AWAY}) AND m.before NOT IN ({_AWAY})), "
    "('RETURN', m.value = 'RETURNED' AND m.before <> 'RETURNED'), "
    "('DEATH', m.value = 'KILLED' AND m.before <> 'KILLED')) AS move (kind, happened) "
    "WHERE move.happened AND m.day >= $3 GROUP BY 1, 2, 3"
)

#: A case is open from the day it was opened until the day it was closed; a plan is in force on a day when it is the
#: last one agreed by then and hasn't ended by then.
_FUNNEL = (
    "SELECT count(*), count(*) FILTER (WHERE f.open_case), count(*) FILTER (WHERE f.followed), "
    "count(*) FILTER (WHERE f.closed AND NOT f.open_case) "
    "FROM (SELECT coalesce(bool_or(c.is_open), false) AS open_case, "
    "coalesce(bool_or(c.is_open AND c.followed), false) AS followed, "
    "coalesce(bool_or(c.closed_on <= $1), false) AS closed "
    f"FROM ({_HOLDING}) h LEFT JOIN LATERAL (SELECT c.closed_on, "
    "c.opened_on <= $1 AND (c.closed_on IS NULL OR c.closed_on > $1) AS is_open, "
    "(SELECT p.ended_on IS NULL OR p.ended_on > $1 FROM cases_followupplan p "
    "WHERE p.casefile_id = c.id AND p.agreed_on <= $1 ORDER BY p.number DESC LIMIT 1) AS followed "
    "FROM cases_casefile c WHERE c.person_id = h.person_id AND c.opened_on <= $1) c ON true "
    "WHERE h.value = 'RETURNED' GROUP BY h.person_id) f"
)


def statements() -> Iterator[str]:
    """The functions, in order; each with a pinned search path, its owner, and who may call it."""
    yield f"GRANT CREATE ON SCHEMA public TO {COUNTER}, {KEEPER}"
    for name in ("stock", "flow", "funnel", "i_may_count"):
        yield f"DROP FUNCTION IF EXISTS apparatus_{name} CASCADE"
    roles = ", ".join(f"'{role.value}'" for role in sorted(roles_with(Permission.PICTURE_READ)))
    yield from function(
        "apparatus_i_may_count", "boolean",
        f"SELECT current_setting('role') = '{SETUP}' "
        f"OR EXISTS (SELECT FROM cities_posting p WHERE {POSTED_NOW} AND p.role IN ({roles}))",
        owner=KEEPER, to=COUNTER,
    )  # fmt: skip
    own = {"owner": COUNTER, "to": PEOPLE}
    yield from function(
        "apparatus_stock",
        "TABLE (city_id bigint, value text, situation text, confidence text, people bigint)",
        _STOCK, arguments="as_of date, known_on date", **own,
    )  # fmt: skip
    yield from function(
        "apparatus_flow", "TABLE (city_id bigint, month date, kind text, people bigint, by_day bigint)",
        _FLOW, arguments="as_of date, known_on date, since date", **own,
    )  # fmt: skip
    yield from function(
        "apparatus_funnel", "TABLE (returned bigint, open_case bigint, in_follow_up bigint, closed bigint)",
        _FUNNEL, arguments="as_of date, known_on date", **own,
    )  # fmt: skip
    yield f"REVOKE CREATE ON SCHEMA public FROM {COUNTER}, {KEEPER}"


def apply(owner: BaseDatabaseWrapper) -> None:
    """Make the functions what the code says. `owner` is the owner's connection, after the policies were applied."""
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)

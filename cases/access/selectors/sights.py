"""Who could see a case at a moment or on a day, and which cases somebody could see: one query, whatever the past."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from cases.access.models import CaseAccess, GrantQuerySet
from cases.access.rules import Ending
from cities.places.rules import moment_of
from cities.roles.rules import COMPARTMENTS, POSTED_TO_EVERY_CASE, Role
from cities.staff.models import User

if TYPE_CHECKING:
    from cases.casefiles.models import Casefile


#: No day before it has a moment in every time zone; nobody was posted then.
_EARLIEST = date(1, 1, 2)


@dataclass(frozen=True)
class Sight:
    """One reason why somebody could see compartments of a case: on which ground, from when to when, given by whom.

    A posting that covers a city has no `reference`: it is for every case of `city`.
    """

    ground: str  # a `Ground`, or "POSTING" for a posting that covers the whole city
    user_id: int
    who: str
    role: str
    agency: str
    city: str
    reference: str
    compartments: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime | None
    ended_because: str
    given_by: str
    reason: str

    @property
    def as_what(self) -> str:
        return str(Role(self.role).label)

    @property
    def why_it_ended(self) -> str:
        return str(Ending(self.ended_because).label) if self.ended_because else ""


_ROLES = ", ".join(
    f"('{role.value}', '{part.value}')" for role in sorted(POSTED_TO_EVERY_CASE) for part in sorted(COMPARTMENTS[role])
)

#: From when until when a posting held. One that was ended in the middle of a day held until then.
_FROM = "p.starts_on::timestamp AT TIME ZONE 'Europe/Brussels'"
_UNTIL = "coalesce(p.ended_at, p.ends_on::timestamp AT TIME ZONE 'Europe/Brussels')"

_GRANT = f"""
    SELECT a.ground, p.id, a.city_id, a.reference, a.compartment, greatest(a.starts_at, {_FROM}),
        least(a.ends_at, {_UNTIL}), CASE WHEN {_UNTIL} < coalesce(a.ends_at, 'infinity') THEN 'POSTING'
        ELSE a.ended_because END, a.recorded_by_id, a.reason
    FROM cases_caseaccess a JOIN cities_posting p"""  # noqa: S608 -- of names written in this file

# Postings that cover a city, grants to somebody as long as her posting held, and grants to an office with whoever was
# its liaison; each with the time in which both held.
_SIGHTS = f"""
WITH sights (ground, posting_id, city_id, reference, compartment, begins, until, because, given_by_id, reason) AS (
    SELECT 'POSTING', p.id, p.city_id, '', covers.compartment, {_FROM}, {_UNTIL}, '', p.recorded_by_id, ''
    FROM cities_posting p JOIN (VALUES {_ROLES}) AS covers (role, compartment) ON covers.role = p.role
    WHERE p.city_id IS NOT NULL AND %(postings)s
    UNION ALL {_GRANT} ON p.id = a.posting_id
    WHERE (p.city_id IS NULL OR p.city_id = a.city_id) AND %(grants)s
    UNION ALL {_GRANT} ON p.agency_id = a.agency_id AND p.role = '{Role.PROSECUTION_LIAISON.value}'
    WHERE (p.city_id IS NULL OR p.city_id = a.city_id) AND %(grants)s
)
SELECT s.ground, u.id, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username), p.role, g.name,
    coalesce(c.code, ''), s.reference, array_agg(DISTINCT s.compartment ORDER BY s.compartment), s.begins, s.until,
    s.because, coalesce(nullif(trim(b.first_name || ' ' || b.last_name), ''), b.username, ''), s.reason
FROM sights s JOIN cities_posting p ON p.id = s.posting_id JOIN cities_user u ON u.id = p.user_id
    JOIN cities_agency g ON g.id = p.agency_id LEFT JOIN cities_city c ON c.id = s.city_id
    LEFT JOIN cities_user b ON b.id = s.given_by_id
WHERE s.begins < coalesce(s.until, 'infinity') AND s.begins <= %(last)s AND coalesce(s.until, 'infinity') > %(first)s
GROUP BY s.ground, s.posting_id, u.id, p.role, g.name, c.code, s.reference, s.begins, s.until, s.because, b.id,
    s.reason
ORDER BY s.ground <> 'POSTING', s.ground, s.reference, p.role, u.last_name, u.id, s.begins, s.posting_id
"""  # noqa: S608 -- of names written in this file


_OF_A_CASE = "p.city_id = %(city)s", "a.casefile_id = %(case)s"
_OF_SOMEBODY = (
    "p.user_id = %(user)s AND p.city_id = ANY(%(cities)s)", "p.user_id = %(user)s AND a.city_id = ANY(%(cities)s)"
)  # fmt: skip


def whole_day(day: date) -> tuple[datetime, datetime]:
    """The first and the last moment of a day in Brussels: whoever could at any time of it is named."""
    day = max(day, _EARLIEST)
    return moment_of(day, time.min), moment_of(day + timedelta(days=1), time.min) - timedelta(microseconds=1)


def who_can_see(
    casefile: Casefile, reader: User, *, now: datetime, at: datetime, until: datetime | None = None
) -> list[Sight]:
    """Everybody who could see the case at the moment `at`, or at any time from then `until` then, and why.

    As far as `reader` may know of it `now`: to a caseworker it is not told that something went to an office.
    """
    known = CaseAccess.grants.visible_to(reader, at=now).filter(casefile_id=casefile.pk)
    asked = {"case": casefile.pk, "city": casefile.city_id, "first": at, "last": until or at}
    return _ask(*_OF_A_CASE, known, asked)


def seen_by(
    user: User, reader: User, *, cities: Collection[int], now: datetime, at: datetime, until: datetime | None = None
) -> list[Sight]:
    """The other way round: what `user` could see in these cities then, and why, as far as `reader` may know of it."""
    known = CaseAccess.grants.visible_to(reader, at=now).filter(city_id__in=cities)
    asked = {"user": user.pk, "cities": sorted(cities), "first": at, "last": until or at}
    return _ask(*_OF_SOMEBODY, known, asked)


def _ask(postings: str, grants: str, known: GrantQuerySet, asked: Mapping[str, Any]) -> list[Sight]:
    """The query, about some postings and some grants; both conditions are written here, never typed.

    `known` is the rule that everything starts from, within the same query; that PostgreSQL hides the same grants once
    more is the second lock, and not the only one.
    """
    rule, values = known.values("pk").query.sql_with_params()
    named = {f"known_{place}": value for place, value in enumerate(values)}
    grants = f"{grants} AND a.id IN ({rule % tuple(f'%({name})s' for name in named)})"
    with connection.cursor() as cursor:
        cursor.execute(_SIGHTS.replace("%(postings)s", postings).replace("%(grants)s", grants), {**asked, **named})
        return [
            Sight(ground, user, who, role, agency, city, ref, tuple(parts), begins, until, because, given_by, reason)
            for (
                ground, user, who, role, agency, city, ref, parts, begins, until, because, given_by, reason
            ) in cursor.fetchall()
        ]  # fmt: skip

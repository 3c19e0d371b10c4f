"""Who could see a case on a day: one query, against an oracle that goes hour by hour through what was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cases.access.models import CaseAccess
from cases.access.selectors import Sight, seen_by, who_can_see, whole_day
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cities.places.rules import BRUSSELS
from cities.records import as_set_up
from cities.roles.rules import COMPARTMENTS, POSTED_TO_EVERY_CASE, WITHOUT_CITY, Compartment, Role
from cities.staff.models import Posting, User
from cities.staff.services import end_posting
from tests.factories import AT, TODAY, Cast, a_case, a_user, posted, posting_of, staff

pytestmark = pytest.mark.django_db

DAYS = st.integers(-12, 12)
ROLES = st.sampled_from([Role.CASEWORKER, Role.COORDINATOR, Role.MAYOR, Role.PROSECUTION_LIAISON, Role.ANALYST])
#: As what, in which city (2: none), from which day, for how many days, and at which hour of its last day it was ended.
POSTINGS = st.lists(
    st.tuples(ROLES, st.integers(0, 2), DAYS, st.none() | st.integers(0, 9), st.none() | st.integers(1, 23)),
    min_size=1, max_size=4,
)  # fmt: skip
#: Whose (0: the office), by which posting, which case, which part, from which hour, for how many hours.
GRANTS = st.lists(
    st.tuples(
        st.integers(0, 2), st.integers(0, 3), st.integers(0, 1), st.sampled_from(list(Compartment)),
        st.integers(-200, 200), st.none() | st.integers(0, 300),
    ),
    max_size=6,
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """What was put there, as the oracle reads it."""

    postings: list[Posting]
    grants: list[CaseAccess]


@pytest.fixture
def two_cases(cast: Cast) -> tuple[User, list[Casefile]]:
    """One in each city, and somebody who coordinates both, so that nothing is hidden from her."""
    root = staff(Role.COORDINATOR, cast.city, first_name="Root")
    posted(root, Role.COORDINATOR, cast.other_city)
    return root, [a_case(by=cast.carla), a_case(by=cast.carlo)]


@settings(
    max_examples=60, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
@given(POSTINGS, POSTINGS, GRANTS, DAYS, st.none() | st.integers(0, 23))
def test_who_can_see__is_what_was_written(
    cast: Cast,
    two_cases: tuple[User, list[Casefile]],
    first: list[tuple[Role, int, int, int | None, int | None]],
    second: list[tuple[Role, int, int, int | None, int | None]],
    grants: list[tuple[int, int, int, Compartment, int, int | None]],
    on: int,
    hour: int | None,
) -> None:
    root, cases = two_cases
    start = transaction.savepoint()
    users = [a_user("One"), a_user("Two")]
    held = [_post(cast, user, drafts) for user, drafts in zip(users, (first, second), strict=True)]
    with acting(root):
        given_to = _grant(cast, held, cases, grants)
        written = Written([posting for each in held for posting in each], given_to)
        begins, ends = _asked(TODAY + timedelta(days=on), hour)
        for case in cases:
            with CaptureQueriesContext(connection) as queries:
                found = who_can_see(case, root, now=AT, at=begins, until=ends)
            assert len(queries) == 1
            ours = {told for told in _told(found) if told[0] in {user.pk for user in users}}
            assert ours == _oracle(written, case, begins, ends)
        cities = [cast.city.pk, cast.other_city.pk]
        for user in users:
            theirs = seen_by(user, root, cities=cities, now=AT, at=begins, until=ends)
            both = {told for case in cases for told in _oracle(written, case, begins, ends) if told[0] == user.pk}
            covered = {
                (user.pk, "POSTING", part, *_period(posting))
                for posting in written.postings
                for part in COMPARTMENTS[Role(posting.role)]
                if posting.user_id == user.pk and posting.city_id and posting.role in POSTED_TO_EVERY_CASE
                and _meets(_period(posting), begins, ends)
            }  # fmt: skip
            assert _told(theirs) == both | covered
    transaction.savepoint_rollback(start)


def _post(cast: Cast, user: User, drafts: list[tuple[Role, int, int, int | None, int | None]]) -> list[Posting]:
    made, seen = [], set()
    for role, where, begins, lasts, ended in drafts:
        city = [cast.city, cast.other_city, None if role in WITHOUT_CITY else cast.city][where]
        if (role, city) in seen:
            continue
        seen.add((role, city))
        starts_on = TODAY + timedelta(days=begins)
        posting = posted(
            user, role, city, agency=cast.office, starts_on=starts_on,
            ends_on=None if lasts is None else starts_on + timedelta(days=lasts),
        )  # fmt: skip
        if lasts is not None and ended is not None:
            posting.ended_at = datetime.combine(posting.ends_on or TODAY, time(ended), BRUSSELS)
            with as_set_up():
                posting.save(update_fields=["ended_at"])
        made.append(posting)
    return made


def _grant(
    cast: Cast,
    held: list[list[Posting]],
    cases: list[Casefile],
    drafts: list[tuple[int, int, int, Compartment, int, int | None]],
) -> list[CaseAccess]:
    made, seen = [], set()
    for whose, which, number, part, begins, lasts in drafts:
        case, holder = cases[number], held[whose - 1][which % len(held[whose - 1])]
        if whose and (part not in COMPARTMENTS[Role(holder.role)] or holder.city_id not in (None, case.city_id)):
            continue  # PostgreSQL lets nobody write it
        to = {"user": holder.user, "posting": holder, "ground": "TEAM"} if whose else {"agency": cast.office}
        part = part if whose else Compartment.JUSTICE
        if (whose, number, part) in seen:
            continue
        seen.add((whose, number, part))
        starts_at = AT + timedelta(hours=begins)
        made.append(
            CaseAccess.grants.create(
                **{"ground": "REFERRAL"} | to,
                recorded_at=AT,
                casefile=case,
                city_id=case.city_id,
                compartment=part,
                reference=case.reference,
                starts_at=starts_at,
                ends_at=None if lasts is None else starts_at + timedelta(hours=lasts),
            )
        )
    return made


def _asked(day: date, hour: int | None) -> tuple[datetime, datetime]:
    if hour is None:
        return whole_day(day)
    moment = datetime.combine(day, time(hour), BRUSSELS)
    return moment, moment


Period = tuple[datetime, datetime | None]


def _period(posting: Posting) -> Period:
    begins = datetime.combine(posting.starts_on, time.min, BRUSSELS)
    if posting.ends_on is None:
        return begins, None
    return begins, posting.ended_at or datetime.combine(posting.ends_on, time.min, BRUSSELS)


def _both(one: Period, other: Period) -> Period:
    ends = [end for end in (one[1], other[1]) if end is not None]
    return max(one[0], other[0]), min(ends) if ends else None


def _meets(period: Period, begins: datetime, ends: datetime) -> bool:
    """Whether the half-open period isn't empty and has a moment of the closed one in it."""
    since, until = period
    return (until is None or since < until) and since <= ends and (until is None or until > begins)


def _told(sights: list[Sight]) -> set[tuple[object, ...]]:
    return {(one.user_id, one.ground, part, one.starts_at, one.ends_at) for one in sights for part in one.compartments}


def _oracle(written: Written, case: Casefile, begins: datetime, ends: datetime) -> set[tuple[object, ...]]:
    found: set[tuple[object, ...]] = set()
    for posting in written.postings:
        period = _period(posting)
        if posting.role in POSTED_TO_EVERY_CASE and posting.city_id == case.city_id and _meets(period, begins, ends):
            found |= {(posting.user_id, "POSTING", part, *period) for part in COMPARTMENTS[Role(posting.role)]}
        for grant in written.grants:
            hers = posting.pk == grant.posting_id or (
                grant.agency_id == posting.agency_id and posting.role == Role.PROSECUTION_LIAISON
            )
            both = _both((grant.starts_at, grant.ends_at), period)
            there = grant.casefile_id == case.pk and posting.city_id in (None, case.city_id)
            if hers and there and _meets(both, begins, ends):
                found.add((posting.user_id, grant.ground, grant.compartment, *both))
    return found


def test_who_can_see__a_posting_that_was_ended_at_noon_held_that_morning(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    noon = AT.replace(hour=12)
    with acting(cast.administrator):
        end_posting(posting=posting_of(cast.alice), by=cast.administrator, at=noon, version=1, ends_on=TODAY)
    with acting(cast.carla):
        asked: dict[str, Any] = {"casefile": case, "reader": cast.carla, "now": AT}
        [sight] = [one for one in who_can_see(**asked, at=AT, until=noon) if one.user_id == cast.alice.pk]
        assert (sight.starts_at, sight.ends_at, sight.why_it_ended) == (AT, noon, "her posting ended")
        assert sight.as_what == "Caseworker"
        assert cast.alice.pk not in {one.user_id for one in who_can_see(**asked, at=noon)}

"""What a page may show, and what PostgreSQL shows when a page forgets to ask: the same rows, whatever the history.

The world is what every act of the house leaves behind (`acts/`), in two cities. On it, three newcomers are given
random postings and grants, past, present and to come, and for each the rows of every table are compared: those of
`visible_to`, read by somebody who sees everything; those of a bare SELECT under row-level security; and, where a row
hangs on its case alone, those an oracle counts out from the postings and grants that were written.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from cases.access.models import CaseAccess, VisibleQuerySet
from cases.access.policies import case_models
from cases.access.rules import EMERGENCY_LASTS, Ground, NeedToKnow, need_of
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cities.agencies.models import Agency
from cities.places.models import City
from cities.roles.rules import COMPARTMENTS, POSTED_TO_EVERY_CASE, WITHOUT_CITY, Compartment, Role
from cities.staff.models import Posting, User
from tests.architecture.acts import SCENES
from tests.architecture.known import Asked, a_template
from tests.architecture.test_services import on_behalf_of
from tests.factories import AT, Cast, a_user, posted, staff

#: Written by the acts of these rooms, in both cities; the others act in one.
IN_BOTH = ("cases.people", "cases.travel", "cases.casefiles")

#: Tables that no act fills yet: a code list that is loaded, and the rooms whose acts have no scenes yet.
NOT_YET: set[str] = set()

#: From which day, counted from today, to which: as many that hold as that don't, and their edges.
HOLDING = [(-30, None), (-30, 30), (-1, 1), (0, None)]
GONE_BY = [(-400, -30), (-30, -1), (-30, 0), (0, 0)]
TO_COME = [(1, None), (30, 60)]
PERIODS = st.sampled_from(HOLDING) | st.sampled_from(GONE_BY + TO_COME)

#: Where most of what is granted in earnest lies; the last has no table yet.
GRANTED = st.sampled_from(
    [Compartment.CORE, Compartment.CORE, Compartment.CARE, Compartment.JUSTICE, Compartment.POLICE]
)
SEEING = st.sampled_from([Role.CASEWORKER, Role.COORDINATOR, Role.MAYOR, Role.PROSECUTION_LIAISON])

Period = tuple[int, int | None]
PostingDraft = tuple[Role, int, bool, Period]  # as what, where (2: nowhere), at the office or the service, when
GrantDraft = tuple[int, int, int, Compartment, Ground, Period]  # to whom (3: the office), by which posting, which case

POSTINGS = st.tuples(
    *[
        st.lists(
            st.tuples(SEEING | st.sampled_from(list(Role)), st.integers(0, 2), st.booleans(), PERIODS),
            min_size=1,
            max_size=3,
        )
    ]
    * 3
)
GRANTS = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 2), st.integers(0, 10**6), GRANTED, st.sampled_from(list(Ground)), PERIODS
    ),
    min_size=4,
    max_size=8,
)


@dataclass(frozen=True)
class World:
    """Everything there is, and somebody who sees it all."""

    cast: Cast
    root: User
    cases: list[Casefile]
    now: datetime
    asked: Asked
    #: The rows of the tables that hang on their case alone: no history changes them.
    rows: dict[type[Model], list[Any]]


@pytest.fixture
def world(cast: Cast) -> World:
    """Every act on cases, done once; those on people and cases in the other city too."""
    root = staff(Role.COORDINATOR, cast.city, first_name="Root")
    posted(root, Role.COORDINATOR, cast.other_city)
    for city in (cast.city, cast.other_city):
        posted(root, Role.DATA_PROTECTION_OFFICER, city)
    elsewhere = replace(
        cast, city=cast.other_city, carla=cast.carlo, alice=cast.charlie, agency=cast.charlie.postings.get().agency,
        bob=staff(Role.CASEWORKER, cast.other_city),
    )  # fmt: skip
    for name in sorted(name for name in SCENES if name.startswith("cases.")):
        for there in [cast, elsewhere] if name.startswith(IN_BOTH) else [cast]:
            scene = SCENES[name](there)
            with on_behalf_of(scene.by):
                scene.act()
    with acting(root):
        rows: dict[type[Model], list[Any]] = {}
        for model in filter(plain, case_models()):
            rows[model] = list(model._default_manager.all())
        cases = list(Casefile.objects.order_by("pk"))
        empty = {model.__name__ for model in case_models() if not model._default_manager.exists()}
    assert empty <= NOT_YET, "A table that no act of the house fills would be compared in vain."
    assert {case.city_id for case in cases} == {cast.city.pk, cast.other_city.pk}
    now = timezone.now()
    return World(cast, root, cases, now, Asked(now, a_template(cast)), rows)


def plain(model: type[Model]) -> bool:
    """Whether the rows of this table hang on their case, or their city, and on nothing else."""
    return type(model._default_manager.all()) is VisibleQuerySet


#: How many histories are tried; and how many in one transaction, where what was taken back still lies in the way of all
#: that comes after it.
HISTORIES = int(os.environ.get("HISTORIES", "10"))
AT_ONCE = 200


@pytest.mark.parametrize("part", range(-(-HISTORIES // AT_ONCE)))
@settings(
    max_examples=min(HISTORIES, AT_ONCE),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a failure is small as it is; each run costs a second
    suppress_health_check=list(HealthCheck),
)
@given(POSTINGS, GRANTS)
@pytest.mark.django_db
def test_visible_to__is_what_postgresql_shows(
    part: int,
    world: World,
    postings: tuple[list[PostingDraft], ...],
    grants: list[GrantDraft],
) -> None:
    start = transaction.savepoint()
    users = [a_user(f"Newcomer{number}") for number in range(3)]
    held = _post(world, users, postings)
    given_to = _grant(world, held, grants)
    rows = 0
    for user in users:
        with acting(user):
            shown = _select()
        with acting(world.root):
            asked = world.asked.of(user)
            for model in case_models():
                mine, who = asked[model], (model.__name__, user.first_name)
                assert mine == shown[model._meta.db_table], who
                if plain(model):
                    assert mine == _oracle(model, user, held, given_to, world), who
                rows += len(mine)
    event("sees something" if rows else "sees nothing")
    transaction.savepoint_rollback(start)


def _post(world: World, users: list[User], wanted: tuple[list[PostingDraft], ...]) -> list[Posting]:
    """The postings that can be written, each once."""
    cast, made, seen = world.cast, [], set()
    today = timezone.localdate(world.now)
    places: list[City | None] = [cast.city, cast.other_city, None]
    for user, drafts in zip(users, wanted, strict=True):
        for role, where, at_office, (begins, ends) in drafts:
            city = places[where]
            if city is None and role not in WITHOUT_CITY:
                city = cast.city
            key = (user.pk, role, city, at_office)
            if key in seen:
                continue
            seen.add(key)
            agency: Agency = cast.office if at_office else cast.agency
            until = None if ends is None else today + timedelta(days=ends)
            made.append(
                posted(user, role, city, agency=agency, starts_on=today + timedelta(days=begins), ends_on=until)
            )
    return made


def _grant(world: World, held: list[Posting], wanted: list[GrantDraft]) -> list[CaseAccess]:
    """The grants that can be written, each once: to somebody by a posting of hers, or to the office."""
    made, seen = [], set()
    with acting(world.root):
        for whose, which, number, compartment, ground, (begins, ends) in wanted:
            case = world.cases[number % len(world.cases)]
            postings = [posting for posting in held if posting.user.first_name == f"Newcomer{whose}"]
            starts_at = world.now + timedelta(days=begins)
            ends_at = None if ends is None else world.now + timedelta(days=ends)
            if ground == Ground.EMERGENCY and whose != 3:
                ends_at = min(filter(None, (ends_at, starts_at + EMERGENCY_LASTS)))
            if whose == 3:
                holder = {"agency": world.cast.office}
                compartment, ground = Compartment.JUSTICE, Ground.REFERRAL
            elif postings:
                posting = postings[which % len(postings)]
                there = posting.city_id in (None, case.city_id)
                if not there or compartment not in COMPARTMENTS[Role(posting.role)]:
                    continue  # PostgreSQL lets nobody write it
                holder = {"user": posting.user, "posting": posting}  # type: ignore[dict-item]
            else:
                continue
            key = (whose, case.pk, compartment, ground)
            old = CaseAccess.grants.filter(
                casefile=case, compartment=compartment, ground=ground, ends_at=None, **holder
            )
            if key in seen or old.exists():
                continue
            seen.add(key)
            made.append(
                CaseAccess.grants.create(
                    recorded_at=AT,
                    casefile=case,
                    city=case.city,
                    reference=case.reference,
                    compartment=compartment,
                    ground=ground,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    **holder,
                )
            )
    return made


def _select() -> dict[str, set[int]]:
    """The ids of every table that the role of the transaction may read at all, with nothing asked."""
    tables = [model._meta.db_table for model in case_models()]
    found: dict[str, set[int]] = {table: set() for table in tables}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE has_table_privilege(name, 'SELECT')", [tables]
        )
        tables = [row[0] for row in cursor.fetchall()]
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', id FROM {table}" for table in tables))  # noqa: S608
        for table, pk in cursor.fetchall():
            found[table].add(pk)
    return found


def _oracle(
    model: type[Model], user: User, postings: list[Posting], grants: list[CaseAccess], world: World
) -> set[int]:
    """Row by row, from what was written: is there a posting that covers the city, or a grant on the case?"""
    need: NeedToKnow = need_of(model)
    today = timezone.localdate(world.now)
    holding = [
        posting
        for posting in postings
        if posting.user == user and posting.starts_on <= today and (posting.ends_on is None or today < posting.ends_on)
    ]
    if need.compartment == Compartment.CARE and not any(
        Compartment.CARE in COMPARTMENTS[Role(p.role)] for p in holding
    ):
        return set()  # she acts as a role without a right on the table
    covered = {
        posting.city_id
        for posting in holding
        if posting.role in POSTED_TO_EVERY_CASE and need.compartment in COMPARTMENTS[Role(posting.role)]
    }
    if need.path == "review":
        covered = {posting.city_id for posting in holding if posting.role == Role.DATA_PROTECTION_OFFICER}
    opened = set()
    for grant in grants:
        if grant.compartment != need.compartment or grant.user not in (user, None):
            continue
        if grant.starts_at > world.now or (grant.ends_at is not None and grant.ends_at <= world.now):
            continue
        if grant.agency_id:
            by = [p for p in holding if p.role == Role.PROSECUTION_LIAISON and p.agency_id == grant.agency_id]
        else:
            by = [p for p in holding if p.pk == grant.posting_id]
        if any(posting.city_id in (None, grant.city_id) for posting in by):
            opened.add(grant.casefile_id)
    seen = set()
    for row in world.rows[model]:
        case = row.pk if need.path == "self" else getattr(row, "casefile_id", None)
        if need.path == "code" or row.city_id in covered or (case in opened and need.path not in ("city", "review")):
            seen.add(row.pk)
    return seen

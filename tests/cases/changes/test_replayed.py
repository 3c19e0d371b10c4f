"""History replayed backwards from a row as it stands gives each state that it was in, whatever was done to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection, models, transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cases.access.policies import CLOCK_MAY
from cases.access.policies.changes import told_of
from cases.access.rules import need_of
from cases.access.services import acting, as_clock
from cases.casefiles.models import Casefile
from cases.changes.models import CareChange, Change, ChangeRow, JusticeChange
from cases.checkins.models import CheckIn, Rhythm
from cases.people.models import Person
from cases.plans.models import FollowUpPlan, Goal
from cases.prosecution.models import ProsecutionReferral, ReferralFact
from cities.roles.rules import Compartment
from tests.cases.changes.conftest import written
from tests.factories import AT, TODAY, Cast, a_plan, a_referral
from tests.factories.checkins import a_checkin, a_rhythm

TABLES: dict[Compartment, type[ChangeRow]] = {
    Compartment.CORE: Change, Compartment.CARE: CareChange, Compartment.JUSTICE: JusticeChange,
}  # fmt: skip

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)

#: kind of row -> what may be put into which field of it without breaking a rule that PostgreSQL keeps.
FIELDS: dict[type[models.Model], dict[str, st.SearchStrategy[Any]]] = {
    Person: {
        "official_name": TEXT,
        "phone": TEXT,
        "address": TEXT,
        "interpreter_needed": st.booleans(),
        "sort_name": TEXT,
        "version": st.integers(1, 9),
    },
    Casefile: {
        "next_step": TEXT.map(lambda text: f"x{text}"),
        "next_step_on": st.dates(),
        "review_on": st.none() | st.dates(),
        "version": st.integers(1, 9),
    },
    FollowUpPlan: {
        "summary": TEXT,
        "person_view": TEXT,
        "consent_on": st.none() | st.dates(),
        "version": st.integers(1, 9),
    },
    Goal: {"text": TEXT, "result": TEXT, "target_on": st.dates(), "position": st.integers(0, 30)},
    Rhythm: {
        "place": TEXT,
        "duration": st.integers(5, 600),
        "weekdays": st.lists(st.integers(0, 6), min_size=1, max_size=7),
        "time": st.none() | st.times(),
        "ends_on": st.none() | st.dates(min_value=TODAY),
        "materialised_until": st.dates(),
        "set_aside_error": TEXT,
    },
    CheckIn: {
        "due_on": st.dates(),
        "place": TEXT,
        "state": st.sampled_from(["PLANNED", "CANCELLED", "RESCHEDULED"]),
        "reminded_at": st.none() | st.just(AT),
        "late_at": st.none() | st.just(AT),
        "is_critical": st.booleans(),
    },
    ProsecutionReferral: {"statement": TEXT, "withheld": TEXT, "subject": TEXT},
    ReferralFact: {"text": TEXT, "source": TEXT, "observed_on": st.none() | st.dates()},
}
KINDS = list(FIELDS)
WAYS = ("save", "update", "sql", "clock", "taken back")

STEPS = st.lists(
    st.sampled_from(KINDS).flatmap(
        lambda kind: st.tuples(
            st.just(kind),
            st.sampled_from(WAYS),
            st.fixed_dictionaries({}, optional=FIELDS[kind]).filter(bool),
        )
    ),
    min_size=3,
    max_size=12,
)


def _as_it_stands(kind: type[models.Model], pk: int) -> dict[str, Any]:
    """The fields whose change is news, as PostgreSQL says them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(r) FROM {kind._meta.db_table} r WHERE id = %s", [pk])  # noqa: S608
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
    return {column: found[column] for column in told_of(kind)}


def _do(kind: type[models.Model], pk: int, way: str, values: dict[str, Any], cast: Cast) -> None:
    rows: Any = kind._default_manager
    if way == "clock" and "UPDATE" in CLOCK_MAY.get(kind._meta.db_table, "").replace("UPDATE (", ""):
        with as_clock():
            rows.filter(pk=pk).update(**values)
    elif way == "save":
        row = rows.get(pk=pk)
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    elif way == "sql":
        names = ", ".join(f"{name} = %s" for name in values)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {kind._meta.db_table} SET {names} WHERE id = %s", [*values.values(), pk])  # noqa: S608
    elif way == "taken back":
        with transaction.atomic():
            rows.filter(pk=pk).update(**values)
            transaction.set_rollback(True)
    else:
        rows.filter(pk=pk).update(**values)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(STEPS)
@pytest.mark.django_db
def test_history__replayed_backwards_gives_each_earlier_state(
    cast: Cast, case: Casefile, steps: list[tuple[type[models.Model], str, dict[str, Any]]]
) -> None:
    start = transaction.savepoint()
    plan = a_plan(case, by=cast.alice)
    referral = a_referral(case, cast)
    with acting(cast.carla):
        numbers: dict[type[models.Model], int] = {
            Person: case.person_id, Casefile: case.pk, FollowUpPlan: plan.pk, Goal: plan.goals.get().pk,
            ProsecutionReferral: referral.pk, ReferralFact: referral.facts.get().pk,
        }  # fmt: skip
    numbers[Rhythm] = a_rhythm(case, plan, by=cast.alice).pk
    numbers[CheckIn] = a_checkin(case, plan, by=cast.alice).pk
    states: dict[type[models.Model], list[dict[str, Any]]] = {}
    with acting(cast.carla):
        for kind in KINDS:
            states[kind] = [_as_it_stands(kind, numbers[kind])]
        for kind, way, values in steps:
            _do(kind, numbers[kind], way, values, cast)
            now = _as_it_stands(kind, numbers[kind])
            if now != states[kind][-1]:
                states[kind].append(now)
    for kind in KINDS:
        _replay(kind, numbers[kind], states[kind], cast)
    event(f"{sum(len(found) - 1 for found in states.values())} changes")
    transaction.savepoint_rollback(start)


def _replay(kind: type[models.Model], pk: int, states: list[dict[str, Any]], cast: Cast) -> None:
    changes = written(TABLES[need_of(kind).compartment], kind(pk=pk), reader=cast.carla)
    since = changes[len(changes) - (len(states) - 1) :] if len(states) > 1 else []
    assert len(since) == len(states) - 1, kind
    now = states[-1]
    for change, earlier in zip(reversed(since), reversed(states[:-1]), strict=True):
        assert {name: now[name] for name in change.after} == change.after
        assert all(change.before[name] != change.after[name] for name in change.after)
        assert set(change.before) == set(change.after) <= set(told_of(kind))
        now = now | change.before
        assert now == earlier

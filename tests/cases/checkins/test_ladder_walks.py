"""Random walks over all that can happen to a missed contact: whatever the order, what must hold holds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from cases.access.rules import Refused
from cases.access.services import acting
from cases.checkins.ladder import STEPS
from cases.checkins.models import CheckIn, MissedContact, MissedStep
from cases.checkins.rules import MissStep, Outcome
from cases.checkins.services import (
    acknowledge_miss,
    answer_miss,
    cancel_checkin,
    climb,
    correct_checkin,
    mark_late,
    record_checkin,
    reinstate_checkin,
    reopen_miss,
    reschedule_checkin,
)
from cities.ledger.rules import Clock
from cities.places.rules import day_of
from tests.cases.checkins.conftest import DAY, WHY, Followed, after
from tests.factories import TODAY
from tests.factories.checkins import a_checkin


def what_must_hold(followed: Followed, today: int, seen: dict[int, list[str]]) -> None:
    """One open step for what is open and none for what is answered; steps go up only, and what was taken stays."""
    at = after(today)
    with acting(followed.carla):
        for row in MissedContact.objects.select_related("checkin").prefetch_related("steps"):
            steps = sorted(row.steps.all(), key=lambda step: step.pk)
            names = [step.step for step in steps]
            assert [STEPS.index(MissStep(name)) for name in names] == sorted({STEPS.index(MissStep(n)) for n in names})
            assert sum(step.over_at is None for step in steps) == (row.answered_at is None)
            assert all(step.deadline_on > day_of(step.since) for step in steps)
            assert names[: len(seen.get(row.pk, []))] == seen.get(row.pk, [])  # what was taken is never taken back
            seen[row.pk] = names
            if row.answered_at is None:
                came, stands = row.checkin.outcome, row.checkin.state
                assert (stands, came) in {("PLANNED", ""), ("RECORDED", Outcome.MISSED.value)}
                assert row.cause == ("MISSED" if came else "NOT_RECORDED")
                assert steps[-1].step == STEPS[-1] or steps[-1].deadline_on > day_of(at)
                assert row.in_a_row < 3 or steps[-1].step == STEPS[-1]
        late = CheckIn.objects.filter(state="PLANNED", late_from__lte=day_of(at))
        assert not late.filter(missed__isnull=True).exists()


def an_act(rng: Random, followed: Followed, today: int) -> None:
    """Anything, by Alice or Carla, to any contact; most of it is refused."""
    at, by = after(today), rng.choice([followed.alice, followed.carla])
    with acting(by):
        row = rng.choice(list(CheckIn.objects.order_by("pk")))
        missed = MissedContact.objects.filter(checkin=row).first()
        who: dict[str, Any] = {"by": by, "at": at}
        on: dict[str, Any] = {"checkin": row, "version": row.version, **who}
        acts: list[Callable[[], object]] = [
            lambda: record_checkin(**on, outcome=rng.choice(Outcome.values), reason="Had the flu"),
            lambda: record_checkin(**on, outcome="MISSED", next_on=day_of(at) + DAY),
            lambda: correct_checkin(**on, outcome=rng.choice(Outcome.values), reason="Mistaken"),
            lambda: cancel_checkin(**on, **WHY),
            lambda: reinstate_checkin(**on),
            lambda: reschedule_checkin(**on, due_on=day_of(at) + rng.randint(0, 4) * DAY, **WHY),
        ]
        if missed is not None:
            of: dict[str, Any] = {"missed": missed, "version": missed.version, **who}
            answers = rng.choice(["ARRANGED", "EXPLAINED", "CLOSED"])
            acts += [
                lambda: acknowledge_miss(**of),
                lambda: answer_miss(**of, answer=answers, reason="At his sister's", next_on=day_of(at) + 2 * DAY),
                lambda: reopen_miss(**of),
            ]
        rng.choice(acts)()


@pytest.mark.parametrize("seed", range(8))
def test_missed_contacts__whatever_happens(followed: Followed, seed: int) -> None:
    rng, today, seen = Random(seed), 0, {}  # type: ignore[var-annotated]
    for days in range(6):
        a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + 2 * days * DAY)
    for _turn in range(30):
        if rng.random() < 0.35:
            today += rng.choice([0, 1, 1, 2, 5])
        else:
            with suppress(Refused):
                an_act(rng, followed, today)
        mark_late(by=Clock.CLOCK, at=after(today))
        climb(by=Clock.CLOCK, at=after(today))
        what_must_hold(followed, today, seen)
    with acting(followed.carla):
        assert MissedStep.objects.exists()

"""Whatever is done with a case, in whatever order, by whomever: what must always hold, holds.

A model of the case in a few plain variables lives beside the real one; after every step the two are compared.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cases.access.rules import NotAllowed, OutOfSight, Refused
from cases.access.selectors import team_of
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.rules import AFTER_CLOSING, ARROWS, ONWARD, Stage
from cases.casefiles.selectors import cases_for, stage_changes_of
from cases.casefiles.services import add_to_team, assign_lead, leave_team, move_case, open_case, set_next_step
from cities.roles.rules import Role
from cities.staff.models import User
from tests.factories import AT, Cast, a_cast, posting_of, staff

STAGES = st.sampled_from(Stage.values)
REASONS = st.sampled_from(["", "As agreed in the cell"])


class CaseLife(RuleBasedStateMachine):
    """One case, its coordinator, and three caseworkers who come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.cast: Cast = a_cast()
        third = staff(Role.CASEWORKER, self.cast.city, first_name="Third")
        self.workers: list[User] = [self.cast.alice, self.cast.bob, third]
        self.at = AT
        self.case: Casefile | None = None
        self.stage = ""
        self.lead: User | None = None
        self.owner: User = self.cast.carla
        self.team: set[User] = set()
        #: The lead of a closed case, and until when. PostgreSQL goes by its own clock, for which that is long ago.
        self.staying: tuple[User | None, datetime] | None = None
        self.changes = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(begins=st.sampled_from([Stage.INTAKE, Stage.ABROAD]), lead=st.none() | st.integers(0, 2))
    def open(self, begins: str, lead: int | None) -> None:
        with acting(self.cast.carla):
            self.case = open_case(
                by=self.cast.carla, at=self.at, city=self.cast.city, new_person={"official_name": "Nemo Invented"},
                ground="LIVC", agency=self.cast.agency, next_step="Begin", next_step_on=self.at.date(), stage=begins,
                lead_caseworker=None if lead is None else posting_of(self.workers[lead]),
            )  # fmt: skip
        self.stage, self.changes = begins, 1
        if lead is not None:
            self.lead = self.owner = self.workers[lead]
            self.team = {self.workers[lead]}

    def actor(self, who: int) -> User:
        """The coordinator, or one of the caseworkers."""
        return self.cast.carla if who == 3 else self.workers[who]

    def knows(self, user: User) -> bool:
        return user == self.cast.carla or user in self.team

    def on_the_team(self) -> set[User]:
        """By the clock of the story."""
        return self.team | {user for user, until in filter(None, [self.staying]) if user and self.at < until}

    @rule(days=st.integers(0, 90))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days / 10)

    @rule(who=st.integers(0, 3), to=STAGES, reason=REASONS, stale=st.booleans())
    def move(self, who: int, to: str, reason: str, stale: bool) -> None:
        by, closing = self.actor(who), Stage.CLOSED in (self.stage, to)
        allowed = (
            self.knows(by)
            and not stale
            and to in ARROWS[self.stage]
            and (by == self.cast.carla or not closing)
            and (bool(reason) or (self.stage, to) in ONWARD)
        )
        done = self.attempt(by, lambda case: move_case(
            case=case, by=by, at=self.at, version=case.version - stale, to=to, reason=reason
        ))  # fmt: skip
        assert done == allowed
        if done:
            if self.stage == Stage.CLOSED:
                self.lead, self.owner, self.team, self.staying = None, by, set(), None
            if to == Stage.CLOSED:
                self.staying = (self.lead, self.at + AFTER_CLOSING) if self.lead in self.team else None
                self.team = set()
            self.stage, self.changes = to, self.changes + 1

    @rule(who=st.integers(0, 3), owner=st.integers(0, 3), days=st.integers(-1, 370))
    def plan_next_step(self, who: int, owner: int, days: int) -> None:
        by, owns = self.actor(who), self.actor(owner)
        day = self.at.date() + timedelta(days=days)
        done = self.attempt(by, lambda case: set_next_step(
            case=case, by=by, at=self.at, version=case.version, owner=owns, next_step="Call", next_step_on=day
        ))  # fmt: skip
        assert done == (self.knows(by) and self.knows(owns) and self.stage != Stage.CLOSED and 0 <= days <= 365)
        if done:
            self.owner = owns

    @rule(who=st.integers(0, 3), to=st.integers(0, 2), keep=st.booleans())
    def assign(self, who: int, to: int, keep: bool) -> None:
        by, lead = self.actor(who), self.workers[to]
        done = self.attempt(by, lambda case: assign_lead(
            case=case, by=by, at=self.at, version=case.version, to=posting_of(lead), keep_former=keep
        ))  # fmt: skip
        assert done == (by == self.cast.carla and self.stage != Stage.CLOSED and lead != self.lead)
        if done:
            if self.lead and not keep:
                self.team.discard(self.lead)
            self.team.add(lead)
            self.lead = self.owner = lead

    @rule(who=st.integers(0, 3), to=st.integers(0, 2))
    def join(self, who: int, to: int) -> None:
        by, joins = self.actor(who), self.workers[to]
        done = self.attempt(by, lambda case: add_to_team(case=case, by=by, at=self.at, to=posting_of(joins)))
        assert done == (by in (self.cast.carla, self.lead) and self.stage != Stage.CLOSED and joins not in self.team)
        if done:
            self.team.add(joins)

    @rule(who=st.integers(0, 3), leaves=st.integers(0, 2))
    def leave(self, who: int, leaves: int) -> None:
        by, goes = self.actor(who), self.workers[leaves]
        done = self.attempt(by, lambda case: leave_team(case=case, by=by, at=self.at, user=goes))
        bound = self.stage != Stage.CLOSED and goes in (self.lead, self.owner)
        may = by == self.cast.carla or (self.knows(by) and by in (self.lead, goes))
        assert done == (may and goes in self.on_the_team() and not bound)
        if done:
            self.team.discard(goes)
            self.staying = None if self.staying and self.staying[0] == goes else self.staying

    @precondition(lambda self: self.case is not None)
    @rule()
    def open_a_second(self) -> None:
        assert self.case is not None
        person = self.case.person
        done = self.attempt(self.cast.carla, lambda case: open_case(
            by=self.cast.carla, at=self.at, city=self.cast.city, person=person, ground="LIVC",
            agency=self.cast.agency, next_step="Begin", next_step_on=self.at.date(),
        ), keep=False)  # fmt: skip
        assert done == (self.stage == Stage.CLOSED)

    def attempt(self, by: User, act: object, *, keep: bool = True) -> bool:
        """Do it; whether it was done. What a service refuses leaves nothing behind."""
        try:
            with transaction.atomic():
                with acting(self.cast.carla):
                    case = Casefile.objects.select_related("person", "city").get(reference="VIL-2024-0001")
                with acting(by):
                    act(case)  # type: ignore[operator]
                if not keep:
                    transaction.set_rollback(True)
        except (Refused, OutOfSight, NotAllowed):
            return False
        return True

    @invariant()
    def holds(self) -> None:
        """Always an owner who sees it, a next step with its day, and nobody sees it but those who should."""
        if self.case is None:
            return
        with acting(self.cast.carla):
            case = Casefile.objects.get(pk=self.case.pk)
            assert (case.stage, case.lead_caseworker, case.owner) == (self.stage, self.lead, self.owner)
            assert case.next_step
            assert case.next_step_on is not None
            assert case.review_on is not None
            assert (case.closed_on is None) == (self.stage != Stage.CLOSED)
            assert set(team_of(case, at=self.at)) == self.on_the_team()
            changes = list(stage_changes_of(case, self.cast.carla, at=self.at))
            assert len(changes) == self.changes
            assert changes[0].to_stage == self.stage
            if self.stage != Stage.CLOSED:
                assert self.knows(case.owner)
        for user in [*self.workers, self.cast.charlie, self.cast.carlo, self.cast.dana]:
            with acting(user):
                assert cases_for(user, at=self.at).exists() == (user in self.team)
                assert Casefile.objects.exists() == (user in self.team)  # PostgreSQL alone


@pytest.mark.django_db
def test_case__lives() -> None:
    run_state_machine_as_test(
        CaseLife,
        settings=settings(
            max_examples=int(os.environ.get("LIVES", "15")),
            stateful_step_count=15,
            suppress_health_check=list(HealthCheck),
        ),
    )

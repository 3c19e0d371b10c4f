"""The ladder of a missed contact: on which step it begins, how long it stays there, and when it goes up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from cases.checkins.rules import CONTACTS, MissStep, Outcome
from cities.places.rules import working_days_after


class Terms(Protocol):
    """How long things take in a city: its settings, or the defaults."""

    coordinator_after: int
    conference_after: int
    misses_in_a_row: int


#: So many working days the agenda of a case conference has for it. There is no step above.
CONFERENCE_WITHIN = 20

#: The steps, lowest first.
STEPS = (MissStep.CASEWORKER, MissStep.COORDINATOR, MissStep.CONFERENCE)


@dataclass(frozen=True)
class Climb:
    """One step that a missed contact takes up: onto which, from which day, until which."""

    step: MissStep
    begins_on: date
    deadline_on: date


def days_of(step: str, terms: Terms) -> int:
    """For how many working days a missed contact stays on a step."""
    found = {MissStep.CASEWORKER: terms.coordinator_after, MissStep.COORDINATOR: terms.conference_after}
    return found.get(MissStep(step), CONFERENCE_WITHIN)


def deadline(step: str, begins_on: date, terms: Terms) -> date:
    """The day on which it goes up from a step that it came to on `begins_on`, when nobody says anything."""
    return working_days_after(begins_on, days_of(step, terms))


def at_once(*, in_a_row: int, is_critical: bool, terms: Terms) -> bool:
    """Whether it goes to the case conference without waiting on any step below."""
    return is_critical or in_a_row >= terms.misses_in_a_row


def first_step(*, in_a_row: int, is_critical: bool, has_holder: bool, terms: Terms) -> MissStep:
    """Where a missed contact begins: with whoever holds it; with nobody to hold it, a step up, never nowhere."""
    if at_once(in_a_row=in_a_row, is_critical=is_critical, terms=terms):
        return MissStep.CONFERENCE
    return MissStep.CASEWORKER if has_holder else MissStep.COORDINATOR


def longer(step: str, deadline_on: date, today: date, terms: Terms) -> date:
    """The deadline of a step once somebody says that she sees to it: as long once more, from the old one on.

    What is acknowledged after its deadline has as long from that day on: the clock had not come by.
    """
    return working_days_after(max(deadline_on, today), days_of(step, terms))


def climbs(step: str, deadline_on: date, today: date, terms: Terms) -> list[Climb]:
    """The steps that are due by `today`, each begun on the day the one below it ended: days without a clock count."""
    found: list[Climb] = []
    at, ends_on = STEPS.index(MissStep(step)), deadline_on
    while ends_on <= today and at + 1 < len(STEPS):
        at, begins_on = at + 1, ends_on
        ends_on = deadline(STEPS[at], begins_on, terms)
        found.append(Climb(STEPS[at], begins_on, ends_on))
    return found


def in_a_row(outcomes: Iterable[str]) -> int:
    """How many contacts were missed one after another, of these outcomes, the latest first.

    A contact that took place ends the row. One missed for an acceptable reason, or called off, neither counts nor
    ends it.
    """
    count = 0
    for outcome in outcomes:
        if outcome in CONTACTS:
            break
        count += outcome == Outcome.MISSED
    return count

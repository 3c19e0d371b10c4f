"""The life of a follow-up plan and of its goals."""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cities.refusals import Refused


class PlanState(models.TextChoices):
    """Where a version of a plan stands."""

    DRAFT = "DRAFT", _("draft")
    PROPOSED = "PROPOSED", _("proposed")
    AGREED = "AGREED", _("agreed")
    SUPERSEDED = "SUPERSEDED", _("superseded")
    ENDED = "ENDED", _("ended")


#: from -> where a version may go. A proposal may be taken back to draft.
ARROWS: dict[str, frozenset[str]] = {
    PlanState.DRAFT: frozenset({PlanState.PROPOSED, PlanState.ENDED}),
    PlanState.PROPOSED: frozenset({PlanState.DRAFT, PlanState.AGREED, PlanState.ENDED}),
    PlanState.AGREED: frozenset({PlanState.SUPERSEDED, PlanState.ENDED}),
    PlanState.SUPERSEDED: frozenset(),
    PlanState.ENDED: frozenset(),
}


class Consent(models.TextChoices):
    """Whether the person, or a parent for somebody under 18, agrees with a voluntary plan."""

    NOT_ASKED = "NOT_ASKED", _("not asked yet")
    GIVEN = "GIVEN", _("given by the person")
    GIVEN_BY_PARENT = "GIVEN_BY_PARENT", _("given by a parent")
    REFUSED = "REFUSED", _("refused")
    NOT_NEEDED = "NOT_NEEDED", _("not needed: the plan is a condition of a court")


class GoalState(models.TextChoices):
    """What became of a goal."""

    OPEN = "OPEN", _("open")
    REACHED = "REACHED", _("reached")
    PARTLY = "PARTLY", _("partly reached")
    DROPPED = "DROPPED", _("dropped")


#: A plan is looked at again after this long, unless agreed otherwise; and never later than after half a year.
REVIEW_AFTER = relativedelta(months=3)
REVIEW_WITHIN = relativedelta(months=6)

#: A plan starts within a year, and its goals lie within five: further away is a slip of the finger.
START_WITHIN = relativedelta(years=1)
TARGET_WITHIN = relativedelta(years=5)


def may_move(state: str, to: str) -> bool:
    """Whether a version of a plan may go from one state to another."""
    return to in ARROWS[state]


def review_day(agreed_on: date) -> date:
    """The day on which a plan agreed on `agreed_on` is to be reviewed."""
    return agreed_on + REVIEW_AFTER


def consent_allows(consent: str, *, age: int | None) -> bool:
    """Whether a plan may be agreed with this consent. Under 18 a parent's is needed; an unknown age counts as adult."""
    if consent == Consent.NOT_NEEDED:
        return True
    if age is not None and age < 18:
        return consent == Consent.GIVEN_BY_PARENT
    return consent == Consent.GIVEN


def is_given(consent: str) -> bool:
    """Whether somebody said yes to the text as it stands."""
    return consent in (Consent.GIVEN, Consent.GIVEN_BY_PARENT)


def check_start(starts_on: date, *, opened_on: date, today: date) -> None:
    """Raises `Refused` when a plan starts before its case was opened, or more than a year from now."""
    if starts_on < opened_on:
        raise Refused(gettext("A plan does not start before its case was opened."), field="starts_on", code="too_early")
    if starts_on > today + START_WITHIN:
        raise Refused(gettext("This is more than a year away."), field="starts_on", code="too_far")


def check_day_in_plan(day: date, *, starts_on: date, field: str) -> None:
    """Raises `Refused` when the day of a goal or action lies before the plan starts, or too far away."""
    if day < starts_on:
        raise Refused(gettext("This is before the plan starts."), field=field, code="too_early")
    if day > starts_on + TARGET_WITHIN:
        raise Refused(gettext("This is more than five years after the plan starts."), field=field, code="too_far")


def check_review(review_on: date, *, after: date) -> None:
    """Raises `Refused` unless the plan is reviewed after it was agreed, and within half a year of that."""
    if review_on <= after:
        raise Refused(gettext("A review comes after the plan is agreed."), field="review_on", code="too_early")
    if review_on > after + REVIEW_WITHIN:
        raise Refused(gettext("A plan is reviewed within six months."), field="review_on", code="too_far")


def check_consent(
    consent: str, *, consent_by: str, consent_on: date | None, state: str, age: int | None, today: date
) -> None:
    """Raises `Refused` when this consent can't be noted: on a text that may still change, without its day or its
    name, in the future, or by who can't give it. `age`: on the day it was given."""
    if consent not in Consent.values:
        raise Refused(gettext("This is not one of the choices."), field="consent", code="unknown_code")
    if consent_on is not None and consent_on > today:
        raise Refused(gettext("This day is in the future."), field="consent_on", code="future")
    if not is_given(consent):
        return
    if state != PlanState.PROPOSED:
        message = gettext("Propose the plan first: consent is given to a text that no longer changes.")
        raise Refused(message, field="consent", code="not_proposed")
    if consent_on is None:
        raise Refused(gettext("Say on which day the consent was given."), field="consent_on", code="required")
    if consent == Consent.GIVEN_BY_PARENT and not consent_by:
        raise Refused(gettext("Say which parent consents."), field="consent_by", code="required")
    check_who_consents(consent, age=age)


def check_who_consents(consent: str, *, age: int | None) -> None:
    """Raises `Refused` unless the plan may be agreed with this consent by somebody of this age."""
    if consent_allows(consent, age=age):
        return
    if age is not None and age < 18:
        raise Refused(gettext("Under 18 a parent gives the consent."), field="consent", code="parent")
    if consent == Consent.GIVEN_BY_PARENT:
        raise Refused(gettext("An adult consents in person."), field="consent", code="adult")
    raise Refused(gettext("The person has not consented to this plan."), field="consent", code="no_consent")


def check_goal_state(state: str, *, plan_state: str, result: str) -> None:
    """Raises `Refused` when a goal can't be in this state: in a draft it is open or dropped; once the plan is agreed,
    whoever closes it says what came of it."""
    if state not in GoalState.values:
        raise Refused(gettext("This is not one of the choices."), field="state", code="unknown_code")
    if plan_state == PlanState.DRAFT and state not in (GoalState.OPEN, GoalState.DROPPED):
        raise Refused(gettext("A goal of a draft is not reached yet."), field="state", code="draft")
    if plan_state == PlanState.AGREED and state != GoalState.OPEN and not result:
        raise Refused(gettext("Say what came of it."), field="result", code="required")

"""The life of a follow-up plan and of its goals."""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta
from django.db import models
from django.utils.translation import gettext_lazy as _


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


#: A plan is looked at again after this long, unless agreed otherwise.
REVIEW_AFTER = relativedelta(months=3)


def may_move(state: str, to: str) -> bool:
    """Whether a version of a plan may go from one state to another."""
    return to in ARROWS[state]


def review_day(agreed_on: date) -> date:
    """The day on which a plan agreed on `agreed_on` is to be reviewed."""
    return agreed_on + REVIEW_AFTER


def consent_allows(consent: str, *, age: int | None) -> bool:
    """Whether a plan may be agreed with this consent. Under 18 it is a parent's; an unknown age is taken as adult."""
    if consent == Consent.NOT_NEEDED:
        return True
    if age is not None and age < 18:
        return consent == Consent.GIVEN_BY_PARENT
    return consent == Consent.GIVEN

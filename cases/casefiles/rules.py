"""The life of a case: its stages, the arrows between them, its legal grounds and its reference."""

from __future__ import annotations

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.access.rules import Refused


class Stage(models.TextChoices):
    """Where a case is in its life."""

    ABROAD = "ABROAD", _("abroad")
    INTAKE = "INTAKE", _("intake")
    ASSESSMENT = "ASSESSMENT", _("assessment")
    FOLLOW_UP = "FOLLOW_UP", _("follow-up")
    AFTERCARE = "AFTERCARE", _("aftercare")
    CLOSED = "CLOSED", _("closed")


class LegalGround(models.TextChoices):
    """On which legal basis there is a file at all."""

    LIVC = "LIVC", _("local integrated security cell (act of 30 July 2018)")
    CONSENT = "CONSENT", _("voluntary support, with consent")
    COURT = "COURT", _("condition set by a court")
    YOUTH = "YOUTH", _("youth protection")
    SOCIAL = "SOCIAL", _("social assistance (act of 8 July 1976)")


#: from -> where a case may go. Closing is undone by reopening, with a reason.
ARROWS: dict[str, frozenset[str]] = {
    Stage.ABROAD: frozenset({Stage.INTAKE, Stage.CLOSED}),
    Stage.INTAKE: frozenset({Stage.ASSESSMENT, Stage.ABROAD, Stage.CLOSED}),
    Stage.ASSESSMENT: frozenset({Stage.FOLLOW_UP, Stage.INTAKE, Stage.ABROAD, Stage.CLOSED}),
    Stage.FOLLOW_UP: frozenset({Stage.ASSESSMENT, Stage.AFTERCARE, Stage.ABROAD, Stage.CLOSED}),
    Stage.AFTERCARE: frozenset({Stage.FOLLOW_UP, Stage.ABROAD, Stage.CLOSED}),
    Stage.CLOSED: frozenset({Stage.INTAKE, Stage.FOLLOW_UP}),
}


#: Where a case may begin: the person is here, or still abroad.
BEGINNINGS = frozenset({Stage.INTAKE, Stage.ABROAD})

#: Arrows that need no reason: a case goes on as it should.
ONWARD = frozenset(
    {
        (Stage.ABROAD, Stage.INTAKE),
        (Stage.INTAKE, Stage.ASSESSMENT),
        (Stage.ASSESSMENT, Stage.FOLLOW_UP),
        (Stage.FOLLOW_UP, Stage.AFTERCARE),
    }
)

#: Whether a file is still needed is asked again after this long.
NECESSITY = relativedelta(months=6)

#: How long the lead caseworker of a closed case still sees it: to record what is outstanding, and to correct.
AFTER_CLOSING = timedelta(days=14)

#: A next step lies within this long; further away it is none.
NEXT_STEP_WITHIN = relativedelta(years=1)


def may_move(stage: str, to: str) -> bool:
    """Whether a case in `stage` may go to the stage `to`."""
    return to in ARROWS[stage]


def needs_reason(stage: str, to: str) -> bool:
    """Whether the move has to be argued: closing, reopening, and every step back."""
    return (stage, to) not in ONWARD


def review_day(opened_on: date) -> date:
    """The day by which it is asked again whether the file is needed."""
    return opened_on + NECESSITY


def check_next_step_day(day: date, *, today: date) -> None:
    """Raises `Refused` when the next step lies in the past, or further away than a year."""
    if day < today:
        raise Refused(gettext("The next step lies in the past."), field="next_step_on", code="past")
    if day > today + NEXT_STEP_WITHIN:
        raise Refused(gettext("The next step lies more than a year away."), field="next_step_on", code="too_far")


def reference(city_code: str, year: int, number: int) -> str:
    """A case reference, such as VIL-2026-0042. Above 9999 it grows a digit."""
    return f"{city_code}-{year}-{number:04d}"

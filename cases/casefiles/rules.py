"""The life of a case: its stages, the arrows between them, its legal grounds and its reference."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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


def may_move(stage: str, to: str) -> bool:
    """Whether a case in `stage` may go to the stage `to`."""
    return to in ARROWS[stage]


def reference(city_code: str, year: int, number: int) -> str:
    """A case reference, such as VIL-2026-0042. Above 9999 it grows a digit."""
    return f"{city_code}-{year}-{number:04d}"
